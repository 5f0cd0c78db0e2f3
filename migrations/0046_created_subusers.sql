-- +goose Up
-- A notification setting is found by its event as that is called now.
SET LOCAL app.scope = 'system';
UPDATE records SET search = 'a subuser was created' WHERE kind = 'notification_setting' AND search = 'a subuser was made';
