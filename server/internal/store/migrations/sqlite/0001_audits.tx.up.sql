-- The schema on SQLite 3.37 and newer. Its twin for PostgreSQL has the same name;
-- what holds for one holds for the other.
--
-- Foreign workers write with other builds of SQLite, the sqlite3 shell for one:
-- the checks use only functions that each has.

-- One row. revision is the last number given to a change; one writer at a time
-- makes it grow in the order of commits. fixing is 1 while a trigger of audits
-- completes a row, so that the others leave that write alone.
CREATE TABLE audits_clock (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  revision INTEGER NOT NULL,
  fixing   INTEGER NOT NULL
) STRICT;
INSERT INTO audits_clock (one, revision, fixing) VALUES (1, 0, 0);

-- Times are text, YYYY-MM-DD HH:MM:SS.mmm+00:00: their order is that of time.
CREATE TABLE audits (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  revision          INTEGER NOT NULL DEFAULT 0,
  url               TEXT    NOT NULL,
  kind              TEXT    NOT NULL DEFAULT 'external',
  status            TEXT    NOT NULL DEFAULT 'pending',
  stage             TEXT,
  progress          INTEGER NOT NULL DEFAULT 0,
  message           TEXT,
  error_message     TEXT,
  geo_score         INTEGER,
  provisional_score INTEGER,
  total_pages       INTEGER NOT NULL DEFAULT 0,
  discovered        INTEGER NOT NULL DEFAULT 0,
  page_limit        INTEGER,
  max_depth         INTEGER,
  findings_error    INTEGER NOT NULL DEFAULT 0,
  findings_warning  INTEGER NOT NULL DEFAULT 0,
  findings_notice   INTEGER NOT NULL DEFAULT 0,
  responses_2xx     INTEGER NOT NULL DEFAULT 0,
  responses_3xx     INTEGER NOT NULL DEFAULT 0,
  responses_4xx     INTEGER NOT NULL DEFAULT 0,
  responses_5xx     INTEGER NOT NULL DEFAULT 0,
  responses_failed  INTEGER NOT NULL DEFAULT 0,
  attempt           INTEGER NOT NULL DEFAULT 0,
  partial           INTEGER NOT NULL DEFAULT 0,
  stop_reason       TEXT,
  activity          TEXT,
  created_at        TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')),
  started_at        TEXT,
  updated_at        TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')),
  finished_at       TEXT,
  worker_seen_at    TEXT,
  lease_owner       TEXT,
  lease_until       TEXT,
  leases_lost       INTEGER NOT NULL DEFAULT 0,
  cancel_requested  INTEGER NOT NULL DEFAULT 0,
  deleted_at        TEXT,
  idempotency_key   TEXT    UNIQUE,
  request_hash      TEXT,
  CONSTRAINT "atalaya: id is 1 or more" CHECK (id >= 1),
  CONSTRAINT "atalaya: url is 1 to 2048 bytes" CHECK (length(CAST(url AS BLOB)) BETWEEN 1 AND 2048),
  CONSTRAINT "atalaya: kind is site or external" CHECK (kind IN ('site', 'external')),
  CONSTRAINT "atalaya: status is unknown" CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
  CONSTRAINT "atalaya: stage is unknown" CHECK (stage IN ('discover', 'crawl', 'links', 'site', 'score')),
  CONSTRAINT "atalaya: progress is 0 to 100" CHECK (progress BETWEEN 0 AND 100),
  CONSTRAINT "atalaya: message has at most 200 characters" CHECK (length(message) <= 200),
  CONSTRAINT "atalaya: error_message has at most 2000 characters" CHECK (length(error_message) <= 2000),
  CONSTRAINT "atalaya: stop_reason has at most 200 characters" CHECK (length(stop_reason) <= 200),
  CONSTRAINT "atalaya: activity has at most 49152 bytes" CHECK (length(CAST(activity AS BLOB)) <= 49152),
  CONSTRAINT "atalaya: geo_score is 0 to 100" CHECK (geo_score BETWEEN 0 AND 100),
  CONSTRAINT "atalaya: geo_score is set only when completed" CHECK (geo_score IS NULL OR status = 'completed'),
  CONSTRAINT "atalaya: provisional_score is 0 to 100" CHECK (provisional_score BETWEEN 0 AND 100),
  CONSTRAINT "atalaya: page_limit is 1 or more" CHECK (page_limit >= 1),
  CONSTRAINT "atalaya: counts are 0 or more" CHECK (min(
    total_pages, discovered, findings_error, findings_warning, findings_notice,
    responses_2xx, responses_3xx, responses_4xx, responses_5xx, responses_failed, attempt) >= 0),
  CONSTRAINT "atalaya: partial and cancel_requested are 0 or 1" CHECK (partial IN (0, 1) AND cancel_requested IN (0, 1))
) STRICT;

CREATE INDEX audits_changed ON audits (revision);
CREATE INDEX audits_status ON audits (status, id);
CREATE INDEX audits_claim ON audits (id) WHERE kind = 'site' AND status IN ('pending', 'running');

CREATE TABLE pages (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  audit_id         INTEGER NOT NULL REFERENCES audits (id) ON DELETE CASCADE,
  url              TEXT    NOT NULL,
  depth            INTEGER NOT NULL,
  referrer         TEXT    NOT NULL,
  status           INTEGER NOT NULL,
  failure          TEXT    NOT NULL,
  ms               INTEGER NOT NULL,
  bytes            INTEGER NOT NULL,
  content_type     TEXT    NOT NULL,
  final_url        TEXT    NOT NULL,
  title            TEXT    NOT NULL,
  words            INTEGER NOT NULL,
  analysed         INTEGER NOT NULL,
  findings_error   INTEGER NOT NULL,
  findings_warning INTEGER NOT NULL,
  findings_notice  INTEGER NOT NULL,
  fetched_at       TEXT    NOT NULL,
  state            BLOB,
  UNIQUE (audit_id, url)
) STRICT;
CREATE INDEX pages_order ON pages (audit_id, id);

CREATE TABLE findings (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  audit_id INTEGER NOT NULL REFERENCES audits (id) ON DELETE CASCADE,
  page_id  INTEGER REFERENCES pages (id) ON DELETE CASCADE,
  check_id TEXT    NOT NULL,
  category TEXT    NOT NULL,
  severity TEXT    NOT NULL,
  evidence TEXT    NOT NULL
) STRICT;
CREATE INDEX findings_order ON findings (audit_id, id);
CREATE INDEX findings_check ON findings (audit_id, check_id, id);
CREATE INDEX findings_page ON findings (page_id);

CREATE TABLE reports (
  audit_id   INTEGER PRIMARY KEY REFERENCES audits (id) ON DELETE CASCADE,
  body       TEXT    NOT NULL,
  created_at TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'))
) STRICT;
