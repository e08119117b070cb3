package live

import (
	"time"

	"atalaya/shared"
)

// Times of the machine. Each leads to a deadline kept as a point in time, because
// timers of hidden tabs are throttled and laptops sleep.
const (
	// staleAfter is how long a stream may send nothing before it is taken for
	// dead: three default heartbeats and a margin, and more than one heartbeat of
	// the longest interval.
	staleAfter = 3*shared.HeartbeatDefault + 5*time.Second
	// connectGrace is how long the browser may retry by itself after its first
	// error before the client takes over.
	connectGrace = 15 * time.Second
	// firstBeatWithin is how soon a useful stream sends its first beat. Behind a
	// buffering proxy there is neither a beat nor an error.
	firstBeatWithin = 5 * time.Second
	// shortStream is the shortest life of a stream that is of use.
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
	// wakeGrace is how long deadlines for hearing something are put off, once,
	// after a sleep: what arrived meanwhile may still be queued behind the wake.
	wakeGrace = 2 * time.Second
	// overslept is how late a deadline must be noticed to mean that the page
	// slept or was throttled and heard nothing for that reason.
	overslept = time.Second
	// sourceGap is the least distance between two sources opened by wakes.
	sourceGap = time.Second
	// drainSpread is added, times jitter, to the wait that a draining server asks
	// for, because a server may ask all clients for the same wait.
	drainSpread = time.Second
	// retryMax bounds every wait that a server can ask for.
	retryMax = time.Minute
	// pollWithin bounds a poll that the server is not asked to hold.
	pollWithin = 10 * time.Second
	// pollsUntilOffline failed polls in a row mean that neither way works.
	pollsUntilOffline = 2
)

// backoffBounds lists the upper bounds of the waits between reconnection attempts;
// the last one repeats.
var backoffBounds = [...]time.Duration{
	1 * time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 10 * time.Second,
}

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
