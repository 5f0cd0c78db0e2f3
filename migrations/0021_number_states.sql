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
