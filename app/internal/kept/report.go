package kept

import (
	"context"
	"strings"
	"time"
)

// Report is a report that is kept, as the server sent it.
type Report struct {
	Body    []byte
	SavedAt time.Time
}

// SaveReport keeps the report of an ended audit.
func (s *Store) SaveReport(ctx context.Context, id int64, body []byte, at time.Time) {
	if s == nil {
		return
	}
	first := !s.anyReport(ctx)
	err := s.put(ctx, Entry{Key: reportKey(id), SavedAt: at, Bytes: len(body)}, wholePart, body)
	s.tell(err)
	if err == nil && first {
		s.database.Persist(ctx)
	}
}

// anyReport reports whether a report is kept.
func (s *Store) anyReport(ctx context.Context) bool {
	for _, e := range s.entries(ctx) {
		if strings.HasPrefix(e.Key, prefixReport) {
			return true
		}
	}
	return false
}

// Report is the kept report of an audit.
func (s *Store) Report(ctx context.Context, id int64) (r Report, ok bool) {
	entries := s.entries(ctx)
	e, body := s.read(ctx, entries, reportKey(id))
	if body == nil {
		return Report{}, false
	}
	s.touch(ctx, entries, e.Key)
	return Report{Body: body, SavedAt: e.SavedAt}, true
}

// HasReport reports whether the report of an audit is kept.
func (s *Store) HasReport(ctx context.Context, id int64) bool {
	for _, e := range s.entries(ctx) {
		if e.Key == reportKey(id) {
			return true
		}
	}
	return false
}
