//go:build !js

package ui

import (
	"net/url"
	"reflect"
	"slices"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// endedAudits are completed audits with these ids.
func endedAudits(ids ...int64) (audits []shared.AuditProgress) {
	for _, id := range ids {
		audits = append(audits, shared.AuditProgress{
			AuditID: id, Revision: id, Status: shared.StatusCompleted, Progress: 100, URL: "https://site.example/" + num(id),
		})
	}
	return audits
}

func shownIDs(h *history, audits []shared.AuditProgress) (ids []int64) {
	rows, _ := h.rows(audits)
	for _, p := range rows {
		ids = append(ids, p.AuditID)
	}
	return ids
}

func TestListQueryStandsInTheAddress(t *testing.T) {
	for address, want := range map[string]string{
		"":                          "/",
		"q=+a%26b+":                 "/?q=a%26b",
		"status=failed&sort=score":  "/?sort=score&status=failed",
		"status=running&sort=worst": "/",
		"cursor=x&from=51":          "/?cursor=x&from=51",
		"cursor=x&from=-3":          "/?cursor=x&from=1",
		"from=51":                   "/",
	} {
		v, err := url.ParseQuery(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := readListQuery(v).link(); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}

// What ends is taken in while nothing is read, and waits otherwise; what is deleted goes.
func TestHistoryTakesInWhatEnds(t *testing.T) {
	next := "next"
	h := history{query: readListQuery(nil)}
	live := endedAudits(9, 8, 7)
	if got := shownIDs(&h, live); got != nil {
		t.Errorf("before anything is taken in: got %v", got)
	}
	h.answered(&shared.AuditList{Audits: endedAudits(8, 7, 5), NextCursor: &next, Counts: &shared.StatusCounts{Completed: 70}}, live)
	later := endedAudits(10, 9, 8, 7, 4)
	if got, want := shownIDs(&h, later), []int64{9, 8, 7, 5}; !slices.Equal(got, want) {
		t.Errorf("while something is read: got %v, want %v", got, want)
	}
	if n := h.waiting(later); n != 2 {
		t.Errorf("waiting: got %d, want 2", n)
	}
	h.take(later)
	if got, want := shownIDs(&h, later), []int64{10, 9, 8, 7, 5}; !slices.Equal(got, want) || !h.stale {
		t.Errorf("taken in: got %v, stale %v, want %v", got, h.stale, want)
	}
	h.notice(later, endedAudits(10, 9, 7, 4))
	if got, want := shownIDs(&h, later), []int64{10, 9, 7, 5}; !slices.Equal(got, want) {
		t.Errorf("deleted: got %v, want %v", got, want)
	}
	h.notice(endedAudits(10, 9, 7, 4), endedAudits(11, 10, 9)) // 7 and 4 were pushed out
	h.revive(8)
	if got, want := shownIDs(&h, later), []int64{10, 9, 8, 7, 5}; !slices.Equal(got, want) {
		t.Errorf("taken back: got %v, want %v", got, want)
	}
}

// A filtered list keeps its order, and shows only what the server found.
func TestHistoryKeepsTheOrderOfAnAnswer(t *testing.T) {
	h := history{query: listQuery{Text: "SITE", Order: shared.OrderScore, From: 1}}
	if _, known := h.rows(endedAudits(3)); known {
		t.Error("a part of the list is known before the server said it")
	}
	h.answered(&shared.AuditList{Audits: endedAudits(3, 9, 1)}, nil)
	live := endedAudits(12, 9)
	live[1].Revision, live[1].TotalPages = 99, 7
	rows, known := h.rows(live)
	if !known || !slices.Equal(shownIDs(&h, live), []int64{3, 9, 1}) || rows[1].TotalPages != 7 {
		t.Errorf("got %v, %v, %+v", known, shownIDs(&h, live), rows[1])
	}
	if n := h.waiting(live); n != 2 {
		t.Errorf("waiting: got %d, want 2", n)
	}
	h.query.Text = "elsewhere"
	if n := h.waiting(live); n != 0 {
		t.Errorf("waiting for another text: got %d, want 0", n)
	}
}

func TestHistorySaysItsPlace(t *testing.T) {
	next, previous := "n", "p"
	loc := localeAt(t, text.EN, "14:10:00")
	for _, c := range []struct {
		name       string
		from       int
		counts     *shared.StatusCounts
		want       string
		next, back string
	}{
		{"the start", 1, &shared.StatusCounts{Completed: 200, Failed: 30}, "1 to 3 of 230", "/?cursor=n&from=4", "/"},
		{"further on", 101, &shared.StatusCounts{Completed: 200}, "101 to 103 of 200", "/?cursor=n&from=104", "/?cursor=p&from=51"},
		{"many", 51, &shared.StatusCounts{Completed: shared.ListCountMax}, "51 to 53 of more than 10,000", "/?cursor=n&from=54", "/"},
		{"not counted", 1, nil, "1 to 3", "/?cursor=n&from=4", "/"},
	} {
		h := history{query: listQuery{Order: shared.OrderNewest, From: c.from}}
		h.answered(&shared.AuditList{
			Audits: endedAudits(3, 2, 1), NextCursor: &next, PreviousCursor: &previous, Counts: c.counts,
		}, nil)
		m := loc.history(&h, nil, map[int64]bool{2: true})
		if m.Range != c.want || m.Next != c.next || m.Previous != c.back || m.Chosen != "1 selected" {
			t.Errorf("%s: got %q, %q, %q, %q", c.name, m.Range, m.Next, m.Previous, m.Chosen)
		}
	}
}

// The box that starts an audit says what is known of its site.
func TestStartSaysWhatItMet(t *testing.T) {
	loc := localeAt(t, text.EN, "14:10:00")
	running, done := *sample(t, "running"), *sample(t, "completed")
	if m := loc.met([]shared.AuditProgress{done, running}, true); !m.Running || m.Link != shared.PathPage(running.AuditID) {
		t.Errorf("running: got %+v", m)
	}
	if m := loc.met([]shared.AuditProgress{done}, false); m.Running || m.Link != shared.PathReportPage(done.AuditID) {
		t.Errorf("done: got %+v", m)
	}
	if m := loc.met(nil, false); m != (metModel{}) {
		t.Errorf("nothing: got %+v", m)
	}
	for address, want := range map[string]string{
		"www.Example.org/x": "example.org", "http://localhost:8080": "localhost:8080", "exam": "", "": "", "://": "",
	} {
		if got := siteOf(address); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}

// The audit that was stopped to be discarded is deleted by the list, once, and not before that
// can no longer be taken back.
func TestListDeletesTheDiscarded(t *testing.T) {
	d := &dashboardPage{base: base{device: &device{discarded: 7}, now: moment(t, "14:00:00")}}
	d.removeDiscarded()
	d.removeDiscarded()
	if want := (deletion{[]int64{7}, d.now.Add(undoWithin)}); !reflect.DeepEqual(d.deleted, want) {
		t.Errorf("got %+v, want %+v", d.deleted, want)
	}
	if !d.history.gone[7] || d.device.discarded != 0 {
		t.Errorf("gone: %v; still to be deleted: %d", d.history.gone, d.device.discarded)
	}
	d.onUndo(app.Context{}, app.Event{})
	if d.history.gone[7] || len(d.deleted.ids) != 0 {
		t.Errorf("taken back: %v, %+v", d.history.gone, d.deleted)
	}
}
