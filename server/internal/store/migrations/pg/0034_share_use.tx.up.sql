-- When a link to an audit was used last, right to some minutes. Its twin for SQLite has the
-- same name.
ALTER TABLE shares ADD COLUMN last_used_at timestamptz;
