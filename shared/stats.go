package shared

// Stats is what one server process says of itself, for people without Prometheus.
// Counts begin with the process.
type Stats struct {
	Version string `json:"version"`
	// StartedAt is when the process began to serve.
	StartedAt     Time        `json:"started_at"`
	UptimeSeconds int64       `json:"uptime_seconds"`
	Streams       StreamStats `json:"streams"`
	Audits        AuditCounts `json:"audits"`
}

// StreamStats counts streams. The keys of each map are always the same, those with 0
// included.
type StreamStats struct {
	// Limit bounds open streams and held polls together; 0 for no bound.
	Limit int64 `json:"limit"`
	// Transports are the open streams (sse) and held polls (poll).
	Transports map[string]int64 `json:"transports"`
	// Writers are the open streams by what carries them.
	Writers map[string]int64 `json:"writers"`
	// Ended are the streams that have ended, by why.
	Ended map[string]int64 `json:"ended"`
	// Rejected are the requests that got no stream and no progress, by the code of
	// their problem.
	Rejected map[string]int64 `json:"rejected"`
}

// AuditCounts counts the audits of the database, whichever server works on them.
type AuditCounts struct {
	Waiting int64 `json:"waiting"`
	Running int64 `json:"running"`
}
