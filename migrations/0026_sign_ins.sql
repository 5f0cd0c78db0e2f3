-- +goose Up
-- Attempts at logins: a subuser's in their account, a member's in their personal
-- account. It begins with the tenant, so that a list is one range of its key.
CREATE TABLE sign_ins (
    tenant_id      uuid NOT NULL,
    account_id     uuid NOT NULL,
    id             uuid NOT NULL, -- in order of time
    at             timestamptz NOT NULL,
    door           text NOT NULL,
    principal_kind text NOT NULL CHECK (principal_kind IN ('member', 'subuser')),
    principal_id   uuid NOT NULL,
    principal_name text NOT NULL,
    address        text NOT NULL, -- of the first, where tries are counted together
    agent          text NOT NULL,
    outcome        text NOT NULL CHECK (outcome IN ('ok', 'refused', 'limited', 'crowded')),
    why            text NOT NULL,
    tries          integer NOT NULL,
    PRIMARY KEY (tenant_id, account_id, id)
);
CREATE INDEX sign_ins_by_principal ON sign_ins (tenant_id, principal_id, id);
CREATE INDEX sign_ins_by_time ON sign_ins (at);

-- Whose personal account keeps an attempt must not be looked for among all that
-- somebody owns.
CREATE INDEX accounts_personal ON accounts (owner_id) WHERE kind = 'personal';

ALTER TABLE sign_ins ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_ins FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sign_ins USING (
    tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid
    OR current_setting('app.scope', true) = 'system');
