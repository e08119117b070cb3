-- How many requests a second an audit may make at most, and the headers that it sends, which
-- are sealed: the triggers erase them with its end. That there were some stays known. The twin
-- of this file for PostgreSQL has the same name.
ALTER TABLE audits ADD COLUMN rate REAL;
ALTER TABLE schedules ADD COLUMN rate REAL;
CREATE TABLE audit_headers (
  audit_id INTEGER PRIMARY KEY,
  sealed   BLOB
) STRICT;
