-- audits_listed holds all that is asked of this index. Its twin for PostgreSQL, which has
-- more reason to keep running audits out of indexes, has the same name.
DROP INDEX audits_status;
