-- +goose Up
-- Which accounts a member's session has been in, so that each can be told of just
-- those sessions. Outside tenants, as sessions are, and pruned with them.
SET LOCAL app.scope = 'system';
CREATE TABLE session_accounts (
    session_id uuid NOT NULL,
    account_id uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    PRIMARY KEY (session_id, account_id)
);
ALTER TABLE session_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON session_accounts USING (current_setting('app.scope', true) = 'system');
