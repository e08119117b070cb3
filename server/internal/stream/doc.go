// Package stream sends every subscriber of an audit each committed change, over
// server-sent events or over polling.
//
// # Use
//
//	streams := stream.New(rows, wakeups, stream.Config{Fail: fail, Log: log})
//	mux.HandleFunc("GET /sse/audits/{id}/progress", streams.Audit)
//	mux.HandleFunc("GET /sse/audits", streams.Audits)
//	mux.HandleFunc("GET /api/v1/audits/{id}/progress", streams.Poll)
//	go streams.Run(ctx)       // until ctx ends
//	err := streams.Drain(ctx) // before the end: nobody is cut off in the middle
//
// rows is the store, as a [Reader]; wakeups is a [feed.Feed], whose signals say when
// to read it. All methods may be called from any goroutine.
//
// # How it works
//
//	feed → relay → hub → writer ⇄ session        (streams)
//	               hub → Poll                     (held polls)
//
// The relay reads: one query per wake-up for everything that changed, whatever the
// number of subscribers, and one more 3 ms after each that brought news, for what
// nobody announced. The hub keeps the newest frame of each audit that has
// subscribers, and wakes those that have not taken it. A session decides what one
// stream sends and when; it has no clock, no goroutine and no connection. A writer
// has all three, and steps the session after every wake-up, at its deadline and
// after every flush. Most streams are written to by a shard, one goroutine for
// thousands of sockets. While it sleeps, and few of its streams have something to
// take, the relay's goroutine makes its visits: to wake it would cost more.
//
// # Order
//
// All reads are made by one goroutine, one after the other, so a later read never
// shows an older state. For one audit, the revisions that a subscriber gets only ever
// grow. There is no order between audits: each is state of its own.
//
// # Conflation
//
// Progress is state, not a log. A subscriber has one slot per audit, and it holds the
// newest frame, which replaces an unsent older one. A subscriber may miss any number
// of revisions; the last state always arrives, unless the stream ends first, and then
// the next stream starts with it.
//
// The list works the same with one shared log of the newest change of each audit. A
// subscriber that falls more than some thousand audits behind gets what is kept and
// then a new snapshot (a resync). Only there may a revision be repeated. A deletion
// is a change too, told by an event of its own; a subscriber that missed one has its
// stream ended with max_age, because no snapshot shows what is gone. A stream of several
// audits tells the same event of each that is deleted or does not exist, because it goes
// on for the others.
//
// A stream of the list and of some audits (?list=true&id=7) carries the list as it would
// be alone and, as events of their own type, the states of those audits, with all that a
// stream of theirs would tell. It ends as that of the list does.
//
// # Slow connections
//
// Publishing waits for nobody; no write blocks. Each stream is written to by itself,
// every flush under the write deadline; when that passes the stream ends.
// Nothing more is taken for a stream before its flush is done. So whatever a client
// does, it costs constant memory, at most what is left of one flush, and delays nobody
// else. A frame is encoded once, and all its subscribers share the bytes.
//
// # Joining
//
// Subscribe, then query. The order of four steps makes a gap impossible: the
// subscription, the relay's cursor ("from here on I know every change"), the snapshot
// query, and dropping what is older than what was sent. Requests of the same moment
// share one snapshot query. None joins one that has begun, because it may have read
// the row before the subscription. The snapshot is read before the headers are sent,
// because 404, 204 and 503 depend on it.
//
// A request for an audit that has subscribers already causes no query: the hub holds
// the newest frame, and has been told of every change since that was read. That holds
// while sweeps succeed; a second after the last one it does not.
//
// With a cursor (Last-Event-ID, or ?last_event_id=, the header first) that is the
// audit's revision, the state is not repeated; if the audit is terminal too, the
// answer is 204, which stops an EventSource for good. Any other cursor, garbage or
// from the future, means a snapshot. A cursor is compared and never kept.
//
// # Heartbeat, lifetime, end
//
// A stream is never silent for longer than the heartbeat; any frame puts the next one
// off. Heartbeats go on while the database is down. Their fresh_at is when a query last
// confirmed the state, and stands still then: that is how a client can tell "nothing
// changed" from "nobody knows". An outage ends no stream.
//
// A stream ends with an end event: finished (the audit is terminal and its last state
// was sent), deleted, max_age (the stream lifetime, drawn from 90 to 100 % of it so
// that streams do not end together), or drain. Without one, the connection was lost.
//
// # Who watches
//
// Heartbeats tell how many streams an audit has, where it has more than one. The number is
// counted anew every 5 s at most, and whoever comes or goes wakes nobody: a stream is told
// with its next heartbeat or, when there is another number, by one beside its next frame. So
// a thousand that join within a moment cost one that is open some hundred bytes. Streams
// are counted and nobody is named; the tabs of a browser, which share one, count as one. The
// answer to a poll has the number, and the one who polls, in its header Atalaya-Watching.
//
// # Outages
//
// A failed sweep is logged once per outage and repeated after 250 ms, 500 ms, 1 s, 2 s,
// 2 s … from the same cursor, so no change of the meantime is missed. If the database
// answers but no longer understands the cursor, the relay takes a new one and reads all
// audits that have subscribers again. New streams get 503 with a jittered Retry-After
// until the database answers.
//
// # Drain
//
// [Server.Drain] refuses new streams (503), ends open ones with drain and a retry_ms
// spread over the drain window, and answers held polls. Then http.Server.Shutdown has
// nothing to wait for. Whoever calls it closes the stragglers that net/http has; Run,
// when it ends, closes those that were taken over. Run and the feed should outlive
// Drain.
//
// # Writers
//
// Routing, access, the caps, the snapshot and every refusal are net/http's business,
// whatever carries the stream afterwards. Then there are three ways, and
// [Config].Writer chooses:
//
//   - epoll (HTTP/1 without TLS over TCP, on Linux): the socket is duplicated out of
//     Go's poller into that of a shard, and net/http's and Go's part of the connection
//     is given up. There is a shard for each processor: one goroutine that owns its
//     sockets, their deadlines and their streams, and never blocks.
//   - conn (HTTP/1 without TLS elsewhere): the connection is hijacked. One goroutine
//     for each always reads, with the stream's next deadline as its read deadline; a
//     second one lives as long as there is something to send.
//   - nethttp (TLS, HTTP/2, a ResponseWriter that cannot be hijacked): the handler's
//     goroutine, with a timer and a signal.
//
// auto, the default, takes the first that is possible; so does a choice that is not.
// Without a descriptor to spare for the duplicate, a stream falls back from epoll to
// conn, and the log says what to do, once a minute. The metric atalaya_stream_writers
// tells which of them carries how many.
//
// All three send the same bytes. The first two write the head themselves, with every
// header that middleware had set, and "Connection: close": what follows is not chunked
// and ends with the connection. A peer that closes its own side of the connection is sent
// a heartbeat at once: one that has left answers with a reset, and one that listens
// still (nc -N, some proxies) keeps its stream. Over net/http it has left. What a peer sends after its request is thrown away; after 16 KB of
// it the stream ends. After an end event the server closes its own side first, and the
// rest when the peer has closed or after half a second, because closing at once would
// turn unread input into a reset that destroys the last bytes. What the peer has not
// taken at the write deadline is given up with a reset.
//
// # Fairness between audits
//
// The subscriptions of one audit on one shard are a group. A change wakes the group
// and not its members: the relay's work is the same for one subscriber as for 10,000. A
// shard goes in turns: groups of a few members first, then 64 members of one large
// group. In the next turn it looks at new events, deadlines and changes, and the next
// large group has its share. So a lone subscriber waits for about a millisecond of a
// large group elsewhere, small groups together take at most half of a shard from the
// large ones, and between large groups turns are equal. A shard gives its processor up
// after each turn.
//
// A change while a group is being visited begins no new pass: members that have not
// been visited get the newer frame at once, and the others in a second pass after them.
// An audit that changes faster than its subscribers can be written to is thereby
// conflated to what can be written, and all its subscribers stay equally fresh.
//
// The other writers leave the order to Go's scheduler, which knows nothing of audits:
// there a lone subscriber waits for the goroutines of a large group.
//
// # Bounds
//
// Config.Admit lets requests in, and says by its [Admission] when somebody may read no
// longer: [Server.Recheck] has all streams ask, and those end with the reason unauthorized,
// held polls with 401.
//
// Config.MaxStreams bounds streams and held polls together, Config.Admit those of one
// peer. Both refuse the newcomer (503 overloaded, or descriptors where the limit of open
// files is the bound; 429 too_many_streams; each with a
// reason and a jittered Retry-After) and never evict an open stream: its client would
// come back at once, and another would be evicted for it. A poll over the bounds is
// answered at once instead of held.
//
// # Figures
//
// All metrics begin with atalaya_, and their labels come from fixed sets that exist
// from the start. atalaya_stream_duration_seconds counts every stream once, by why it
// ended: finished, deleted, max_age, drain as in its end event, client_gone, or
// write_deadline. A full server and a database that is down end no stream, so they are
// not among these but among atalaya_stream_rejections_total, by problem code:
// overloaded, unavailable, and the others. atalaya_stream_errors_total counts what is
// not as it should be: write_deadline and failed sweeps. atalaya_wakeups_total tells by
// source whether wake-ups work, and atalaya_propagation_seconds how long changes take;
// propagation.go says what that measures exactly. What a stream costs, and what that
// means for a million of them, stands in package load.
//
// The log has a line a minute for all streams together: how many are open, were opened,
// and ended, by why. Each has lines of its own at DEBUG; one that was cut at its write
// deadline has them at INFO, but only the first ten a minute. They carry the request's
// X-Request-Id, and so do the exemplars of atalaya_stream_duration_seconds, which a
// scraper gets that asks for OpenMetrics.
//
// # What a client may not assume
//
//   - that it sees every revision, every percentage or every stage;
//   - that revisions are consecutive, or comparable between audits;
//   - that a stream lives as long as the audit: coming back is normal;
//   - that silence means no change: only a heartbeat with a young fresh_at does.
//
// # What callers must keep
//
// Wrappers round these handlers implement Unwrap, so that write deadlines and flushing
// reach the connection: without it every request is answered 500 and logged. Nobody
// compresses a stream. While nobody is subscribed the package causes no query at all.
//
// # Files, in reading order
//
//	stream.go            Server: what a caller holds
//	handle.go  poll.go   the handlers: request → subscription and snapshot → writer or answer
//	prefer.go            the Prefer header of a poll
//	writer.go            which writer carries a stream
//	writer_nethttp.go  writer_conn.go  writer_epoll*.go   the three writers
//	shard_linux.go  timers.go   the epoll writer's loop
//	peers_linux.go       what it hears from those it writes to
//	openstream.go        a session, and what is released with it
//	session.go           what one stream sends, and when
//	relay.go             wake-up → query → hub
//	list.go  subscriber.go  both.go   what one stream has subscribed to, and what it takes
//	hub.go               topics, subscriptions, publishing
//	snapshot.go          requests that wait for the relay's next snapshot
//	schedule.go          in which order a shard visits its groups, and who does while it sleeps
//	waker.go             how a subscriber is told that there is something to take
//	socket_linux.go      system calls that do not block
//	yield_linux.go       how a busy shard lets others run
//	request.go  refusal.go   what a client wants, and why it is refused
//	frame.go  propagation.go   one state, encoded once; how long it took
//	env.go  gate.go      what all of them need of their server; how many may be open
//	heartbeat.go         heartbeats, encoded once for all
//	watching.go          how many watch an audit
//	metrics.go           figures
//	summary.go           what the log says of streams
//	config.go            what a caller decides
//
// Uses run down this list, except between those that know each other: the Server, its
// handlers and its writers; the hub and its subscribers (each is a field of the
// other), and the schedule whose groups it wakes; a frame and the probe that measures
// it; metrics and the freshness that they show.
//
// # Testing
//
// A rig (rig_test.go) is a whole server over pipes; virtual runs a story on it in
// virtual time, once for each writer that needs no socket and over HTTP/2. What needs
// sockets goes through the writers' suite (writers_test.go), which all three pass. Pure
// parts (hub, session, schedule, timers) are tested by their functions.
package stream
