// Command load measures what Atalaya's streams can bear and prints one table. It
// is bounded in time and count, and it connects to loopback only.
//
//	go run ./server/internal/load               the whole table, some 5 minutes
//	go run ./server/internal/load -only seed    rows whose name contains seed
//	go run ./server/internal/load -json         the same rows as JSON
//	go run ./server/internal/load -perf DIR     and where the servers' time goes
//	go run ./server/internal/load -soak 1h      whether a server stays as it is
//
// # What runs
//
// The program builds the server as delivered and starts it as a child process, a
// new one for every row, without the engine (--workers 0), on SQLite in a
// temporary folder and on a PostgreSQL cluster of its own (durable: fsync is on). It opens N streams, changes rows as a
// foreign worker would, with one SQL UPDATE, prepared once on each connection, from this
// process or with PATCH over the API, and notes when each stream has each state.
//
// In the same run it measures what the figures are to be compared with, each a
// child process of this same binary (-serve):
//
//   - bare: a net/http handler with one goroutine and one channel per stream and
//     no database; a POST publishes. The floor of net/http.
//   - seed-poll: every subscriber asks each second, and each question is one query.
//   - seed-sse: every subscriber's stream queries each 2 s.
//
// The last two are the seed's designs in Go, so that what differs is the design
// and not the language.
//
// # What the figures mean
//
// Latencies are in milliseconds, from the moment just before the UPDATE (PATCH,
// POST) is sent to the moment this program has read the frame's bytes. So they
// include the statement, its commit and the way there, and are an upper bound of
// commit → subscriber. Both moments are read from one monotonic clock. A state that a
// subscriber never got because a newer one replaced it counts with the time of the
// newer one, and is counted as conflated. All figures are over every subscriber and
// every update, by nearest rank.
//
//   - write: how long the UPDATE itself took, its commit included; part of the
//     latencies.
//   - to all: from the update until the last subscriber has it; the median of updates.
//   - lost: subscribers that did not have the last state 10 s after it was written;
//     anything but 0 is a fault.
//   - conn/s: streams opened per second, each counted when its snapshot is here.
//   - q opening: the server's queries from before the first stream to after the
//     last snapshot.
//   - q/s: the server's queries per second while nothing changes, and while the
//     updates run. Statements only, without BEGIN and COMMIT.
//   - B/stream: growth of the server's resident memory from before the first
//     stream to the end of the idle time, by streams. Kernel memory is not in it.
//   - µs/event: CPU of the server process during the updates, by frames received.
//     Nothing is subtracted.
//   - idle %: CPU of the server process with open streams, nothing changing and a
//     heartbeat every 15 s, in percent of one core.
//
// The generator, the server and the database share the machine's cores.
//
// # What a soak is
//
// First 19,000 streams stay open while their audit changes once a second. Then a server on
// each database, the same process to the end, gets rounds in turn: 1,000 streams of 50
// audits come, see 200 updates a second, and go; 1,000 come and meet trouble while the
// updates go on (the process stopped for 3 s, every connection to the database cut, the
// table held for 2 s, or none); 1,000 come afterwards and must find the last state; the
// audits end, and what the server holds at rest is noted. The program fails if anybody
// has not the last state, or if the server holds more at the end than after two rounds,
// but for what soak.go calls slack.
//
// # How it reads
//
// A few epoll loops own all sockets, so that the generator costs little beside
// the server. The reader knows HTTP/1.1 answers (chunked, with a length, or until
// the connection closes) and as much of text/event-stream as the figures need.
// Connections come from eight loopback addresses, because one has too few ports
// for repeated runs. A subscriber that loses its connection stays away.
//
// The program needs Linux (epoll, the process clock); elsewhere it says so and
// exits with status 2. It ends only processes that it started, and the kernel
// ends those with it.
//
// # What a stream costs
//
// The figures are of 10,000 streams on two processors and come from make bench, with
// the load on the same machine; only their proportions are worth quoting. Of
// resident memory an idle stream costs on epoll about a fiftieth of what it costs
// on net/http, on conn about a sixth: net/http keeps two buffers of 4 KB, the
// grown stack of the serving goroutine, a goroutine that reads, and request,
// header and context; conn keeps a goroutine of the smallest stack and Go's part
// of the socket; epoll keeps some 350 bytes in five objects: the stream, its subscriber,
// its entries in the shard's heap, its table and its group, and the peer's address
// for the log. What was garbage when they were set up adds about as much again
// until the next collection. To write one frame to one subscriber takes epoll about
// six tenths of net/http's CPU time, a heartbeat a third to a half.
//
// Where the time goes (pprof, fan-out to 10,000): 91 % in write(2), 2 % in the
// shard's step, 2 % in deadlines, 1 % in the session, 1 % in Go's scheduler. The
// relay and encoding do not show. So this is the floor of one write per subscriber.
// Lower is only: fewer writes (a heartbeat is put off by data already, and changes
// are conflated); handing many writes to the kernel in one call (io_uring), which
// saves the 2 to 3 % that entering it costs, but not TCP; and for memory the
// kernel's own 4.5 KB for each socket, ten times ours.
//
// # A million subscribers
//
// What the figures say if they hold, for a machine with a processor for the
// network's half of the work (over loopback the sender pays the receiver's half
// too, so the CPU figures are on the safe side):
//
//   - Memory: a million idle streams are 0.5 to 1 GB of ours and 4.5 GB of the
//     kernel's (net.ipv4.tcp_mem must allow it); with full send buffers of slow
//     clients more, which the write deadline bounds in time and tcp_wmem in size.
//   - Descriptors: one each, two for a moment. fs.nr_open and LimitNOFILE above a
//     million, fs.epoll.max_user_watches too (a watch is some 160 bytes of the
//     kernel's). Ports do not matter on the server's side. A proxy on the same
//     machine needs twice as many descriptors and has 64,000 ports for each
//     address of ours: several listen addresses, or no proxy.
//   - Heartbeats at 15 s: 67,000 a second, at 10 µs each two thirds of a
//     processor. At 30 s half of that.
//   - One audit with all million subscribers: 10 s of processor time for each change;
//     with 16 shards 0.6 s until the last subscriber has it, so some 1.6 changes a
//     second and the rest conflated. 100,000 audits with ten subscribers each that
//     change once a second are the same million writes.
//   - Connecting: some 10,000 a second on two processors, nearly all of it
//     net/http's. A restart of a server with a million subscribers is bounded by that:
//     the drain window should be minutes, and jitter spreads the rest.
//   - The relay: one goroutine, one query at a time, frames encoded once. Its cost
//     grows with changes, not with subscribers: thousands of changed rows a second.
//     The hub's mutex is taken once for each published audit, and for each
//     arrival and departure.
//   - Several servers: each reads the database for itself and none knows of the
//     others, so n servers divide the subscribers by n and multiply the reads by n: ten
//     servers of 100,000 subscribers are ten LISTEN connections and at most 40 idle
//     queries a second on one PostgreSQL. Any balancer will do; no stickiness is
//     needed, since a stream's whole state is a revision.
//
// So one large machine could, and a few small ones should: a server that is lost
// sends its subscribers to the others, and 100,000 come back in seconds.
package main
