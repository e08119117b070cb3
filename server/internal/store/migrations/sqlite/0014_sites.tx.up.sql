-- The site of an audit, made from its address by the database, and indexes by which the
-- audits of a site and its scores are found, the newest first. A site is called as
-- shared.SiteName calls it: what stands between the second and the third slash, without
-- www.; what is no address is its own site. Its twin for PostgreSQL has the same name.
ALTER TABLE audits ADD COLUMN site TEXT GENERATED ALWAYS AS (
  CASE
    WHEN instr(url, '://') < 2 OR substr(url, instr(url, '://') + 3, 1) IN ('', '/', '?', '#') THEN url
    WHEN substr(url, instr(url, '://') + 3, 4) = 'www.'
      THEN substr(url, instr(url, '://') + 7, instr(substr(url, instr(url, '://') + 7) || '/', '/') - 1)
    ELSE substr(url, instr(url, '://') + 3, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1)
  END
) VIRTUAL;
CREATE INDEX audits_site ON audits (site, id) WHERE deleted_at IS NULL;
CREATE INDEX audits_scored ON audits (site, id) WHERE deleted_at IS NULL AND status = 'completed';
