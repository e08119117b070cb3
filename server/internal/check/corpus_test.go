package check

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"atalaya/shared"
)

// The corpus is described in testdata/corpus/README: pages with the result of every page
// check, written down from the catalogue of checks.

// minCorpus is how many pages the corpus has at least.
const minCorpus = 200

// corpusPage is one page of the corpus.
type corpusPage struct {
	// name says where the page stands and what it is about.
	name string
	page *Page
	// fails and skips are the ids of the checks that fail and that do not apply; the others
	// pass.
	fails, skips []string
}

func (c *corpusPage) want(id string) shared.Outcome {
	switch {
	case slices.Contains(c.fails, id):
		return shared.OutcomeFail
	case slices.Contains(c.skips, id):
		return shared.OutcomeNotApplicable
	}
	return shared.OutcomePass
}

// lacking are the checks that do not apply to a page without a thing.
var lacking = map[string]string{
	"article":  "no-quantities no-sources no-quotes no-author no-date answer-late hard-to-read headings-unhelpful",
	"language": "no-quantities no-quotes no-author no-date keyword-stuffing lang-mismatch",
	"date":     "stale-date",
	"text":     "keyword-stuffing",
	"words":    "boilerplate-heavy lang-mismatch", // fewer than 100
	"own-text": "thin-content boilerplate-heavy no-quantities no-sources no-quotes no-author no-date stale-date answer-late " +
		"hard-to-read keyword-stuffing headings-unhelpful lang-mismatch",
	"markup":      "jsonld-invalid jsonld-incomplete jsonld-unknown-type",
	"headline":    "structured-data-mismatch",
	"known-type":  "jsonld-incomplete",
	"canonical":   "canonical-conflict",
	"title":       "title-length multiple-titles",
	"description": "description-length",
	"links": "link-malformed link-not-crawlable localhost-link link-name-empty anchor-text-poor " +
		"internal-nofollow too-many-links",
	"images":   "img-alt-missing images-unsized",
	"controls": "form-label-missing",
	"forms":    "insecure-form",
	"seen": "title-missing title-length multiple-titles h1-missing lang-missing charset-problem viewport-missing " +
		"no-main-landmark",
	"frames":    "iframe-title-missing",
	"tables":    "table-no-header",
	"headings":  "heading-skip h1-multiple",
	"viewport":  "zoom-disabled",
	"redirects": "redirect-chain redirect-loop redirect-temporary",
	"index": "nosnippet canonical-missing page-deep internal-nofollow too-many-links dead-end ai-meta-optout content-needs-js description-missing " +
		"description-length og-incomplete structured-data-missing jsonld-invalid jsonld-incomplete jsonld-unknown-type paywall-or-login-wall url-hygiene " +
		"thin-content boilerplate-heavy no-quantities no-sources no-quotes no-author no-date stale-date answer-late " +
		"hard-to-read keyword-stuffing headings-unhelpful lang-mismatch",
}

// corpusParts are the parts of a page in their order; of an absent one the base has it.
var corpusParts = []string{
	"start", "charset", "viewport", "title", "description", "canonical", "og", "markup", "head", "body", "heading", "text",
	"source", "side", "end",
}

// corpusSection is a page as it stands in a file: header lines, then parts.
type corpusSection struct {
	name  string
	lines []string
	parts map[string]string
}

func readSections(t *testing.T, file string) (sections []*corpusSection) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var open *corpusSection
	part := ""
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		switch title, begins := strings.CutPrefix(line, "== "); {
		case begins:
			open = &corpusSection{name: fmt.Sprintf("%s:%d %s", filepath.Base(file), i+1, title), parts: map[string]string{}}
			sections, part = append(sections, open), ""
		case open == nil:
			t.Fatalf("%s:%d: %q stands before the first page", file, i+1, line)
		case strings.HasPrefix(line, "-- "):
			part = line[len("-- "):]
			open.parts[part] = ""
		case part != "":
			open.parts[part] += line + "\n"
		case line != "":
			open.lines = append(open.lines, line)
		}
	}
	return sections
}

// html is the page's text: whole, or the base with some parts replaced.
func (s *corpusSection) html(t *testing.T, base map[string]string) []byte {
	t.Helper()
	known := 0
	var b strings.Builder
	if whole, ok := s.parts["page"]; ok {
		b.WriteString(whole)
		known++
	} else {
		for _, name := range corpusParts {
			text, own := s.parts[name]
			if own {
				known++
			} else {
				text = base[name]
			}
			b.WriteString(text)
		}
	}
	if known != len(s.parts) {
		t.Fatalf("%s: has a part of no known name", s.name)
	}
	return expand(strings.TrimSuffix(b.String(), "\n"))
}

// filler is a sentence that says nothing, if in the words of somebody else: no number, no
// date, no name.
var filler = strings.Fields(
	`"the dough rests all night" and the baker folds it again before the oven is warm enough for a loaf.`)

// lineWords is how many words stand in a line of {words}: two sentences.
var lineWords = 2 * len(filler)

var macro = regexp.MustCompile(`\{(words|links|repeat|byte) ([^ }]+)(?: ([^}]*))?\}`)

// expand writes out {words 150}, {links 9}, {repeat 9 x} and {byte ff}.
func expand(text string) []byte {
	return macro.ReplaceAllFunc([]byte(text), func(m []byte) []byte {
		f := macro.FindSubmatch(m)
		base := 10
		if string(f[1]) == "byte" {
			base = 16
		}
		n, err := strconv.ParseInt(string(f[2]), base, 0)
		if err != nil {
			panic(err)
		}
		switch string(f[1]) {
		case "byte":
			return []byte{byte(n)}
		case "repeat":
			return bytes.Repeat(f[3], int(n))
		case "links":
			var links []byte
			for i := range n {
				links = fmt.Appendf(links, "<li><a href=/loaf/%d>Loaf %d</a></li>", i, i)
			}
			return links
		}
		words := make([]string, n)
		for i := range words {
			words[i] = filler[i%len(filler)]
			if i%lineWords == lineWords-1 {
				words[i] += "<br>"
			}
		}
		return []byte(strings.Join(words, " "))
	})
}

// corpusPageOf reads a section, and the header lines of the base before its own.
func corpusPageOf(t *testing.T, s, base *corpusSection) *corpusPage {
	t.Helper()
	c := &corpusPage{name: s.name, skips: strings.Fields(lacking["redirects"] + " " + lacking["frames"] + " " +
		lacking["tables"] + " " + lacking["headline"])}
	in := Input{
		URL: "https://site.example/bread", Depth: 1, Status: http.StatusOK, ContentType: "text/html", Attempts: 1,
		FetchedAt: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), Header: http.Header{},
		Body: s.html(t, base.parts),
	}
	for _, line := range slices.Concat(base.lines, s.lines) {
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		known, err := c.expect(key, strings.Fields(value)), error(nil)
		if !known {
			known, err = fetchedAs(&in, key, value)
		}
		if err != nil || !known {
			t.Fatalf("%s: %q is no line of a header: %v", s.name, line, err)
		}
	}
	in.DeclaredType = cmp.Or(in.DeclaredType, in.ContentType)
	c.skips = slices.DeleteFunc(c.skips, func(id string) bool { return slices.Contains(c.fails, id) })
	c.page = Parse(in)
	return c
}

// expect reads a line about results; it reports false when the line is about something else.
func (c *corpusPage) expect(key string, words []string) bool {
	switch key {
	case "fail":
		c.fails = append(c.fails, words...)
	case "skip":
		c.skips = append(c.skips, words...)
	case "lacks":
		for _, thing := range words {
			if lacking[thing] == "" {
				return false
			}
			c.skips = append(c.skips, strings.Fields(lacking[thing])...)
		}
	case "pass":
		c.skips = slices.DeleteFunc(c.skips, func(id string) bool { return slices.Contains(words, id) })
	case "only":
		c.skips = nil
		for _, k := range pageChecks {
			if !slices.Contains(words, k.ID) {
				c.skips = append(c.skips, k.ID)
			}
		}
	default:
		return false
	}
	return true
}

// fetchedAs reads a line about how the page was fetched.
func fetchedAs(in *Input, key, value string) (known bool, err error) {
	switch key {
	case "url":
		in.URL = value
	case "home":
		in.Home, in.Depth = true, 0
	case "depth":
		in.Depth, err = strconv.Atoi(value)
	case "status":
		in.Status, err = strconv.Atoi(value)
	case "failure":
		in.Failure = value
	case "answer":
		in.Answer = value
	case "type":
		in.ContentType = value
	case "declared":
		in.DeclaredType = value
	case "ms":
		var ms int
		ms, err = strconv.Atoi(value)
		in.TTFB = time.Duration(ms) * time.Millisecond
	case "alias":
		in.Alias = true
	case "cut":
		in.Truncated = true
	case "header":
		name, content, _ := strings.Cut(value, ":")
		in.Header.Set(name, strings.TrimSpace(content))
	case "hop":
		hop := Hop{URL: in.URL}
		_, err = fmt.Sscan(value, &hop.Status, &hop.Location)
		in.Hops, in.FinalURL = append(in.Hops, hop), hop.Location
	default:
		return false, nil
	}
	return true, err
}

func readCorpus(t *testing.T) (pages []*corpusPage) {
	t.Helper()
	base := readSections(t, "testdata/corpus/base.txt")
	pages = append(pages, corpusPageOf(t, base[0], base[0]))
	files, err := filepath.Glob("testdata/corpus/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if filepath.Base(file) == "base.txt" {
			continue
		}
		for _, s := range readSections(t, file) {
			pages = append(pages, corpusPageOf(t, s, base[0]))
		}
	}
	return pages
}

func TestCorpus(t *testing.T) {
	pages := readCorpus(t)
	if len(pages) < minCorpus {
		t.Errorf("%d pages, want %d", len(pages), minCorpus)
	}
	exists := map[string]bool{}
	for _, k := range pageChecks {
		exists[k.ID] = true
	}
	for _, c := range pages {
		for _, id := range slices.Concat(c.fails, c.skips) {
			if !exists[id] {
				t.Errorf("%s: there is no check %s", c.name, id)
			}
		}
		for i, o := range RunPage(c.page).Facts.Outcomes {
			if id := pageChecks[i].ID; o.Result() != c.want(id) {
				t.Errorf("%s: %s is %s %s, want %s", c.name, id, o.Result(), o.Reason(), c.want(id))
			}
		}
	}
}

// The corpus notices every check that is switched off, and every one that is always on: the
// suite would fail.
func TestCorpusNoticesMutants(t *testing.T) {
	pages := readCorpus(t)
	never := func(*Page) *Fault { return nil }
	always := func(*Page) *Fault { return &Fault{} }
	for _, k := range pageChecks {
		for name, mutant := range map[string]PageRule{
			"does not apply": {func(*Page) Reason { return NotHTML }, k.Page.Run},
			"always applies": {func(*Page) Reason { return applies }, k.Page.Run},
			"passes":         {k.Page.Applies, never},
			"fails":          {k.Page.Applies, always},
		} {
			if !noticed(pages, k.ID, mutant) {
				t.Errorf("%s that always %s is not noticed", k.ID, strings.TrimPrefix(name, "always "))
			}
		}
	}
}

// noticed reports whether a page of the corpus has another result by the rule. A rule that
// is asked where it does not apply may panic, which nobody overlooks.
func noticed(pages []*corpusPage, id string, rule PageRule) (is bool) {
	defer func() { is = is || recover() != nil }()
	return slices.ContainsFunc(pages, func(c *corpusPage) bool {
		outcome, _ := rule.judge(c.page)
		return outcome.Result() != c.want(id)
	})
}
