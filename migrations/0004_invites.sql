-- +goose Up
-- Invites to an account, each for one address and one use. Only the hash of the
-- link is kept.
CREATE TABLE invites (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    account_id   uuid NOT NULL,
    token_hash   bytea NOT NULL,
    email        text NOT NULL, -- as typed
    email_folded text NOT NULL,
    roles        text[] NOT NULL CHECK (cardinality(roles) > 0),
    inviter      text NOT NULL, -- kind:id of the principal
    inviter_name text NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    accepted_at  timestamptz,
    cancelled_at timestamptz, -- also of one that a newer one replaced
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts
);
CREATE UNIQUE INDEX invites_open ON invites (tenant_id, account_id, email_folded) WHERE accepted_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX invites_by_hash ON invites (token_hash);

ALTER TABLE invites ENABLE ROW LEVEL SECURITY;
ALTER TABLE invites FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invites USING (
    tenant_id = (SELECT NULLIF(current_setting('app.tenant', true), '')::uuid)
    OR (SELECT current_setting('app.scope', true) = 'system'));
