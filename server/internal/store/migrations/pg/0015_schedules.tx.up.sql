-- When sites are audited again: one row for each such site, with what every audit of it
-- asks for. turn grows with each change, so that of several who start what is due one
-- succeeds. Its twin for SQLite has the same name.
CREATE TABLE schedules (
  site           text        PRIMARY KEY,
  turn           bigint      NOT NULL,
  url            text        NOT NULL,
  page_limit     integer,
  max_depth      integer,
  max_bytes      bigint,
  max_seconds    integer,
  skip_ai_agents boolean     NOT NULL,
  cron           text        NOT NULL,
  time_zone      text        NOT NULL,
  next_at        timestamptz NOT NULL,
  last_at        timestamptz,
  last_audit_id  bigint,
  missed         integer     NOT NULL,
  missed_at      timestamptz,
  created_at     timestamptz NOT NULL
);
CREATE INDEX schedules_due ON schedules (next_at);
