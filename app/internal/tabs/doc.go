// Package tabs lets all tabs of a browser share their streams.
//
// A browser opens six connections to one host over HTTP/1.1. A stream keeps one for as
// long as a page is open, so eight pages would leave nothing for the API or for a ninth.
// Here one tab, the leader, opens the streams and feeds the others.
//
// # Use
//
//	session := live.Open(live.Options{Topic: live.Audit(7), Platform: tabs.Browser()})
//
// [Browser] is [live.Browser] with other streams. Sessions and their machine know nothing
// of tabs: to them a shared source is an EventSource like any, that opens, beats, brings
// data, ends and meets errors.
//
// # How it works
//
//	machine → hub.OpenStream → member ── watches ──▶ member of the leader → carrier
//	machine ◀── hear ◀──────── member ◀── tells ──── EventSource ◀─ the union of all
//
// A [hub] runs the tab's member, which decides, and carries out its commands. What tabs
// have in common is a Web Lock and a BroadcastChannel.
//
// # One stream
//
// A leader opens one stream, whatever the number of tabs: for the list, if somebody watches
// it, and for all audits that somebody watches, of which it tells by events of their own. A
// single tab opens exactly the stream that it would open without this package, cursor
// included. While a page loads, its script has a stream of its own for a moment, as the
// program of that page has not joined yet; the leader's program takes that over, a
// follower's closes it.
//
// The stream carries at most [shared.MaxStreamIDs] audits; whoever watches one more hears
// nothing, and polls.
//
// # What follows what
//
//	event                          what follows
//	a tab opens a source           it tells the leader, who answers at once
//	its topic is carried           the newcomer gets opening, newest heartbeat and newest
//	                               frames, then the changes
//	it is not                      after 100 ms, in which others may come, the leader opens
//	                               the stream anew with all topics. Those who watch audits
//	                               are not told: what they missed is in its snapshot. A
//	                               list's is renewed, since what was deleted meanwhile is
//	                               in no frame
//	it is, by a cursor             the same: the state was not sent
//	the stream is silent for 40 s  the next source that comes, or comes back, has it opened anew
//	a tab closes a source          the stream stays while it serves anybody
//	the stream ends, or is refused all are told and come back each in its own time; the
//	                               leader forgets them, and so those who are gone
//	an error that the browser      all are told; and of the opening that follows
//	heals itself
//	an audit is deleted            its watchers are told the end of their stream
//
// # Who leads
//
// The tab that has the lock. Tabs stand in line for it while they watch anything, and for
// 2 s more. When the leader is closed, reloaded, discarded or crashes, the browser gives
// the lock to the next at once.
//
// A hung tab keeps it, and one that is frozen without being told. So whoever has heard
// nothing of the leader for 600 to 750 ms asks, for all, and takes the lock away if no
// answer comes within 1.1 s: in all less than 2 s. Those who heard the question wait 0.1 s
// longer, for they would take the lock from each other. A tab that notices its own deadline
// late was busy or throttled itself, and asks again, at most five times. Where leaders
// follow each other within 30 s, each has twice as long to answer as the last, up to 8.8 s:
// on a busy device all tabs are slow. A leader whose lock is taken closes its stream.
//
// Every leader has a term, one later than the last that it knows of. Messages of earlier
// terms are ignored, and of two leaders the one of the later term stays (the one of the
// later name, in one term), so a tab may lead without the lock where a browser never
// grants it.
//
// A new leader asks for no state of the old one: all say again what they watch. When its
// stream is open, a source that is live ends as at a stream's lifetime (max_age) and comes
// back at once, which is silent: the machine stays live, asks with its cursor, and the list
// gets a whole snapshot. No revision is lost, because every stream begins with the state.
//
// # Polls
//
// A held poll keeps a connection too. A tab that has heard of another asks for answers
// at once.
//
// # Where tabs cannot share
//
// Without Web Locks (pages over HTTP from another machine have none, nor have browsers
// before 2022) or BroadcastChannel each tab has a stream of its own. A tab that was hidden
// for 10 s is told that its page is hidden, closes all, and starts over when it is seen.
// At most four tabs have a stream, by leases of 15 s in localStorage, each under a key of
// its tab, so that no tab overwrites the lease of another; the others poll,
// without holding answers, and one of them takes a lease within 1.5 s of its being given
// back, or of its end where a tab crashed. Two tabs that take the last lease at the same
// moment both get it.
//
// # Guarantees
//
//   - The tabs of a browser have at most one stream, but for 2 s of a page's start.
//   - Heartbeats reach every tab; a source that hears none is dead to its machine as ever.
//   - A page that goes into the back/forward cache or is frozen, and is told so, has neither
//     channel, lock nor stream.
//   - No method blocks, and no panic leaves a callback.
//
// # Files, in reading order
//
//	hub.go            the tab's platform: events in, commands carried out
//	role.go           the tab's part, for who asks
//	lease.go          the platform where tabs cannot share
//	browser_js.go     Web Locks, BroadcastChannel, visibility
//	browser_native.go what stands in for them outside a browser
//	member.go         what follows from an event: this tab's sources, following a leader
//	leader.go         what follows from one while this tab leads
//	carrier.go        what a leader carries for whom
//	message.go        what tabs tell each other; topics and addresses
//	times.go          how long everything may take
package tabs
