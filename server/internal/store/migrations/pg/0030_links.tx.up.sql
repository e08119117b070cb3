-- What a page's answer said beside its body, and which pages lead to it. Its twin for
-- SQLite has the same name.

-- Lists as JSON; NULL where nobody noted them.
ALTER TABLE pages ADD COLUMN redirects text;
ALTER TABLE pages ADD COLUMN headers text;

-- A row for each page once its audit has ended, however few pages lead there: without one
-- that is not known. linking has the ids of those pages, in ascending order, each as its
-- difference to the one before in 7 bits a byte, the lowest first: a row for each link
-- would be a million of them.
CREATE TABLE links_in (
  page_id  bigint PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
  audit_id bigint NOT NULL REFERENCES audits (id) ON DELETE CASCADE,
  linking  bytea  NOT NULL
);
CREATE INDEX links_in_audit ON links_in (audit_id);
