-- The index by which a text is found in addresses: every three characters that stand
-- together in one, in small ASCII letters. At its end two blanks follow, so that a text
-- of one or two characters begins a gram wherever it stands. Triggers keep it. It is a
-- table because FTS5 is not in every build of SQLite that writes here. Its twin for
-- PostgreSQL has the same name.
CREATE TABLE audits_grams (
  gram     TEXT    NOT NULL,
  audit_id INTEGER NOT NULL,
  PRIMARY KEY (gram, audit_id)
) STRICT, WITHOUT ROWID;

-- The places in an address, because a trigger can neither count nor recurse.
CREATE TABLE audits_offsets (n INTEGER PRIMARY KEY) STRICT;
INSERT INTO audits_offsets (n)
  WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 2048) SELECT n FROM counted;

INSERT INTO audits_grams (gram, audit_id)
  SELECT DISTINCT substr(lower(url) || '  ', n, 3), id
  FROM audits JOIN audits_offsets ON n <= length(url)
  ORDER BY 1, 2;
