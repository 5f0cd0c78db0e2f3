-- +goose Up
-- From which accounts a timeless account has entries, found one by one: those whose
-- logs are closed are not read there either.
CREATE INDEX timeless_entries_by_source ON timeless_entries (tenant_id, timeless_id, account_id);
