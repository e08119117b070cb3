-- A worker in SQL, beside the server on its PostgreSQL database. It takes up the external audit
-- that has waited longest, reports on it and completes it:
--
--   psql "$DATABASE_URL" -f worker.sql
--
-- An admin has made its role:
--
--   CREATE ROLE worker LOGIN PASSWORD '…';
--   GRANT SELECT, INSERT, UPDATE ON audits TO worker;
\set ON_ERROR_STOP on

-- Of several workers one gets the audit. Without one that waits, psql says so and ends.
UPDATE audits SET status = 'running', message = 'taken up'
 WHERE id = (SELECT id FROM audits WHERE kind = 'external' AND status = 'pending' AND deleted_at IS NULL
              ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id \gset

-- The work itself stands here. Each UPDATE is a transaction of its own, and everybody who
-- watches sees it at once; one that was cancelled in the meantime is left alone.
SELECT format('UPDATE audits SET progress = %s, message = %L, total_pages = %s WHERE id = %s AND status = %L',
              10 * page, 'reading page ' || page, page, :id, 'running')
  FROM generate_series(1, 9) AS page \gexec

UPDATE audits SET status = 'completed', geo_score = 82, total_pages = 10 WHERE id = :id AND status = 'running';
