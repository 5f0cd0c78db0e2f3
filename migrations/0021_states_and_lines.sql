-- +goose Up
SET LOCAL app.scope = 'system';
-- Numbers that people put on the block list are somebody else's, whatever they
-- were made into since.
UPDATE records SET data = (data - 'application') || '{"state": "barred"}', parent_id = NULL, version = version + 1
    WHERE kind = 'number' AND created_by NOT LIKE 'system:%';
-- What was given up before it was reserved or blocked is given up.
UPDATE records r SET data = (r.data - 'reason') || '{"state": "inactive"}', version = r.version + 1
    FROM (SELECT DISTINCT ON (tenant_id, resource_id) tenant_id, resource_id, change->'state'->>'from' AS before
        FROM audit_events WHERE kind = 'number' AND change ? 'state' ORDER BY tenant_id, resource_id, at DESC) last
    WHERE r.tenant_id = last.tenant_id AND r.id = last.resource_id AND last.before = 'inactive'
        AND r.kind = 'number' AND r.data->>'state' IN ('reserved', 'blocked');
-- No number stands twice in a call list. Where one does already, the first counts.
UPDATE records r SET unique_key = sha256(convert_to(r.parent_id::text || chr(31) || lower(r.data->>'phone'), 'UTF8'))
    FROM (SELECT DISTINCT ON (tenant_id, account_id, parent_id, lower(data->>'phone')) tenant_id, id
        FROM records WHERE kind = 'call_list_line' ORDER BY tenant_id, account_id, parent_id, lower(data->>'phone'), created_at, id) first
    WHERE r.tenant_id = first.tenant_id AND r.id = first.id AND r.unique_key IS NULL;
