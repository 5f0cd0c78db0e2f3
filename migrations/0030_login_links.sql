-- +goose Up
-- A login link is 256 random bits, so nothing has to keep two of them apart; across
-- the machines of a distributed Postgres nothing could.
ALTER TABLE login_links DROP CONSTRAINT login_links_unique;
CREATE INDEX login_links_by_link ON login_links (link);
