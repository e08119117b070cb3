//go:build !js

package ui

import (
	"errors"
	"slices"
	"strconv"
	"strings"
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
		{"link-not-crawlable", 757, 1, 1, "", "1 fault, 757 pages"},
		{"img-alt-missing", 757, 12, 10, "Show all 12 faults", "12 faults, 757 pages"},
		{"title-duplicate", 1, 0, 10, "Show all", "Some pages"},
		{"title-duplicate", 1, 11, 10, "Show all 11 faults", "Some pages"},
		{"title-duplicate", 1, 10, 10, "", "Some pages"},
		{"title-duplicate", 1, 3, 3, "", "Some pages"},
		{"robots-txt-invalid", 1, 1, 1, "", "Whole site"},
	} {
		m := loc.check(shared.CheckResult{ID: c.check, Failed: c.failed, Groups: c.groups,
			Samples: findingsAt(c.check, 0, c.samples)}, 7, "example.com", true)
		if m.All != c.all || m.Extent != c.extent || len(m.Samples) != c.samples {
			t.Errorf("%s, %d failed, %d samples: got %q, %q", c.check, c.failed, c.samples, m.All, m.Extent)
		}
	}
	for count, want := range map[int][2]string{
		0: {}, 1: {}, 2: {"and 1 more page", "Show all 2"}, 757: {"and 756 more pages", "Show all 757"},
	} {
		s := loc.sample(shared.Finding{PageURL: "https://example.com/a", Group: "a1", Count: count}, 7, "example.com")
		if got := [2]string{s.Others, s.All}; got != want {
			t.Errorf("a group of %d: got %q, want %q", count, got, want)
		}
	}
	m := loc.check(shared.CheckResult{ID: "duplicate-content",
		Samples: []shared.Finding{{CheckID: "duplicate-content"}}}, 7, "example.com", true)
	if got := m.Samples[0].Path; got != "Some pages" {
		t.Errorf("pages with the same text are called %q", got)
	}
}

func TestFindingsBox(t *testing.T) {
	box := &findingsBox{
		Lang: text.EN, Audit: 7, Check: "http-4xx", Site: "example.com", All: "Show all 5",
		Samples: []sampleModel{{Path: "/sample"}},
		Page:    &reportPage{places: map[string]*listing[shared.Finding]{}},
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
	path := shared.PathGroups(7, "http-4xx")
	s := new(listing[shared.Finding])
	box.Page.places[path] = s
	ask := func(want bool) {
		t.Helper()
		if got := s.begin(path, true); got != want {
			t.Errorf("asks: %v, want %v", got, want)
		}
	}
	ask(true)
	shows("while asking", 1, "Show all 5", "", true)
	ask(false) // twice
	s.receive(nil, nil, live.ErrNetwork)
	shows("after a failure", 1, "Show all 5", text.Problem(text.EN, "network"), false)
	ask(true)
	s.receive(findingsAt("http-4xx", 0, 3), new("x"), nil)
	shows("a first slice", 3, "Show more", "", false)
	ask(true)
	if got, want := s.next(), path+"&cursor=x"; got != want {
		t.Errorf("asks at %s, want %s", got, want)
	}
	s.receive(nil, nil, errors.New("cut"))
	if s.cursor == nil || len(s.rows) != 3 {
		t.Error("a failure lost what was known")
	}
	shows("after another failure", 3, "Try again", text.Problem(text.EN, "network"), false)
	ask(true)
	s.receive(findingsAt("http-4xx", 3, 2), nil, nil)
	shows("all", 5, "", "", false)
	box.Check, box.All = "http-5xx", ""
	shows("for another check", 1, "", "", false)
}

// The pages of a group stand below its example once they were asked for; another group has
// its own.
func TestPagesOfAGroup(t *testing.T) {
	loc := localeAt(t, text.EN, "14:00:00")
	box := &findingsBox{
		Lang: text.EN, Audit: 7, Check: "h1-missing", Site: "example.com",
		Page: &reportPage{places: map[string]*listing[shared.Finding]{}},
	}
	for _, group := range []string{"a1", "b2"} {
		example := findingsAt("h1-missing", 0, 1)[0]
		example.Group, example.Count, example.Evidence = group, 2, []shared.Evidence{{Name: "heading", Value: "Bread"}}
		box.Samples = append(box.Samples, loc.sample(example, 7, "example.com"))
	}
	pages := findingsAt("h1-missing", 0, 2)
	for i := range pages {
		pages[i].Group, pages[i].Evidence = "a1", []shared.Evidence{{Name: "heading", Value: "Bread"}}
	}
	shows := func(when string, want ...string) {
		t.Helper()
		var got []string
		doc := draw(t, box)
		for _, e := range all(doc, func(e *html.Node) bool { return e.Data == "button" || value(e, "title") == "https://www.example.com/1" }) {
			got = append(got, words(e))
		}
		if !slices.Equal(got, want) || strings.Count(words(doc), "Bread") != 2 {
			t.Errorf("%s: got %q, want %q in\n%s", when, got, want, words(doc))
		}
	}
	shows("at first", "Show all 2", "Show all 2")
	box.Page.places[shared.PathGroup(7, "h1-missing", "a1")] = &listing[shared.Finding]{parts{begun: true}, pages}
	shows("when they are there", "/1", "Show all 2")
}

// A list keeps its rows until those of another choice are there.
func TestListingOfAnotherChoice(t *testing.T) {
	s := listing[int]{}
	if !s.begin("/a", false) || !s.waits() || s.next() != "/a" {
		t.Errorf("at first: %+v", s)
	}
	s.receive([]int{1, 2}, new("é"), nil)
	if s.begin("/a", false) || s.next() != "/a?cursor=%C3%A9" {
		t.Errorf("it is there: %+v", s)
	}
	before := s.asked
	if !s.begin("/b", false) || s.asked == before || len(s.rows) != 2 || s.next() != "/b" || !s.waits() {
		t.Errorf("another choice: %+v", s)
	}
	s.receive([]int{3}, nil, nil)
	if len(s.rows) != 1 || s.rows[0] != 3 || s.waits() {
		t.Errorf("its rows: %+v", s)
	}
}

// A list that grows is asked for its last part again, and takes what is new of it.
func TestListingGrows(t *testing.T) {
	s := listing[int]{}
	s.begin("/a", true)
	s.receive([]int{1, 2}, new("c"), nil)
	s.begin("/a", true)
	s.receive([]int{3}, nil, nil)
	for _, rows := range [][]int{{3}, {3, 4}, {3, 4}, {}, {3, 4, 5}} {
		if !s.begin("/a", true) || s.next() != "/a?cursor=c" {
			t.Fatalf("the last part: %+v", s)
		}
		s.receive(rows, nil, nil)
	}
	s.begin("/a", true)
	s.receive(nil, nil, errors.New("no way"))
	s.begin("/a", true)
	s.receive([]int{3, 4, 5, 6}, new("d"), nil)
	s.begin("/a", true)
	if s.next() != "/a?cursor=d" {
		t.Errorf("what follows: %+v", s)
	}
	s.receive([]int{7}, nil, nil)
	if want := []int{1, 2, 3, 4, 5, 6, 7}; !slices.Equal(s.rows, want) {
		t.Errorf("rows %v, want %v", s.rows, want)
	}
}
