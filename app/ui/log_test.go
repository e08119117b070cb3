//go:build !js

package ui

import (
	"reflect"
	"strconv"
	"testing"

	"atalaya/shared"
	"atalaya/shared/text"
)

// The log tells the turns of an audit in order, and how long each stage took.
func TestLogInWords(t *testing.T) {
	loc := localeAt(t, text.EN, "14:04:26")
	at := func(clock string) shared.Time { return shared.At(moment(t, clock)) }
	p := &shared.AuditProgress{
		Status: shared.StatusFailed, CreatedAt: at("13:58:00"), StartedAt: new(at("13:59:00")), FinishedAt: new(at("14:02:30")),
		Activity: &shared.Activity{Stages: []shared.StageSpan{
			{Name: shared.StageDiscover, StartedAt: at("13:59:00"), FinishedAt: new(at("13:59:02"))},
			{Name: shared.StageCrawl, StartedAt: at("13:59:02")},
		}},
	}
	var got []logRow
	for _, r := range loc.log(p).Rows {
		got = append(got, logRow{r.Clock, r.Words, r.Took, nil})
	}
	want := []logRow{ // on the reader's clock, in Madrid
		{"14:58", "Queued", "", nil}, {"14:59", "Running", "", nil},
		{"14:59", "Reading robots.txt and the start page", "2 s", nil}, {"14:59", "Crawling pages", "3:28", nil},
		{"15:02", "Failed", "", nil},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if m := loc.log(nil); len(m.Rows) != 0 || m.Heading != "Log" {
		t.Errorf("of an audit that is not known: %+v", m)
	}
}

// The button that shows the log is pressed while it is shown, and the other one keeps its place.
func TestLogTakesThePlaceOfPages(t *testing.T) {
	loc := localeAt(t, text.EN, "14:04:26")
	p := &auditPage{base: base{device: new(device)}}
	p.view.Progress = sample(t, "running")
	for _, logged := range []bool{false, true} {
		p.logged = logged
		head := first(t, class(draw(t, &part{M: p.course(loc)}), "card-h"))
		all := tag(head, "button")
		last := all[len(all)-1]
		if value(last, "aria-pressed") != strconv.FormatBool(logged) || words(last) != "Log" {
			t.Errorf("logged %t: %q is pressed: %s", logged, words(last), value(last, "aria-pressed"))
		}
		if got, want := len(all)+len(class(head, "slot")), 2; got != want {
			t.Errorf("logged %t: %d places, want %d", logged, got, want)
		}
	}
}
