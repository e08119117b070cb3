-- The last report of an external worker that named a revision: by this a repeated one,
-- whose answer was lost, is told from one that comes too late. Its twin for SQLite has
-- the same name.
ALTER TABLE audits ADD COLUMN patched text;
