-- +goose Up
-- What says itself when it happened came to be then, not when it was reported: lists
-- are sorted by that and narrowed to days of it, and calls are counted by it.
SET LOCAL app.scope = 'system';
-- The times name their zone, so that what they are depends on nothing else; Citus takes
-- no less than that in an UPDATE of all tenants.
CREATE FUNCTION said_at(text) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS 'SELECT $1::timestamptz';
INSERT INTO record_days (tenant_id, account_id, kind, day, records, total)
    SELECT tenant_id, account_id, kind, day, sum(n), 0 FROM (
        SELECT tenant_id, account_id, kind, ((data->>'started_at')::timestamptz AT TIME ZONE 'UTC')::date AS day, count(*) AS n FROM records WHERE kind = 'call' GROUP BY 1, 2, 3, 4
        UNION ALL SELECT tenant_id, account_id, kind, (created_at AT TIME ZONE 'UTC')::date, -count(*) FROM records WHERE kind = 'call' GROUP BY 1, 2, 3, 4
    ) moved GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
    ON CONFLICT (tenant_id, account_id, kind, day) DO UPDATE SET records = record_days.records + excluded.records;
UPDATE records SET created_at = said_at(data->>'started_at') WHERE kind IN ('call', 'call_session') AND created_at <> said_at(data->>'started_at');
UPDATE deleted_records SET created_at = said_at(data->>'started_at') WHERE kind IN ('call', 'call_session') AND created_at <> said_at(data->>'started_at');
UPDATE records SET created_at = said_at(data->>'at') WHERE kind = 'log' AND created_at <> said_at(data->>'at');
UPDATE timeless_entries SET created_at = said_at(data->>'at') WHERE created_at <> said_at(data->>'at');
DROP FUNCTION said_at(text);
