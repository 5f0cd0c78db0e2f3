-- +goose Up
-- Deleted records, until they are removed for good. They are in a table of their
-- own, so that nothing else finds them: no list, no name that must be unique, no
-- secret.
CREATE TABLE deleted_records (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    account_id      uuid NOT NULL,
    root_id         uuid NOT NULL, -- the record whose deletion took it along, or itself
    deletion_id     uuid NOT NULL, -- of all that went by one act
    permission      text NOT NULL, -- that deleting it asked for, and restoring it does
    deleted_at      timestamptz NOT NULL,
    deleted_by      text NOT NULL,
    deleted_by_name text NOT NULL,
    -- As in records.
    kind            text NOT NULL,
    parent_id       uuid,
    data            jsonb NOT NULL,
    secrets         jsonb NOT NULL,
    name            text NOT NULL,
    search          text NOT NULL,
    unique_key      bytea,
    version         bigint NOT NULL,
    created_at      timestamptz NOT NULL,
    created_by      text NOT NULL,
    created_by_name text NOT NULL,
    updated_at      timestamptz NOT NULL,
    updated_by      text NOT NULL,
    updated_by_name text NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT spread('deleted_records');
ALTER TABLE deleted_records ADD FOREIGN KEY (tenant_id, account_id) REFERENCES accounts;
CREATE INDEX deleted_records_by_root ON deleted_records (tenant_id, root_id);
CREATE INDEX deleted_records_by_deletion ON deleted_records (tenant_id, deletion_id);
CREATE INDEX deleted_records_by_time ON deleted_records (tenant_id, account_id, deleted_at DESC, id DESC) WHERE id = root_id;
CREATE INDEX deleted_records_to_purge ON deleted_records (deleted_at);

-- What named or belonged to a deleted record, and does so again once that is restored.
CREATE TABLE deleted_links (
    tenant_id  uuid NOT NULL,
    target_id  uuid NOT NULL, -- deleted
    id         uuid NOT NULL, -- stayed
    field      text NOT NULL, -- a property; empty where it belonged to it
    PRIMARY KEY (tenant_id, target_id, id, field)
);
SELECT spread('deleted_links');
ALTER TABLE deleted_links ADD FOREIGN KEY (tenant_id, target_id) REFERENCES deleted_records (tenant_id, id) ON DELETE CASCADE;

-- Undoing an act on records is for who did it.
ALTER TABLE batches ADD COLUMN made_by text NOT NULL DEFAULT '';
ALTER TABLE batches ALTER COLUMN made_by DROP DEFAULT;

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['deleted_records', 'deleted_links'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY tenant ON %I USING (
            tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid
            OR CASE current_setting('app.scope', true) WHEN 'system' THEN true ELSE false END)$p$, t);
    END LOOP;
END $$;
-- +goose StatementEnd
