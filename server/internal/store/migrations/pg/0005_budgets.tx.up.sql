-- Which server uses which budget of requests now, so that all of them together stay
-- polite. Its twin for SQLite has the same name.
CREATE TABLE budgets (
  key      text             NOT NULL,
  server   text             NOT NULL,
  told     timestamptz      NOT NULL,
  until    timestamptz      NOT NULL,
  rate     double precision NOT NULL,
  pause_ms bigint           NOT NULL,
  PRIMARY KEY (key, server)
);
