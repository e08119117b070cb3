package compare_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"atalaya/server/internal/compare"
	"atalaya/shared"
	"atalaya/shared/text"
)

// audit is one side in the making.
type audit struct {
	stopped string   // why it is partial
	left    string   // why some pages were not visited
	ran     []string // ids of checks that applied
	lacked  string   // why check "skipped" did not apply
	pages   []compare.Page
}

func (a audit) side() compare.Side {
	r := &shared.Report{Audit: shared.AuditProgress{URL: "https://www.example.com/", Status: shared.StatusCompleted}}
	if a.stopped != "" {
		r.Audit.Partial, r.Audit.StopReason = true, &a.stopped
	}
	if a.left != "" {
		r.Unvisited = []shared.Unvisited{{Reason: a.left, Count: 1}}
	}
	for _, id := range a.ran {
		r.Checks = append(r.Checks, shared.CheckResult{ID: id, Outcome: shared.OutcomePass})
	}
	r.Checks = append(r.Checks, shared.CheckResult{ID: "skipped", Outcome: shared.OutcomeNotApplicable, Reason: a.lacked})
	return compare.Side{Report: r, Pages: inOrder(a.pages)}
}

func inOrder(pages []compare.Page) iter.Seq2[compare.Page, error] {
	pages = slices.SortedFunc(slices.Values(pages), func(a, b compare.Page) int { return strings.Compare(a.URL, b.URL) })
	return func(yield func(compare.Page, error) bool) {
		for _, p := range pages {
			if !yield(p, nil) {
				return
			}
		}
	}
}

func page(url string, found ...string) compare.Page {
	p := compare.Page{URL: url, Answered: true, Analysed: true}
	for _, f := range found {
		id, subject, _ := strings.Cut(f, " ")
		p.Findings = append(p.Findings, compare.Finding{CheckID: id, Subject: subject, Severity: shared.SeverityWarning})
	}
	return p
}

// missing is a page that answers with an error.
func missing(url string, found ...string) compare.Page {
	p := page(url, found...)
	p.Analysed = false
	return p
}

// silent is a page that gave no answer.
func silent(url string, found ...string) compare.Page {
	p := missing(url, found...)
	p.Answered = false
	return p
}

func differences(t *testing.T, base, head audit) (shared.Comparison, []shared.Change) {
	t.Helper()
	var changes []shared.Change
	c, err := compare.Audits(base.side(), head.side(), func(c shared.Change) { changes = append(changes, c) })
	if err != nil {
		t.Fatal(err)
	}
	return c, changes
}

func words(changes []shared.Change) string {
	lines := make([]string, len(changes))
	for i, c := range changes {
		line := fmt.Sprintf("%s %s %s %s %s", c.State, c.Reason, c.PageURL, c.CheckID, c.Subject)
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return strings.Join(lines, "\n")
}

func TestChanges(t *testing.T) {
	all := []string{"title", "title-duplicate", "h1", "http-404", "broken-external", "sitemap-missing"}
	for name, c := range map[string]struct {
		base, head audit
		want       string
	}{
		"fixed, new and persistent": {
			audit{ran: all, pages: []compare.Page{page(""), page("/a", "title", "h1")}},
			audit{ran: all, pages: []compare.Page{page(""), page("/a", "http-404", "h1")}},
			"persistent /a h1\nnew /a http-404\nfixed /a title",
		},
		"pages that only one saw": {
			audit{ran: all, pages: []compare.Page{page(""), page("/a", "h1"), page("/b")}},
			audit{ran: all, pages: []compare.Page{page(""), page("/b"), page("/c", "h1")}},
			"fixed /a h1\nnew /c h1",
		},
		"pages that only one saw, of which one saw all": {
			audit{ran: all, stopped: "limit", pages: []compare.Page{page("/a", "h1")}},
			audit{ran: all, pages: []compare.Page{page("/c", "h1")}},
			"fixed /a h1\nhead_only page /c h1",
		},
		"pages that only one was asked for": {
			audit{ran: all, left: "excluded", pages: []compare.Page{page("/a", "h1")}},
			audit{ran: all, left: "robots", pages: []compare.Page{page("/c", "h1")}},
			"fixed /a h1\nhead_only page /c h1",
		},
		"links to other sites left unchecked hide no page": {
			audit{ran: all, stopped: "external", pages: []compare.Page{page("")}},
			audit{ran: all, pages: []compare.Page{page("", "title-duplicate x", "broken-external y"), missing("/c", "http-404")}},
			"head_only partial broken-external y\nnew title-duplicate x\nnew /c http-404",
		},
		"a page of which a check knew nothing": {
			audit{lacked: "no-jsonld", pages: []compare.Page{page("/a")}},
			audit{lacked: "needs-js", pages: []compare.Page{page("/a", "skipped")}},
			"new /a skipped",
		},
		"a page of which a check could not know": {
			audit{lacked: "needs-js", pages: []compare.Page{page("/a")}},
			audit{lacked: "no-jsonld", pages: []compare.Page{page("/a", "skipped")}},
			"head_only check /a skipped",
		},
		"a page that is kept out of search": {
			audit{ran: append(all, "page-noindex"), pages: []compare.Page{page("/a", "h1", "title"), page("/b", "page-noindex")}},
			audit{ran: append(all, "page-noindex"), pages: []compare.Page{page("/a", "h1", "page-noindex"), page("/b", "h1")}},
			"persistent /a h1\nnew /a page-noindex\nbase_only check /a title\nhead_only check /b h1\nfixed /b page-noindex",
		},
		"a page that was kept out of search and is gone": {
			audit{ran: append(all, "page-noindex"), pages: []compare.Page{page("/a", "page-noindex")}},
			audit{ran: append(all, "page-noindex"), pages: []compare.Page{missing("/a", "http-404")}},
			"new /a http-404\nbase_only page /a page-noindex",
		},
		"a page that is gone": {
			audit{ran: all, pages: []compare.Page{page("/a", "h1")}},
			audit{ran: all, pages: []compare.Page{missing("/a", "http-404")}},
			"base_only page /a h1\nnew /a http-404",
		},
		"a page that is back": {
			audit{ran: all, pages: []compare.Page{missing("/a", "http-404")}},
			audit{ran: all, pages: []compare.Page{page("/a", "h1")}},
			"head_only page /a h1\nfixed /a http-404",
		},
		"no answer mends nothing": {
			audit{ran: all, pages: []compare.Page{missing("/a", "http-404")}},
			audit{ran: all, pages: []compare.Page{silent("/a")}},
			"base_only page /a http-404",
		},
		"checks that only one ran": {
			audit{ran: []string{"title"}, pages: []compare.Page{page("/a", "title", "other")}},
			audit{ran: []string{"h1"}, pages: []compare.Page{page("/a", "h1")}},
			"head_only check /a h1\nbase_only check /a other\nbase_only check /a title",
		},
		"subjects of one check": {
			audit{ran: all, pages: []compare.Page{page("", "broken-external https://a", "broken-external https://b")}},
			audit{ran: all, pages: []compare.Page{page("", "broken-external https://b", "broken-external https://c")}},
			"fixed broken-external https://a\npersistent broken-external https://b\nnew broken-external https://c",
		},
		"a partial audit knows no site as a whole": {
			audit{ran: all, pages: []compare.Page{page("", "broken-external https://a", "sitemap-missing")}},
			audit{ran: all, stopped: "time", pages: []compare.Page{page("")}},
			"base_only partial broken-external https://a\nfixed sitemap-missing",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := differences(t, c.base, c.head); words(got) != c.want {
				t.Errorf("got\n%s\nwant\n%s", words(got), c.want)
			}
		})
	}
}

// random is an audit of a small site, in which much happens by chance.
func random(r *rand.Rand) audit {
	a := audit{stopped: []string{"", "", "time", "external"}[r.IntN(4)]}
	checks := []string{"a", "b", "broken-external", "sitemap-missing"}
	for _, id := range checks {
		if r.IntN(4) > 0 {
			a.ran = append(a.ran, id)
		}
	}
	found := func(p compare.Page) compare.Page {
		for _, id := range checks {
			if r.IntN(2) == 0 {
				p.Findings = append(p.Findings, compare.Finding{
					CheckID: id, Severity: shared.SeverityError, Subject: []string{"", "x", "y"}[r.IntN(3)],
				})
			}
		}
		return p
	}
	a.pages = []compare.Page{found(page(""))}
	for i := range 8 {
		make := []func(string, ...string) compare.Page{page, missing, silent}[r.IntN(3)]
		if r.IntN(3) > 0 {
			a.pages = append(a.pages, found(make(fmt.Sprintf("https://www.example.com/%d", i))))
		}
	}
	return a
}

var swapped = map[shared.ChangeState]shared.ChangeState{
	shared.ChangeFixed: shared.ChangeNew, shared.ChangeNew: shared.ChangeFixed, shared.ChangePersistent: shared.ChangePersistent,
	shared.ChangeBaseOnly: shared.ChangeHeadOnly, shared.ChangeHeadOnly: shared.ChangeBaseOnly,
}

func TestProperties(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 17))
		a, b := random(r), random(r)
		counts, there := differences(t, a, b)

		if c, same := differences(t, a, a); c.Counts.New.Total()+c.Counts.Fixed.Total()+c.Counts.BaseOnly.Total() != 0 ||
			c.Pages.BaseOnly+c.Pages.HeadOnly != 0 || len(same) == 0 && len(a.pages[0].Findings) > 0 {
			t.Fatalf("seed %d: an audit and itself:\n%s", seed, words(same))
		}
		back, again := differences(t, b, a)
		for i := range again {
			again[i].State = swapped[again[i].State]
		}
		if words(again) != words(there) || back.Counts.New != counts.Counts.Fixed || back.Pages.BaseOnly != counts.Pages.HeadOnly {
			t.Fatalf("seed %d: swapped\n%s\nis not\n%s", seed, words(again), words(there))
		}
		for _, p := range a.pages {
			r.Shuffle(len(p.Findings), func(i, j int) { p.Findings[i], p.Findings[j] = p.Findings[j], p.Findings[i] })
		}
		r.Shuffle(len(a.pages), func(i, j int) { a.pages[i], a.pages[j] = a.pages[j], a.pages[i] })
		if _, shuffled := differences(t, a, b); words(shuffled) != words(there) {
			t.Fatalf("seed %d: in another order\n%s\nis not\n%s", seed, words(shuffled), words(there))
		}
		if total := len(there); total != countAll(counts.Counts) {
			t.Fatalf("seed %d: %d changes, counted %+v", seed, total, counts.Counts)
		}
	}
}

func countAll(c shared.ChangeCounts) (n int) {
	for state := range swapped {
		n += c.Of(state).Total()
	}
	return n
}

// A list in steps holds each change once, whatever the step.
func TestListContinues(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	a, b := random(r), random(r)
	_, all := differences(t, a, b)
	for _, state := range []shared.ChangeState{"", shared.ChangeNew} {
		want := slices.DeleteFunc(slices.Clone(all), func(c shared.Change) bool { return state != "" && c.State != state })
		for limit := 1; limit <= len(all)+1; limit++ {
			var got []shared.Change
			for cursor := new(""); cursor != nil; {
				list := compare.List{State: state, Limit: limit}
				if err := list.Continue(*cursor); err != nil {
					t.Fatal(err)
				}
				c, err := compare.Audits(a.side(), b.side(), list.Take)
				if err != nil {
					t.Fatal(err)
				}
				list.Fill(&c)
				got, cursor = append(got, c.Changes...), c.NextCursor
			}
			if words(got) != words(want) {
				t.Errorf("%s, %d at a time:\n%s\nwant\n%s", state, limit, words(got), words(want))
			}
		}
	}
	for _, cursor := range []string{"!", "e30", "W10", "bnVsbA", "eyJQYWdlVVJMIjoxfQ"} {
		if err := new(compare.List).Continue(cursor); !errors.Is(err, compare.ErrCursor) {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
}

func TestCategoriesAndChecks(t *testing.T) {
	report := func(score, lost int, outcome shared.Outcome) *shared.Report {
		return &shared.Report{
			Score:  &shared.Score{Categories: []shared.CategoryScore{{Category: shared.CategoryLinks, Score: score}}},
			Checks: []shared.CheckResult{{ID: "h1", Outcome: outcome, PointsLost: lost}},
		}
	}
	none := inOrder(nil)
	c, err := compare.Audits(compare.Side{Report: report(70, 120, shared.OutcomeFail), Pages: none},
		compare.Side{Report: report(90, 0, shared.OutcomePass), Pages: none}, nil)
	got, _ := json.Marshal([]any{c.Categories, c.Checks})
	want := `[[{"category":"links","base":70,"head":90}],[{"id":"h1","category":"","severity":"",` +
		`"base":"fail","head":"pass","base_lost":120,"head_lost":0}]]`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestDifferentSitesAndErrors(t *testing.T) {
	other := audit{}.side()
	other.Report.Audit.URL = "https://other.example/"
	if _, err := compare.Audits(audit{}.side(), other, nil); !errors.Is(err, compare.ErrSites) {
		t.Errorf("different sites: %v", err)
	}
	broken := audit{}.side()
	broken.Pages = func(yield func(compare.Page, error) bool) { yield(compare.Page{}, errors.ErrUnsupported) }
	if _, err := compare.Audits(audit{}.side(), broken, nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a side that fails: %v", err)
	}
}

func TestReadFile(t *testing.T) {
	const whole = `{"version":1,"audit":{"url":"https://www.example.com/"},"score":null,"checks":[{"id":"h1","outcome":"fail"}],
		"pages":[{"url":"/b","status":200,"analysed":true},{"url":"/a","status":404}],
		"findings":[{"check_id":"h1","severity":"error","page_url":"/b"},
		{"check_id":"broken-external","severity":"warning","page_url":"","evidence":[{"name":"url","value":"https://x"}]}]}`
	side, err := compare.Read(strings.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	var changes []shared.Change
	c, err := compare.Audits(side, side, func(c shared.Change) { changes = append(changes, c) })
	if got := words(changes); err != nil || got != "persistent broken-external https://x\npersistent /b h1" || c.Pages.Both != 2 {
		t.Errorf("got %s, %v, %+v", got, err, c)
	}
	for _, body := range []string{
		"", "[]", "null", whole[:len(whole)-2], `{"version":1,"audit":{}}`, `{"version":2,"findings":[]}`, `{"findings":{}}`,
		`{"version":1,"findings":[3]}`, `{"version":"1","findings":[]}`,
	} {
		if _, err := compare.Read(strings.NewReader(body)); !errors.Is(err, compare.ErrFile) {
			t.Errorf("%.40s: %v", body, err)
		}
	}
}

// The checks that have rules of their own here are called so in the catalogue.
func TestChecksWithRulesExist(t *testing.T) {
	for _, id := range []string{"broken-external", "page-noindex"} {
		if !slices.Contains(text.CheckIDs(), id) {
			t.Errorf("there is no check %s", id)
		}
	}
}
