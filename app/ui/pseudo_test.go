//go:build !js

package ui

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
	"golang.org/x/net/html"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// notWords are the same in every language: names of the product and of formats,
// an example of an address, and what go-app says of its own loader.
var notWords = []string{"Atalaya", "https://www.example.com", "2xx", "3xx", "4xx", "5xx", "wasm loader icon"}

// speaks holds that a page drawn in the pseudo-language says nothing that has
// not passed through package text, but for the product's name and the data,
// whose values the caller knows.
func speaks(t *testing.T, name string, page *html.Node, data ...string) {
	t.Helper()
	known := strings.NewReplacer(pairs(append(data, notWords...))...)
	said := 0
	see := func(what, s string) {
		said++
		rest := known.Replace(text.Undisguised(s))
		if strings.IndexFunc(rest, unicode.IsLetter) >= 0 {
			t.Errorf("%s: %s %q has not passed through package text", name, what, s)
		}
		// fmt's complaint about a wrong argument.
		if strings.Contains(s, "%!") {
			t.Errorf("%s: %s %q has wrong arguments", name, what, s)
		}
	}
	var look func(n *html.Node)
	look = func(n *html.Node) {
		switch n.Type {
		case html.TextNode:
			see("the text", n.Data)
		case html.ElementNode:
			own := value(n, "lang")
			if n.Data == "script" || n.Data == "style" || n.Data == "kbd" || own != "" && own != text.PseudoTag {
				return // code, keys of the keyboard, and the switch to another language, which speaks that one
			}
			if strings.HasPrefix(value(n, "class"), "tile ") {
				return // the first letter of a site's name
			}
			for _, a := range [...]string{"title", "alt", "placeholder", "aria-label", "aria-valuetext"} {
				if v := value(n, a); v != "" {
					see(a, v)
				}
			}
			if n.Data == "meta" && value(n, "name") == "description" {
				see("the description", value(n, "content"))
			}
		}
		for c := range n.ChildNodes() {
			look(c)
		}
	}
	look(page)
	if said < 3 {
		t.Errorf("%s: only %d texts seen: the test looks past them", name, said)
	}
}

// pairs makes a replacer's arguments that take the texts out.
func pairs(texts []string) []string {
	var out []string
	for _, s := range texts {
		out = append(out, s, "")
	}
	return out
}

// sampleWords is what the contract's examples say themselves: addresses, and what a
// worker wrote without a key. What the engine says has passed through package text.
func sampleWords(states ...*shared.AuditProgress) []string {
	var words []string
	for _, p := range states {
		if p.Activity != nil {
			for _, line := range p.Activity.Pages {
				words = append(words, pagePath(shared.SiteName(p.URL), line.URL), line.URL)
			}
		}
		words = append(words, p.URL, shared.SiteName(p.URL))
		if p.Message != nil && p.MessageKey == nil {
			words = append(words, *p.Message)
		}
		if p.ErrorMessage != nil && p.ErrorKey == nil {
			words = append(words, *p.ErrorMessage)
		}
	}
	return words
}

func TestEveryPageSpeaksThroughText(t *testing.T) {
	pseudo, remove := text.AddPseudo()
	defer remove()
	running, done, queued := sample(t, "running"), sample(t, "completed"), sample(t, "external")
	fault, why, unknown := "NXDOMAIN", "home-status", "of a later version"
	keyed, refused := *sample(t, "keyed"), *running
	keyed.AuditID = 12
	refused.AuditID, refused.Status, refused.FinishedAt = 13, shared.StatusFailed, running.StartedAt
	refused.ErrorMessage, refused.ErrorKey, refused.ErrorArgs = &unknown, &why, []string{refused.URL, "404 Not Found"}
	failed, cancelled := *running, *running
	failed.AuditID, failed.Status, failed.ErrorMessage, failed.FinishedAt = 10, shared.StatusFailed, &fault, running.StartedAt
	cancelled.AuditID, cancelled.Status, cancelled.FinishedAt = 11, shared.StatusCancelled, running.StartedAt
	all := []shared.AuditProgress{*running, *done, *queued, failed, cancelled, keyed, refused}
	data := sampleWords(running, done, queued, &failed)
	data = append(data, "test") // the version that get gives the program
	report := everyReport(done)
	for name, c := range map[string]struct {
		path string
		data Data
	}{
		"dashboard":         {"/", shelf{audits: all}},
		"empty dashboard":   {"/", shelf{}},
		"dashboard unread":  {"/", shelf{err: errors.New("no database")}},
		"settings":          {pathSettings, shelf{}},
		"running":           {shared.PathPage(running.AuditID), shelf{audits: all}},
		"done":              {shared.PathPage(done.AuditID), shelf{audits: all}},
		"queued":            {shared.PathPage(queued.AuditID), shelf{audits: all}},
		"failed":            {shared.PathPage(failed.AuditID), shelf{audits: all}},
		"said by key":       {shared.PathPage(keyed.AuditID), shelf{audits: all}},
		"failed by key":     {shared.PathPage(refused.AuditID), shelf{audits: all}},
		"cancelled":         {shared.PathPage(cancelled.AuditID), shelf{audits: all}},
		"audit unread":      {"/audits/7", shelf{err: errors.New("no database")}},
		"unknown audit":     {"/audits/8", shelf{}},
		"report":            {shared.PathReportPage(done.AuditID), shelf{audits: all, report: &report}},
		"report not ready":  {"/audits/7/report", shelf{report: &shared.Report{Audit: *running}}},
		"report refused":    {"/audits/13/report", shelf{report: &shared.Report{Audit: refused}}},
		"report of nothing": {"/audits/10/report", shelf{report: &shared.Report{Audit: failed}}},
		"report unread":     {"/audits/9/report", shelf{err: errors.New("no database")}},
		"shell":             {"/shell", shelf{}},
		"nothing":           {"/nothing/here", shelf{}},
	} {
		doc := get(t, c.path, &Request{Data: c.data, Lang: pseudo})
		if got := value(first(t, tag(doc, "html")), "lang"); got != text.PseudoTag {
			t.Errorf("%s is in %q", name, got)
		}
		speaks(t, name, doc, data...)
	}
}

// everyReport has every code that a report can have.
func everyReport(p *shared.AuditProgress) shared.Report {
	limit := "limit"
	audit := *p
	audit.Partial, audit.StopReason = true, &limit
	r := shared.Report{Audit: audit, Score: &shared.Score{Value: 60, Caps: []shared.Cap{{ID: "content-needs-js", Limit: 60}}}}
	for _, c := range shared.Categories {
		r.Score.Categories = append(r.Score.Categories, shared.CategoryScore{Category: c, Score: 40})
	}
	for i, id := range text.CheckIDs() {
		c := shared.CheckResult{ID: id, Category: shared.Categories[i%len(shared.Categories)], Severity: shared.SeverityWarning}
		switch i % 3 {
		case 0:
			c.Outcome, c.Failed, c.PointsLost = shared.OutcomeFail, 30, 120
			for _, name := range text.EvidenceNames() {
				c.Samples = append(c.Samples, shared.Finding{PageURL: p.URL, Evidence: []shared.Evidence{{Name: name, Value: "7"}}})
			}
			c.Samples = append(c.Samples, shared.Finding{})
		case 1:
			c.Outcome = shared.OutcomePass
		default:
			c.Outcome, c.Reason = shared.OutcomeNotApplicable, text.ReasonCodes()[i%len(text.ReasonCodes())]
		}
		r.Checks = append(r.Checks, c)
	}
	for _, reason := range [...]string{"limit", "depth", "robots", "scope", "stopped"} {
		r.Unvisited = append(r.Unvisited, shared.Unvisited{Reason: reason, Count: 3})
	}
	return r
}

// What only a browser shows speaks through text as well: every state of the
// connection, the dialog and the faults of a form and of a page.
func TestEveryPartSpeaksThroughText(t *testing.T) {
	pseudo, remove := text.AddPseudo()
	defer remove()
	loc := localeAt(t, pseudo, "14:04:30")
	p := sample(t, "running")
	data := sampleWords(p)
	var parts []app.UI
	for _, phase := range [...]live.Phase{
		live.Connecting, live.Live, live.Retrying, live.Polling, live.Offline, live.Closed,
	} {
		for _, why := range [...]live.Reason{
			"", live.ReasonLost, live.ReasonSilent, live.ReasonDrain, live.ReasonUnavailable, live.ReasonBlocked,
			live.ReasonMissing, live.ReasonNetwork, live.ReasonServer, live.ReasonFinished, live.ReasonDeleted,
			live.ReasonForbidden,
		} {
			for _, known := range [...]*shared.AuditProgress{nil, p} {
				view := live.View{
					Topic: live.Audit(7), Phase: phase, Reason: why, Progress: known, Since: loc.Now.Add(-10 * time.Second),
				}
				if known != nil {
					view.ConfirmedAt, view.Saved, view.SavedAt = loc.Now.Add(-2*time.Second), true, loc.Now.Add(-time.Hour)
				}
				parts = append(parts, &part{M: loc.strip(connection{View: view})}, pillView(loc.pill(view, pulse{})))
			}
		}
	}
	for _, fault := range [...]live.Fault{
		live.FaultNetwork, live.FaultTimeout, live.FaultForeign, live.FaultStatus, live.FaultBadData,
	} {
		view := live.View{Topic: live.Audit(7), Phase: live.Polling, Progress: p, PollFailures: 1, Fault: fault, Status: 502}
		parts = append(parts, &part{M: loc.strip(connection{View: view})})
	}
	for _, code := range [...]string{"bad_url", "network", "of a later version"} {
		parts = append(parts, startView(startModel{Lang: loc.Lang, Code: code}, nil, nil))
	}
	parts = append(parts, cancelDialog(loc.Lang, p, nil, nil, nil),
		frameView(frameModel{Lang: loc.Lang, Broken: true}, (&base{}).actions()))
	parts = append(parts, settingsParts(loc, settingsState{View: live.View{Phase: live.Polling}, Version: "1"})...)
	for i, ui := range parts {
		speaks(t, "part "+itoa(i), draw(t, el("div", "", ui, elText("p", "", "1"), elText("p", "", "2"))), data...)
	}
}
