package shared

import "time"

// Times of the server that clients rely on.
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
