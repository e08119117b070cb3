// Package stream shows every viewer of an audit each committed change, over
// server-sent events or over polling.
//
//	feed → relay → hub → writer ⇄ session        (streams)
//	               hub → Poll                     (held polls)
//
// The relay reads: one query per wake-up for everything that changed, whatever
// the number of viewers. The hub keeps the newest frame of each audit that
// somebody watches and wakes who has not seen it. A session decides what one
// stream sends and when, and does nothing. A writer does: it has the clock, the
// goroutine and the connection, and asks the session after every wake-up, at its
// deadline and after every flush.
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
// Publishing writes to no socket and waits for nobody. Each stream is written to
// by itself, every flush under the write deadline; when that passes the stream is
// cut. Nothing more is taken for a stream before its flush is done, so whatever a
// reader does, it costs constant memory, at most what is left of one flush, and
// delays nobody else. A frame is encoded once, and its bytes are shared by all
// its readers.
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
// http.Server.Shutdown has nothing to wait for; whoever calls it closes the
// stragglers that net/http has, and Run, when it ends, those that were taken
// over. Run and the feed should outlive Drain.
//
// # Writers
//
// Routing, access, the caps, the snapshot and every refusal are net/http's
// business, whatever carries the stream afterwards. Then there are three ways,
// and [Config].Writer chooses:
//
//   - epoll (HTTP/1 without TLS over TCP, on Linux): the socket is duplicated out
//     of Go's poller into that of a shard, and net/http's and Go's part of the
//     connection is given up. There is a shard for each processor: one goroutine
//     that owns its sockets, their deadlines and their streams, and never blocks.
//   - conn (HTTP/1 without TLS elsewhere): the connection is hijacked. One
//     goroutine for each always reads, with the stream's next deadline as its
//     read deadline; a second one lives as long as there is something to send.
//   - nethttp (TLS, HTTP/2, a ResponseWriter that cannot be hijacked): the
//     handler's goroutine, with a timer and a wake-up slot.
//
// auto, the default, takes the first that is possible; so does a choice that is
// not. Without a descriptor to spare for the duplicate, a stream falls back from
// epoll to conn, and the log says what to do, once a minute. The metric
// atalaya_stream_writers tells who carries how many.
//
// All three send the same bytes. The first two write the head themselves, with
// every header that middleware had set, and "Connection: close": what follows is
// not chunked and ends with the connection. A peer that closes its side of the
// connection counts as gone, as with net/http. What a peer sends after its request
// is thrown away; after 16 KB of it the stream is cut. After an end event the
// server closes its own side first, and the rest when the peer has closed or after
// half a second, because closing at once would turn unread input into a reset that
// destroys the last bytes. What the peer has not taken at the write deadline is
// given up with a reset.
//
// # Fairness between audits
//
// Subscribers of one audit on one shard are a crowd. A change wakes the crowd, not
// its members: the relay's work is the same for one viewer as for 10,000. A shard
// goes in rounds: crowds of a few members first, then 64 members of one large
// crowd, then the next round, in which it looks at new events, deadlines and
// changes, and in which the next large crowd has its turn. So a lone viewer waits
// for about a millisecond of somebody else's crowd, lone viewers together take at
// most half of a shard from the crowds, and between crowds turns are equal. A
// shard gives its processor up after each round.
//
// A change while a crowd is being written to begins no new pass: those who have
// not been visited get the newer frame at once, and the others in a second pass
// after them. An audit that changes faster than its crowd can be written to is
// thereby conflated to what can be written, and everybody's frames stay equally
// old.
//
// The other writers leave the order to Go's scheduler, which knows nothing of
// audits: there a lone viewer waits for a crowd's goroutines.
//
// # What a stream costs
//
// The figures are of 10,000 streams on two processors and come from make bench, with
// the load on the same machine; only their proportions are worth quoting. Of
// resident memory an idle stream costs on epoll about a fiftieth of what it costs
// on net/http, on conn about a sixth: net/http keeps two buffers of 4 KB, the
// grown stack of the serving goroutine, a goroutine that reads, and request,
// header and context; conn keeps a goroutine of the smallest stack and Go's part
// of the socket; epoll keeps some 350 bytes in five objects: the stream, its view,
// its entries in the shard's heap, its table and its crowd, and the peer's address
// for the log. What was garbage when they were set up adds about as much again
// until the next collection. To write one frame to one viewer takes epoll about
// six tenths of net/http's CPU time, a heartbeat a third to a half.
//
// Where the time goes (pprof, fan-out to 10,000): 91 % in write(2), 2 % in the
// shard's step, 2 % in deadlines, 1 % in the session, 1 % in Go's scheduler. The
// relay and encoding do not show. So this is the floor of one write per viewer.
// Lower is only: fewer writes (a heartbeat is put off by data already, and changes
// are conflated); handing many writes to the kernel in one call (io_uring), which
// saves the 2 to 3 % that entering it costs, but not TCP; and for memory the
// kernel's own 4.5 KB for each socket, ten times ours.
//
// # A million viewers
//
// What the figures say if they hold, for a machine with a processor for the
// network's half of the work (over loopback the sender pays the receiver's half
// too, so the CPU figures are on the safe side):
//
//   - Memory: a million idle streams are 0.5 to 1 GB of ours and 4.5 GB of the
//     kernel's (net.ipv4.tcp_mem must allow it); with full send buffers of slow
//     readers more, which the write deadline bounds in time and tcp_wmem in size.
//   - Descriptors: one each, two for a moment. fs.nr_open and LimitNOFILE above a
//     million, fs.epoll.max_user_watches too (a watch is some 160 bytes of the
//     kernel's). Ports do not matter on the server's side. A proxy on the same
//     machine needs twice as many descriptors and has 64,000 ports for each
//     address of ours: several listen addresses, or no proxy.
//   - Heartbeats at 15 s: 67,000 a second, at 10 µs each two thirds of a
//     processor. At 30 s half of that.
//   - One audit with all million viewers: 10 s of processor time for each change;
//     with 16 shards 0.6 s until the last viewer has it, so some 1.6 changes a
//     second and the rest conflated. 100,000 audits with ten viewers each that
//     change once a second are the same million writes.
//   - Connecting: some 10,000 a second on two processors, nearly all of it
//     net/http's. A restart of a server with a million viewers is bounded by that:
//     the drain window should be minutes, and jitter spreads the rest.
//   - The relay: one goroutine, one query at a time, frames encoded once. Its cost
//     grows with changes, not with viewers: thousands of changed rows a second.
//     The hub's mutex is taken once for each published audit, and for each
//     arrival and departure.
//   - Several servers: each reads the database for itself and none knows of the
//     others, so n servers divide the viewers by n and multiply the reads by n: ten
//     servers of 100,000 viewers are ten LISTEN connections and at most 40 idle
//     queries a second on one PostgreSQL. Any balancer will do; no stickiness is
//     needed, since a stream's whole state is a revision.
//
// So one large machine could, and a few small ones should: a server that is lost
// sends its viewers to the others, and 100,000 come back in seconds.
//
// # Bounds
//
// Config.MaxStreams bounds streams and held polls together, Config.Admit those of
// one peer. Both refuse who comes (503 overloaded, 429 too_many_streams, each
// with a reason and a jittered Retry-After) and never evict who is there: one
// evicted would come back at once, and another would be evicted for it. A poll
// over the bounds is answered at once instead of held.
//
// # Figures
//
// All metrics begin with atalaya_, and their labels come from fixed sets that
// exist from the start. atalaya_stream_duration_seconds counts every stream once,
// by why it ended: finished, deleted, max_age, drain as in its end event,
// client_gone, or write_timeout (the write deadline). A full server
// and a database that is down end no stream, so they are not among these but
// among atalaya_stream_rejections_total, by problem code: overloaded, unavailable,
// and the others. atalaya_stream_errors_total counts what is not as it should be:
// write_timeout and failed sweeps. atalaya_wakeups_total tells by source whether
// wake-ups work, and atalaya_propagation_seconds how long changes take; what that
// measures exactly is said in propagation.go.
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
