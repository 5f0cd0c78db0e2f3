-- +goose Up
-- The door of an account to the vendor's support staff: one row for each time it
-- was opened. It is open until it is closed or its time is over, whichever is first.
CREATE TABLE support_access (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    account_id     uuid NOT NULL,
    access         text NOT NULL CHECK (access IN ('view', 'edit')),
    reason         text NOT NULL CONSTRAINT support_access_reason_length CHECK (char_length(reason) BETWEEN 1 AND 500),
    opened_by      text NOT NULL, -- kind:id of the principal
    opened_by_name text NOT NULL,
    opened_at      timestamptz NOT NULL,
    until          timestamptz NOT NULL,
    closed_at      timestamptz, -- also of one that another replaced
    closed_by      text,
    closed_by_name text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    CONSTRAINT support_access_length CHECK (until BETWEEN opened_at + interval '1 hour' AND opened_at + interval '720 hours'),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (closed_by_name IS NULL))
);
CREATE UNIQUE INDEX support_access_open ON support_access (tenant_id, account_id) WHERE closed_at IS NULL;
CREATE INDEX support_access_by_account ON support_access (tenant_id, account_id, opened_at DESC, id DESC);

ALTER TABLE support_access ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_access FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON support_access USING (
    tenant_id = (SELECT NULLIF(current_setting('app.tenant', true), '')::uuid)
    OR (SELECT current_setting('app.scope', true) = 'system'));
