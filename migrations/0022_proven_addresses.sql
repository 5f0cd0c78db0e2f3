-- +goose Up
-- When whoever has a login first showed that its address is theirs; null until
-- then. What was set up before may be a stranger's.
ALTER TABLE members ADD COLUMN email_proven_at timestamptz;

ALTER TABLE mailed_links
    ADD COLUMN proven_at timestamptz, -- when the address was proven that the member had by then
    DROP CONSTRAINT mailed_links_kind_check,
    ADD CONSTRAINT mailed_links_kind_check CHECK (kind IN ('password_reset', 'email_confirm', 'email_undo', 'email_proof'));
