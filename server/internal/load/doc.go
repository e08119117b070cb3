// Command load measures what Atalaya's streams can bear and prints one table. It
// is bounded in time and count, and it connects to loopback only.
//
//	go run ./server/internal/load               the whole table, some 5 minutes
//	go run ./server/internal/load -only seed    rows whose name contains seed
//	go run ./server/internal/load -json         the same rows as JSON
//	go run ./server/internal/load -perf DIR     and where the servers' time goes
//
// # What runs
//
// The program builds the server as delivered and starts it as a child process, a
// new one for every row, without the engine (--workers 0), on SQLite in a
// temporary folder and on a PostgreSQL cluster of its own (durable: fsync is on). It opens N streams, changes rows as a
// foreign worker would, with plain SQL UPDATE statements from this process or with
// PATCH over the API, and notes when each stream has each state.
//
// In the same run it measures what the figures are to be compared with, each a
// child process of this same binary (-serve):
//
//   - bare: a net/http handler with one goroutine and one channel per stream and
//     no database; a POST publishes. The floor of net/http.
//   - seed-poll: every viewer asks each second, and each question is one query.
//   - seed-sse: every viewer's stream queries each 2 s.
//
// The last two are the seed's designs in Go, so that what differs is the design
// and not the language.
//
// # What the figures mean
//
// Latencies are in milliseconds, from the moment just before the UPDATE (PATCH,
// POST) is sent to the moment this program has read the frame's bytes. So they
// include the statement, its commit and the way there, and are an upper bound of
// commit → viewer. Both moments are read from one monotonic clock. A state that a
// viewer never got because a newer one replaced it counts with the time of the
// newer one, and is counted as conflated. All figures are over every viewer and
// every update, by nearest rank.
//
//   - write: how long the UPDATE itself took, its commit included; part of the
//     latencies.
//   - to all: from the update until the last viewer has it; the median of updates.
//   - lost: viewers that did not have the last state 10 s after it was written;
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
// # How it reads
//
// A few epoll loops own all sockets, so that the generator costs little beside
// the server. The reader knows HTTP/1.1 answers (chunked, with a length, or until
// the connection closes) and as much of text/event-stream as the figures need.
// Connections come from eight loopback addresses, because one has too few ports
// for repeated runs. A viewer that loses its connection stays away.
//
// The program needs Linux (epoll, the process clock); elsewhere it says so and
// exits with status 2. It ends only processes that it started, and the kernel
// ends those with it.
package main
