-- What the list of audits is sorted by, made by the database. Each rank is higher the
-- further ahead an audit stands: the worst score, the most errors, the longest time. An
-- audit that has no such number stands behind the others, and no rank changes while one
-- runs, so that its updates stay within their page (HOT). Each index serves one status,
-- and the list of several is merged. Its twin for SQLite has the same name.
ALTER TABLE audits
  ADD COLUMN rank_score bigint GENERATED ALWAYS AS (-coalesce(geo_score, 101)) STORED,
  ADD COLUMN rank_errors bigint GENERATED ALWAYS AS (
    CASE WHEN status IN ('completed', 'failed', 'cancelled') THEN findings_error ELSE -1 END
  ) STORED,
  ADD COLUMN rank_seconds bigint GENERATED ALWAYS AS (
    coalesce(floor(extract(epoch FROM finished_at - started_at))::bigint, -1)
  ) STORED;
CREATE INDEX audits_listed ON audits (status, id) WHERE deleted_at IS NULL;
CREATE INDEX audits_by_score ON audits (status, rank_score, id) WHERE deleted_at IS NULL;
CREATE INDEX audits_by_errors ON audits (status, rank_errors, id) WHERE deleted_at IS NULL;
CREATE INDEX audits_by_seconds ON audits (status, rank_seconds, id) WHERE deleted_at IS NULL;
