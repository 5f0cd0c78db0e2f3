-- +goose Up
-- Who reached a limit of letters, a row a day.
CREATE TABLE letter_refusals (
    day            date NOT NULL,
    reached        text NOT NULL, -- whose limit
    principal_kind text NOT NULL,
    principal_id   uuid NOT NULL,
    tenant_id      uuid NOT NULL,
    account_id     uuid NOT NULL,
    letters        bigint NOT NULL, -- that were not written
    last_at        timestamptz NOT NULL,
    PRIMARY KEY (day, reached, principal_kind, principal_id, account_id)
);
ALTER TABLE letter_refusals ENABLE ROW LEVEL SECURITY;
ALTER TABLE letter_refusals FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON letter_refusals USING (current_setting('app.scope', true) = 'system');
