-- +goose Up
-- An account's owner, or who owns an account above it, offers its ownership to
-- one member, who accepts or does not.
CREATE TABLE ownership_offers (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    account_id   uuid NOT NULL,
    owner_id     uuid NOT NULL REFERENCES members, -- when it was offered
    offered_by   uuid NOT NULL REFERENCES members, -- the owner, or an owner above
    offered_to   uuid NOT NULL REFERENCES members,
    with_below   boolean NOT NULL, -- with all below that the same owner holds
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    outcome      text CHECK (outcome IN ('accepted', 'declined', 'cancelled', 'replaced')),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts,
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE UNIQUE INDEX ownership_offers_open ON ownership_offers (tenant_id, account_id) WHERE ended_at IS NULL;
CREATE INDEX ownership_offers_to ON ownership_offers (offered_to) WHERE ended_at IS NULL;

ALTER TABLE ownership_offers ENABLE ROW LEVEL SECURITY;
ALTER TABLE ownership_offers FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON ownership_offers USING (
    tenant_id = (SELECT NULLIF(current_setting('app.tenant', true), '')::uuid)
    OR (SELECT current_setting('app.scope', true) = 'system'));

-- A closed login keeps its row, so that its id is never used again; its address
-- is free.
ALTER TABLE members DROP CONSTRAINT members_state_check;
ALTER TABLE members ADD CONSTRAINT members_state CHECK (state IN ('active', 'suspended', 'closed'));
