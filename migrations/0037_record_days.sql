-- +goose Up
-- How many records of some kinds came to be on each day (in UTC), and what the
-- number that their section sums comes to. It tells what happened: a record that is
-- deleted stays counted.
CREATE TABLE record_days (
    tenant_id  uuid NOT NULL,
    account_id uuid NOT NULL,
    kind       text NOT NULL,
    day        date NOT NULL,
    records    bigint NOT NULL,
    total      numeric NOT NULL,
    PRIMARY KEY (tenant_id, account_id, kind, day)
);
SELECT spread('record_days');
ALTER TABLE record_days ADD FOREIGN KEY (tenant_id, account_id) REFERENCES accounts;
ALTER TABLE record_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE record_days FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON record_days USING (
    (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid OR CASE current_setting('app.scope', true) WHEN 'system' THEN true ELSE false END));

SET LOCAL app.scope = 'system';
INSERT INTO record_days (tenant_id, account_id, kind, day, records, total)
    SELECT tenant_id, account_id, kind, (created_at AT TIME ZONE 'UTC')::date, count(*), coalesce(sum((data->>'amount')::numeric), 0)
    FROM records WHERE kind IN ('call', 'transaction') GROUP BY 1, 2, 3, 4;

-- The sign-ins of an account that came to an end, by day.
CREATE INDEX sign_ins_done ON sign_ins (tenant_id, account_id, at) INCLUDE (principal_kind, principal_id) WHERE outcome = 'ok' AND why <> 'second step needed';
