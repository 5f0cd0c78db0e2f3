-- +goose Up
-- Calls of programs that are done once, however often they are sent: by the
-- Idempotency-Key they came with, for a day.
CREATE TABLE calls_once (
    tenant_id uuid NOT NULL,
    key_id    uuid NOT NULL, -- of who sends it
    name      bytea NOT NULL, -- SHA-256 of the Idempotency-Key
    request   bytea NOT NULL, -- SHA-256 of what was sent
    begun_at  timestamptz NOT NULL,
    done      boolean NOT NULL DEFAULT false, -- set by the transaction that did it
    answer    text, -- sealed; none until it was given
    PRIMARY KEY (tenant_id, key_id, name)
);
SELECT spread('calls_once');
CREATE INDEX calls_once_begun ON calls_once (begun_at);
ALTER TABLE calls_once ENABLE ROW LEVEL SECURITY;
ALTER TABLE calls_once FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON calls_once USING (
    (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid OR CASE current_setting('app.scope', true) WHEN 'system' THEN true ELSE false END));
