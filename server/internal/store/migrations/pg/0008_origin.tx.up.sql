-- What tells this database from its copies: a restored one must not hand out revisions
-- that readers have already seen of another state. One row. Its twin for SQLite has the
-- same name.
CREATE TABLE atalaya_origin (
  one    integer PRIMARY KEY CHECK (one = 1),
  origin text    NOT NULL
);
GRANT SELECT ON atalaya_origin TO PUBLIC;
