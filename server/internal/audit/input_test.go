package audit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/shared"
)

// crawlValues gives the constants of a string type in the source of package crawl,
// so that a test over them meets a new one on the day it is written.
func crawlValues(t *testing.T, typeName string) []string {
	t.Helper()
	const dir = "../crawl"
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), dir+"/"+e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != typeName {
				return true
			}
			for _, v := range spec.Values {
				value, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, value)
			}
			return true
		})
	}
	if len(values) < 3 {
		t.Fatalf("package crawl has %v of type %s", values, typeName)
	}
	return values
}

// Packages crawl and check have their own words for the same things. Stored pages
// and reports hold them, so both sides must agree on every word.
func TestCheckHasAWordForEveryValueOfCrawl(t *testing.T) {
	if got := failureClass(nil); got != "" {
		t.Errorf("no failure is called %q", got)
	}
	for _, test := range []struct {
		typeName string
		convert  func(string) string
	}{
		{"FailureClass", func(s string) string { return failureClass(&crawl.Failure{Class: crawl.FailureClass(s)}) }},
		{"RobotsState", func(s string) string { return robotsState(crawl.RobotsState(s)) }},
		{"SitemapProblemKind", func(s string) string { return sitemapProblem(crawl.SitemapProblemKind(s)) }},
	} {
		for _, value := range crawlValues(t, test.typeName) {
			if got := test.convert(value); got != value {
				t.Errorf("%s %q is %q for the checks", test.typeName, value, got)
			}
		}
	}
}

func TestEveryReasonOfCrawlIsCountedOrKnownNotToBe(t *testing.T) {
	s := newSite(1, 1)
	s.seed = address(t, "https://example.com/")
	s.setHome(s.seed)
	reasons := crawlValues(t, "Reason")
	for i, reason := range reasons {
		s.frontier.Skip(crawl.Item{URL: "https://example.com/" + strconv.Itoa(i)}, crawl.Reason(reason))
	}
	counted := countUnvisited(listUnvisited(t.Context(), s, newBook(), outside{}, ""), 0)
	for _, reason := range reasons {
		want := reason != string(crawl.ReasonScope) // what lies elsewhere is no part of the site
		got := slices.ContainsFunc(counted, func(u shared.Unvisited) bool { return u.Reason == reason })
		if got != want {
			t.Errorf("%s is counted: %v, want %v", reason, got, want)
		}
	}
}

func TestAnAddressThatIsCrawledFitsThePageOfAReport(t *testing.T) {
	if crawl.MaxURLLength != shared.MaxURL {
		t.Errorf("crawl takes URLs of %d bytes, a page holds %d", crawl.MaxURLLength, shared.MaxURL)
	}
}

// What is not fetched is known to the checks all the same, and so is what robots.txt says
// beside its rules.
func TestChecksKnowWhatRobotsForbidsAndSignals(t *testing.T) {
	s := newSite(9, 9)
	s.seed = address(t, "https://example.com/")
	s.setHome(s.seed)
	s.robots = crawl.ParseRobots([]byte("User-agent: *\nContent-Signal: ai-input=no\nDisallow: /x\nCrawl-delay: 20\n"))
	s.frontier.Skip(crawl.Item{URL: "https://example.com/x", Referrer: "https://example.com/"}, crawl.ReasonRobots)
	s.frontier.Skip(crawl.Item{URL: "https://example.com/y"}, crawl.ReasonDepth)
	in := siteInput(s, newBook(), outside{}, true)
	want := []check.ForbiddenURL{{URL: "https://example.com/x", Referrer: "https://example.com/"}}
	if !slices.Equal(in.Forbidden, want) {
		t.Errorf("forbidden: got %v, want %v", in.Forbidden, want)
	}
	if got := in.Robots.Signals; len(got) != 1 || got[0].Line != 2 || got[0].Values["ai-input"] != "no" {
		t.Errorf("signals: got %+v", got)
	}
	if d, line := in.Robots.Rules.CrawlDelay("Bingbot"); d != 20*time.Second || line != 4 {
		t.Errorf("crawl delay: got %s in line %d", d, line)
	}
}

func TestChecksKnowTheDatesOfSitemaps(t *testing.T) {
	s := newSite(9, 9)
	s.sitemaps.Entries = []crawl.SitemapEntry{
		{URL: address(t, "https://example.com/a"), LastMod: "May 3rd"}, {URL: address(t, "https://example.com/b")},
	}
	in := siteInput(s, newBook(), outside{}, true)
	want := []check.SitemapDate{{URL: "https://example.com/a", Text: "May 3rd"}}
	if !slices.Equal(in.Sitemap.Dates, want) || time.Since(in.Sitemap.ReadAt).Abs() > time.Hour {
		t.Errorf("got %v, read at %s", in.Sitemap.Dates, in.Sitemap.ReadAt)
	}
}
