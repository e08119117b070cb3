package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// auditRow is what readers see of an audit.
type auditRow struct {
	bun.BaseModel `bun:"table:audits,alias:a"`

	ID               int64   `bun:"id,pk"`
	Revision         int64   `bun:"revision"`
	URL              string  `bun:"url"`
	Kind             string  `bun:"kind"`
	Status           string  `bun:"status"`
	Stage            *string `bun:"stage"`
	Progress         int     `bun:"progress"`
	Message          *string `bun:"message"`
	MessageKey       *string `bun:"message_key"`
	MessageArgs      *string `bun:"message_args"`
	ErrorMessage     *string `bun:"error_message"`
	ErrorKey         *string `bun:"error_key"`
	ErrorArgs        *string `bun:"error_args"`
	GeoScore         *int    `bun:"geo_score"`
	ProvisionalScore *int    `bun:"provisional_score"`
	TotalPages       int     `bun:"total_pages"`
	Discovered       int     `bun:"discovered"`
	SecondsLeft      *int    `bun:"seconds_left"`
	PageLimit        *int    `bun:"page_limit"`
	FindingsError    int     `bun:"findings_error"`
	FindingsWarning  int     `bun:"findings_warning"`
	FindingsNotice   int     `bun:"findings_notice"`
	Responses2xx     int     `bun:"responses_2xx"`
	Responses3xx     int     `bun:"responses_3xx"`
	Responses4xx     int     `bun:"responses_4xx"`
	Responses5xx     int     `bun:"responses_5xx"`
	ResponsesFailed  int     `bun:"responses_failed"`
	Attempt          int     `bun:"attempt"`
	Partial          bool    `bun:"partial"`
	StopReason       *string `bun:"stop_reason"`
	Previous         *string `bun:"previous"`
	Activity         *string `bun:"activity"`
	CreatedAt        stamp   `bun:"created_at"`
	StartedAt        stamp   `bun:"started_at"`
	UpdatedAt        stamp   `bun:"updated_at"`
	FinishedAt       stamp   `bun:"finished_at"`
	WorkerSeenAt     stamp   `bun:"worker_seen_at"`
	DeletedAt        stamp   `bun:"deleted_at"`
}

// stamp reads a time column of either database. What is no time is the zero
// time, as NULL is: SQLite takes any text.
type stamp struct{ time.Time }

var stampForms = []string{
	sqliteTime,                  // also any number of decimals but none
	"2006-01-02 15:04:05-07:00", // as bun writes a whole second
	"2006-01-02 15:04:05",
	time.RFC3339,
	"2006-01-02T15:04:05",
	time.DateOnly,
}

// Scan implements [sql.Scanner]; it never fails.
func (s *stamp) Scan(src any) error {
	s.Time = time.Time{}
	switch v := src.(type) {
	case time.Time:
		s.Time = v
	case []byte:
		s.parse(string(v))
	case string:
		s.parse(v)
	}
	return nil
}

// Value implements [driver.Valuer].
func (s stamp) Value() (driver.Value, error) {
	if s.IsZero() {
		return nil, nil
	}
	return s.UTC().Truncate(time.Millisecond), nil
}

func (s *stamp) parse(text string) {
	for _, form := range stampForms {
		if t, err := time.Parse(form, text); err == nil {
			s.Time = t
			return
		}
	}
}

// progress mends what foreign writers spoiled and reports, beside the result,
// what it had to do. The error means that nothing sensible can be shown.
func (r *auditRow) progress() (p shared.AuditProgress, mended string, err error) {
	p = shared.AuditProgress{
		AuditID: r.ID, Revision: r.Revision,
		URL:  cutBytes(r.URL, shared.MaxURL),
		Kind: shared.Kind(r.Kind), Status: shared.Status(r.Status),
		Progress:     min(max(r.Progress, 0), 100),
		Message:      optionalText(r.Message, shared.MaxMessage),
		ErrorMessage: optionalText(r.ErrorMessage, shared.MaxErrorMessage),
		GeoScore:     percent(r.GeoScore), ProvisionalScore: percent(r.ProvisionalScore),
		TotalPages: max(r.TotalPages, 0), Discovered: max(r.Discovered, 0),
		PageLimit: r.PageLimit,
		Findings:  findingsOf(r.FindingsError, r.FindingsWarning, r.FindingsNotice),
		Responses: shared.Responses{
			OK: max(r.Responses2xx, 0), Redirect: max(r.Responses3xx, 0), ClientError: max(r.Responses4xx, 0),
			ServerError: max(r.Responses5xx, 0), Failed: max(r.ResponsesFailed, 0),
		},
		Attempt: max(r.Attempt, 0), Partial: r.Partial, StopReason: optionalText(r.StopReason, shared.MaxMessage),
		CreatedAt: shared.At(r.CreatedAt.Time), StartedAt: shared.AtPtr(r.StartedAt.Time),
		UpdatedAt: shared.At(r.UpdatedAt.Time), FinishedAt: shared.AtPtr(r.FinishedAt.Time),
		WorkerSeenAt: shared.AtPtr(r.WorkerSeenAt.Time),
	}
	if p.Status == shared.StatusRunning && r.SecondsLeft != nil && *r.SecondsLeft >= 0 {
		p.SecondsLeft = r.SecondsLeft
	}
	if r.Stage != nil {
		p.Stage = shared.Stage(*r.Stage)
	}
	mended = repair(&p, r)
	return p, mended, p.Validate()
}

// repair settles what contradicts the contract where one reading is plausible.
func repair(p *shared.AuditProgress, r *auditRow) (mended string) {
	var did []string
	fix := func(wrong bool, what string, mend func()) {
		if wrong {
			mend()
			did = append(did, what)
		}
	}
	fix(!p.Kind.Valid(), "kind", func() { p.Kind = shared.KindExternal })
	fix(!p.Stage.Valid(), "stage", func() { p.Stage = shared.StageNone })
	fix(p.Status == shared.StatusCompleted && p.Progress != 100, "progress", func() { p.Progress = 100 })
	fix(p.Status != shared.StatusCompleted && p.Progress == 100, "progress", func() { p.Progress = 99 })
	fix(p.Status != shared.StatusCompleted && p.GeoScore != nil, "geo_score", func() { p.GeoScore = nil })
	fix(p.PageLimit != nil && *p.PageLimit < 1, "page_limit", func() { p.PageLimit = nil })
	fix(p.CreatedAt.IsZero(), "created_at", func() { p.CreatedAt = p.UpdatedAt })
	fix(p.UpdatedAt.IsZero(), "updated_at", func() { p.UpdatedAt = p.CreatedAt })
	if p.Kind == shared.KindSite { // of external work nobody has the words
		var whole bool
		p.MessageKey, p.MessageArgs, whole = sentenceKey(p.Message, r.MessageKey, r.MessageArgs)
		fix(!whole, "message_key", func() {})
		p.ErrorKey, p.ErrorArgs, whole = sentenceKey(p.ErrorMessage, r.ErrorKey, r.ErrorArgs)
		fix(!whole, "error_key", func() {})
	}
	if r.Previous != nil {
		fix(json.Unmarshal([]byte(*r.Previous), &p.Previous) != nil || p.Previous != nil && !p.Previous.Valid(),
			"previous", func() { p.Previous = nil })
	}
	if r.Activity != nil && *r.Activity != "" {
		var a shared.Activity
		err := json.Unmarshal([]byte(*r.Activity), &a)
		if err == nil {
			err = a.Validate()
		}
		fix(err != nil, "activity", func() {})
		if err == nil {
			p.Activity = &a
		}
	}
	return strings.Join(did, ", ")
}

// setCounts writes what an advance and a result count. It stands beside the columns
// that are read, so that a new one is written down in one file.
func setCounts(q *bun.UpdateQuery, a work.Advance) {
	q.Set("provisional_score = ?", a.ProvisionalScore).
		Set("total_pages = ?", a.TotalPages).Set("discovered = ?", a.Discovered).
		Set("seconds_left = ?", a.SecondsLeft).
		Set("findings_error = ?", a.Findings.Error).Set("findings_warning = ?", a.Findings.Warning).
		Set("findings_notice = ?", a.Findings.Notice).
		Set("responses_2xx = ?", a.Responses.OK).Set("responses_3xx = ?", a.Responses.Redirect).
		Set("responses_4xx = ?", a.Responses.ClientError).Set("responses_5xx = ?", a.Responses.ServerError).
		Set("responses_failed = ?", a.Responses.Failed).
		Set("activity = ?", encodeActivity(a.Activity))
}

// progressOf turns rows into what readers get, without those beyond repair.
func (s *Store) progressOf(rows []auditRow) []shared.AuditProgress {
	out := make([]shared.AuditProgress, 0, len(rows))
	for i := range rows {
		if p, ok := s.progress(&rows[i]); ok {
			out = append(out, p)
		}
	}
	return out
}

func (s *Store) progress(r *auditRow) (shared.AuditProgress, bool) {
	p, mended, err := r.progress()
	if err != nil && s.spoiled.first(r.ID) {
		s.log.Error("an audit cannot be shown: its row breaks the contract",
			slog.Int64("audit_id", r.ID), slog.Any("err", err))
	} else if mended != "" && s.spoiled.first(r.ID) {
		s.log.Warn("an audit is shown mended: its row breaks the contract",
			slog.Int64("audit_id", r.ID), slog.String("columns", mended))
	}
	return p, err == nil
}

// onceEach remembers for which audits something was logged, so that a row that is
// read again and again fills no log.
type onceEach struct {
	mu   sync.Mutex
	seen map[int64]bool
}

func (o *onceEach) first(id int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen[id] {
		return false
	}
	if o.seen == nil || len(o.seen) >= 1000 {
		o.seen = map[int64]bool{}
	}
	o.seen[id] = true
	return true
}

func findingsOf(errors, warnings, notices int) shared.Findings {
	return shared.Findings{Error: max(errors, 0), Warning: max(warnings, 0), Notice: max(notices, 0)}
}

func percent(n *int) *int {
	if n == nil {
		return nil
	}
	v := min(max(*n, 0), 100)
	return &v
}

// optionalText cuts to a number of characters; an empty text is null.
func optionalText(s *string, most int) *string {
	if s == nil || *s == "" {
		return nil
	}
	v := cutRunes(*s, most)
	return &v
}

// sanitise drops what a database or a reader cannot take: bytes that are no text,
// and NUL, on which PostgreSQL and C programs stop.
func sanitise(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// cutBytes sanitises s and cuts it to a number of bytes, between characters.
func cutBytes(s string, most int) string {
	s = sanitise(s)
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// cutRunes sanitises s and cuts it to a number of characters.
func cutRunes(s string, most int) string {
	s = sanitise(s)
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}

// checkText refuses what the database cannot keep as it is.
func checkText(field, s string) error {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return fmt.Errorf("%w: %s is not text: it has a NUL or bytes that are not UTF-8", ErrOutOfRange, field)
	}
	return nil
}

// lines are short texts without line breaks, kept as one with a break between; none is
// NULL.
type lines []string

// Scan implements [sql.Scanner]; it never fails.
func (l *lines) Scan(src any) error {
	*l = nil
	switch v := src.(type) {
	case []byte:
		*l = strings.Split(string(v), "\n")
	case string:
		*l = strings.Split(v, "\n")
	}
	return nil
}

// Value implements [driver.Valuer].
func (l lines) Value() (driver.Value, error) {
	if len(l) == 0 {
		return nil, nil
	}
	return strings.Join(l, "\n"), nil
}
