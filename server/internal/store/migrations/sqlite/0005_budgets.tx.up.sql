-- Which server uses which budget of requests now. One server alone keeps none here; the
-- table exists because its twin for PostgreSQL, of the same name, does.
CREATE TABLE budgets (
  key      TEXT    NOT NULL,
  server   TEXT    NOT NULL,
  told     TEXT    NOT NULL,
  until    TEXT    NOT NULL,
  rate     REAL    NOT NULL,
  pause_ms INTEGER NOT NULL,
  PRIMARY KEY (key, server)
) STRICT;
