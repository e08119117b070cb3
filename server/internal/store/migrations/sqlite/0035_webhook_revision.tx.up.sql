-- The revision of a webhook, so that of two who change one at once the later is told. Its twin
-- for PostgreSQL has the same name.
ALTER TABLE webhooks ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
