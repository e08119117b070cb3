-- Who may come in: tokens, of which only a hash is kept, and the browsers that signed in
-- with one. once marks a token that makes the first admin and nothing else. started_by is
-- the token with which somebody started an audit. Its twin for PostgreSQL has the same name.
CREATE TABLE tokens (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  prefix       TEXT    NOT NULL UNIQUE,
  hash         TEXT    NOT NULL,
  role         TEXT    NOT NULL
    CONSTRAINT "atalaya: role is viewer, auditor, worker or admin" CHECK (role IN ('viewer', 'auditor', 'worker', 'admin')),
  name         TEXT    NOT NULL,
  once         INTEGER NOT NULL,
  created_at   TEXT    NOT NULL,
  expires_at   TEXT,
  last_used_at TEXT,
  revoked_at   TEXT
) STRICT;
CREATE TABLE sessions (
  id         TEXT    PRIMARY KEY,
  token_id   INTEGER NOT NULL REFERENCES tokens (id),
  hash       TEXT    NOT NULL,
  previous   TEXT    NOT NULL,
  created_at TEXT    NOT NULL,
  rotated_at TEXT    NOT NULL,
  expires_at TEXT    NOT NULL
) STRICT;
CREATE INDEX sessions_token ON sessions (token_id);
ALTER TABLE audits ADD COLUMN started_by INTEGER;
