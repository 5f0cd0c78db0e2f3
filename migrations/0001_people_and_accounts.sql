-- +goose Up
-- A tenant is a root account and everything below it; its id is the root's.
-- Tables of a tenant begin their keys with tenant_id, and row-level security
-- shows nothing outside the scope: one tenant by app.tenant, or everything by
-- app.scope = 'system' for the few reads that look across tenants.

CREATE TABLE tenants (
    id         uuid PRIMARY KEY,
    epoch      bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE members (
    id            uuid PRIMARY KEY,
    name          text NOT NULL CONSTRAINT members_name_length CHECK (char_length(name) BETWEEN 1 AND 100),
    email         text NOT NULL,
    email_folded  text NOT NULL CONSTRAINT members_email_unique UNIQUE,
    password_hash text NOT NULL,
    state         text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    last_sign_in  timestamptz,
    created_at    timestamptz NOT NULL
);

CREATE TABLE accounts (
    tenant_id    uuid NOT NULL REFERENCES tenants,
    id           uuid NOT NULL,
    parent_id    uuid,
    kind         text NOT NULL CHECK (kind IN ('personal', 'main', 'sub', 'timeless')),
    name         text NOT NULL CONSTRAINT accounts_name_length CHECK (char_length(name) BETWEEN 1 AND 100),
    state        text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    owner_id     uuid NOT NULL REFERENCES members,
    depth        smallint NOT NULL CONSTRAINT accounts_depth CHECK (depth BETWEEN 0 AND 16),
    -- The ids from the root to this account, joined by '/': in this order the
    -- rows are the tree, and what is below an account is one range.
    path         text COLLATE "C" NOT NULL,
    open_to_main boolean NOT NULL DEFAULT true,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES accounts,
    CHECK ((parent_id IS NULL) = (kind IN ('personal', 'main'))),
    CHECK ((parent_id IS NULL) = (tenant_id = id))
);
CREATE INDEX accounts_by_parent ON accounts (tenant_id, parent_id, created_at DESC, id DESC);
CREATE INDEX accounts_by_path ON accounts (tenant_id, path);
CREATE INDEX accounts_by_id ON accounts (id);
CREATE INDEX accounts_by_owner ON accounts (owner_id, path);

CREATE TABLE memberships (
    tenant_id  uuid NOT NULL,
    account_id uuid NOT NULL,
    member_id  uuid NOT NULL REFERENCES members,
    roles      text[] NOT NULL CHECK (cardinality(roles) > 0),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account_id, member_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts
);
CREATE INDEX memberships_by_member ON memberships (member_id);

CREATE TABLE subusers (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    account_id    uuid NOT NULL,
    name          text NOT NULL CONSTRAINT subusers_name_length CHECK (char_length(name) BETWEEN 1 AND 64),
    description   text NOT NULL DEFAULT '' CONSTRAINT subusers_description_length CHECK (char_length(description) <= 500),
    password_hash text, -- none until the one-time link was used
    roles         text[] NOT NULL CONSTRAINT subusers_have_roles CHECK (cardinality(roles) > 0),
    state         text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    last_sign_in  timestamptz,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT subusers_name_unique UNIQUE (tenant_id, account_id, name),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts,
    CONSTRAINT subusers_name_lower CHECK (name = lower(name))
);

-- The page where the subusers of an account sign in. The link is shown again
-- to whoever may edit subusers, so it is kept as it is.
CREATE TABLE login_links (
    tenant_id  uuid NOT NULL,
    account_id uuid NOT NULL,
    link       text NOT NULL CONSTRAINT login_links_unique UNIQUE,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts
);

-- One-time links by which a subuser sets a password.
CREATE TABLE password_links (
    tenant_id  uuid NOT NULL,
    token_hash bytea NOT NULL,
    subuser_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, subuser_id) REFERENCES subusers ON DELETE CASCADE
);
CREATE INDEX password_links_by_hash ON password_links (token_hash);
CREATE INDEX password_links_by_subuser ON password_links (tenant_id, subuser_id);

-- Entitlements of sub-accounts: a rule per parent and entitlement, and the
-- children that differ from it. A rule voids the exceptions of earlier epochs,
-- so that setting all children costs one row. No rule means allowed. The rule
-- before is kept: putting it back brings its exceptions back, which is Undo.
CREATE TABLE entitlement_rules (
    tenant_id        uuid NOT NULL,
    parent_id        uuid NOT NULL,
    entitlement      text NOT NULL,
    allowed          boolean NOT NULL,
    epoch            bigint NOT NULL,
    previous_allowed boolean,
    previous_epoch   bigint,
    PRIMARY KEY (tenant_id, parent_id, entitlement),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES accounts
);
CREATE TABLE entitlement_exceptions (
    tenant_id   uuid NOT NULL,
    account_id  uuid NOT NULL,
    entitlement text NOT NULL,
    allowed     boolean NOT NULL,
    epoch       bigint NOT NULL,
    PRIMARY KEY (tenant_id, account_id, entitlement),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts
);

-- What each epoch of a tenant changed, so that every node re-reads just that.
CREATE TABLE access_changes (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    epoch       bigint NOT NULL,
    seq         integer NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('account', 'member', 'subuser', 'rule', 'children')),
    subject_id  uuid NOT NULL,
    entitlement text,
    allowed     boolean,
    PRIMARY KEY (tenant_id, epoch, seq)
);

CREATE TABLE sessions (
    id_hash        bytea PRIMARY KEY,
    id             uuid NOT NULL UNIQUE, -- names it in the list of one's sessions
    principal_kind text NOT NULL CHECK (principal_kind IN ('member', 'subuser')),
    principal_id   uuid NOT NULL,
    tenant_id      uuid, -- of a subuser
    account_id     uuid,
    address        text NOT NULL,
    agent          text NOT NULL,
    started_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    CHECK ((principal_kind = 'subuser') = (account_id IS NOT NULL))
);
CREATE INDEX sessions_by_principal ON sessions (principal_kind, principal_id, started_at DESC);

-- A chain per account: hash covers the row and the hash before it.
CREATE TABLE audit_events (
    tenant_id      uuid NOT NULL,
    account_id     uuid NOT NULL,
    seq            bigint NOT NULL,
    at             timestamptz NOT NULL,
    principal_kind text NOT NULL,
    principal_id   uuid NOT NULL,
    principal_name text NOT NULL,
    address        text NOT NULL,
    action         text NOT NULL, -- noun.verb
    noun           text NOT NULL GENERATED ALWAYS AS (split_part(action, '.', 1)) STORED,
    permission     text NOT NULL,
    because        text NOT NULL,
    kind           text NOT NULL,
    resource_id    uuid NOT NULL,
    resource_name  text NOT NULL,
    change         jsonb NOT NULL,
    previous       bytea NOT NULL,
    hash           bytea NOT NULL,
    PRIMARY KEY (tenant_id, account_id, seq)
);
CREATE INDEX audit_events_by_time ON audit_events (tenant_id, account_id, at DESC);
CREATE INDEX audit_events_by_noun ON audit_events (tenant_id, account_id, noun, seq DESC);

CREATE TABLE audit_heads (
    tenant_id  uuid NOT NULL,
    account_id uuid NOT NULL,
    seq        bigint NOT NULL,
    hash       bytea NOT NULL,
    PRIMARY KEY (tenant_id, account_id)
);

-- The settings are read by subqueries, which run once a statement; read as they
-- are, they would be read again for every row, and misjudged by the planner.
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['accounts', 'memberships', 'subusers', 'login_links', 'password_links', 'entitlement_rules',
        'entitlement_exceptions', 'access_changes', 'audit_events', 'audit_heads'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY tenant ON %I USING (
            tenant_id = (SELECT NULLIF(current_setting('app.tenant', true), '')::uuid)
            OR (SELECT current_setting('app.scope', true) = 'system'))$p$, t);
    END LOOP;
    -- A tenant's own row, and what stands outside tenants.
    ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
    ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON tenants USING (
        id = (SELECT NULLIF(current_setting('app.tenant', true), '')::uuid)
        OR (SELECT current_setting('app.scope', true) = 'system'));
    FOREACH t IN ARRAY ARRAY['members', 'sessions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY system ON %I USING ((SELECT current_setting('app.scope', true) = 'system'))$p$, t);
    END LOOP;
END $$;
-- +goose StatementEnd
