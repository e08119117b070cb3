-- Every update of an audit changes change_xid, which is in an index, so PostgreSQL makes an
-- entry for the new row in every index of which the row is a part. Running audits are
-- updated all the time; they leave the indexes of ranks, which they all share, and
-- audits_status, of which audits_listed holds all that is asked for. Its twin for SQLite,
-- which writes only to indexes whose columns change, has the same name.
DROP INDEX audits_by_score, audits_by_errors, audits_by_seconds, audits_status;
CREATE INDEX audits_by_score ON audits (status, rank_score, id)
  WHERE deleted_at IS NULL AND status NOT IN ('pending', 'running');
CREATE INDEX audits_by_errors ON audits (status, rank_errors, id)
  WHERE deleted_at IS NULL AND status NOT IN ('pending', 'running');
CREATE INDEX audits_by_seconds ON audits (status, rank_seconds, id)
  WHERE deleted_at IS NULL AND status NOT IN ('pending', 'running');
