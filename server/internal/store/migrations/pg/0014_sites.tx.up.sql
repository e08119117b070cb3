-- The site of an audit, made from its address by the database, and indexes by which the
-- audits of a site and its scores are found, the newest first. A site is called as
-- shared.SiteName calls it: what stands between the second and the third slash, without
-- www.; what is no address is its own site. Its twin for SQLite has the same name.
ALTER TABLE audits ADD COLUMN site text GENERATED ALWAYS AS (
  CASE
    WHEN url !~ '^.+?://[^/?#]' THEN url
    ELSE regexp_replace(split_part(url, '/', 3), '^www\.', '')
  END
) STORED;
CREATE INDEX audits_site ON audits (site, id) WHERE deleted_at IS NULL;
CREATE INDEX audits_scored ON audits (site, id) WHERE deleted_at IS NULL AND status = 'completed';
