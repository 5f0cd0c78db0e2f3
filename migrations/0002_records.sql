-- +goose Up
-- What the sections hold: rows whose properties a schema of the catalog checks.

CREATE TABLE records (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    account_id      uuid NOT NULL,
    kind            text NOT NULL,
    -- The record it is inside, or belongs to where its kind says so.
    parent_id       uuid,
    data            jsonb NOT NULL CHECK (jsonb_typeof(data) = 'object'),
    -- What must not be read again: hashes, and sealed values.
    secrets         jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(secrets) = 'object'),
    state           text GENERATED ALWAYS AS (data->>'state') STORED,
    name            text NOT NULL,
    name_sort       text COLLATE "C" GENERATED ALWAYS AS (lower(name)) STORED,
    search          text NOT NULL, -- lower case
    -- SHA-256 of what no other record of the account and kind may have; none
    -- where anything may stand twice.
    unique_key      bytea,
    version         bigint NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    created_by      text NOT NULL, -- kind:id of the principal
    created_by_name text NOT NULL,
    updated_at      timestamptz NOT NULL,
    updated_by      text NOT NULL,
    updated_by_name text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT records_by_account_id UNIQUE (tenant_id, account_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts,
    CONSTRAINT records_parent FOREIGN KEY (tenant_id, account_id, parent_id)
        REFERENCES records (tenant_id, account_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX records_unique ON records (tenant_id, account_id, kind, unique_key) WHERE unique_key IS NOT NULL;
-- The lists: of an account, of what is inside a record, and of a whole tenant.
CREATE INDEX records_by_account ON records (tenant_id, account_id, kind, created_at, id);
CREATE INDEX records_by_name ON records (tenant_id, account_id, kind, name_sort, id);
CREATE INDEX records_by_parent ON records (tenant_id, account_id, parent_id, kind, created_at, id) WHERE parent_id IS NOT NULL;
CREATE INDEX records_by_kind ON records (tenant_id, kind, created_at, id);
CREATE INDEX records_by_kind_and_name ON records (tenant_id, kind, name_sort, id);

ALTER TABLE records ENABLE ROW LEVEL SECURITY;
ALTER TABLE records FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON records USING (
    tenant_id = (SELECT NULLIF(current_setting('app.tenant', true), '')::uuid)
    OR (SELECT current_setting('app.scope', true) = 'system'));
