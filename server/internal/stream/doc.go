// Package stream shows every viewer of an audit each committed change, over
// server-sent events or over polling.
//
//	feed → relay → hub → session → writer        (streams)
//	               hub → Poll                     (held polls)
//
// The relay reads: one query per wake-up for everything that changed, whatever
// the number of viewers. The hub keeps the newest frame of each audit that
// somebody watches and wakes who has not seen it. A session decides what one
// stream sends and when. The writer puts bytes on one connection, and is the only
// part that knows how.
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
// Publishing writes to no socket and waits for nobody. Each session writes for
// itself, every write under the write deadline; when that passes the stream is
// cut. Whatever a reader does, it costs constant memory and delays nobody else.
// A frame is encoded once, and its bytes are shared by all its readers.
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
