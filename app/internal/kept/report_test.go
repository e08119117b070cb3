package kept

import (
	"slices"
	"strings"
	"testing"

	"atalaya/shared"
)

func ended(id int64) *shared.AuditProgress {
	p := audit(id, 100)
	p.Status, p.Stage, p.Revision = shared.StatusCompleted, shared.StageNone, 9
	return &p
}

// The browser is asked to persist what is kept with the first report, and not again.
func TestKeepsReports(t *testing.T) {
	onDevice(t, func(t *testing.T, d *device) {
		for id := range int64(3) {
			d.SaveReport(t.Context(), ended(id+1), []byte(`{"score": null}`), savedAt)
		}
		d.restart(nil)
		r, ok := d.Report(t.Context(), 2)
		if !ok || string(r.Body) != `{"score": null}` || !r.SavedAt.Equal(savedAt) || !r.Whole {
			t.Errorf("got %s of %v, %v", r.Body, r.SavedAt, ok)
		}
		for id, want := range map[int64]bool{1: true, 9: false} {
			has, lists := d.HasReport(t.Context(), id)
			if _, ok := d.Report(t.Context(), id); ok != want || has != want || lists != want {
				t.Errorf("report %d: kept %v, %v, its lists %v, want %v", id, ok, has, lists, want)
			}
		}
		if d.memory.persisted != 1 {
			t.Errorf("asked %d times to persist, want once", d.memory.persisted)
		}
		if got, want := d.memory.lists[1], "report.2/lists of /api/v1/audits/2@9"; got != want {
			t.Errorf("lists asked for: %s, want %s", got, want)
		}
	})
}

// A report whose lists find no room is kept without them.
func TestKeepsAReportWithoutItsLists(t *testing.T) {
	onDevice(t, func(t *testing.T, d *device) {
		d.memory.room, d.memory.listBytes = 100, 100
		d.SaveReport(t.Context(), ended(7), []byte(`{}`), savedAt)
		if has, lists := d.HasReport(t.Context(), 7); !has || lists {
			t.Errorf("kept: %v, lists: %v", has, lists)
		}
	})
}

// Lists count with their report, and go with it.
func TestListsArePartOfTheirReport(t *testing.T) {
	onDevice(t, func(t *testing.T, d *device) {
		d.memory.listBytes = 1000
		for id := range int64(maxCopies) {
			d.SaveReport(t.Context(), ended(id+1), []byte(`{}`), savedAt)
		}
		if got, want := d.Usage(t.Context()), (Usage{Reports: maxCopies, Bytes: maxCopies * 1002}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		d.SaveReport(t.Context(), ended(maxCopies+1), []byte(`{}`), savedAt)
		if got := d.Usage(t.Context()).Reports; got != maxCopies {
			t.Errorf("%d reports", got)
		}
		if slices.ContainsFunc(d.keys(), func(key string) bool { return key == "report.1" || strings.HasPrefix(key, "report.1/") }) {
			t.Error("a report that was given up is left, or its lists are")
		}
	})
}
