-- +goose Up
-- What somebody pinned in the sidebar, in that order, by the keys of sections; and
-- the accounts whose checklist they dismissed.
ALTER TABLE members
    ADD COLUMN pins text[] NOT NULL DEFAULT '{}',
    ADD COLUMN dismissed uuid[] NOT NULL DEFAULT '{}';
ALTER TABLE subusers
    ADD COLUMN pins text[] NOT NULL DEFAULT '{}',
    ADD COLUMN dismissed uuid[] NOT NULL DEFAULT '{}';
