-- +goose Up
-- The lists that somebody saved as views: {"at", "name", "query"}, in the order in
-- which they were saved.
ALTER TABLE members ADD COLUMN views jsonb NOT NULL DEFAULT '[]';
ALTER TABLE subusers ADD COLUMN views jsonb NOT NULL DEFAULT '[]';
