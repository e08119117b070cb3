//go:build !js

package ui

import (
	"errors"
	"strconv"
	"testing"

	"golang.org/x/net/html"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

func findingsAt(check string, from, n int) (all []shared.Finding) {
	for i := range n {
		all = append(all, shared.Finding{
			CheckID: check, PageURL: "https://www.example.com/" + strconv.Itoa(from+i), Evidence: []shared.Evidence{},
		})
	}
	return all
}

// What is offered beside the samples, and how far a check is said to reach.
func TestAllPlacesAreOffered(t *testing.T) {
	loc := localeAt(t, text.EN, "14:00:00")
	for _, c := range []struct {
		check                   string
		failed, groups, samples int
		all, extent             string
	}{
		{"http-4xx", 45, 0, 10, "Show all 45", "45 pages"},
		{"http-4xx", 10, 10, 10, "", "10 pages"},
		{"http-4xx", 1, 1, 1, "", "1 page"},
		{"link-not-crawlable", 757, 1, 1, "Show all 757", "1 fault, 757 pages"},
		{"img-alt-missing", 757, 12, 10, "Show all 757", "12 faults, 757 pages"},
		{"title-duplicate", 1, 10, 10, "Show all", "Some pages"},
		{"title-duplicate", 1, 3, 3, "", "Some pages"},
		{"robots-txt-invalid", 1, 1, 1, "", "Whole site"},
	} {
		m := loc.check(shared.CheckResult{ID: c.check, Failed: c.failed, Groups: c.groups,
			Samples: findingsAt(c.check, 0, c.samples)}, "example.com")
		if m.All != c.all || m.Extent != c.extent || len(m.Samples) != c.samples {
			t.Errorf("%s, %d failed, %d samples: got %q, %q", c.check, c.failed, c.samples, m.All, m.Extent)
		}
	}
	for count, want := range map[int]string{0: "", 1: "", 2: "and 1 more page", 757: "and 756 more pages"} {
		if got := loc.sample(shared.Finding{PageURL: "https://example.com/a", Count: count}, "example.com").Others; got != want {
			t.Errorf("a group of %d: got %q, want %q", count, got, want)
		}
	}
	m := loc.check(shared.CheckResult{ID: "duplicate-content",
		Samples: []shared.Finding{{CheckID: "duplicate-content"}}}, "example.com")
	if got := m.Samples[0].Path; got != "Some pages" {
		t.Errorf("pages with the same text are called %q", got)
	}
}

func TestFindingsBox(t *testing.T) {
	loc := localeAt(t, text.EN, "14:00:00")
	box := &findingsBox{
		Lang: text.EN, Audit: 7, Check: "http-4xx", Site: "example.com", All: "Show all 5",
		Samples: []sampleModel{{Path: "/sample"}},
	}
	shows := func(when string, places int, button, status string, waits bool) {
		t.Helper()
		doc := draw(t, box)
		buttons := tag(doc, "button")
		label, disabled := "", false
		if len(buttons) > 0 {
			label, disabled = words(buttons[0]), len(all(doc, func(e *html.Node) bool { return value(e, "disabled") != "" })) > 0
		}
		said := ""
		if label != "" {
			said = words(first(t, all(doc, func(e *html.Node) bool { return value(e, "role") == "status" })))
		}
		if n := len(tag(doc, "li")); n != places || label != button || said != status || disabled != waits {
			t.Errorf("%s: %d places, button %q (waits %v), %q; want %d, %q (%v), %q", when, n, label, disabled, said,
				places, button, waits, status)
		}
	}
	shows("at first", 1, "Show all 5", "", false)
	box.loaded = box.state()
	box.loaded.busy = true
	shows("while asking", 1, "Show all 5", "", true)
	box.loaded = box.loaded.receive(shared.FindingList{}, live.ErrNetwork, loc, box.Site)
	shows("after a failure", 1, "Show all 5", text.Problem(text.EN, "network"), false)
	box.loaded.code = ""
	box.loaded = box.loaded.receive(shared.FindingList{Findings: findingsAt("http-4xx", 0, 3), NextCursor: new("x")},
		nil, loc, box.Site)
	shows("a first slice", 3, "Show more", "", false)
	box.loaded = box.loaded.receive(shared.FindingList{}, errors.New("cut"), loc, box.Site)
	if box.loaded.cursor == nil || len(box.loaded.places) != 3 {
		t.Error("a failure lost what was known")
	}
	box.loaded.code = ""
	box.loaded = box.loaded.receive(shared.FindingList{Findings: findingsAt("http-4xx", 3, 2)}, nil, loc, box.Site)
	shows("all", 5, "", "", false)
	box.Check, box.All = "http-5xx", ""
	shows("for another check", 1, "", "", false)
}
