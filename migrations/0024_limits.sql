-- +goose Up
-- How much is left of each limit, for all nodes. A limit lets so much through at
-- once and gives one back after each period; full_at is when it has all of it
-- again, and a row whose time is past says nothing. Losing the table in a crash
-- only fills the limits up, so it is not worth a log.
CREATE UNLOGGED TABLE limits (
    key     uuid PRIMARY KEY, -- a keyed digest of what is limited
    full_at timestamptz NOT NULL
);

-- The browsers that signed in before, by the hash of what their cookie holds, and
-- to which logins.
CREATE TABLE known_browsers (
    principal_kind text NOT NULL CHECK (principal_kind IN ('member', 'subuser')),
    principal_id   uuid NOT NULL,
    token_hash     bytea NOT NULL,
    seen_at        timestamptz NOT NULL,
    PRIMARY KEY (principal_kind, principal_id, token_hash)
);
CREATE INDEX known_browsers_by_token ON known_browsers (token_hash);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['limits', 'known_browsers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY system ON %I USING (current_setting('app.scope', true) = 'system')$p$, t);
    END LOOP;
END $$;
-- +goose StatementEnd
