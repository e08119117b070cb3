package shared

import "fmt"

// Bounds of the texts and lists of [AuditProgress]. Whoever writes one cuts to them,
// whoever reads one refuses what is longer.
const (
	MaxMessage       = 200     // characters of message
	MaxErrorMessage  = 2_000   // characters of error_message
	MaxKey           = 64      // characters of message_key and error_key, each of a-z 0-9 _ - .
	MaxArgs          = 4       // parameters in message_args and error_args
	MaxArg           = 200     // characters of one parameter
	MaxURL           = 2_048   // bytes of a URL
	MaxActivityPages = 12      // newest pages in activity
	MaxActivityTop   = 5       // gravest checks in activity
	MaxProgressBytes = 1 << 16 // bytes of one encoded AuditProgress
)

// AuditProgress is the state of one audit: the data of every SSE frame, the
// body of a polling answer and the copy kept for offline use.
//
// Every field is present in JSON and null when unknown; only activity may be
// absent (list feeds leave it out). All counts are zero or more.
type AuditProgress struct {
	// AuditID identifies the audit; 1 or more.
	AuditID int64 `json:"audit_id"`
	// Revision is strictly greater after every visible change of the audit.
	// It is the SSE id and, quoted, the ETag.
	Revision int64 `json:"revision"`
	// URL is the seed URL, or whatever an external worker named its work.
	URL  string `json:"url"`
	Kind Kind   `json:"kind"`

	Status Status `json:"status"`
	// Stage is null unless a site audit is running.
	Stage Stage `json:"stage"`
	// Progress is a percentage, 0 to 100. It never falls within an attempt and
	// is 100 exactly when the status is completed.
	Progress int `json:"progress"`
	// Message is one line about what is happening, at most [MaxMessage]
	// characters.
	Message *string `json:"message"`
	// MessageKey names the sentence of the engine that Message is in English, and
	// MessageArgs are its parameters, numbers as decimal digits. Package text says
	// it in every language. Both are null when no engine wrote the message.
	MessageKey  *string  `json:"message_key"`
	MessageArgs []string `json:"message_args"`
	// ErrorMessage says why the audit failed.
	ErrorMessage *string `json:"error_message"`
	// ErrorKey and ErrorArgs are to ErrorMessage what MessageKey and MessageArgs
	// are to Message.
	ErrorKey  *string  `json:"error_key"`
	ErrorArgs []string `json:"error_args"`

	// GeoScore is the final score, 0 to 100; null until completed.
	GeoScore *int `json:"geo_score"`
	// ProvisionalScore is the score of what has been seen so far, 0 to 100.
	ProvisionalScore *int `json:"provisional_score"`

	// TotalPages counts the HTML pages answered with 200 and analysed so far.
	TotalPages int `json:"total_pages"`
	// Discovered counts the distinct URLs of the site found so far.
	Discovered int `json:"discovered"`
	// SecondsLeft is about how long a running audit still takes, rounded; null while that
	// cannot be known.
	SecondsLeft *int `json:"seconds_left"`
	// PageLimit is the announced limit of pages; null for external work.
	PageLimit *int      `json:"page_limit"`
	Findings  Findings  `json:"findings"`
	Responses Responses `json:"responses"`

	// Attempt counts how often a worker took the audit up; progress may start
	// again with each.
	Attempt int `json:"attempt"`
	// Partial is true when the audit ended before it saw the whole site.
	Partial bool `json:"partial"`
	// StopReason says why it is partial: limit, time, cancelled, site.
	StopReason *string `json:"stop_reason"`

	CreatedAt  Time  `json:"created_at"`
	StartedAt  *Time `json:"started_at"`
	UpdatedAt  Time  `json:"updated_at"`
	FinishedAt *Time `json:"finished_at"`
	// Previous is how the site's completed audit before this one ended. It is null until
	// this one is completed, if there is none, and if a worker completed it by SQL.
	Previous *Verdict `json:"previous"`
	// WorkerSeenAt is the worker's last sign of life. A change of it alone is
	// not a visible change: it causes no revision and no frame.
	WorkerSeenAt *Time `json:"worker_seen_at"`

	// Activity is the detail of a live page; nil in list feeds.
	Activity *Activity `json:"activity,omitempty"`
}

// wire lists every field of the JSON form.
func (p *AuditProgress) wire() []wireField {
	return []wireField{
		{"audit_id", &p.AuditID, value},
		{"revision", &p.Revision, value},
		{"url", &p.URL, value},
		{"kind", &p.Kind, value},
		{"status", &p.Status, value},
		{"stage", &p.Stage, nullable},
		{"progress", &p.Progress, value},
		{"message", &p.Message, nullable},
		{"message_key", &p.MessageKey, optional},
		{"message_args", (*argList)(&p.MessageArgs), optional},
		{"error_message", &p.ErrorMessage, nullable},
		{"error_key", &p.ErrorKey, optional},
		{"error_args", (*argList)(&p.ErrorArgs), optional},
		{"geo_score", &p.GeoScore, nullable},
		{"provisional_score", &p.ProvisionalScore, nullable},
		{"total_pages", &p.TotalPages, value},
		{"discovered", &p.Discovered, value},
		{"seconds_left", &p.SecondsLeft, optional},
		{"page_limit", &p.PageLimit, nullable},
		{"findings", &p.Findings, value},
		{"responses", &p.Responses, value},
		{"attempt", &p.Attempt, value},
		{"partial", &p.Partial, value},
		{"stop_reason", &p.StopReason, nullable},
		{"created_at", &p.CreatedAt, value},
		{"started_at", &p.StartedAt, nullable},
		{"updated_at", &p.UpdatedAt, value},
		{"finished_at", &p.FinishedAt, nullable},
		{"previous", &p.Previous, optional},
		{"worker_seen_at", &p.WorkerSeenAt, nullable},
		{"activity", &p.Activity, optional},
	}
}

// Validate reports the first breach of the contract's ranges and invariants,
// wrapped in [ErrInvalid].
func (p *AuditProgress) Validate() error {
	for _, rule := range []struct {
		ok   bool
		says string
	}{
		{p.AuditID >= 1, "audit_id below 1"},
		{p.Revision >= 1, "revision below 1"},
		{p.URL != "" && len(p.URL) <= MaxURL, "url empty or too long"},
		{p.Kind.Valid(), "unknown kind"},
		{p.Status.Valid(), "unknown status"},
		{p.Stage.Valid(), "unknown stage"},
		{inPercent(p.Progress), "progress outside 0 to 100"},
		{(p.Progress == 100) == (p.Status == StatusCompleted), "progress is 100 exactly when completed"},
		{fits(p.Message, MaxMessage), "message too long"},
		{fits(p.ErrorMessage, MaxErrorMessage), "error_message too long"},
		{ValidKey(p.MessageKey, p.MessageArgs), "message_key or message_args out of range"},
		{ValidKey(p.ErrorKey, p.ErrorArgs), "error_key or error_args out of range"},
		{fits(p.StopReason, MaxMessage), "stop_reason too long"},
		{p.GeoScore == nil || inPercent(*p.GeoScore), "geo_score outside 0 to 100"},
		{p.GeoScore == nil || p.Status == StatusCompleted, "geo_score before completed"},
		{p.ProvisionalScore == nil || inPercent(*p.ProvisionalScore), "provisional_score outside 0 to 100"},
		{p.TotalPages >= 0 && p.Discovered >= 0 && p.Attempt >= 0, "a negative count"},
		{p.SecondsLeft == nil || *p.SecondsLeft >= 0, "seconds_left below 0"},
		{p.PageLimit == nil || *p.PageLimit >= 1, "page_limit below 1"},
		{p.Findings.valid() && p.Responses.valid(), "a negative count"},
		{p.Previous == nil || p.Previous.Valid(), "previous out of range"},
		{!p.CreatedAt.IsZero() && !p.UpdatedAt.IsZero(), "a zero time"},
	} {
		if !rule.ok {
			return fmt.Errorf("%w: audit progress: %s", ErrInvalid, rule.says)
		}
	}
	if p.Activity == nil {
		return nil
	}
	return p.Activity.Validate()
}

// HasReport reports whether there is a report with something in it.
func (p *AuditProgress) HasReport() bool {
	return p.Kind == KindSite && (p.Status == StatusCompleted || p.Status.Terminal() && p.TotalPages > 0)
}

// Regressed reports whether a completed audit ended worse than the one before it, as
// [Verdict.WorseThan] says.
func (p *AuditProgress) Regressed() bool {
	if p.Previous == nil || p.GeoScore == nil {
		return false
	}
	now := Verdict{GeoScore: *p.GeoScore, Errors: p.Findings.Error}
	return now.WorseThan(p.Previous)
}

// Findings counts findings by severity.
type Findings struct {
	Error   int `json:"error"`
	Warning int `json:"warning"`
	Notice  int `json:"notice"`
}

// Total is the sum over the severities.
func (f Findings) Total() int { return f.Error + f.Warning + f.Notice }

// Add counts n more findings of severity s; info is not counted.
func (f *Findings) Add(s Severity, n int) {
	switch s {
	case SeverityError:
		f.Error += n
	case SeverityWarning:
		f.Warning += n
	case SeverityNotice:
		f.Notice += n
	}
}

// Responses counts the answers of the audited site by class.
type Responses struct {
	OK          int `json:"2xx"`
	Redirect    int `json:"3xx"`
	ClientError int `json:"4xx"`
	ServerError int `json:"5xx"`
	// Failed counts requests that got no answer at all.
	Failed int `json:"failed"`
}

// Add counts one answer; status 0 means that none came.
func (r *Responses) Add(status int) {
	switch status / 100 {
	case 2:
		r.OK++
	case 3:
		r.Redirect++
	case 4:
		r.ClientError++
	case 5:
		r.ServerError++
	default:
		r.Failed++
	}
}

// Total is the number of requests counted.
func (r Responses) Total() int {
	return r.OK + r.Redirect + r.ClientError + r.ServerError + r.Failed
}

// Activity is what a live page shows beside the numbers.
type Activity struct {
	// Stages are those begun so far, in order.
	Stages []StageSpan `json:"stages"`
	// Pages are the newest first, at most [MaxActivityPages].
	Pages []PageLine `json:"pages"`
	// Top are the gravest failing checks so far, at most [MaxActivityTop].
	Top []TopCheck `json:"top"`
}

// StageSpan says when a stage ran; FinishedAt is null while it does.
type StageSpan struct {
	Name       Stage `json:"name"`
	StartedAt  Time  `json:"started_at"`
	FinishedAt *Time `json:"finished_at"`
}

// PageLine is one fetched page in a list.
type PageLine struct {
	URL string `json:"url"`
	// Status is the HTTP status, or 0 when no answer came.
	Status int `json:"status"`
	// MS is the time until the first byte, in milliseconds.
	MS       int      `json:"ms"`
	Findings Findings `json:"findings"`
}

// TopCheck is a failing check with the number of its findings, and of the groups that they
// make up: 0 where it is not known.
type TopCheck struct {
	ID       string   `json:"id"`
	Severity Severity `json:"severity"`
	Count    int      `json:"count"`
	Groups   int      `json:"groups,omitempty"`
	// Example is a page that fails; empty for checks of the site.
	Example string `json:"example,omitempty"`
}
