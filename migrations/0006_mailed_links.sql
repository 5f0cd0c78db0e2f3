-- +goose Up
CREATE INDEX invites_by_address ON invites (email_folded) WHERE accepted_at IS NULL AND cancelled_at IS NULL;

-- One-time links that are mailed to a member, by the hash of their token. They
-- belong to no tenant. An address that one leads back to is kept for its member.
CREATE TABLE mailed_links (
    token_hash   bytea PRIMARY KEY,
    member_id    uuid NOT NULL REFERENCES members,
    kind         text NOT NULL CHECK (kind IN ('password_reset', 'email_confirm', 'email_undo')),
    email        text NOT NULL DEFAULT '', -- what the link makes the member's address
    email_folded text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz -- used or void
);
CREATE INDEX mailed_links_by_member ON mailed_links (member_id, kind) WHERE ended_at IS NULL;
CREATE INDEX mailed_links_kept ON mailed_links (email_folded) WHERE kind = 'email_undo' AND ended_at IS NULL;

ALTER TABLE mailed_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE mailed_links FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON mailed_links USING ((SELECT current_setting('app.scope', true) = 'system'));
