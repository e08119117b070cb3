-- When sites are audited again: one row for each such site, with what every audit of it
-- asks for. turn grows with each change, so that of several who start what is due one
-- succeeds. Its twin for PostgreSQL has the same name.
CREATE TABLE schedules (
  site           TEXT    PRIMARY KEY,
  turn           INTEGER NOT NULL,
  url            TEXT    NOT NULL,
  page_limit     INTEGER,
  max_depth      INTEGER,
  max_bytes      INTEGER,
  max_seconds    INTEGER,
  skip_ai_agents INTEGER NOT NULL,
  cron           TEXT    NOT NULL,
  time_zone      TEXT    NOT NULL,
  next_at        TEXT    NOT NULL,
  last_at        TEXT,
  last_audit_id  INTEGER,
  missed         INTEGER NOT NULL,
  missed_at      TEXT,
  created_at     TEXT    NOT NULL
) STRICT;
CREATE INDEX schedules_due ON schedules (next_at);
