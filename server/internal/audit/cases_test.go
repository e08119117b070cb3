package audit

import (
	"cmp"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"atalaya/server/internal/store"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// siteCase is a site that stands for a kind of sites, and the right result of its
// audit.
type siteCase struct {
	// site is audited from its start page on, or from seed. Without it the file of the
	// case's name in testdata/cases is. {ELSEWHERE} in it stands for another site,
	// {OTHER_HOST} for its host.
	site, elsewhere testkit.Site
	ask             shared.NewAudit
	engine          func(*Engine)

	failed string // key of the error, where the audit comes to nothing
	stop   string // reason why it is partial
	// pages are all pages that were visited: "STATUS PATH", with " > PATH" where a
	// redirect led and " (no page)" after what answered 200 and was not analysed.
	pages []string
	// found are all findings of the checks in [watched], and of those that the case is
	// about besides: "CHECK SUBJECT".
	found []string
	about []string
	// left is all that was left out: "REASON PATH".
	left []string
	// asked are requests that were made, and never those that must not have been:
	// "METHOD PATH".
	asked, never []string
	titles       map[string]string // by path
}

// siteCases go from addresses over answers and documents to what concerns whole sites.
// Files in testdata/cases are as they came; what was added beside them is a sibling.
var siteCases = []map[string]siteCase{
	addressCases, redirectCases, answerCases, bodyCases, linkCases, refreshCases, sitemapCases, siteWideCases,
}

// watched are the checks that say how a site was read. What others think of a site
// does not matter to its case.
var watched = []string{
	"http-4xx", "http-5xx", "fetch-timeout", "fetch-failed", "http-odd-status", "http-odd-encoding",
	"content-type-mismatch", "redirect-loop", "redirect-chain", "robots-txt-unreachable", "page-noindex", "page-orphan",
	"sitemap-invalid", "broken-external", "link-malformed", "content-needs-js",
	"site-unreachable", "soft-404", "llms-txt", "sitemap-bad-url", "canonical-broken", "jsonld-invalid", "jsonld-incomplete",
}

// TestCases audits every site of a kind that was once read wrongly.
func TestCases(t *testing.T) {
	t.Parallel()
	for _, cases := range siteCases {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c.run(t, name)
			})
		}
	}
}

// missingName is what addresses end with that no page has; it is another one for each site.
var missingName = regexp.MustCompile("atalaya-no-such-page-[0-9a-z]+")

func (c siteCase) run(t *testing.T, name string) {
	if c.site == nil {
		c.site = testkit.ReadSite(t, filepath.Join("testdata", "cases", name+".json"))
	}
	elsewhere := c.elsewhere.Serve(t)
	site := c.site.Serve(t, "{ELSEWHERE}", elsewhere.URL, "{OTHER_HOST}", strings.TrimPrefix(elsewhere.URL, "http://"))
	names := strings.NewReplacer(site.URL, "", elsewhere.URL, "{ELSEWHERE}")
	short := func(s string) string { return names.Replace(missingName.ReplaceAllString(s, "{MISSING}")) }

	st := open(t)
	e := New(st, loopback("cases"))
	if c.engine != nil {
		c.engine(e)
	}
	start(t, e)
	c.ask.URL = site.URL + c.ask.URL
	id := create(t, st, c.ask)
	p := await(t, st, id, "end", terminal)
	if p.Status != shared.StatusCompleted || c.failed != "" {
		if p.Status != shared.StatusFailed || deref(p.ErrorKey) != c.failed {
			t.Fatalf("%s: %s, want the error %q", p.Status, deref(p.ErrorMessage), c.failed)
		}
	}
	if p.Partial != (c.stop != "") || deref(p.StopReason) != c.stop {
		t.Errorf("partial %v, reason %q, want %q", p.Partial, deref(p.StopReason), c.stop)
	}

	pages := allPages(t, st, id)
	var visited []string
	for _, p := range pages {
		visited = append(visited, short(pageLine(p)))
		if want, ok := c.titles[short(p.URL)]; ok && p.Title != want {
			t.Errorf("%s has the title %q, want %q", short(p.URL), p.Title, want)
		}
	}
	sameSet(t, "pages", visited, c.pages)
	var found []string
	for _, f := range allFindings(t, st, id) {
		if slices.Contains(watched, f.CheckID) || slices.Contains(c.about, f.CheckID) {
			found = append(found, short(findingLine(f)))
		}
	}
	sameSet(t, "findings", found, c.found)
	sameSet(t, "left out", leftOut(t, st, id), c.left)

	requests := append(requestLines(site, ""), requestLines(elsewhere, "{ELSEWHERE}")...)
	for _, want := range c.asked {
		if !slices.Contains(requests, want) {
			t.Errorf("nobody asked %q but %q", want, requests)
		}
	}
	for _, r := range requests {
		if slices.Contains(c.never, r) {
			t.Errorf("somebody asked %q", r)
		}
	}
}

func pageLine(p shared.Page) string {
	line := cmp.Or(p.Failure, strconv.Itoa(p.Status)) + " " + p.URL
	switch {
	case p.FinalURL != "":
		return line + " > " + p.FinalURL
	case p.Status == 200 && !p.Analysed:
		return line + " (no page)"
	}
	return line
}

// findingLine names a finding by its page, or where it is one about the whole site by
// what stands first in its evidence.
func findingLine(f shared.Finding) string {
	subject := f.PageURL
	if subject == "" && len(f.Evidence) > 0 {
		subject = f.Evidence[0].Value
	}
	return f.CheckID + " " + subject
}

func allFindings(t *testing.T, st *store.Store, id int64) (findings []shared.Finding) {
	t.Helper()
	for q := (shared.FindingQuery{Limit: shared.ListLimitMax}); ; {
		list, err := st.Findings(t.Context(), id, q)
		if err != nil {
			t.Fatal(err)
		}
		findings = append(findings, list.Findings...)
		if list.NextCursor == nil {
			return findings
		}
		q.Cursor = *list.NextCursor
	}
}

func requestLines(s *testkit.SiteServer, origin string) (lines []string) {
	for _, r := range s.Requests() {
		lines = append(lines, r.Method+" "+origin+r.URI)
	}
	return lines
}

func sameSet(t *testing.T, what string, got, want []string) {
	t.Helper()
	count := map[string]int{}
	for _, s := range got {
		count[s]++
	}
	for _, s := range want {
		count[s]--
	}
	for _, s := range slices.Sorted(maps.Keys(count)) {
		if count[s] != 0 {
			t.Errorf("%s: %q comes %d times too often", what, s, count[s])
		}
	}
}

// lines puts the same word before all subjects.
func lines(word string, subjects ...string) (all []string) {
	for _, s := range subjects {
		all = append(all, word+" "+s)
	}
	return all
}

// document is an HTML page.
func document(title, head, body string) string {
	return "<!doctype html><html lang=en><head><meta charset=utf-8><title>" + title + "</title>" + head +
		"</head><body><h1>" + title + "</h1>" + body + strings.Repeat("<p>Some words that make a text of it.</p>", 20) +
		"</body></html>"
}

// titled is a page that nothing is wrong with.
func titled(title string) testkit.Answer { return testkit.Answer{Body: document(title, "", "")} }

// linking is a page with links, each with its address as its text.
func linking(title string, links ...string) testkit.Answer {
	var body strings.Builder
	for _, l := range links {
		body.WriteString(`<p><a href="` + l + `">` + l + `</a></p>`)
	}
	return testkit.Answer{Body: document(title, "", body.String())}
}

// moved is a redirect.
func moved(status int, location string) testkit.Answer {
	return with("Location", location, testkit.Answer{Status: status})
}

// typed is an answer with a header field Content-Type.
func typed(contentType, body string) testkit.Answer {
	return with("Content-Type", contentType, testkit.Answer{Body: body})
}

// with is an answer with one header field.
func with(name, value string, a testkit.Answer) testkit.Answer {
	a.Headers = map[string]string{name: value}
	return a
}

// busy is an answer that asks for a pause.
func busy(status int, retryAfter string) testkit.Answer {
	return with("Retry-After", retryAfter, testkit.Answer{Status: status})
}

// elsewise has a site give one answer everywhere else, but for the files that are asked
// for at every site.
func elsewise(rest testkit.Answer, s testkit.Site) testkit.Site {
	s["*"] = rest
	for _, path := range [...]string{"/robots.txt", "/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml"} {
		if _, declared := s[path]; !declared {
			s[path] = testkit.Answer{Status: 404}
		}
	}
	return s
}
