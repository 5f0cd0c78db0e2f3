-- +goose Up
-- Mail that waits to be sent, and what became of it. It is queued by the write
-- it tells of. A letter may be to somebody who is in no tenant.
CREATE TABLE letters (
    id             uuid PRIMARY KEY,
    kind           text NOT NULL,
    recipient      text NOT NULL,
    recipient_name text NOT NULL,
    about          uuid, -- what it tells of, such as an invite
    facts          text NOT NULL, -- sealed: they hold live links
    state          text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
    attempts       integer NOT NULL DEFAULT 0,
    next_at        timestamptz NOT NULL,
    give_up_at     timestamptz NOT NULL,
    last_error     text NOT NULL DEFAULT '',
    created_at     timestamptz NOT NULL,
    sent_at        timestamptz,
    CONSTRAINT letters_sent_hold_nothing CHECK (state <> 'sent' OR facts = '' AND sent_at IS NOT NULL)
);
CREATE INDEX letters_due ON letters (next_at) WHERE state = 'waiting';
CREATE INDEX letters_about ON letters (about, id DESC) WHERE about IS NOT NULL;

-- Who keeps house in the installation itself. E-mail addresses of logins are
-- not proven, so a login is named here by its id.
CREATE TABLE staff (
    member_id uuid NOT NULL REFERENCES members,
    duty      text NOT NULL CHECK (duty IN ('operator', 'support')),
    since     timestamptz NOT NULL,
    PRIMARY KEY (member_id, duty)
);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['letters', 'staff'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY system ON %I USING ((SELECT current_setting('app.scope', true) = 'system'))$p$, t);
    END LOOP;
END $$;
-- +goose StatementEnd
