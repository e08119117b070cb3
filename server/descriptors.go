package main

import "log/slog"

// Every socket takes a descriptor, of which the process may have so many (ulimit -n).
// Without a bound streams take all of them, and then nothing works: no accept, not
// even for /healthz, no query, no page of an audit. So the limit is divided.
const (
	// ownDescriptors is more than the files of SQLite, the connections to PostgreSQL,
	// the pollers and the listeners take: about 40.
	ownDescriptors = 64
	// The engine keeps at most 100 idle connections to sites; each audit has some
	// under way.
	engineDescriptors, auditDescriptors = 100, 32
	// requestDescriptors is what streams leave to all other requests: enough for
	// proxies and browsers, for each request takes milliseconds.
	requestDescriptors = 256
)

// descriptors is how the limit of open files is divided; 0 where there is no limit.
type descriptors struct {
	limit   int
	clients int // sockets of clients together
	streams int // streams among them, and held polls
}

// divide leaves half of a low limit to the sockets of streams and requests, and half
// of those to streams, whatever the server itself would like to have.
func divide(limit, workers int) descriptors {
	if limit == 0 {
		return descriptors{}
	}
	own := ownDescriptors
	if workers > 0 {
		own += engineDescriptors + workers*auditDescriptors
	}
	clients := limit - min(own, limit/2)
	return descriptors{limit: limit, clients: clients, streams: max(clients-min(requestDescriptors, clients/2), 1)}
}

// bound returns how many streams there may be: what --max-streams says, or, without
// it, what there are descriptors for.
func (d descriptors) bound(maxStreams int, log *slog.Logger) int {
	if maxStreams == 0 {
		return d.streams
	}
	if d.limit > 0 && maxStreams > d.streams {
		log.Warn("--max-streams is more than the limit of open files has room for, unless HTTP/2 carries them",
			"max_streams", maxStreams, "room", d.streams, "limit", d.limit, "cure", cureForDescriptors)
	}
	return maxStreams
}

// cureForDescriptors is what the log says to those who can do something about it.
const cureForDescriptors = "raise the limit of open files (ulimit -n, LimitNOFILE= in systemd)"
