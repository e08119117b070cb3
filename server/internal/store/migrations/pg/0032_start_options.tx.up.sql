-- How many requests a second an audit may make at most, and the headers that it sends, which
-- are sealed: the triggers erase them with its end. That there were some stays known. The twin
-- of this file for SQLite has the same name.
ALTER TABLE audits ADD COLUMN rate double precision;
ALTER TABLE schedules ADD COLUMN rate double precision;
CREATE TABLE audit_headers (
  audit_id bigint PRIMARY KEY,
  sealed   bytea
);
