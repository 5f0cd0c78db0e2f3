-- +goose Up
-- Timeless accounts keep log entries without a limit. Nobody and nothing else is
-- ever in one, so it is no row of accounts: it belongs to an account, where it is
-- decided who may see it.
CREATE TABLE timeless_accounts (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    account_id uuid NOT NULL,
    name       text NOT NULL CONSTRAINT timeless_accounts_name_length CHECK (char_length(name) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL,
    deleted_at timestamptz, -- its entries are removed after
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts
);
CREATE UNIQUE INDEX timeless_name_unique ON timeless_accounts (tenant_id, account_id, lower(name)) WHERE deleted_at IS NULL;
CREATE INDEX timeless_accounts_deleted ON timeless_accounts (deleted_at) WHERE deleted_at IS NOT NULL;

-- The sub-accounts that may read it.
CREATE TABLE timeless_readers (
    tenant_id   uuid NOT NULL,
    timeless_id uuid NOT NULL,
    account_id  uuid NOT NULL,
    PRIMARY KEY (tenant_id, timeless_id, account_id),
    FOREIGN KEY (tenant_id, timeless_id) REFERENCES timeless_accounts ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts
);
CREATE INDEX timeless_readers_by_account ON timeless_readers (tenant_id, account_id);

-- The accounts whose log entries it takes in. While it still takes in those of
-- before, the last of them that it has stands in past_at and past_id.
CREATE TABLE timeless_feeds (
    tenant_id   uuid NOT NULL,
    timeless_id uuid NOT NULL,
    account_id  uuid NOT NULL,
    past_at     timestamptz,
    past_id     uuid,
    CHECK ((past_at IS NULL) = (past_id IS NULL)),
    PRIMARY KEY (tenant_id, timeless_id, account_id),
    FOREIGN KEY (tenant_id, timeless_id) REFERENCES timeless_accounts ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts
);
CREATE INDEX timeless_feeds_by_account ON timeless_feeds (tenant_id, account_id);
CREATE INDEX timeless_feeds_past ON timeless_feeds (past_at) WHERE past_at IS NOT NULL;

-- What it keeps: log entries as they were, each once. The account and the record
-- they came from may be gone.
CREATE TABLE timeless_entries (
    tenant_id       uuid NOT NULL,
    timeless_id     uuid NOT NULL,
    id              uuid NOT NULL, -- of the record
    account_id      uuid NOT NULL, -- that it came from
    kind            text NOT NULL,
    parent_id       uuid,
    data            jsonb NOT NULL,
    state           text GENERATED ALWAYS AS (data->>'state') STORED,
    name            text NOT NULL,
    name_sort       text COLLATE "C" GENERATED ALWAYS AS (lower(name)) STORED,
    search          text NOT NULL,
    version         bigint NOT NULL,
    created_at      timestamptz NOT NULL,
    created_by_name text NOT NULL,
    updated_at      timestamptz NOT NULL,
    updated_by_name text NOT NULL,
    PRIMARY KEY (tenant_id, timeless_id, id),
    FOREIGN KEY (tenant_id, timeless_id) REFERENCES timeless_accounts
);
CREATE INDEX timeless_entries_by_time ON timeless_entries (tenant_id, timeless_id, created_at, id);
CREATE INDEX timeless_entries_by_name ON timeless_entries (tenant_id, timeless_id, name_sort, id);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['timeless_accounts', 'timeless_readers', 'timeless_feeds', 'timeless_entries'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY tenant ON %I USING (
            tenant_id = (SELECT NULLIF(current_setting('app.tenant', true), '')::uuid)
            OR (SELECT current_setting('app.scope', true) = 'system'))$p$, t);
    END LOOP;
END $$;
-- +goose StatementEnd

-- No row of accounts was ever of this kind.
ALTER TABLE accounts DROP CONSTRAINT accounts_kind_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_kind_check CHECK (kind IN ('personal', 'main', 'sub'));
