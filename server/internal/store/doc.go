// Package store keeps audits in SQLite or PostgreSQL, behind one API that
// behaves the same on both:
//
//	s, err := store.Open(ctx, store.Config{DataDir: "data"}) // or DatabaseURL
//	defer s.Close()
//
//	a, _, err := s.Create(ctx, shared.NewAudit{URL: "https://example.org/"}, "")
//	p, err := s.Progress(ctx, a.AuditID) // fresh from the database
//
//	job, ok, err := s.Claim(ctx, "worker 1", 30*time.Second) // a worker's side
//	err = s.Advance(ctx, job.Lease, work.Advance{Progress: 40})
//	err = s.Finish(ctx, job.Lease, work.Result{Status: shared.StatusCompleted})
//
//	start, err := s.Changes(ctx, "") // a reader's side: from now on
//	changes, err := s.Changes(ctx, start.Next)
//
// It is the only importer of bun.
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
// and is 100 exactly when completed; ids are those that JavaScript can count. That
// holds for INSERT … ON CONFLICT DO UPDATE as well, and a row is never taken away by
// SQLite's REPLACE, which runs no trigger of UPDATE or DELETE. On PostgreSQL such a
// worker needs the rights SELECT, INSERT and UPDATE on audits, nothing more. Leases, heartbeats
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
// [Store.Changes] returns every audit that changed since its cursor. Revisions
// grow per audit in the order of commits, but on PostgreSQL not across audits: a
// transaction that commits late has older numbers. The cursor there is the snapshot of
// the last query, with the transactions that were still open, so nothing that commits
// late is skipped, and nothing that was seen is read again while one of them, anywhere
// in the cluster, stays open for long. Only when more has changed than one call returns,
// and on a standby, may a row be returned again, with a revision already seen.
// The question is prepared there, on a connection beside the pool.
// A cursor beyond the present, which only an older copy of the database makes
// possible, is [ErrBadCursor]. Wake-ups ([Store.OnCommit], [Store.Wakeups]) are
// hints without data: some are lost.
//
// # Schema
//
// [Open] brings the database up to date: numbered migrations for tables, then the
// triggers, which are made from the list of visible columns in package migrations
// and made anew when that list or their template changed. Servers that are at
// work on the same PostgreSQL go on meanwhile. A schema that a newer atalaya made
// is refused.
//
// # Poolers
//
// Nothing relies on a session, so a pooler in transaction mode, such as pgbouncer, may
// stand before PostgreSQL. It is noticed when the store is opened: settings are then made
// in each transaction, and notifications come by Config.ListenURL or not at all.
//
// # Copies
//
// A database that was restored from a copy is found out when it is opened: it lacks the
// origin of its original. Its audits get new revisions then, beyond all that readers can
// have seen, so that nobody takes what was restored for older than what was lost.
//
// # Writes
//
// Writes have a deadline of [WriteTimeout] and are not repeated here. Callers may repeat
// them: a creation with its key, a patch with the revision that it named, a cancellation
// and a deletion get the outcome of the first time. Every write of
// a worker carries its lease; once another worker has taken the audit up, it
// fails with [ErrLeaseLost] and changes nothing. Times come from the database's
// clock. When that is set back, leases reach further ahead than [LeaseMax], and such a
// lease counts as run out.
//
// [Bounds] say how many site audits may wait, and how many of one host may be
// unfinished. They are checked in the transaction that stores an audit, and hold for
// all servers of a database that have the same.
//
// [Store.Writable] knows whether writes can succeed at present, for a server that can
// be read may still be full, read-only or no longer the primary. Nothing is written to
// SQLite's files once their names stand for others.
//
// # Who is told
//
// Webhooks are told of what happens to audits: each event of an audit once, whoever wrote
// the row. Where an audit ends through this package, its messages are written in the same
// transaction; [Store.NoteEnded] finds those that were ended by SQL, and [Store.NoteSilent]
// those whose worker is silent. A message is claimed to be sent as an audit is to be run
// ([Store.ClaimDelivery], [Store.SettleDelivery]): of several servers one tries it, and a
// server that dies over it leaves it to the next. Browsers are webhooks of a kind of their
// own ([Store.Subscribe]), told of one audit or of all until they, or the token of whoever
// subscribed, are gone.
//
// # What is secret
//
// The headers that an audit is sent with are sealed in a table of their own, read by the
// worker that claims it and by nobody else, and erased by a trigger in the transaction that
// ends or deletes the audit, whoever writes that.
//
// # What was long ago
//
// [Store.Expire] deletes audits that ended longer ago than they are to be kept, and
// [Store.Purge] removes what is left of deleted ones. Both do little at a time, for
// other writers wait meanwhile.
//
// # Errors
//
// Each error is wrapped once, with operation and key, and is one of this
// package's when the cause is known. A *[Store] is safe for concurrent use.
//
// SQLite needs a local disk (write-ahead log), and a data directory has one
// owner: a second Open is refused while the first lives. Other processes may
// still write to the file atalaya.db in it.
//
// # Files, in reading order
//
//   - store.go: Config, Open, Close
//   - postgres.go: the address, the pool, migrating under a lock;
//     alive_unix.go and alive_other.go: is a pooled connection still good?
//   - wire.go: what the driver reads, without notifications;
//     socket_linux.go and socket_other.go: its system calls, made behind the scheduler's back
//   - pooler.go: connections that leave nothing in a session
//   - sqlite.go: the data directory, the pools, watching the file;
//     lock_unix.go and lock_other.go: one owner per directory;
//     files.go: are they still the files that are open?
//   - migrate.go and migrations/: tables, triggers, the list of visible columns
//   - origin.go: a restored copy is told from its original
//   - query.go: how every read and write runs, and where the databases differ
//   - writable.go: does the database take writes?
//   - errors.go: what the errors of two drivers mean
//   - rows.go: a row of audits, and how a spoiled one is mended
//   - sentence.go: the texts of a row, with the keys by which they are translated
//   - cursor.go: places in lists and in changes
//   - read.go: audits and reports
//   - list.go: the list of audits, filtered and sorted
//   - grams.go: how a text is found in addresses
//   - sites.go: the audits of a site taken together
//   - changes.go, sweep.go: what changed since a cursor
//   - listen.go: wake-ups
//   - write.go: create, patch, cancel, delete
//   - admission.go: how many audits there may be
//   - keep.go: old audits are deleted, and deleted ones removed
//   - schedules.go: when sites are audited again
//   - tokens.go, people.go, sessions.go, shares.go: who may come in
//   - trail.go: what people did
//   - notices.go: what there is to tell of audits
//   - webhooks.go: whom to tell of it
//   - subscriptions.go: which browsers
//   - deliveries.go: the messages, and what became of them
//   - headers.go: the headers of an audit, until it ends
//   - worker.go: leases, claim, advance, finish
//   - pages.go, findings.go, links.go, unvisited.go: what a worker stores beside its audit
//   - examine.go: a database as it is, for atalaya doctor
//   - adopt.go, adopt_columns.go: another program's table audits becomes ours
//   - budgets.go: what servers tell each other, so that together they stay polite
package store
