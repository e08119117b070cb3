-- The bounds that an audit was given, and an index by which its host is found among
-- those that have not ended. The host is what stands between the second and the third
-- slash of a canonical address. Its twin for SQLite has the same name.
ALTER TABLE audits
  ADD COLUMN max_bytes bigint CONSTRAINT "atalaya: max_bytes is 1 or more" CHECK (max_bytes >= 1),
  ADD COLUMN max_seconds integer CONSTRAINT "atalaya: max_seconds is 1 or more" CHECK (max_seconds >= 1);
CREATE INDEX audits_host ON audits ((split_part(url, '/', 3)))
  WHERE kind = 'site' AND status IN ('pending', 'running');
