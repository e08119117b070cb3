package kept

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

var savedAt = time.Date(2026, 11, 23, 14, 4, 0, 0, time.UTC)

func audit(id int64, percent int) shared.AuditProgress {
	return shared.AuditProgress{
		AuditID: id, Revision: 1, URL: fmt.Sprintf("https://example.org/%d", id), Kind: shared.KindSite,
		Status: shared.StatusRunning, Stage: shared.StageCrawl, Progress: percent,
		CreatedAt: shared.At(savedAt), UpdatedAt: shared.At(savedAt),
	}
}

// device is a database, and a program that uses it.
type device struct {
	memory *memory
	*Store
	lines []string
}

// onDevice runs a test on an empty device whose clock advances a second with each look.
func onDevice(t *testing.T, test func(t *testing.T, d *device)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &device{memory: &memory{entries: map[string]Entry{}, parts: map[string]string{}}}
		d.restart(nil)
		test(t, d)
	})
}

// restart forgets what the program had in memory.
func (d *device) restart(old live.KeyValue) {
	d.Store = New(d.memory, func(line string) { d.lines = append(d.lines, line) })
	var mu sync.Mutex
	now := savedAt.Add(time.Duration(len(d.memory.writes)) * time.Hour)
	d.now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
	d.carry(old)
}

// saves keeps the states of audits, one after the other.
func (d *device) saves(ids ...int64) {
	for _, id := range ids {
		d.SaveProgress(audit(id, 10), savedAt)
		synctest.Wait()
	}
}

func (d *device) keys() (keys []string) {
	for key := range d.memory.entries {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func ids(audits []shared.AuditProgress) (ids []int64) {
	for i := range audits {
		ids = append(ids, audits[i].AuditID)
	}
	return ids
}

func TestKeepsStates(t *testing.T) {
	onDevice(t, func(t *testing.T, d *device) {
		d.SaveProgress(audit(7, 10), savedAt)
		d.SaveList([]shared.AuditProgress{audit(9, 1), audit(7, 10)}, savedAt.Add(time.Minute))
		for i, how := range []string{"seen", "read"} {
			if i > 0 {
				synctest.Wait()
				d.restart(nil)
			}
			c, ok := d.Saved(t.Context(), live.Audit(7))
			if !ok || !reflect.DeepEqual(*c.Progress, audit(7, 10)) || !c.SavedAt.Equal(savedAt) {
				t.Errorf("%s: audit %+v, %v", how, c, ok)
			}
			c, ok = d.Saved(t.Context(), live.Audit(9))
			if !ok || c.Progress.Progress != 1 || !c.SavedAt.Equal(savedAt.Add(time.Minute)) {
				t.Errorf("%s: from the list %+v, %v", how, c, ok)
			}
			c, ok = d.Saved(t.Context(), live.List())
			if !ok || !slices.Equal(ids(c.Audits), []int64{9, 7}) {
				t.Errorf("%s: list %+v, %v", how, c, ok)
			}
			if c, ok := d.Saved(t.Context(), live.Audit(8)); ok {
				t.Errorf("%s: %+v, never kept", how, c)
			}
		}
		if _, ok := d.Seen(live.Audit(7)); ok {
			t.Error("what was only read is taken for seen in this tab")
		}
	})
}

// Saving does not block, and of states that wait only the newest is written.
func TestWritesOnlyTheNewest(t *testing.T) {
	onDevice(t, func(t *testing.T, d *device) {
		d.memory.mu.Lock() // the database is busy
		for percent := range 9 {
			d.SaveProgress(audit(7, percent), savedAt)
			d.SaveProgress(audit(8, percent), savedAt)
		}
		d.memory.mu.Unlock()
		synctest.Wait()
		if len(d.memory.writes) > 4 {
			t.Errorf("written: %v", d.memory.writes)
		}
		d.restart(nil)
		if c, _ := d.Saved(t.Context(), live.Audit(8)); c.Progress == nil || c.Progress.Progress != 8 {
			t.Errorf("got %+v", c)
		}
	})
}

func TestKeepsTheFiftyUsedLast(t *testing.T) {
	onDevice(t, func(t *testing.T, d *device) {
		for id := range int64(maxCopies) {
			d.saves(id + 1)
		}
		d.restart(nil)
		if _, ok := d.Saved(t.Context(), live.Audit(1)); !ok { // used again
			t.Fatal("audit 1 is gone")
		}
		d.SaveReport(t.Context(), ended(2), []byte("{}"), savedAt) // another kind
		d.saves(51, 52, 51)
		if u := d.Usage(t.Context()); u.Audits != maxCopies || u.Reports != 1 {
			t.Errorf("%+v", u)
		}
		for id, want := range map[int64]bool{1: true, 2: false, 3: false, 4: true, 51: true, 52: true} {
			if _, ok := d.memory.entries[keyOf(live.Audit(id))]; ok != want {
				t.Errorf("audit %d is kept: %v, want %v", id, ok, want)
			}
		}
	})
}

func TestMakesRoomWhenFull(t *testing.T) {
	onDevice(t, func(t *testing.T, d *device) {
		d.SaveList([]shared.AuditProgress{audit(9, 1)}, savedAt)
		d.saves(1, 2, 3)
		d.SaveReport(t.Context(), ended(1), []byte(`{}`), savedAt)
		d.memory.room = 1
		for _, part := range d.memory.parts {
			d.memory.room += len(part)
		}
		d.saves(4)
		want := []string{"audit.2", "audit.3", "audit.4", "list", "report.1", "report.1/lists"}
		if got := d.keys(); !slices.Equal(got, want) {
			t.Errorf("kept %v, want %v", got, want)
		}
		d.SaveReport(t.Context(), ended(9), []byte(strings.Repeat("x", d.memory.room)), savedAt)
		if _, ok := d.Report(t.Context(), 9); ok || len(d.lines) != 1 {
			t.Errorf("a report larger than the device: %v, console: %v", d.keys(), d.lines)
		}
		if !d.Forgets() {
			t.Error("a report found no room, and nobody knows")
		}
		if _, ok := d.Saved(t.Context(), live.List()); !ok {
			t.Error("the list was given up")
		}
		d.saves(4)
		if d.Forgets() {
			t.Error("something was kept again, and nobody knows")
		}
	})
}

// What was seen while the database was another tab's is kept once it is free, with no news of
// it.
func TestKeepsAgain(t *testing.T) {
	onDevice(t, func(t *testing.T, d *device) {
		d.memory.err = errBroken
		d.saves(1, 2)
		if len(d.memory.parts) != 0 || !d.Forgets() {
			t.Fatalf("kept %v, forgets %v", d.keys(), d.Forgets())
		}
		d.memory.err = nil
		d.Again()
		synctest.Wait()
		if want := []string{"audit.1", "audit.2"}; !slices.Equal(d.keys(), want) || d.Forgets() {
			t.Errorf("kept %v, want %v; forgets %v", d.keys(), want, d.Forgets())
		}
	})
}

// A browser that does not find the room that it was given back does not cost the reader all
// that was kept.
func TestGivesUpNoMoreThanItNeeds(t *testing.T) {
	onDevice(t, func(t *testing.T, d *device) {
		d.memory.listBytes = 60
		body := []byte(strings.Repeat("x", 40))
		for id := range int64(20) {
			d.SaveReport(t.Context(), ended(id+1), body, savedAt)
		}
		d.memory.room = 1
		d.SaveReport(t.Context(), ended(99), body, savedAt)
		if !d.Forgets() {
			t.Error("a report found no room, and nobody knows")
		}
		// A report with its lists is more than twice such a body.
		for _, id := range []int64{1, 2, 20} {
			if has, _ := d.HasReport(t.Context(), id); has != (id > 1) {
				t.Errorf("report %d is kept: %v", id, has)
			}
		}
	})
}

func TestSurvivesBadData(t *testing.T) {
	good, _ := json.Marshal(audit(7, 1))
	for _, bad := range []string{"", "null", "{", "[]", `"x"`, `{"audit_id":7}`, string(good[:len(good)-9])} {
		onDevice(t, func(t *testing.T, d *device) {
			for _, key := range []string{keyList, "audit.7"} {
				_ = d.memory.Put(t.Context(), Entry{Key: key, SavedAt: shared.At(savedAt)}, wholePart, []byte(bad))
			}
			for _, topic := range []live.Topic{live.List(), live.Audit(7)} {
				if c, ok := d.Saved(t.Context(), topic); ok {
					t.Errorf("%q was read as %+v", bad, c)
				}
			}
			d.saves(7)
			d.restart(nil)
			if _, ok := d.Saved(t.Context(), live.Audit(7)); !ok {
				t.Errorf("%q was not replaced", bad)
			}
		})
	}
	onDevice(t, func(t *testing.T, d *device) {
		_ = d.memory.Put(t.Context(), Entry{Key: "audit.8", SavedAt: shared.At(savedAt)}, wholePart, good)
		if _, ok := d.Saved(t.Context(), live.Audit(8)); ok {
			t.Error("audit 7 was shown as audit 8")
		}
	})
}

// A device that keeps nothing says so once, and finds nothing.
func TestKeepsNothing(t *testing.T) {
	onDevice(t, func(t *testing.T, d *device) {
		d.memory.err = errBroken
		d.saves(7, 8)
		d.SaveReport(t.Context(), ended(7), []byte(`{}`), savedAt)
		d.restart(nil)
		_, saved := d.Saved(t.Context(), live.Audit(7))
		_, report := d.Report(t.Context(), 7)
		if saved || report || d.Usage(t.Context()) != (Usage{}) || !d.Forgets() || d.Clear(t.Context()) == nil {
			t.Error("something was found, or cleared")
		}
		if len(d.lines) != 2 || !strings.Contains(d.lines[0], errBroken.Error()) { // one of each program
			t.Errorf("console: %q", d.lines)
		}
	})
	var none *Store
	none.SaveProgress(audit(7, 1), savedAt)
	none.SaveReport(t.Context(), ended(7), nil, savedAt)
	_, saved := none.Saved(t.Context(), live.Audit(7))
	_, report := none.Report(t.Context(), 7)
	has, _ := none.HasReport(t.Context(), 7)
	if saved || report || has || none.Usage(t.Context()) != (Usage{}) || none.Forgets() || none.Clear(t.Context()) != nil {
		t.Error("no store has something")
	}
}

func TestMakesAListOfWhatItKept(t *testing.T) {
	onDevice(t, func(t *testing.T, d *device) {
		if c, ok := d.Saved(t.Context(), live.List()); ok {
			t.Fatalf("an empty device has the list %+v", c)
		}
		d.SaveProgress(audit(9, 40), savedAt)
		d.SaveProgress(audit(7, 10), savedAt.Add(time.Hour))
		d.SaveProgress(audit(11, 10), savedAt.Add(time.Hour))
		synctest.Wait()
		c, ok := d.Saved(t.Context(), live.List())
		if !ok || !slices.Equal(ids(c.Audits), []int64{11, 9, 7}) || !c.SavedAt.Equal(savedAt) {
			t.Errorf("got %v of %v, %v", ids(c.Audits), c.SavedAt, ok)
		}
	})
}

// What is kept can be counted, and deleted.
func TestIsCountedAndCleared(t *testing.T) {
	onDevice(t, func(t *testing.T, d *device) {
		d.saves(1, 2, 3)
		d.SaveReport(t.Context(), ended(1), []byte(`{"score":1}`), savedAt)
		want := Usage{Audits: 3, Reports: 1}
		for _, part := range d.memory.parts {
			want.Bytes += len(part)
		}
		if got := d.Usage(t.Context()); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if err := d.Clear(t.Context()); err != nil || d.Usage(t.Context()) != (Usage{}) || len(d.memory.parts) != 0 {
			t.Errorf("cleared: %v, %v", err, d.keys())
		}
		if _, ok := d.Seen(live.Audit(1)); ok {
			t.Error("it is still in memory")
		}
	})
}

func TestCarriesOverWhatAnEarlierVersionKept(t *testing.T) {
	old := func(data string, minutes time.Duration) string {
		c, _ := json.Marshal(oldCopy{shared.At(savedAt.Add(minutes * time.Minute)), shared.At(savedAt), json.RawMessage(data)})
		return string(c)
	}
	seven, _ := json.Marshal(audit(7, 70))
	eight, _ := json.Marshal(audit(8, 80))
	before := func() values {
		return values{
			"atalaya.v1.audit.7": old(string(seven), -1), "atalaya.v1.audit.8": old(string(eight), 1),
			"atalaya.v1.report.7": old(`{"score":null}`, 0), "atalaya.v1.list": "{broken", "atalaya.lang": "es",
		}
	}
	onDevice(t, func(t *testing.T, d *device) {
		d.saves(7, 8)
		v := before()
		d.restart(v)
		if len(v) != 1 {
			t.Errorf("left behind: %v", v)
		}
		for id, want := range map[int64]int{7: 10, 8: 80} { // the newer one of each
			if c, _ := d.Saved(t.Context(), live.Audit(id)); c.Progress == nil || c.Progress.Progress != want {
				t.Errorf("audit %d: %+v, want %d %%", id, c, want)
			}
		}
		if r, ok := d.Report(t.Context(), 7); !ok || string(r.Body) != `{"score":null}` {
			t.Errorf("report: %s, %v", r.Body, ok)
		}
	})
	onDevice(t, func(t *testing.T, d *device) {
		d.memory.err = errBroken
		v := before()
		d.restart(v)
		if len(v) < 4 { // the unreadable one may be removed
			t.Errorf("lost: %v", v)
		}
	})
}
