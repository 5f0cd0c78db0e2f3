-- +goose Up
-- What says itself when it happened came to be then, not when it was reported: lists
-- are sorted by that and narrowed to days of it, and calls are counted by it.
SET LOCAL app.scope = 'system';
INSERT INTO record_days (tenant_id, account_id, kind, day, records, total)
    SELECT tenant_id, account_id, kind, day, sum(n), 0 FROM (
        SELECT tenant_id, account_id, kind, ((data->>'started_at')::timestamptz AT TIME ZONE 'UTC')::date AS day, count(*) AS n FROM records WHERE kind = 'call' GROUP BY 1, 2, 3, 4
        UNION ALL SELECT tenant_id, account_id, kind, (created_at AT TIME ZONE 'UTC')::date, -count(*) FROM records WHERE kind = 'call' GROUP BY 1, 2, 3, 4
    ) moved GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
    ON CONFLICT (tenant_id, account_id, kind, day) DO UPDATE SET records = record_days.records + excluded.records;
UPDATE records SET created_at = (data->>'started_at')::timestamptz WHERE kind IN ('call', 'call_session') AND created_at <> (data->>'started_at')::timestamptz;
UPDATE deleted_records SET created_at = (data->>'started_at')::timestamptz WHERE kind IN ('call', 'call_session') AND created_at <> (data->>'started_at')::timestamptz;
UPDATE records SET created_at = (data->>'at')::timestamptz WHERE kind = 'log' AND created_at <> (data->>'at')::timestamptz;
UPDATE timeless_entries SET created_at = (data->>'at')::timestamptz WHERE created_at <> (data->>'at')::timestamptz;
