package shared

import "time"

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
	// StartedAt is when the first attempt began.
	StartedAt time.Time
	// Progress and Discovered are what is shown already; they must not fall.
	Progress   int
	Discovered int
	// Activity is what a previous attempt showed last; nil on the first.
	Activity *Activity
}

// Advance is a worker's whole view of a running audit, written at once.
type Advance struct {
	Stage            Stage
	Progress         int
	Message          string
	ProvisionalScore *int
	TotalPages       int
	Discovered       int
	Findings         Findings
	Responses        Responses
	Activity         *Activity
}

// PageRecord is a fetched page as the engine stores it: what readers see, its
// findings, and what the engine itself needs to go on after a restart.
type PageRecord struct {
	Page     Page
	Findings []Finding
	// State is the engine's own encoding, opaque to the store.
	State []byte
}

// Result is the last write of a worker: how the run ended.
type Result struct {
	Status       Status // completed, failed or cancelled
	GeoScore     *int   // completed only
	ErrorMessage string // failed only
	Partial      bool
	StopReason   string
	Message      string
	Last         Advance
	// Report is the encoded [Report] without its audit; nil when there is none.
	Report []byte
}
