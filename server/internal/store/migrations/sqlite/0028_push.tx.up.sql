-- Browsers that are told of the end of audits are webhooks of the kind push: of one audit, or
-- of all; made_by is the token of whoever subscribed, and session the browser's own. One
-- browser is told of the same once. Its twin for PostgreSQL has the same name.
ALTER TABLE webhooks ADD COLUMN audit_id INTEGER;
ALTER TABLE webhooks ADD COLUMN made_by INTEGER;
ALTER TABLE webhooks ADD COLUMN session TEXT;
CREATE UNIQUE INDEX webhooks_push ON webhooks (url, coalesce(audit_id, 0)) WHERE kind = 'push';
