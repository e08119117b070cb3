package live

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/shared"
)

// memory is a KeyValue with room for so many bytes; 0 means without bound.
type memory struct {
	data     map[string]string
	room     int
	readOnly bool
}

func (m *memory) Get(key string) (string, bool) { v, ok := m.data[key]; return v, ok }

func (m *memory) Set(key, value string) error {
	used := len(key) + len(value)
	for k, v := range m.data {
		if k != key {
			used += len(k) + len(v)
		}
	}
	if m.readOnly || m.room > 0 && used > m.room {
		return errors.New("QuotaExceededError")
	}
	m.data[key] = value
	return nil
}

func (m *memory) Remove(key string) {
	if !m.readOnly {
		delete(m.data, key)
	}
}

func (m *memory) Keys() []string {
	var keys []string
	for k := range m.data {
		keys = append(keys, k)
	}
	return keys
}

// newMemory is an empty device whose clock advances a second with each look.
func newMemory(room int) (*memory, *Storage) {
	m := &memory{data: map[string]string{}, room: room}
	s := NewStorage(m)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	s.now = func() time.Time { now = now.Add(time.Second); return now }
	return m, s
}

var savedAt = time.Date(2026, 11, 23, 14, 4, 0, 0, time.UTC)

func TestStorageRoundTrip(t *testing.T) {
	m, s := newMemory(0)
	m.data["somebody.else"] = "x"
	p := completed(7, 12)
	if err := errors.Join(
		s.SaveProgress(p, savedAt),
		s.SaveList([]shared.AuditProgress{progressOf(9, 1, 1), p}, savedAt),
		s.SaveReport(7, []byte(`{"score": null}`), savedAt),
	); err != nil {
		t.Fatal(err)
	}
	if c, ok := s.Saved(Audit(7)); !ok || !reflect.DeepEqual(*c.Progress, p) || !c.SavedAt.Equal(savedAt) {
		t.Errorf("audit: %+v, %v", c, ok)
	}
	if c, ok := s.Saved(List()); !ok || !slices.Equal(ids(c.Audits), []int64{9, 7}) || !c.SavedAt.Equal(savedAt) {
		t.Errorf("list: %+v, %v", c, ok)
	}
	if body, at, ok := s.LoadReport(7); !ok || string(body) != `{"score":null}` || !at.Equal(savedAt) {
		t.Errorf("report: %s, %v, %v", body, at, ok)
	}
	if _, ok := s.Saved(Audit(8)); ok {
		t.Error("an audit that was never kept was found")
	}
	s.Forget(7)
	if got, want := len(m.data), 2; got != want {
		t.Errorf("%d keys after Forget, want %d: the list and the stranger's", got, want)
	}
}

// An audit never opened here is known from the list.
func TestStorageKnowsAnAuditFromTheList(t *testing.T) {
	_, s := newMemory(0)
	if _, ok := s.FindAudit(7); ok {
		t.Error("an empty device knows an audit")
	}
	if err := s.SaveList([]shared.AuditProgress{progressOf(9, 5, 50), progressOf(7, 3, 10)}, savedAt); err != nil {
		t.Fatal(err)
	}
	if c, ok := s.FindAudit(7); !ok || c.Progress.Progress != 10 || !c.SavedAt.Equal(savedAt) {
		t.Errorf("from the list: %+v, %v", c, ok)
	}
	if _, ok := s.FindAudit(8); ok {
		t.Error("an audit that is nowhere is known")
	}
	if err := s.SaveProgress(progressOf(7, 4, 20), savedAt.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if c, ok := s.FindAudit(7); !ok || c.Progress.Progress != 20 {
		t.Errorf("its own copy: %+v, %v", c, ok)
	}
}

func TestStorageKeepsTheFiftyUsedLast(t *testing.T) {
	m, s := newMemory(0)
	for id := range int64(50) {
		if err := s.SaveProgress(progressOf(id+1, 1, 0), savedAt); err != nil {
			t.Fatal(err)
		}
	}
	s.Saved(Audit(1)) // used again
	m.data[auditKey(30)] = "{broken"
	for _, id := range []int64{51, 52, 51} {
		if err := s.SaveProgress(progressOf(id, 1, 0), savedAt); err != nil {
			t.Fatal(err)
		}
	}
	var got []int64
	for _, c := range s.SavedAudits() {
		got = append(got, c.Progress.AuditID)
	}
	var want []int64
	for id := int64(52); id >= 1; id-- {
		if id != 30 && id != 2 { // first the broken one, then the one used least recently
			want = append(want, id)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("kept %v\nwant %v", got, want)
	}
}

func TestStorageMakesRoomWhenFull(t *testing.T) {
	m, s := newMemory(5000)
	for id := range int64(30) {
		if err := s.SaveProgress(progressOf(id+1, 1, 0), savedAt); err != nil {
			t.Fatalf("audit %d: %v", id+1, err)
		}
	}
	if _, ok := s.Saved(Audit(30)); !ok {
		t.Error("the newest was given up")
	}
	if err := s.SaveReport(9, []byte(`"`+strings.Repeat("x", 10_000)+`"`), savedAt); !errors.Is(err, ErrStorage) {
		t.Errorf("a report larger than the device: %v, want ErrStorage", err)
	}
	if err := s.SaveReport(9, make([]byte, maxReport+1), savedAt); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a report above the bound: %v, want ErrTooLarge", err)
	}
	m.readOnly = true
	if err := s.SaveProgress(progressOf(99, 1, 0), savedAt); !errors.Is(err, ErrStorage) {
		t.Errorf("read only: %v, want ErrStorage", err)
	}
}

func TestStorageSurvivesBadData(t *testing.T) {
	good := encode(envelope{SavedAt: shared.At(savedAt), Data: []byte(encode(progressOf(7, 1, 1)))})
	for _, bad := range []string{
		"", "null", "{", "[]", `"x"`, `{"saved_at":"yesterday","data":{}}`, `{"saved_at":null,"data":null}`,
		`{"saved_at":"2026-11-23T09:00:00.000Z"}`, `{"saved_at":"2026-11-23T09:00:00.000Z","data":{"audit_id":7}}`,
		`{"saved_at":"2026-11-23T09:00:00.000Z","data":[]}`, good[:len(good)-9],
	} {
		m, s := newMemory(0)
		m.data[auditKey(7)], m.data[keyList] = bad, bad
		if _, ok := s.Saved(Audit(7)); ok {
			t.Errorf("%q was read as an audit", bad)
		}
		if _, ok := s.Saved(List()); ok {
			t.Errorf("%q was read as a list", bad)
		}
		if err := s.SaveProgress(progressOf(7, 2, 2), savedAt); err != nil {
			t.Errorf("%q could not be replaced: %v", bad, err)
		}
	}
	m, s := newMemory(0)
	m.data[auditKey(8)] = good // another audit's copy under this key
	if _, ok := s.Saved(Audit(8)); ok {
		t.Error("audit 7 was shown as audit 8")
	}
}

func TestStorageThatIsMissing(t *testing.T) {
	s := NewStorage(nil)
	if err := s.SaveProgress(progressOf(7, 1, 1), savedAt); !errors.Is(err, ErrStorage) {
		t.Errorf("got %v, want ErrStorage", err)
	}
	_, saved := s.Saved(Audit(7))
	_, _, report := s.LoadReport(7)
	if saved || report || s.SavedAudits() != nil {
		t.Error("something was found where nothing is kept")
	}
	s.Forget(7)
}

func TestStorageMakesAListOfWhatItKept(t *testing.T) {
	_, s := newMemory(0)
	if c, ok := s.Saved(List()); ok {
		t.Fatalf("an empty device has the list %+v", c)
	}
	later := savedAt.Add(time.Hour)
	if err := errors.Join(s.SaveProgress(completed(7, 12), later), s.SaveProgress(progressOf(9, 3, 40), savedAt)); err != nil {
		t.Fatal(err)
	}
	c, ok := s.Saved(List())
	if !ok || len(c.Audits) != 2 || c.Audits[0].AuditID != 9 || c.Audits[1].AuditID != 7 || !c.SavedAt.Equal(savedAt) {
		t.Fatalf("got %+v, %v", c, ok)
	}
	if err := s.SaveList([]shared.AuditProgress{completed(3, 1)}, later); err != nil {
		t.Fatal(err)
	}
	if c, _ := s.Saved(List()); len(c.Audits) != 1 || c.Audits[0].AuditID != 3 {
		t.Errorf("a kept list is not taken as it is: %+v", c)
	}
}

// What is kept can be counted, and deleted; what others keep on the device stays.
func TestStorageIsCountedAndCleared(t *testing.T) {
	m, s := newMemory(0)
	m.data["atalaya.lang"] = "es"
	if got := s.Usage(); got != (Usage{}) {
		t.Errorf("empty: %+v", got)
	}
	for id := range int64(3) {
		if err := s.SaveProgress(progressOf(id+1, 1, 40), savedAt); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SaveReport(1, []byte(`{}`), savedAt); err != nil {
		t.Fatal(err)
	}
	if got := s.Usage(); got.Audits != 3 || got.Reports != 1 || got.Bytes < 1000 {
		t.Errorf("got %+v, want 3 audits and a report", got)
	}
	s.Clear()
	if got := s.Usage(); got != (Usage{}) || len(m.data) != 1 {
		t.Errorf("cleared: %+v, %v", got, m.data)
	}
}
