-- +goose Up
-- A session remembers when its owner proved last who they are, where that was
-- after the sign-in, and whether the sign-in took two steps.
ALTER TABLE sessions
    ADD COLUMN proved_at timestamptz,
    ADD COLUMN two_step  boolean NOT NULL DEFAULT false;

-- From then on the sign-ins of everybody in the account take two steps.
ALTER TABLE accounts ADD COLUMN two_step_since timestamptz;

-- The second step of a login: the sealed key of its authenticator app, the last
-- 30-second step of which a code was used, and the hashes of the recovery codes
-- that are left.
ALTER TABLE members
    ADD COLUMN two_step_key   text,
    ADD COLUMN two_step_at    timestamptz,
    ADD COLUMN two_step_used  bigint NOT NULL DEFAULT 0,
    ADD COLUMN recovery_codes bytea[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT members_two_step_whole CHECK ((two_step_key IS NULL) = (two_step_at IS NULL));
ALTER TABLE subusers
    ADD COLUMN two_step_key   text,
    ADD COLUMN two_step_at    timestamptz,
    ADD COLUMN two_step_used  bigint NOT NULL DEFAULT 0,
    ADD COLUMN recovery_codes bytea[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT subusers_two_step_whole CHECK ((two_step_key IS NULL) = (two_step_at IS NULL));

-- Sign-ins of which the password was right and the code is missing.
CREATE TABLE half_sign_ins (
    token_hash     bytea PRIMARY KEY,
    principal_kind text NOT NULL CHECK (principal_kind IN ('member', 'subuser')),
    principal_id   uuid NOT NULL,
    tenant_id      uuid, -- of a subuser
    account_id     uuid,
    return_to      text NOT NULL,
    tries          smallint NOT NULL DEFAULT 0,
    expires_at     timestamptz NOT NULL,
    CHECK ((principal_kind = 'subuser') = (account_id IS NOT NULL))
);
CREATE INDEX half_sign_ins_by_principal ON half_sign_ins (principal_kind, principal_id);

CREATE TABLE passkeys (
    id            uuid PRIMARY KEY,
    member_id     uuid NOT NULL REFERENCES members,
    name          text NOT NULL CONSTRAINT passkeys_name_length CHECK (char_length(name) BETWEEN 1 AND 64),
    credential_id bytea NOT NULL CONSTRAINT passkeys_credential_unique UNIQUE,
    credential    jsonb NOT NULL, -- public key, counter and flags
    created_at    timestamptz NOT NULL,
    last_used_at  timestamptz
);
CREATE INDEX passkeys_by_member ON passkeys (member_id, created_at);

-- What a passkey was asked to sign, once.
CREATE TABLE passkey_challenges (
    token_hash bytea PRIMARY KEY,
    member_id  uuid REFERENCES members, -- who adds a passkey; none for who signs in
    challenge  jsonb NOT NULL,
    expires_at timestamptz NOT NULL
);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['half_sign_ins', 'passkeys', 'passkey_challenges'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY system ON %I USING ((SELECT current_setting('app.scope', true) = 'system'))$p$, t);
    END LOOP;
END $$;
-- +goose StatementEnd
