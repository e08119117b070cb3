package kept

import (
	"context"
	"strings"
	"time"

	"atalaya/shared"
)

// listsUnder ends the key of the entry of a report's lists, which begins with that of the
// report. The service worker writes and reads them.
const listsUnder = "/lists"

// Report is a report that is kept, as the server sent it.
type Report struct {
	Body    []byte
	SavedAt time.Time
	// Whole is true when its lists are kept, too: the service worker then answers for the
	// server.
	Whole bool
}

// SaveReport keeps the report of an ended audit, and has its lists kept in the background.
func (s *Store) SaveReport(ctx context.Context, audit *shared.AuditProgress, body []byte, at time.Time) {
	if s == nil {
		return
	}
	first := s.Usage(ctx).Reports == 0
	key := reportKey(audit.AuditID)
	err := s.put(ctx, Entry{Key: key, SavedAt: shared.At(at), Bytes: len(body)}, wholePart, body)
	if s.tell(err); err != nil {
		return
	}
	if first {
		s.database.Persist()
	}
	s.database.KeepLists(ctx, key+listsUnder, shared.PathAudit(audit.AuditID), audit.Revision)
}

// Report is the kept report of an audit.
func (s *Store) Report(ctx context.Context, id int64) (r Report, ok bool) {
	entries, key := s.entries(ctx), reportKey(id)
	e, body := s.read(ctx, entries, key)
	if body == nil {
		return Report{}, false
	}
	s.touch(ctx, entries, key)
	return Report{Body: body, SavedAt: e.SavedAt.Time, Whole: whole(entries, key)}, true
}

// HasReport reports whether the report of an audit is kept, and whether its lists are.
func (s *Store) HasReport(ctx context.Context, id int64) (has, lists bool) {
	entries, key := s.entries(ctx), reportKey(id)
	for _, e := range entries {
		has = has || e.Key == key
	}
	return has, whole(entries, key)
}

// whole reports whether the lists of a report are kept.
func whole(entries []Entry, key string) bool {
	for _, e := range entries {
		if e.Key == key+listsUnder {
			return e.Whole
		}
	}
	return false
}

// is reports whether an entry is of the kind whose keys begin with a prefix; the lists of a
// report are part of it.
func (e *Entry) is(kind string) bool {
	return strings.HasPrefix(e.Key, kind) && !strings.HasSuffix(e.Key, listsUnder)
}
