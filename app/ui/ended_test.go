//go:build !js

package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// stopped is the sample as a cancel leaves it: the engine ends the stage, too.
func stopped(t *testing.T, status shared.Status) *shared.AuditProgress {
	t.Helper()
	p := sample(t, "running")
	reason := "cancelled"
	p.Status, p.Stage, p.FinishedAt = status, "", at7(t, "14:06:00")
	p.Partial, p.StopReason = true, &reason
	p.Activity.Stages[len(p.Activity.Stages)-1].FinishedAt = p.FinishedAt
	return p
}

// The stage in which an audit failed or was stopped has no green check.
func TestTheLastStageWasCutShort(t *testing.T) {
	for _, status := range []shared.Status{shared.StatusFailed, shared.StatusCancelled} {
		p := stopped(t, status)
		want := []stepState{stepDone, stepHalt, stepNext, stepNext, stepNext}
		var got []stepState
		for _, s := range localeAt(t, text.EN, "14:07:00").steps(p) {
			got = append(got, s.State)
			if s.Shown != (s.State == stepHalt) {
				t.Errorf("%s: a narrow page shows %+v", status, s)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", status, got, want)
		}
	}
}

// What was shown before a cancel stays: on the page, in the list and in the report.
func TestACancelKeepsWhatWasFound(t *testing.T) {
	p, loc := stopped(t, shared.StatusCancelled), localeAt(t, text.EN, "14:07:00")
	if m := loc.score(p); m.Ring == nil || m.Ring.Value != 74 || m.Heading != "Score so far" || m.From != "from 287 pages" {
		t.Errorf("page: %+v", m)
	}
	if got, want := loc.row(p).NoScore, "74 so far"; got != want {
		t.Errorf("list: got %q, want %q", got, want)
	}
	doc := get(t, "/audits/7/report", &Request{Data: shelf{report: &shared.Report{Audit: *p}}})
	main := first(t, tag(doc, "main"))
	if ring := first(t, class(main, "ring")); value(ring, "aria-label") != "Score 74 of 100: Needs work" {
		t.Errorf("report: %q", value(ring, "aria-label"))
	}
	if got := words(main); !strings.Contains(got, "Score so far") || strings.Contains(got, "no score") {
		t.Errorf("report: %s", got)
	}
	banners := slices.DeleteFunc(class(main, "conn"), func(n *html.Node) bool { return n.Parent.Data == "noscript" })
	if len(banners) != 1 {
		t.Errorf("%d banners, want 1: %s", len(banners), words(main))
	}
	never := *p
	never.ProvisionalScore = nil
	if m := loc.score(&never); m.Ring != nil || m.Empty != "No score" || m.Heading != "Score" {
		t.Errorf("without a score: %+v", m)
	}
}

// An audit that came to no end offers to run again, and a report only where there is
// something in it.
func TestEndsOfferWhatThereIs(t *testing.T) {
	empty := stopped(t, shared.StatusFailed)
	empty.TotalPages = 0
	external := *sample(t, "external")
	external.Status = shared.StatusFailed
	for name, c := range map[string]struct {
		p    *shared.AuditProgress
		act  action
		link string
	}{
		"running":                {sample(t, "running"), actNothing, ""},
		"completed":              {sample(t, "completed"), actNothing, "/audits/9/report"},
		"cancelled with pages":   {stopped(t, shared.StatusCancelled), actAgain, "/audits/7/report"},
		"failed before any page": {empty, actAgain, ""},
		"failed external work":   {&external, actNothing, ""},
	} {
		m := localeAt(t, text.EN, "14:07:00").head(c.p.AuditID, c.p, pulse{})
		if m.Act != c.act || m.Link != c.link {
			t.Errorf("%s: got action %d, link %q; want %d, %q", name, m.Act, m.Link, c.act, c.link)
		}
	}
}

// Without the server a page offers only the report that this device has.
func TestOfflineOffersWhatIsKept(t *testing.T) {
	p := auditPage{base: base{device: new(device)}, id: 9}
	done := sample(t, "completed")
	done.Activity = nil // as the list knows it
	p.view = live.View{Topic: live.Audit(9), Phase: live.Offline, Progress: done, Saved: true}
	loc := p.locale()
	if m := p.head(loc, p.pulse()); m.Link != "" {
		t.Errorf("offers %q", m.Link)
	}
	p.reportKept = true
	if m := p.head(loc, p.pulse()); m.Link == "" {
		t.Error("does not offer the report that is kept")
	}
	if got, want := loc.pages(done).Empty, "Which pages they were is not kept on this device."; got != want {
		t.Errorf("pages: got %q, want %q", got, want)
	}
}

// A second click on Start must not hit what stands there a moment later.
func TestAClickOnStartDoesNotCancel(t *testing.T) {
	running := sample(t, "running")
	p := auditPage{base: base{device: &device{created: running}}}
	p.start(running.AuditID)
	if m := p.head(p.locale(), p.pulse()); m.Act != actAskCancel || !m.Waits {
		t.Errorf("just started: %+v", m)
	}
	p.now = p.now.Add(time.Second)
	if m := p.head(p.locale(), p.pulse()); m.Waits {
		t.Errorf("a second later: %+v", m)
	}
	p.start(running.AuditID) // opened in another way
	p.view.Progress = running
	if m := p.head(p.locale(), p.pulse()); m.Waits {
		t.Errorf("opened from the list: %+v", m)
	}
}

// However narrow its place, the end of a long address stays in sight.
func TestEnds(t *testing.T) {
	for s, want := range map[string]string{
		"/":                                "",
		"/ref/models/":                     "",
		"/ref/models/querysets/":           "els/querysets/",
		"/ref/a-very-long-name-of-a-page/": "ame-of-a-page/",
		"Fetched http://127.0.0.1/ref/x":   "27.0.0.1/ref/x",
		"a text that is long but no path":  "",
	} {
		head, tail := ends(s)
		if tail != want || head+tail != s {
			t.Errorf("%q: got %q and %q, want %q at the end", s, head, tail, want)
		}
	}
}

// What a button shows is part of its name, and no heading skips a level.
func TestNamesAndHeadings(t *testing.T) {
	done := sample(t, "completed")
	report := everyReport(done)
	doc := get(t, "/audits/9/report", &Request{Data: shelf{audits: []shared.AuditProgress{*done}, report: &report}})
	for _, b := range tag(doc, "button") {
		if name := value(b, "aria-label"); name != "" && !strings.Contains(name, words(b)) {
			t.Errorf("the button %q is named %q", words(b), name)
		}
	}
	level := 1
	for _, h := range all(doc, func(n *html.Node) bool {
		return len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6'
	}) {
		now := int(h.Data[1] - '0')
		if now > level+1 {
			t.Errorf("%s %q follows h%d", h.Data, words(h), level)
		}
		level = now
	}
}
