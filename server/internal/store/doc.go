// Package store keeps audits in SQLite or PostgreSQL, behind one API that
// behaves the same on both. It is the only importer of bun.
//
// # The row is the truth
//
// Anyone may write to the table audits: this package, psql, the sqlite3 shell, a
// worker in any language. The database itself holds the contract. Triggers give
// a row a new revision and updated_at exactly when a visible column changed, and
// fill in what a plain worker leaves out, so that
//
//	INSERT INTO audits (url) VALUES ('https://example.org/');
//	UPDATE audits SET progress = 40 WHERE id = 7;
//	UPDATE audits SET status = 'completed', geo_score = 80 WHERE id = 7;
//
// is a complete worker. Constraints and triggers refuse the rest in plain words:
// an ended audit is final; progress is 0 to 100, does not fall within an attempt
// and is 100 exactly when completed. On PostgreSQL such a worker needs the
// rights SELECT, INSERT and UPDATE on audits, nothing more. Leases, heartbeats
// (worker_seen_at) and cancel_requested are not visible: they move no revision
// and wake nobody. DELETE marks a row, so that readers learn of it.
//
// # Reads
//
// Each read is a fresh query with a deadline of [ReadTimeout]; no stream, session
// or transaction holds a connection, so the size of the pool is independent of
// the number of readers. A read that found the server gone is tried once more.
// Reads do not fail on rows that foreign writers spoiled: what can be mended is
// (numbers clamped, texts cut, broken activity left out), what cannot is skipped,
// and either is logged once per audit. Deleted audits are in no read.
//
// # Changes
//
// [Store.Changes] returns every audit that changed since the position of its
// cursor. Revisions grow per audit in the order of commits, but on PostgreSQL
// not across audits: a transaction that commits late has older numbers. The
// position there is the oldest transaction still running at the last query, so
// nothing that commits late is skipped; in exchange a row may be returned
// again, with a revision already seen. A position beyond the present, which only
// an older copy of the database makes possible, is [ErrBadCursor]. Wake-ups ([Store.Listen],
// [Store.DataVersion], [Store.OnCommit]) are hints without data: some are lost.
//
// # Writes
//
// Writes have a deadline of [WriteTimeout] and are not repeated. Every write of
// a worker carries its lease; once another worker has taken the audit up, it
// fails with [ErrLeaseLost] and changes nothing. Times come from the database's
// clock.
//
// # Errors
//
// Each error is wrapped once, with operation and key, and is one of this
// package's when the cause is known. A *[Store] is safe for concurrent use.
//
// SQLite needs a local disk (write-ahead log), and a data directory has one
// owner: a second Open is refused while the first lives. Other processes may
// still write to the file atalaya.db in it.
package store
