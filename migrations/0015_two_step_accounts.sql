-- +goose Up
-- Lists from above leave out what a session could not enter: few accounts want
-- two steps, and asking which must not read all.
CREATE INDEX accounts_with_two_steps ON accounts (tenant_id, path) WHERE two_step_since IS NOT NULL;
