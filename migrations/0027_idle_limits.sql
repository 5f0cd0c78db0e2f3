-- +goose Up
-- How long a session may go unused in an account; null where only its end counts.
ALTER TABLE accounts ADD COLUMN idle_minutes smallint CONSTRAINT accounts_idle_minutes CHECK (idle_minutes BETWEEN 5 AND 480);
CREATE INDEX accounts_with_idle_limits ON accounts (tenant_id, idle_minutes) WHERE idle_minutes IS NOT NULL;

-- When a session was last used, to the minute, and the longest it has gone unused
-- since it began. Neither is in an index, so that the update stays on its page.
ALTER TABLE sessions
    ADD COLUMN used_at timestamptz, -- null before the first use
    ADD COLUMN longest_idle integer NOT NULL DEFAULT 0; -- in seconds
