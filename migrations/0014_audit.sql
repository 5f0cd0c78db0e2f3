-- +goose Up
-- The audit of an account with all below it, newest first; of one kind; of one person.
CREATE INDEX audit_events_of_tenant ON audit_events (tenant_id, at, account_id, seq);
CREATE INDEX audit_events_of_tenant_by_noun ON audit_events (tenant_id, noun, at, account_id, seq);
CREATE INDEX audit_events_by_principal ON audit_events (tenant_id, principal_id, at, account_id, seq);
