-- +goose Up
-- Programs: who they act as, and what they prove it with.
CREATE TABLE service_accounts (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    account_id  uuid NOT NULL,
    name        text NOT NULL CONSTRAINT service_accounts_name_length CHECK (char_length(name) BETWEEN 1 AND 100),
    description text NOT NULL DEFAULT '' CONSTRAINT service_accounts_description_length CHECK (char_length(description) <= 500),
    roles       text[] NOT NULL, -- as those of subusers
    state       text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT spread('service_accounts');
ALTER TABLE service_accounts ADD FOREIGN KEY (tenant_id, account_id) REFERENCES accounts;
CREATE UNIQUE INDEX service_accounts_name_unique ON service_accounts (tenant_id, account_id, lower(name));

CREATE TABLE api_keys (
    tenant_id          uuid NOT NULL,
    id                 uuid NOT NULL,
    account_id         uuid NOT NULL,
    service_account_id uuid, -- none: the key acts as the owner of the account
    name               text NOT NULL CONSTRAINT api_keys_name_length CHECK (char_length(name) BETWEEN 1 AND 100),
    hash               bytea, -- of the whole key; none where no program ever got it
    hint               text NOT NULL, -- how it begins
    previous_hash      bytea, -- of the key that it replaced
    previous_until     timestamptz,
    permissions        text[] NOT NULL, -- those it is for; none: for all
    read_only          boolean NOT NULL,
    sub_accounts       boolean NOT NULL, -- too
    networks           text[] NOT NULL, -- none: from everywhere
    expires_at         timestamptz, -- none: never
    revoked_at         timestamptz,
    revoked_by_name    text NOT NULL DEFAULT '',
    used_at            timestamptz, -- last, to the minute
    used_from          text NOT NULL DEFAULT '',
    version            bigint NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL,
    created_by         text NOT NULL, -- kind:id of the principal
    created_by_name    text NOT NULL,
    updated_at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT spread('api_keys');
ALTER TABLE api_keys ADD FOREIGN KEY (tenant_id, account_id) REFERENCES accounts;
ALTER TABLE api_keys ADD FOREIGN KEY (tenant_id, service_account_id) REFERENCES service_accounts (tenant_id, id);
CREATE INDEX api_keys_by_account ON api_keys (tenant_id, account_id, lower(name), id);
CREATE INDEX api_keys_by_service_account ON api_keys (tenant_id, service_account_id) WHERE service_account_id IS NOT NULL;
CREATE INDEX api_keys_by_maker ON api_keys (tenant_id, account_id, created_by) WHERE revoked_at IS NULL;

-- Where a key is, found before its tenant is known. Outside tenants, as sessions are.
CREATE TABLE key_places (
    hash       bytea PRIMARY KEY,
    tenant_id  uuid NOT NULL,
    account_id uuid NOT NULL,
    key_id     uuid NOT NULL
);
CREATE INDEX key_places_by_account ON key_places (tenant_id, account_id);

ALTER TABLE access_changes DROP CONSTRAINT access_changes_kind_check;
ALTER TABLE access_changes ADD CONSTRAINT access_changes_kind_check
    CHECK (kind IN ('account', 'member', 'subuser', 'service_account', 'role', 'rule', 'children'));
-- Attempts with a key are kept with the account of a service account.
ALTER TABLE sign_ins DROP CONSTRAINT sign_ins_principal_kind_check;
ALTER TABLE sign_ins ADD CONSTRAINT sign_ins_principal_kind_check CHECK (principal_kind IN ('member', 'subuser', 'service_account'));

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['service_accounts', 'api_keys'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY tenant ON %I USING (
            tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid
            OR CASE current_setting('app.scope', true) WHEN 'system' THEN true ELSE false END)$p$, t);
    END LOOP;
    ALTER TABLE key_places ENABLE ROW LEVEL SECURITY;
    ALTER TABLE key_places FORCE ROW LEVEL SECURITY;
    CREATE POLICY system ON key_places USING (current_setting('app.scope', true) = 'system');
END $$;
-- +goose StatementEnd
