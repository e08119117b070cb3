package live

import (
	"time"

	"atalaya/shared"
)

// Times of the machine. Each is a deadline kept as a timestamp, because timers of
// hidden tabs are throttled and laptops sleep.
const (
	// staleAfter is the watchdog: nothing at all for this long means that the
	// stream is dead. Three default heartbeats and a margin; above one
	// heartbeat of the longest interval.
	staleAfter = 3*shared.HeartbeatDefault + 5*time.Second
	// connectGrace is how long the browser may retry by itself after its first
	// error before the client takes over.
	connectGrace = 15 * time.Second
	// firstBeatWithin is how soon a useful stream shows its first beat. A
	// buffering proxy shows neither headers nor an error.
	firstBeatWithin = 5 * time.Second
	// shortStream is the life below which a stream counts as useless.
	shortStream = time.Second
	// shortStreamsMax such streams in a row send the client to polling.
	shortStreamsMax = 3
	// failuresBeforePolling failures in a row send the client to polling.
	failuresBeforePolling = 5
	// pollEvery is the least distance between two polling requests: at most
	// twenty a minute.
	pollEvery = 3 * time.Second
	// pollWait is what the client asks for with Prefer: wait.
	pollWait = 25 * time.Second
)

// backoffBounds lists the upper bounds of the waits between reconnection attempts;
// the last one repeats.
var backoffBounds = [...]time.Duration{1 * time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 10 * time.Second}

// backoffBound is the longest wait before attempt n, counted from 1.
func backoffBound(n int) time.Duration {
	return backoffBounds[min(max(n, 1), len(backoffBounds))-1]
}

// probeWaits lists the waits between attempts to return from polling to the
// stream; the last one repeats.
var probeWaits = [...]time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute}

// probeAfter is the wait before probe n, counted from 1.
func probeAfter(n int) time.Duration {
	return probeWaits[min(max(n, 1), len(probeWaits))-1]
}
