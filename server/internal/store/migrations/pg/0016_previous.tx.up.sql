-- How the site's completed audit before this one ended, as JSON, written when this one is
-- completed. Its twin for SQLite has the same name.
ALTER TABLE audits ADD COLUMN previous text;
