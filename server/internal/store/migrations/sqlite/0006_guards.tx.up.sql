-- What the guards against REPLACE and against ids that JavaScript cannot count need.
-- Its twin for PostgreSQL has the same name.

-- What an INSERT met before it ran: 0 nothing, 1 a row that it would take away, 2 one
-- that has ended as well. Only REPLACE takes it away, and gets as far as an AFTER trigger.
ALTER TABLE audits_clock ADD COLUMN met INTEGER NOT NULL DEFAULT 0;

-- A row at the end of all numbers left none for those that come after it. Such rows
-- are numbered anew, behind the others; the triggers, which forbid that, are made again
-- when this is done.
DROP TRIGGER IF EXISTS audits_guard_insert;
DROP TRIGGER IF EXISTS audits_guard_update;
DROP TRIGGER IF EXISTS audits_touch_insert;
DROP TRIGGER IF EXISTS audits_touch_update;
DROP TRIGGER IF EXISTS audits_keep_update;
DROP TRIGGER IF EXISTS audits_bury;

PRAGMA defer_foreign_keys = 1;
CREATE TABLE audits_moved (
  was INTEGER PRIMARY KEY,
  id  INTEGER NOT NULL
) STRICT;
INSERT INTO audits_moved (was, id)
  SELECT id, (SELECT coalesce(max(id), 0) FROM audits WHERE id <= 9007199254740991) + row_number() OVER (ORDER BY id)
  FROM audits WHERE id > 9007199254740991;
UPDATE pages SET audit_id = (SELECT id FROM audits_moved WHERE was = audit_id) WHERE audit_id > 9007199254740991;
UPDATE findings SET audit_id = (SELECT id FROM audits_moved WHERE was = audit_id) WHERE audit_id > 9007199254740991;
UPDATE reports SET audit_id = (SELECT id FROM audits_moved WHERE was = audit_id) WHERE audit_id > 9007199254740991;
UPDATE unvisited SET audit_id = (SELECT id FROM audits_moved WHERE was = audit_id) WHERE audit_id > 9007199254740991;
UPDATE audits SET id = (SELECT m.id FROM audits_moved AS m WHERE m.was = audits.id) WHERE id > 9007199254740991;
DROP TABLE audits_moved;
UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM audits) WHERE name = 'audits' AND seq > 9007199254740991;
