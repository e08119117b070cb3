-- The index by which a text is found in addresses: every three characters that stand
-- together in one, in small ASCII letters. At its end two blanks follow, so that a text
-- of one or two characters begins a gram wherever it stands. Triggers keep it. It is a
-- table because pg_trgm is not on every server. Its twin for SQLite has the same name.
CREATE TABLE audits_grams (
  gram     text COLLATE "C" NOT NULL,
  audit_id bigint           NOT NULL,
  PRIMARY KEY (gram, audit_id)
);
INSERT INTO audits_grams (gram, audit_id)
  SELECT DISTINCT substr(lower(url COLLATE "C") || '  ', n, 3), id
  FROM audits, generate_series(1, char_length(url)) AS n
  ORDER BY 1, 2;
