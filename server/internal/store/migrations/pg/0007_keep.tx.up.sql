-- How audits that ended long ago are found, and those that were deleted. Its twin for
-- SQLite has the same name.
CREATE INDEX audits_finished ON audits (finished_at) WHERE finished_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX audits_deleted ON audits (deleted_at) WHERE deleted_at IS NOT NULL;
