-- What findings that belong together have in common; null in those of earlier versions,
-- each of which is a group of its own. Its twin for SQLite has the same name.
ALTER TABLE findings ADD COLUMN group_key bigint;
