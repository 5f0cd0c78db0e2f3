-- +goose Up
-- Replies are entries with author and time. Of the texts that stand for them so
-- far, only the time of the last change is known.
SET LOCAL app.scope = 'system';
UPDATE records SET data = jsonb_set(data, '{replies}', jsonb_build_array(jsonb_build_object(
        'at', to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'text', data->>'replies')))
    WHERE kind = 'ticket' AND jsonb_typeof(data->'replies') = 'string' AND data->>'replies' <> '';
UPDATE records SET data = data - 'replies' WHERE kind = 'ticket' AND jsonb_typeof(data->'replies') = 'string';
