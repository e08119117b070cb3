-- Which paths of a site an audit visits, a pattern a line. Its twin for SQLite has the
-- same name.
ALTER TABLE audits ADD COLUMN include_paths text;
ALTER TABLE audits ADD COLUMN exclude_paths text;
ALTER TABLE schedules ADD COLUMN include_paths text;
ALTER TABLE schedules ADD COLUMN exclude_paths text;
