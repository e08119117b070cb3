-- Who is told of what happens to audits. noticed says that what the end of an audit is to
-- be told of was written down; audits that have ended by now are not told of. notices
-- holds each event of an audit once. A delivery is one message to one webhook: due at
-- next_at, and while it is tried, another's to take up only after lease_until. Its twin
-- for PostgreSQL has the same name.
ALTER TABLE audits ADD COLUMN noticed INTEGER NOT NULL DEFAULT 0;
UPDATE audits SET noticed = 1 WHERE status NOT IN ('pending', 'running');
CREATE INDEX audits_unnoticed ON audits (id)
  WHERE NOT noticed AND status NOT IN ('pending', 'running', 'cancelled');

CREATE TABLE webhooks (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  kind             TEXT    NOT NULL,
  url              TEXT    NOT NULL,
  events           TEXT    NOT NULL,
  language         TEXT    NOT NULL,
  secret           TEXT    NOT NULL,
  old_secret       TEXT,
  old_secret_until TEXT,
  created_at       TEXT    NOT NULL
) STRICT;

CREATE TABLE notices (
  audit_id INTEGER NOT NULL REFERENCES audits (id) ON DELETE CASCADE,
  event    TEXT    NOT NULL,
  PRIMARY KEY (audit_id, event)
) STRICT;

CREATE TABLE deliveries (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook_id  INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  message     TEXT    NOT NULL,
  audit_id    INTEGER NOT NULL,
  event       TEXT    NOT NULL,
  body        TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  tries       INTEGER NOT NULL,
  status      INTEGER,
  error       TEXT,
  created_at  TEXT    NOT NULL,
  tried_at    TEXT,
  next_at     TEXT    NOT NULL,
  lease_until TEXT
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'pending';
CREATE INDEX deliveries_done ON deliveries (next_at) WHERE state <> 'pending';
CREATE INDEX deliveries_webhook ON deliveries (webhook_id, id);
