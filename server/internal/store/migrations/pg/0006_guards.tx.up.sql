-- Ids stay within what JavaScript counts. An id that a worker chose moves no sequence;
-- one that somebody set too far goes back behind the rows there are. Its twin for SQLite
-- has the same name.
SELECT setval(pg_get_serial_sequence('audits', 'id'),
  (SELECT coalesce(max(id), 1) FROM audits WHERE id <= 9007199254740991))
WHERE pg_sequence_last_value(pg_get_serial_sequence('audits', 'id')::regclass) >= 9007199254740991;
