-- +goose Up
-- The life of accounts: labels, archives, deletion, and work on many at once.

ALTER TABLE accounts DROP CONSTRAINT accounts_state_check;
ALTER TABLE accounts
    -- The account it was archived with: itself, or one above. Its own state stays
    -- as it was, so that restoring brings back what was before.
    ADD archived_by uuid,
    ADD deleted_at timestamptz,
    ADD purged_at timestamptz, -- when nothing was left but this row
    ADD CONSTRAINT accounts_state CHECK (state IN ('active', 'suspended', 'deleted')),
    ADD CONSTRAINT accounts_deleted CHECK ((state = 'deleted') = (deleted_at IS NOT NULL));
CREATE INDEX accounts_to_purge ON accounts (deleted_at) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;

-- A deleted account keeps its row, so that its id is never used again. It shows
-- to nothing but what asks for it by app.deleted.
CREATE POLICY present ON accounts AS RESTRICTIVE
    USING (state <> 'deleted' OR (SELECT current_setting('app.deleted', true) = 'seen'));

-- A table rather than an array with a GIN index: the array's operators are not
-- leakproof, so no index would be used for them under row-level security.
CREATE TABLE account_labels (
    tenant_id  uuid NOT NULL,
    account_id uuid NOT NULL,
    label      text COLLATE "C" NOT NULL CONSTRAINT account_labels_label CHECK (label = lower(label) AND char_length(label) BETWEEN 1 AND 32),
    PRIMARY KEY (tenant_id, account_id, label),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts
);
CREATE INDEX account_labels_by_label ON account_labels (tenant_id, label, account_id);

-- What one act did to many accounts at once: for its report, and to undo it.
CREATE TABLE account_batches (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    account_id uuid NOT NULL, -- acted in
    act        text NOT NULL,
    label      text NOT NULL DEFAULT '',
    changed    uuid[] NOT NULL,
    skipped    jsonb NOT NULL, -- a list of {reason, accounts}
    made_at    timestamptz NOT NULL,
    undone_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts
);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['account_labels', 'account_batches'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY tenant ON %I USING (
            tenant_id = (SELECT NULLIF(current_setting('app.tenant', true), '')::uuid)
            OR (SELECT current_setting('app.scope', true) = 'system'))$p$, t);
    END LOOP;
END $$;
-- +goose StatementEnd

-- The changes of accounts below, each for its own page.
CREATE INDEX audit_events_of_accounts ON audit_events (tenant_id, account_id, resource_id, seq DESC) WHERE kind = 'account';
-- The subusers who are signed in to an account.
CREATE INDEX sessions_by_account ON sessions (tenant_id, account_id) WHERE account_id IS NOT NULL;
