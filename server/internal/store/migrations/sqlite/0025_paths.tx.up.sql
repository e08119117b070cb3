-- Which paths of a site an audit visits, a pattern a line. Its twin for PostgreSQL has the
-- same name.
ALTER TABLE audits ADD COLUMN include_paths TEXT;
ALTER TABLE audits ADD COLUMN exclude_paths TEXT;
ALTER TABLE schedules ADD COLUMN include_paths TEXT;
ALTER TABLE schedules ADD COLUMN exclude_paths TEXT;
