-- What people did: who did it, with which token, to what, and from where. Rows are never
-- changed. Its twin for PostgreSQL has the same name.
CREATE TABLE trail (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  at       TEXT    NOT NULL,
  action   TEXT    NOT NULL,
  token_id INTEGER,
  who      TEXT    NOT NULL,
  role     TEXT    NOT NULL,
  address  TEXT    NOT NULL,
  audit_id INTEGER,
  about    TEXT    NOT NULL
) STRICT;
CREATE INDEX trail_at ON trail (at);
