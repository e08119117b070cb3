// Package work is what an engine and a store agree on: the job that a worker
// claims, the lease that lets it write, and everything it writes. Nothing of it
// travels to a client; what does is in package shared. What the engine tells people
// is a [Sentence]; [Say] takes its words from package text. A [Delivery] is to a sender of
// messages what a job is to a worker.
//
// All values are plain data and safe to copy.
package work

import (
	"errors"
	"time"

	"atalaya/shared"
)

// ErrCancelRequested is why a store does not let an audit end as completed: somebody asked
// to cancel it before.
var ErrCancelRequested = errors.New("somebody asked to cancel the audit")

// Lease is a worker's right to write to an audit. Every write of a worker
// carries it; when another worker has taken the audit up, the attempt no longer
// matches and the write is refused.
type Lease struct {
	AuditID int64
	Attempt int
	Owner   string
}

// Job is what a worker needs to know to run an audit.
type Job struct {
	Lease
	URL       string
	PageLimit int
	MaxDepth  int
	// Include and Exclude are the paths to visit and to leave out, as in [shared.NewAudit].
	Include, Exclude []string
	// MaxBytes and MaxTime bound what the audit reads and how long an attempt asks
	// the site, below the bounds of the engine itself; 0 where nobody asked for less.
	MaxBytes int64
	MaxTime  time.Duration
	// SkipAIAgents has nothing asked for in the name of AI agents.
	SkipAIAgents bool
	// Rate bounds the requests a second that a host gets, below what the engine gives it; 0
	// where nobody asked for less.
	Rate float64
	// Headers go to the host of URL and to no other.
	Headers shared.Headers
	// StartedAt is when the first attempt began.
	StartedAt time.Time
	// Progress and Discovered are what is shown already; they must not fall.
	Progress   int
	Discovered int
	// Suspect says that a worker may have died of this audit: one that had it did die,
	// and no page was added since.
	Suspect bool
	// Activity is what a previous attempt showed last; nil on the first.
	Activity *shared.Activity
}

// Advance is a worker's whole view of a running audit, written at once.
type Advance struct {
	Stage            shared.Stage
	Progress         int
	Message          Sentence
	ProvisionalScore *int
	TotalPages       int
	Discovered       int
	// SecondsLeft is about how long the audit still takes; nil while that cannot be known.
	SecondsLeft *int
	Findings    shared.Findings
	Responses   shared.Responses
	Activity    *shared.Activity
}

// PageRecord is a fetched page as the engine stores it: what readers see, its
// findings, and what the engine itself needs to go on after a restart.
type PageRecord struct {
	Page     shared.Page
	Findings []shared.Finding
	// State is the engine's own encoding; nobody else reads more of it than [LinksOf] does.
	State []byte
}

// Unvisited is an address that an audit left out, and why. For what is not known by
// address, such as the links that a cut page would have had, it is the page's own.
type Unvisited struct {
	URL      string
	Referrer string // the first page that leads to it; "" for none
	Reason   string
}

// Result is the last write of a worker: how the run ended.
type Result struct {
	Status       shared.Status // completed, failed or cancelled
	GeoScore     *int          // completed only
	ErrorMessage Sentence      // failed only
	Partial      bool
	StopReason   string
	Message      Sentence
	Last         Advance
	// Report is the encoded [shared.Report] without its audit; nil when there is none.
	Report []byte
}
