// Package stream shows every viewer of an audit each committed change, over
// server-sent events or over polling.
//
//	feed → relay → hub → session → writer        (streams)
//	               hub → Poll                     (held polls)
//
// The relay reads: one query per wake-up for everything that changed, whatever
// the number of viewers. The hub keeps the newest frame of each audit that
// somebody watches and wakes who has not seen it. A session decides what one
// stream sends and when; it has no clock, no goroutine and no connection. A
// writer drives sessions: it knows the time, waits, and puts bytes on connections.
//
// # Order
//
// All reads are made by one goroutine, one after the other, so a later read never
// shows an older state. For one audit, the revisions a subscriber gets only ever
// grow. There is no order between audits: each is state of its own.
//
// # Conflation
//
// Progress is state, not a log. A subscriber has one slot per audit, and it holds
// the newest frame: an unsent older one is replaced. A reader may miss any number
// of revisions; the last state always arrives, unless the stream ends first, and
// then the next stream starts with it.
//
// The list works the same with one shared log of the newest change of each
// audit. A reader that falls more than some thousand audits behind gets what is
// kept and then a new snapshot (a resync); only there a revision may be repeated.
//
// # Slow readers
//
// Publishing writes to no socket and waits for nobody. Every flush of a stream
// stands under the write deadline; when that passes the stream is cut. Whatever a
// reader does, it costs constant memory and delays nobody else: while a flush is
// not taken, nothing more is taken from the hub for it. A frame is encoded once,
// and its bytes are shared by all its readers.
//
// # Writers
//
// There are three, and one suite of tests that all pass (writers_test.go). What
// can be refused is refused by net/http, in the handler; only a stream that is
// about to begin changes hands.
//
//   - epoll (Linux, HTTP/1 without TLS): the socket leaves net/http and Go's
//     poller. One shard for each processor owns the sockets given to it: one
//     goroutine with an epoll set, the deadlines of its streams in one heap, and
//     non-blocking writes. A stream has no goroutine, timer, channel or buffer of
//     its own, only a few hundred bytes; a write that the socket does not take
//     whole keeps a reference to the shared frame.
//   - conn (HTTP/1 without TLS): the net.Conn leaves net/http, with one goroutine
//     that waits in Read, for a peer that leaves, a deadline or a wake-up.
//   - nethttp (TLS, HTTP/2, and whatever cannot be taken over): the handler's
//     goroutine.
//
// [WriterAuto] takes the first that is possible for a connection. A descriptor is
// duplicated to take a socket from Go; when there is none left, the stream stays
// on conn and the log says once a minute how to raise the limit.
//
// Streams that were taken over are delimited by the end of their connection, so
// they have no chunks, and the same bytes reach every reader. After an end event
// the writing half is closed first, so that a reset cannot destroy the last bytes.
//
// # Fairness
//
// A shard is woken by crowds, not by subscribers: all streams of one audit on one
// shard are one entry of its schedule, however many they are. Crowds of at most 16
// are visited first; of the larger ones one is given a slice of 64 streams, then
// events, deadlines, newcomers and small crowds have their turn again, and then
// the next large crowd. So a lone viewer waits for a millisecond or two of
// somebody else's crowd and not for all of it. A change that comes while a crowd
// is being visited begins another pass and does not cut this one short: nobody
// waits for more than one pass, and each gets what is newest at its turn.
//
// # Joining
//
// Subscribe, then query. The order of four steps makes a gap impossible: the
// subscription, the relay's position ("from here on I know every change"), the
// snapshot query, and dropping what is older than what was sent. A crowd shares
// one snapshot query; nobody joins one that has begun, because it may have read
// the row before the newcomer subscribed. The snapshot is read before the
// headers are sent, because 404, 204 and 503 need it.
//
// Who subscribes to an audit that others watch already causes no query: the hub
// holds its newest frame, and has been told of every change since that was read.
// That holds while sweeps succeed; a second after the last one it does not.
//
// With a cursor (Last-Event-ID, or ?last_event_id=, the header first) that is the
// audit's revision, the state is not repeated; if the audit is terminal too, the
// answer is 204, which stops an EventSource for good. Any other cursor, garbage
// or from the future, means a snapshot. A cursor is compared and never kept.
//
// # Heartbeat, lifetime, end
//
// A stream is never silent for longer than the heartbeat; any frame puts the next
// one off. Heartbeats go on while the database is down. Their fresh_at is when a
// query last confirmed the state, and then stands still: that is how a reader can
// tell "nothing changed" from "nobody knows". An outage ends no stream.
//
// A stream ends with an end event: finished (the audit is terminal and its last
// state was sent), deleted, max_age (the stream lifetime, drawn from 90 to 100 %
// of it so that streams do not end together), drain. Without one, the connection
// was lost.
//
// # Outages
//
// A failed sweep is logged once per outage and repeated after 250 ms, 500 ms, 1 s,
// 2 s, 2 s … from the same position, so what changed meanwhile is not missed. If
// the database answers but no longer understands the position, the relay takes a
// new one and reads again everything that is watched. New streams get 503 with a
// jittered Retry-After until the database answers.
//
// # Shutdown
//
// [Server.Drain] refuses new streams (503), ends open ones with drain and a
// retry_ms spread over the drain window, and answers held polls. Then
// http.Server.Shutdown has nothing to wait for; whoever calls it closes
// stragglers. Run and the feed should outlive Drain.
//
// # Where the time goes, and the next floor
//
// In a fan-out over epoll nine tenths of the server's time are write(2), most of it
// in TCP and, over loopback, in the receiving half of the connection, which a real
// network moves to another machine (make bench with -perf; notes on method in
// package load). What is left to this package, some µs for each frame and
// reader, is taking the frame and counting it. Below this floor lie fewer system
// calls (io_uring, one submission for a slice of streams) and fewer packets
// (several audits in one stream, as /sse/audits?id= allows).
//
// Of memory, a stream's own part is below the 4.5 KB that the kernel keeps for
// each side of a TCP connection, so the next floor there is the kernel's, too.
//
// # To a million viewers
//
// Multiply the figures of make bench. For each viewer: 2 KB here and 4.5 KB in the
// kernel, so a million takes some 6.5 GB. Descriptors: one each; the limit per
// process (ulimit -n, fs.nr_open) must allow them, and one server address has
// 64,511 ports per client address, which matters behind a proxy only. Heartbeats:
// a million every 14 s are 71,000 a second, at the cost of a write each, some 10 µs:
// two thirds of a core. A change of an audit that all of them watch takes 10 s of
// processor time: 0.6 s on 16 cores, since shards share nothing but frames. A
// change of an audit with few viewers costs the same as ever. The relay's reads do
// not grow with viewers at all, only with changes: one query brings 500 of them.
//
// Beyond one machine, any number of servers share one PostgreSQL. Each listens
// and reads for itself (4 queries a second at rest), and none knows of the
// others: a viewer may come back to any of them with its Last-Event-ID, because
// revisions are the database's. Ten servers of 100,000 viewers are the cheaper
// million: a restart then sends a tenth of the viewers elsewhere, over the drain
// window.
//
// # What a reader may not assume
//
//   - that it sees every revision, every percentage or every stage;
//   - that revisions are consecutive, or comparable between audits;
//   - that a stream lives as long as the audit: coming back is normal;
//   - that a list reader is told of deletions;
//   - that silence means no change: only a heartbeat with a young fresh_at does.
//
// # What callers must keep
//
// Wrappers round these handlers implement Unwrap, so that write deadlines and
// flushing reach the connection: without it every request is answered 500 and
// logged. Nobody compresses a stream. While nobody is subscribed the package
// causes no query at all.
package stream
