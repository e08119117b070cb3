package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"atalaya/shared"
)

const (
	// storagePrefix carries the version of what is stored: another layout gets
	// another prefix, and old entries are simply not found.
	storagePrefix = "atalaya.v1."
	keyList       = storagePrefix + "list"
	prefixAudit   = storagePrefix + "audit."
	prefixReport  = storagePrefix + "report."

	// maxCopies is how many audits are kept, and how many reports.
	maxCopies = 50
	// maxReport bounds one report, in bytes: a fifth of what browsers give an
	// origin in all (about 5 MB).
	maxReport = 1 << 20
)

// ErrStorage means that the device keeps nothing: there is no storage, it is
// forbidden, or it is full and nothing is left to give up.
var ErrStorage = errors.New("nothing can be kept on this device")

// KeyValue is the little that a [Storage] needs of localStorage.
type KeyValue interface {
	Get(key string) (value string, ok bool)
	// Set fails when the storage is full or forbidden.
	Set(key, value string) error
	Remove(key string)
	Keys() []string
}

// Storage keeps the last known states on the device, for when the server cannot
// be asked: the list, the 50 audits and the 50 reports used last. What cannot be
// read is treated as absent and replaced by the next copy; when the device is
// full, the copies used least recently make room. All methods are safe for
// concurrent use; several tabs may share one device.
type Storage struct {
	mu  sync.Mutex
	kv  KeyValue
	now func() time.Time
}

// NewStorage keeps copies in kv; nil keeps nothing.
func NewStorage(kv KeyValue) *Storage { return &Storage{kv: kv, now: time.Now} }

// envelope is what lies under a key. Used orders the copies by their last use;
// it is not SavedAt, because reading an old copy does not make it newer.
type envelope struct {
	SavedAt shared.Time     `json:"saved_at"`
	Used    shared.Time     `json:"used"`
	Data    json.RawMessage `json:"data"`
}

// Saved is the kept copy of a topic. Where no list was kept, the audits kept
// one by one make one, as old as the oldest of them.
func (s *Storage) Saved(t Topic) (Copy, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.IsList() {
		if c, ok := s.loadList(t); ok {
			return c, true
		}
		return listFromCopies(s.loadAudits())
	}
	key := auditKey(t.id)
	c, ok := s.loadAudit(key)
	if ok && c.Progress.AuditID == t.id {
		s.markUsed(key)
		return c, true
	}
	return Copy{}, false
}

// FindAudit is the kept copy of one audit: its own, or what the kept list says of it.
func (s *Storage) FindAudit(id int64) (Copy, bool) {
	if c, ok := s.Saved(Audit(id)); ok {
		return c, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list, _ := s.loadList(List())
	for i := range list.Audits {
		if p := &list.Audits[i]; p.AuditID == id {
			return Copy{Progress: p, SavedAt: list.SavedAt}, true
		}
	}
	return Copy{}, false
}

// SavedAudits are the kept copies of single audits, highest id first.
func (s *Storage) SavedAudits() []Copy {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loadAudits()
}

// loadList reads the kept list.
func (s *Storage) loadList(t Topic) (Copy, bool) {
	e, ok := s.load(keyList)
	if !ok {
		return Copy{}, false
	}
	audits, err := decodeAnswer(t, e.Data, func(error) {})
	return Copy{Audits: audits, SavedAt: e.SavedAt.Time}, err == nil
}

// listFromCopies is a list made of copies of single audits.
func listFromCopies(copies []Copy) (list Copy, ok bool) {
	for _, c := range copies {
		p := *c.Progress
		p.Activity = nil // lists carry no activity
		list.Audits = append(list.Audits, p)
		if list.SavedAt.IsZero() || c.SavedAt.Before(list.SavedAt) {
			list.SavedAt = c.SavedAt
		}
	}
	return list, len(copies) > 0
}

// loadAudits reads the kept copies of single audits, highest id first.
func (s *Storage) loadAudits() (all []Copy) {
	copies := map[int64]Copy{}
	for _, key := range s.keys(prefixAudit) {
		if c, ok := s.loadAudit(key); ok {
			copies[c.Progress.AuditID] = c
		}
	}
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(copies))) {
		all = append(all, copies[id])
	}
	return all
}

// SaveProgress keeps the state of one audit. Errors wrap [ErrStorage].
func (s *Storage) SaveProgress(p shared.AuditProgress, at time.Time) error {
	return s.save(auditKey(p.AuditID), p, at)
}

// SaveList keeps the list of audits. Errors wrap [ErrStorage].
func (s *Storage) SaveList(audits []shared.AuditProgress, at time.Time) error {
	return s.save(keyList, shared.AuditList{Audits: audits}, at)
}

// SaveReport keeps the report of one audit, as the server sent it: one JSON
// value of at most 1 MiB. Errors wrap [ErrStorage] or [ErrTooLarge].
func (s *Storage) SaveReport(id int64, body []byte, at time.Time) error {
	if len(body) > maxReport {
		return fmt.Errorf("%w: report of %d bytes", ErrTooLarge, len(body))
	}
	return s.save(reportKey(id), json.RawMessage(body), at)
}

// LoadReport is the kept report of one audit and when it was kept.
func (s *Storage) LoadReport(id int64) (body []byte, savedAt time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.load(reportKey(id))
	if !ok {
		return nil, time.Time{}, false
	}
	s.markUsed(reportKey(id))
	return e.Data, e.SavedAt.Time, true
}

// HasReport reports whether a report of the audit is kept.
func (s *Storage) HasReport(id int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.load(reportKey(id))
	return ok
}

// Forget drops the copies of one audit and its report.
func (s *Storage) Forget(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kv != nil {
		s.kv.Remove(auditKey(id))
		s.kv.Remove(reportKey(id))
	}
}

func auditKey(id int64) string  { return prefixAudit + strconv.FormatInt(id, 10) }
func reportKey(id int64) string { return prefixReport + strconv.FormatInt(id, 10) }

// loadAudit reads the copy under a key.
func (s *Storage) loadAudit(key string) (Copy, bool) {
	e, ok := s.load(key)
	if !ok {
		return Copy{}, false
	}
	p, err := shared.DecodeAuditProgress(e.Data)
	return Copy{Progress: &p, SavedAt: e.SavedAt.Time}, err == nil
}

// load reads what lies under a key; ok is false when that is nothing or unreadable.
func (s *Storage) load(key string) (envelope, bool) {
	if s.kv == nil {
		return envelope{}, false
	}
	value, ok := s.kv.Get(key)
	if !ok {
		return envelope{}, false
	}
	var e envelope
	err := json.Unmarshal([]byte(value), &e)
	return e, err == nil && !e.SavedAt.IsZero() && len(e.Data) > 0
}

// markUsed notes that the copy under key was used. Where it fails, the copy is
// merely given up sooner.
func (s *Storage) markUsed(key string) {
	if e, ok := s.load(key); ok {
		e.Used = shared.At(s.now())
		if value, err := json.Marshal(e); err == nil {
			_ = s.kv.Set(key, string(value))
		}
	}
}

// save writes one entry and makes room for it.
func (s *Storage) save(key string, data any, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kv == nil {
		return ErrStorage
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("live: keep %s: %w", key, err)
	}
	value, err := json.Marshal(envelope{SavedAt: shared.At(at), Used: shared.At(s.now()), Data: raw})
	if err != nil {
		return fmt.Errorf("live: keep %s: %w", key, err)
	}
	if _, exists := s.kv.Get(key); !exists {
		s.makeRoom(key)
	}
	// Full, most likely, if it fails. The bound is for a storage that lets
	// nothing be removed either.
	for range 2 * maxCopies {
		if err = s.kv.Set(key, string(value)); err == nil {
			return nil
		}
		if !s.evictOldest(key, prefixAudit, prefixReport) {
			break
		}
	}
	return fmt.Errorf("live: keep %s: %w: %v", key, ErrStorage, err)
}

// makeRoom keeps the number of copies of key's kind bounded.
func (s *Storage) makeRoom(key string) {
	for _, prefix := range [...]string{prefixAudit, prefixReport} {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		for range len(s.keys(prefix)) - (maxCopies - 1) {
			s.evictOldest(key, prefix)
		}
	}
}

// evictOldest removes the copy used least recently among the prefixes, and an
// unreadable one before any other; never the one under except. It reports
// whether there was one.
func (s *Storage) evictOldest(except string, prefixes ...string) bool {
	oldest, found := "", false
	var used time.Time
	for _, key := range s.keys(prefixes...) {
		if key == except {
			continue
		}
		e, ok := s.load(key)
		if !ok {
			e.Used = shared.Time{}
		}
		if !found || e.Used.Before(used) {
			oldest, used, found = key, e.Used.Time, true
		}
	}
	if found {
		s.kv.Remove(oldest)
	}
	return found
}

// keys lists, in order, the keys that start with one of the prefixes.
func (s *Storage) keys(prefixes ...string) []string {
	if s.kv == nil {
		return nil
	}
	var found []string
	for _, key := range s.kv.Keys() {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			found = append(found, key)
		}
	}
	slices.Sort(found)
	return found
}

// Usage is what a device keeps.
type Usage struct {
	Audits, Reports int
	// Bytes is about what it takes: browsers count two for a character of most texts.
	Bytes int
}

// Usage counts what is kept.
func (s *Storage) Usage() (u Usage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range s.keys(storagePrefix) {
		value, _ := s.kv.Get(key)
		u.Bytes += 2 * (len(key) + len(value))
		switch {
		case strings.HasPrefix(key, prefixAudit):
			u.Audits++
		case strings.HasPrefix(key, prefixReport):
			u.Reports++
		}
	}
	return u
}

// Clear drops every copy.
func (s *Storage) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range s.keys(storagePrefix) {
		s.kv.Remove(key)
	}
}
