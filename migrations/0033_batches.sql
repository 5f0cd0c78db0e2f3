-- +goose Up
-- What one act did to many things at once, of whatever kind.
SET LOCAL app.scope = 'system';
ALTER TABLE account_batches RENAME TO batches;
ALTER TABLE batches RENAME COLUMN label TO detail;
ALTER TABLE batches
    ADD COLUMN things text NOT NULL DEFAULT 'account', -- what they are: "account", or the key of a kind
    ADD COLUMN permission text NOT NULL DEFAULT 'sub_accounts.edit', -- that the act asked for
    ADD COLUMN before jsonb NOT NULL DEFAULT '{}'; -- by id, what undoing it puts back
ALTER TABLE batches ALTER COLUMN things DROP DEFAULT, ALTER COLUMN permission DROP DEFAULT;
UPDATE batches SET skipped = replace(skipped::text, '"accounts":', '"ids":')::jsonb;
