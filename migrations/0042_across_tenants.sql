-- +goose Up
-- The owner and the members of an account. Lists join them with their logins, which
-- are no tenant's; a distributed Postgres reads the two apart where one is a function.
-- +goose StatementBegin
CREATE FUNCTION people_of(tenant uuid, account uuid)
    RETURNS TABLE (member_id uuid, owner boolean, roles text[], kind text, created_at timestamptz)
    LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
    RETURN QUERY
        SELECT a.owner_id, true, '{}'::text[], a.kind, a.created_at FROM accounts a WHERE a.tenant_id = tenant AND a.id = account
        UNION ALL
        SELECT m.member_id, false, m.roles, a.kind, m.created_at
        FROM memberships m JOIN accounts a ON a.tenant_id = tenant AND a.id = m.account_id
        WHERE m.tenant_id = tenant AND m.account_id = account;
END $$;
-- +goose StatementEnd

-- All tenants, kept beside what is no tenant's: what a distributed Postgres does not
-- reach of them is known by this.
CREATE TABLE known_tenants (id uuid PRIMARY KEY);
ALTER TABLE known_tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE known_tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON known_tenants USING (current_setting('app.scope', true) = 'system');
SET LOCAL app.scope = 'system';
INSERT INTO known_tenants (id) SELECT id FROM tenants;
