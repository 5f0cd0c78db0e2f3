-- +goose Up
-- What stood in records as service accounts and API keys. Roles that nobody can read
-- are left out. The keys never opened anything, and nobody who has one knows what it
-- would open now: they have ended.
SET LOCAL app.scope = 'system';
INSERT INTO service_accounts (tenant_id, id, account_id, name, description, roles, state, version, created_at, updated_at)
    SELECT r.tenant_id, r.id, r.account_id, r.name, coalesce(r.data->>'description', ''),
        ARRAY(SELECT 'subuser:' || x FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(r.data->'roles') = 'array' THEN r.data->'roles' ELSE '[]' END) AS roles (x)
            WHERE x IN ('Owner', 'Admin', 'Developer', 'Supervisor', 'Support', 'Accountant', 'PhoneNumberManager', 'CallListManager', 'UserManager', 'Payer', 'PayerNoVerify')),
        CASE WHEN r.data->>'state' = 'suspended' THEN 'suspended' ELSE 'active' END, r.version, r.created_at, r.updated_at
    FROM records r WHERE r.kind = 'service_account';
INSERT INTO api_keys (tenant_id, id, account_id, service_account_id, name, hint, permissions, read_only, sub_accounts, networks, expires_at, revoked_at, version,
        created_at, created_by, created_by_name, updated_at)
    SELECT r.tenant_id, r.id, r.account_id, s.id, r.name, '', '{}', false, false, '{}', (r.data->>'expires_at')::timestamptz, now(), r.version, r.created_at, r.created_by, r.created_by_name, r.updated_at
    FROM records r JOIN service_accounts s ON s.tenant_id = r.tenant_id AND s.account_id = r.account_id AND s.id::text = r.data->>'service_account'
    WHERE r.kind = 'api_key';
DELETE FROM deleted_records WHERE kind IN ('service_account', 'api_key');
DELETE FROM batches WHERE things IN ('service_account', 'api_key');
DELETE FROM record_days WHERE kind IN ('service_account', 'api_key');
DELETE FROM records WHERE kind IN ('service_account', 'api_key');
