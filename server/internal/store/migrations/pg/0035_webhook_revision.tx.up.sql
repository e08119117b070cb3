-- The revision of a webhook, so that of two who change one at once the later is told. Its twin
-- for SQLite has the same name.
ALTER TABLE webhooks ADD COLUMN revision bigint NOT NULL DEFAULT 1;
