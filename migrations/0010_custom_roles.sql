-- +goose Up
-- Roles of an account's own, made from a built-in one. Stored roles, here and in
-- memberships, subusers and invites, are keys: `set:name`, `custom:<id>`, and
-- either with ` until <RFC 3339>` behind it where the role ends.
CREATE TABLE custom_roles (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    account_id  uuid NOT NULL,
    name        text NOT NULL CONSTRAINT custom_roles_name_length CHECK (char_length(name) BETWEEN 1 AND 64),
    base        text NOT NULL, -- key of the role it was made from
    permissions text[] NOT NULL CONSTRAINT custom_roles_permissions CHECK (cardinality(permissions) > 0),
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts
);
CREATE UNIQUE INDEX custom_roles_name_unique ON custom_roles (tenant_id, account_id, lower(name));

ALTER TABLE custom_roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE custom_roles FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON custom_roles USING (
    tenant_id = (SELECT NULLIF(current_setting('app.tenant', true), '')::uuid)
    OR (SELECT current_setting('app.scope', true) = 'system'));

ALTER TABLE access_changes DROP CONSTRAINT access_changes_kind_check;
ALTER TABLE access_changes ADD CONSTRAINT access_changes_kind_check
    CHECK (kind IN ('account', 'member', 'subuser', 'role', 'rule', 'children'));
