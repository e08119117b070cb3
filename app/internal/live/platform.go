package live

import (
	"context"
	"time"

	"atalaya/shared"
)

// Platform is what a session needs of the world. [Browser] is the real one.
type Platform interface {
	Streams
	Fetcher
	Surroundings
}

// Streams opens EventSources.
type Streams interface {
	// Available reports whether the browser has EventSource at all.
	Available() bool
	// OpenStream asks for a stream. Everything that happens to it is told to
	// hear, in order, until Close returns and never after. hear does not block.
	// An error means that the EventSource could not be constructed.
	OpenStream(url string, hear func(Signal)) (Stream, error)
}

// Stream is an open EventSource.
type Stream interface {
	// Close ends it and releases its callbacks. It is called once.
	Close()
}

// Signal is something that happened to a stream.
type Signal struct {
	Kind SignalKind
	// Data is what a message of either kind, heartbeat, deletion or end carries.
	Data string
	// Closed is true when an error left the stream closed for good.
	Closed bool
}

// SignalKind tells signals apart.
type SignalKind uint8

// The signals.
const (
	SignalOpen SignalKind = iota
	SignalMessage
	SignalHeartbeat
	SignalDeleted
	SignalEnd
	SignalError
	SignalAudit // a message about an audit, on a stream that carries the list as well
)

// Fetcher asks the server.
type Fetcher interface {
	// Fetch blocks until the whole answer is there or ctx ends, which aborts the
	// request. Any HTTP status is an answer; an error means that there was none.
	Fetch(ctx context.Context, r Request) (Response, error)
}

// Request is one request to the own server.
type Request struct {
	Method string // empty: GET
	Path   string
	Body   []byte // JSON; nil: none
	// ETag, when set, is sent as If-None-Match.
	ETag string
	// Hold, when positive, asks the server to hold its answer until there is
	// news, for so long (Prefer: wait, whole seconds).
	Hold time.Duration
	// IdempotencyKey, when set, makes a repeated POST harmless.
	IdempotencyKey string
}

// Response is the server's answer, or somebody's who pretends.
type Response struct {
	Status      int
	ContentType string
	RetryAfter  string
	Watching    string // of a polling answer: how many watch
	Body        []byte
}

// Surroundings tells what happens around the page.
type Surroundings interface {
	// Online is the browser's word; false is reliable, true is not.
	Online() bool
	// Watch tells wakes until stop returns. tell does not block.
	Watch(tell func(Wake)) (stop func())
}

// Wake is a change around the page, told by the browser.
type Wake uint8

// The wakes.
const (
	WakeOnline  Wake = iota // there is a network again
	WakeOffline             // there is none
	WakeVisible             // the tab came to the front, the window was focused, or the page thawed
	WakeShow                // the page came back from the back/forward cache
	WakeHide                // the page goes away, perhaps for good, or freezes
	WakeUser                // the user asks to try now
)

// Keeper keeps the last known states on the device; package kept has one.
type Keeper interface {
	// SaveProgress and SaveList do not block.
	SaveProgress(p shared.AuditProgress, at time.Time)
	SaveList(audits []shared.AuditProgress, at time.Time)
	// Saved is what is kept of a topic; ok is false when that is nothing.
	Saved(ctx context.Context, t Topic) (c Copy, ok bool)
}

// KeyValue is the little that is needed of localStorage.
type KeyValue interface {
	Get(key string) (value string, ok bool)
	// Set fails when the storage is full or forbidden.
	Set(key, value string) error
	Remove(key string)
	Keys() []string
}

// Copy is a known state to begin with.
type Copy struct {
	Progress *shared.AuditProgress  // of an audit
	Audits   []shared.AuditProgress // of the list
	// SavedAt is when the copy was kept on this device; zero means that the
	// server itself has just given it (prerendering).
	SavedAt time.Time
}
