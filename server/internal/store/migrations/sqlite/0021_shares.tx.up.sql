-- Links by which one audit can be read without signing in, and the keys that this database
-- signs with. made_by is the token of whoever made a link. Its twin for PostgreSQL has the
-- same name.
CREATE TABLE shares (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  audit_id   INTEGER NOT NULL,
  made_by    INTEGER,
  created_at TEXT    NOT NULL,
  expires_at TEXT    NOT NULL,
  revoked_at TEXT
) STRICT;
CREATE INDEX shares_audit ON shares (audit_id);
CREATE TABLE secrets (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
