-- +goose Up
-- Up to when somebody has read what happened for them.
ALTER TABLE members ADD COLUMN alerts_read_at timestamptz;
ALTER TABLE subusers ADD COLUMN alerts_read_at timestamptz;

-- Who caused a letter, where, and when it was given up.
ALTER TABLE letters
    ADD COLUMN author text NOT NULL DEFAULT '', -- kind:id of the principal
    ADD COLUMN account_id uuid,
    ADD COLUMN failed_at timestamptz;
CREATE INDEX letters_failed ON letters (author) WHERE state = 'failed';
