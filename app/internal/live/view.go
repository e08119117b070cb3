package live

import (
	"time"

	"atalaya/shared"
)

// Phase is the state of the connection, as the user is told it. It says nothing
// about the audit.
type Phase string

// The phases. Closed is final.
const (
	Connecting Phase = "connecting" // the first stream was asked for and has sent nothing yet
	Live       Phase = "live"       // a stream brings every change
	Retrying   Phase = "retrying"   // the stream is lost; it is being asked for again
	Polling    Phase = "polling"    // no stream gets through; the state is polled instead
	Offline    Phase = "offline"    // neither stream nor poll gets an answer
	Closed     Phase = "closed"     // nothing more will be heard
)

// Reason says why the phase is what it is; empty when there is nothing to say.
type Reason string

// The reasons of [Retrying]. ReasonLost is one of [Polling], too.
const (
	ReasonLost        Reason = "lost"        // the connection broke or was refused
	ReasonSilent      Reason = "silent"      // nothing came for [staleAfter]
	ReasonDrain       Reason = "drain"       // the server said that it is going away
	ReasonUnavailable Reason = "unavailable" // the server said that it cannot read the state
)

// The reasons of [Polling].
const (
	ReasonBlocked Reason = "blocked" // streams are held back or cut at once on the way
	ReasonMissing Reason = "missing" // the browser has no EventSource
)

// The reasons of [Offline].
const (
	ReasonNetwork Reason = "network" // the browser says that there is no network
	ReasonServer  Reason = "server"  // there is a network, but the server does not answer
)

// The reasons of [Closed].
const (
	ReasonFinished     Reason = "finished"     // the audit is terminal
	ReasonDeleted      Reason = "deleted"      // the audit was deleted
	ReasonNotFound     Reason = "not_found"    // there is no such audit
	ReasonUnauthorized Reason = "unauthorized" // the server wants to know who asks
	ReasonForbidden    Reason = "forbidden"    // the server refuses this user or page
	ReasonStopped      Reason = "stopped"      // [Session.Close] was called
)

// Fault says why the last poll failed; empty when it did not fail.
type Fault string

// The faults.
const (
	FaultNetwork Fault = "network"  // no answer
	FaultTimeout Fault = "timeout"  // no answer in time
	FaultForeign Fault = "foreign"  // an answer that is not the server's: a captive portal, a proxy's page
	FaultStatus  Fault = "status"   // an HTTP status that is not success
	FaultBadData Fault = "bad_data" // an answer that breaks the contract
)

// View is everything a page shows about a topic and its connection. It is a
// value: what it points to is never changed after it was handed out, and must
// not be changed by who gets it. Its times are on this device's clock and
// without monotonic part, so that ages stay true across a sleep.
type View struct {
	Topic  Topic
	Phase  Phase
	Reason Reason
	// Since is when the phase began.
	Since time.Time
	// Attempt counts the own reconnections since the phase was live; 0 while
	// the browser itself retries.
	Attempt int
	// RetryAt is when the next one starts; zero when no wait is running.
	RetryAt time.Time

	// Progress is the state of the audit; nil while unknown and for the list.
	Progress *shared.AuditProgress
	// Audits are the newest audits and all that have not ended, highest id first; nil
	// while unknown and for a single audit.
	Audits []shared.AuditProgress

	// Watching is how many watch the audit, this page included, as the server said last; 0
	// or 1 while nobody else does.
	Watching int

	// ConfirmedAt is when the server last knew from its database that what is
	// shown is current. It stands still while the database is down, although the
	// server is heard.
	ConfirmedAt time.Time
	// Saved is true while what is shown is a copy kept on this device at
	// SavedAt and the server has not been heard.
	Saved   bool
	SavedAt time.Time

	// ServerTime is what the server's clock said in its newest heartbeat, which was
	// read at ServerTimeAt; zero before the first. Together they tell how wrong this
	// device's clock is.
	ServerTime   time.Time
	ServerTimeAt time.Time

	// PollFailures counts the polls that failed in a row.
	PollFailures int
	// Fault says why the last poll failed; Status is the HTTP status behind
	// [FaultStatus].
	Fault  Fault
	Status int
}

// Terminal reports whether the audit shown is terminal; never for the list.
func (v View) Terminal() bool { return v.Progress != nil && v.Progress.Status.Terminal() }

// Unheard reports whether the server is not heard, so that what is shown may have
// changed since.
func (v View) Unheard() bool {
	return v.Saved || v.Phase == Offline || v.Phase == Closed && v.Reason != ReasonFinished
}

// urgent reports whether w differs from v in what the user must be told at once.
// Other differences wait until the next view is due.
func (v View) urgent(w View) bool {
	return v.Phase != w.Phase || v.Reason != w.Reason || v.Attempt != w.Attempt || !v.RetryAt.Equal(w.RetryAt) ||
		v.PollFailures != w.PollFailures || v.Terminal() != w.Terminal() || v.Saved != w.Saved
}
