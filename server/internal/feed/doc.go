// Package feed says when it is worth asking the database again:
//
//	w := rows.Wakeups() // of a store
//	f := feed.New(feed.Config{Listen: w.Listen, Version: w.Version, Watch: w.Watch})
//	rows.OnCommit(f.Wake)
//	go f.Run(ctx)
//	f.SetActive(true) // somebody is subscribed
//	for range f.C() {
//		// ask the database what changed
//	}
//
// A [Feed] merges every source of wake-ups into one signal:
//
//   - [Feed.Wake], called in process after this server's own commits: no delay;
//   - Config.Listen, PostgreSQL's LISTEN: commits of other processes, at most
//     one per 20 ms (the trigger merges them), followed by a second wake-up
//     25 ms later for those that the trigger left out;
//   - Config.Version, SQLite's data_version: commits of other processes on the
//     same file. It is asked when Config.Watch says that the file was written,
//     at most every 20 ms; without Watch, or while that fails, every 20 ms;
//   - the sweep tick, every 250 ms whatever happens.
//
// # Wake-ups are hints
//
// A wake-up carries no data, and nobody may conclude anything from its absence.
// The signal is one slot: any number of wake-ups before the reader looks count
// as one, and one that comes while the reader works stays for the next round.
// So none that matters is lost, and a source never blocks. If every source
// fails, the sweep tick still comes: the cost is at most one sweep interval,
// never an update. [Feed.Wakeups] counts them by [Source], to show which of them
// work.
//
// # Idle costs nothing
//
// While inactive (nobody is subscribed; see [Feed.SetActive]) neither the sweep
// tick nor Watch and Version run: no query is caused. Listen stays, because it
// is a connection that waits and not a query, and reconnecting for every viewer
// would cost more.
//
// # Errors
//
// A failing source is logged once per outage and tried again after 1, 2, 4, 8,
// 10, 10 … s. This is the only such ladder: a source returns its first error. No
// error of a source ends [Feed.Run].
//
// All methods may be called from any goroutine; Run once only.
//
// # Files, in reading order
//
//   - feed.go: Config, the sources, the signal, active and inactive
//   - sources.go: Listen, and what happens when a source fails
//   - version.go: Version and Watch
package feed
