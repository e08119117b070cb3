// Package outbox holds the audits that were asked for while the server could not be reached,
// and sends them when it can.
//
// # Use
//
//	box := outbox.Browser()
//	err := box.Add(ctx, outbox.Entry{Key: rand.Text(), Wish: wish}) // the server did not answer
//	stop := box.Watch(func() { show(box.Entries()) })
//	box.Send()                                                      // it answers again
//
// # Exactly once
//
// An entry is sent with the same Idempotency-Key for as long as it lives: that of the start
// whose answer was lost, if there was one. So the server starts one audit for it, however
// often it arrives, and refuses it (idempotency_mismatch) when it was changed after an
// earlier form of it had arrived unnoticed.
//
// Whoever sends or changes entries holds the Web Lock of the outbox: one tab, or the service
// worker, which sends in the browser's own time (Background Sync) when no page is open.
// Where there are no Web Locks (pages over HTTP from another machine) the key alone keeps
// two tabs from starting two audits, and a change may come too late for an entry that is
// being sent: then it is refused as above.
//
// # What follows what
//
//	the browser is online again, the page is opened,   all that wait are sent, oldest first
//	seen or restored, the server is heard again, every
//	30 to 60 s while any wait
//	the server takes one (2xx)                         it is gone; its audit is in the list
//	the server refuses it (4xx)                        it stays, with the reason
//	401, 408, 425, 429, 5xx, no answer, another's      it waits, and so do those behind it
//
// # Concurrency
//
// All methods are safe for concurrent use and, but for those with a context, do not block.
// A nil Outbox holds nothing.
//
// # Files, in reading order
//
//	outbox.go          what waits, and when it is sent
//	entry.go           one entry, and what the server's answer means for it
//	browser_js.go      database, lock and wakes of the browser
//	browser_native.go  what stands in for them elsewhere
package outbox
