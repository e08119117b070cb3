-- The index by which the ended audits of a site are found, the newest first: whether one is
-- the newest, how many there are, and their scores. It takes the place of audits_scored,
-- which SQLite left for audits_listed, where it read all that were completed. Its twin for
-- SQLite has the same name.
CREATE INDEX audits_ended ON audits (site, id)
  WHERE deleted_at IS NULL AND status NOT IN ('pending', 'running');
DROP INDEX audits_scored;
