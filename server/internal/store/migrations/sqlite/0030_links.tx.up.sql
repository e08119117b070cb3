-- What a page's answer said beside its body, and which pages lead to it. Its twin for
-- PostgreSQL has the same name.

-- Lists as JSON; NULL where nobody noted them.
ALTER TABLE pages ADD COLUMN redirects TEXT;
ALTER TABLE pages ADD COLUMN headers TEXT;

-- A row for each page once its audit has ended, however few pages lead there: without one
-- that is not known. linking has the ids of those pages, in ascending order, each as its
-- difference to the one before in 7 bits a byte, the lowest first: a row for each link
-- would be a million of them.
CREATE TABLE links_in (
  page_id  INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
  audit_id INTEGER NOT NULL REFERENCES audits (id) ON DELETE CASCADE,
  linking  BLOB    NOT NULL
) STRICT;
CREATE INDEX links_in_audit ON links_in (audit_id);
