//go:build !js

package ui

import (
	"testing"
	"time"

	"atalaya/shared"
	"atalaya/shared/text"
)

func TestNear(t *testing.T) {
	const part = 1000
	for _, tt := range []struct {
		name        string
		top, height int
		parts       int
		want        span
	}{
		{"at the top", 300, 800, 400, span{0, 3}},
		{"a little further", -part / 2, 800, 400, span{0, 4}},
		{"in the middle", -100 * part, 800, 400, span{99, 103}},
		{"a high window", -100 * part, 3 * part, 400, span{99, 106}},
		{"at the end", -399*part - part/2, 800, 400, span{398, 400}},
		{"behind the end", -500 * part, 800, 400, span{399, 400}},
		{"below the window", 5000, 800, 400, span{0, 3}},
		{"few", 300, 800, 2, span{0, 2}},
		{"none", 300, 800, 0, span{0, 0}},
	} {
		if got := near(tt.top, tt.height, part, tt.parts); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if got := near(-900, 800, 0, 40); got != (span{0, 3}) {
		t.Errorf("before the height of a part is known: %v", got)
	}
}

// A reader who is at the end is given what there is more, and what has come, every few seconds.
func TestEveryPageWants(t *testing.T) {
	at := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	e := everyPage{askedAt: at, fetched: 30}
	wants := func(what string, later time.Duration, fetched int, want bool) {
		t.Helper()
		if got := e.wants(at.Add(later), fetched); got != want {
			t.Errorf("%s: %v", what, got)
		}
	}
	wants("while it is closed", time.Hour, 99, false)
	e.open = true
	wants("the first part", 0, 30, true)
	e.listing.busy = true
	wants("while it is asked", time.Hour, 99, false)
	e.listing.busy, e.listing.begun = false, true
	e.rows.parts, e.window = make([][]pageRow, 8), span{0, 3}
	wants("far from the end", time.Hour, 99, false)
	e.window = span{5, 8}
	wants("nothing new", time.Hour, 30, false)
	wants("too soon", tailEvery-1, 99, false)
	wants("new ones", tailEvery, 99, true)
	e.listing.cursor = new("c")
	wants("more of it", 0, 30, true)
	e.listing.code = "timeout"
	wants("soon after a failure", tailEvery-1, 99, false)
	wants("some time after it", tailEvery, 99, true)
}

func TestNewestPagesLeadToAll(t *testing.T) {
	loc := localeAt(t, text.EN, "15:00:00")
	p := sample(t, "running")
	shown, total := len(p.Activity.Pages), p.Responses.Total()
	m := loc.pages(p)
	if shown == 0 || total <= shown || m.All != "Show all "+num(total) || m.Latest != "Showing the "+num(shown)+" latest" {
		t.Errorf("%d of %d: %q, %q", shown, total, m.Latest, m.All)
	}
	p.Responses = shared.Responses{OK: shown}
	if m := loc.pages(p); m.All != "" || m.Latest != "" {
		t.Errorf("those are all: %q, %q", m.Latest, m.All)
	}
}

// The rows of all pages lead to the report once there is one.
func TestEveryPageModel(t *testing.T) {
	page := auditPage{id: 7}
	page.view.Progress = sample(t, "running")
	e := &page.every
	e.open, e.part = true, 1000
	e.listing.begin("/pages", true)
	e.listing.receive(make([]shared.Page, 10*rowsAtOnce), nil, nil)
	m := page.everyPage(localeAt(t, text.EN, "15:00:00"))
	rows := m.Every
	if rows.First != 0 || rows.Rows != 10*rowsAtOnce || rows.Above != 0 || len(rows.Parts) != 3 || rows.Below != 7000 {
		t.Errorf("first %d of %d, %d parts, %d and %d pixels", rows.First, rows.Rows, len(rows.Parts), rows.Above, rows.Below)
	}
	if link := rows.Parts[0][0].Link; link != "" {
		t.Errorf("a page of a running audit leads to %q", link)
	}
	if rows.Wait || m.Button != "Newest only" {
		t.Errorf("there are rows: %v, above them %q", !rows.Wait, m.Button)
	}
}
