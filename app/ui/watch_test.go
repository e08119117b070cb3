//go:build !js

package ui

import (
	"encoding/json"
	"strings"
	"testing"

	"atalaya/shared"
	"atalaya/shared/text"
)

// The script follows what can still change, and nothing else.
func TestPagesFollowWhatCanChange(t *testing.T) {
	running, done := sample(t, "running"), sample(t, "completed")
	for name, tt := range map[string]struct {
		drawn boot
		want  string
	}{
		"the list":                 {boot{Page: pageDashboard}, "/sse/audits"},
		"a running audit":          {boot{Page: pageAudit, ID: 7, Progress: running}, "/sse/audits/7/progress"},
		"an audit without data":    {boot{Page: pageAudit, ID: 7}, "/sse/audits/7/progress"},
		"an audit that has ended":  {boot{Page: pageAudit, ID: 7, Progress: done}, ""},
		"an audit that is missing": {boot{Page: pageAudit, ID: 7, Missing: true}, ""},
		"a report":                 {boot{Page: pageReport, ID: 7, Report: &shared.Report{Audit: *done}}, ""},
		"a report to come":         {boot{Page: pageReport, ID: 7, Report: &shared.Report{Audit: *running}}, "/sse/audits/7/progress"},
		"no page":                  {boot{Page: pageMissing}, ""},
		"the shell":                {boot{Page: pageShell}, "/sse/audits"},
	} {
		if got := tt.drawn.follows(); got != tt.want {
			t.Errorf("%s: follows %q, want %q", name, got, tt.want)
		}
	}
}

// Every sentence of the script is there in every language, with its hole.
func TestScriptSpeaksEveryLanguage(t *testing.T) {
	for _, l := range text.Langs {
		var fields map[string]any
		drawn := boot{Page: pageAudit, ID: 7, Lang: l}
		if err := json.Unmarshal([]byte(newWatchRecord(drawn).encode()), &fields); err != nil {
			t.Fatal(err)
		}
		for name, value := range fields {
			if value == "" {
				t.Errorf("%v: %s is empty", l, name)
			}
		}
		for name, want := range map[string]string{
			"loading": l.T(text.AppLoading, 17), "seconds": l.T(text.AgoSeconds, 17), "lasted": l.T(text.DurationSeconds, 17),
			"minutes": l.T(text.AgoMinutes, 17), "hours": l.T(text.AgoHours, 17),
		} {
			sentence, _ := fields[name].(string)
			if got := strings.Replace(sentence, "{n}", "17", 1); got != want {
				t.Errorf("%v: %s reads %q, want %q", l, name, got, want)
			}
		}
	}
}

// The script says of a silent worker what the server drew and the program will say, so that
// nothing changes when the program takes over.
func TestScriptKnowsSilentWorkers(t *testing.T) {
	silent := sample(t, "running")
	silent.UpdatedAt, silent.WorkerSeenAt = *at7(t, "14:05:00"), nil
	drawn := boot{Page: pageAudit, ID: 7, Progress: silent, At: shared.At(moment(t, "14:05:30"))}
	if got, want := newWatchRecord(drawn).Live.Pill, "Live"; got != want {
		t.Errorf("after half a minute: got %q, want %q", got, want)
	}
	drawn.At = shared.At(moment(t, "14:08:00"))
	want := watchState{"No news", "No news for 3 min",
		"You are connected, but the worker has reported nothing since 14:05 UTC", "warn", toneWarn}
	if got := newWatchRecord(drawn); got.Live != want || got.Polling != want || got.Lost.Pill != "No answer" {
		t.Errorf("after three minutes: got %+v", got)
	}
}

// The program starts from what the script has heard, if that is newer than what
// the server drew.
func TestProgramStartsFromWhatTheScriptHeard(t *testing.T) {
	older, newer := *sample(t, "running"), *sample(t, "running")
	newer.Revision, newer.Progress = older.Revision+1, older.Progress+1
	other := newer
	other.AuditID++
	list := func(ps ...shared.AuditProgress) string {
		raw, err := json.Marshal(ps)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}

	b := boot{Page: pageAudit, Progress: &older}
	b.overlay(list(other, newer))
	if b.Progress.Revision != newer.Revision {
		t.Errorf("got revision %d, want the newer %d", b.Progress.Revision, newer.Revision)
	}
	b.overlay(list(older))
	if b.Progress.Revision != newer.Revision {
		t.Error("an older frame replaced a newer state")
	}
	for _, bad := range []string{"", "<undefined>", `[1, {"audit_id": -1}]`} {
		b.overlay(bad)
		if b.Progress.Revision != newer.Revision {
			t.Errorf("%q changed the record", bad)
		}
	}

	dashboard := boot{Page: pageDashboard, Audits: []shared.AuditProgress{older}}
	dashboard.overlay(list(newer, other))
	if len(dashboard.Audits) != 2 || dashboard.Audits[0].AuditID != other.AuditID ||
		dashboard.Audits[1].Revision != newer.Revision {
		t.Errorf("got %+v", dashboard.Audits)
	}
}
