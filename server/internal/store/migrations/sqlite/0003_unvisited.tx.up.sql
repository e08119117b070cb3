-- The addresses that an audit left out, and why. Its twin for PostgreSQL has the same
-- name.
CREATE TABLE unvisited (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  audit_id INTEGER NOT NULL REFERENCES audits (id) ON DELETE CASCADE,
  url      TEXT    NOT NULL,
  referrer TEXT    NOT NULL,
  reason   TEXT    NOT NULL
) STRICT;
CREATE INDEX unvisited_order ON unvisited (audit_id, id);
CREATE INDEX unvisited_reason ON unvisited (audit_id, reason, id);
