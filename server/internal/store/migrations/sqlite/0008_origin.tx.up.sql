-- What tells this database from its copies: a restored one must not hand out revisions
-- that readers have already seen of another state. One row. Its twin for PostgreSQL has
-- the same name.
CREATE TABLE atalaya_origin (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  origin TEXT    NOT NULL
) STRICT;
