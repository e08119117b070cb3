package shared

import "time"

// Server-side times that clients rely on.
const (
	// HeartbeatDefault is how often an idle stream beats: the interval the HTML
	// standard advises (about every 15 s), well below the 30 s and 60 s idle
	// limits of common proxies.
	HeartbeatDefault = 15 * time.Second
	// HeartbeatMax bounds the configured interval: the product's promise.
	HeartbeatMax = 30 * time.Second
	// StreamLifetime is the longest a stream may live.
	StreamLifetime = 10 * time.Minute
	// PollWaitMax caps how long a polling answer may be held (Prefer: wait).
	PollWaitMax = 30 * time.Second
)

// Client-side times. Each is a deadline kept as a timestamp, because timers of
// hidden tabs are throttled and laptops sleep.
const (
	// StaleAfter is the watchdog: nothing at all for this long means that the
	// stream is dead. Three default heartbeats and a margin; above one
	// heartbeat of the longest interval.
	StaleAfter = 3*HeartbeatDefault + 5*time.Second
	// ConnectGrace is how long the browser may retry by itself after its first
	// error before the client takes over.
	ConnectGrace = 15 * time.Second
	// FirstBeatWithin is how soon a useful stream shows its first beat. A
	// buffering proxy shows neither headers nor an error.
	FirstBeatWithin = 5 * time.Second
	// ShortStream is the life below which a stream was useless.
	ShortStream = time.Second
	// ShortStreams in a row send the client to polling.
	ShortStreams = 3
	// FailuresBeforePolling in a row send the client to polling.
	FailuresBeforePolling = 5
	// PollEvery is the least distance between two polling requests: at most
	// twenty a minute.
	PollEvery = 3 * time.Second
	// PollWait is what the client asks for with Prefer: wait.
	PollWait = 25 * time.Second
)

// Backoff lists the upper bounds of the waits between reconnection attempts;
// the last one repeats.
var Backoff = [...]time.Duration{1 * time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 10 * time.Second}

// BackoffBound is the longest wait before attempt n, counted from 1.
func BackoffBound(n int) time.Duration {
	return Backoff[min(max(n, 1), len(Backoff))-1]
}

// Probes lists the waits between attempts to return from polling to the
// stream; the last one repeats.
var Probes = [...]time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute}

// ProbeAfter is the wait before probe n, counted from 1.
func ProbeAfter(n int) time.Duration {
	return Probes[min(max(n, 1), len(Probes))-1]
}
