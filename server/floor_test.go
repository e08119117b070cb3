package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// Editions of JavaScript: the one that every browser parses, and the newest that all of
// Chrome 90, Firefox 88 and Safari 15 know, below which no browser runs the client.
const (
	everyEdition = 5
	floorEdition = 2021
)

// TestScriptsParseInOldBrowsers has a parser read each script that a server hands out, as
// it is served. What decides whether a browser is too old must be read by all.
func TestScriptsParseInOldBrowsers(t *testing.T) {
	t.Parallel()
	parser := acorn(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	_, page := s.request("GET", "/", "")
	scripts := map[string]int{"/app-worker.js": floorEdition}
	for _, found := range regexp.MustCompile(`<script[^>]* src="([^"]+)"`).FindAllSubmatch(page, -1) {
		path := string(found[1])
		scripts[path] = floorEdition
		if filepath.Base(path) == "old.js" {
			scripts[path] = everyEdition
		}
	}
	if len(scripts) != 5 {
		t.Fatalf("the page has the scripts %v, want four and a worker's", scripts)
	}
	for path, edition := range scripts {
		_, script := s.request("GET", path, "")
		if err := parser(script, edition); err != nil {
			t.Errorf("%s is no JavaScript of edition %d: %v", path, edition, err)
		}
	}
	if err := parser([]byte("let a = () => 1"), everyEdition); err == nil {
		t.Error("the parser takes anything")
	}
}

// acorn is a parser of JavaScript, which make tools brings.
func acorn(t *testing.T) func(script []byte, edition int) error {
	t.Helper()
	node := testkit.Program(t, "node")
	library, err := filepath.Abs("../bin/acorn-8.15.0.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(library); errors.Is(err, fs.ErrNotExist) && os.Getenv("ATALAYA_REQUIRE_ALL") == "" {
		t.Skip("acorn is not here; make tools installs it")
	}
	const program = `
const { script, edition, library } = JSON.parse(require("fs").readFileSync(0));
require(library).parse(script, { ecmaVersion: edition });`
	return func(script []byte, edition int) error {
		input, err := json.Marshal(map[string]any{"script": string(script), "edition": edition, "library": library})
		if err != nil {
			t.Fatal(err)
		}
		c := exec.CommandContext(t.Context(), node, "-e", program)
		c.Stdin = bytes.NewReader(input)
		if out, err := c.CombinedOutput(); err != nil {
			return errors.New(string(out))
		}
		return nil
	}
}

// TestBrowserStylesOfTheYear2021 asks Chromium 90 about each declaration and selector of
// the style sheets that a server hands out.
func TestBrowserStylesOfTheYear2021(t *testing.T) {
	t.Parallel()
	p := openTab(t, browser(t, chromium90(t)))
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	var all styles
	for _, sheet := range s.styleSheets() {
		all.read(sheet)
	}
	if len(all.Declarations) < 500 || len(all.Selectors) < 300 {
		t.Fatalf("only %d declarations and %d selectors were found", len(all.Declarations), len(all.Selectors))
	}
	asked, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate("about:blank"))
	unread := strings.Split(p.eval(`(({ Declarations, Selectors }) => {
	  const reads = (selector) => { try { document.querySelector(selector); return true; } catch { return false; } };
	  return [
	    ...Declarations.filter(([name, value]) => !CSS.supports(name, value)).map((d) => d.join(": ")),
	    ...Selectors.filter((s) => !reads(s)),
	  ].join("\n");
	})(`+string(asked)+`)`), "\n")
	slices.Sort(unread)
	if want := slices.Sorted(maps.Keys(newerStyles)); !slices.Equal(unread, want) {
		t.Errorf("Chromium 90 does not read\n%q\nwant\n%q", unread, want)
	}
}

// styleSheets are those of the app and of the plain pages.
func (p *process) styleSheets() (sheets [][]byte) {
	p.t.Helper()
	for _, page := range []string{"/", shared.PathBasic} {
		_, html := p.request("GET", page, "")
		for _, found := range regexp.MustCompile(`<link[^>]* href="([^"]+\.css[^"]*)"`).FindAllSubmatch(html, -1) {
			_, sheet := p.request("GET", string(found[1]), "")
			sheets = append(sheets, sheet)
		}
	}
	return sheets
}

// newerStyles are what Chromium 90 passes over, and why that is all right. Selectors stand
// alone, because a browser that does not know one in a list passes over the whole list.
var newerStyles = map[string]string{
	"print-color-adjust: exact":   "the prefixed one stands beside it",
	".card-h:has(.btn~.btn) h2":   "the first of two buttons stands beside the heading",
	".card:not(:has(details))":    "a card may break over two sheets of paper",
	".conn:has(>.dot.hollow)":     "within a media query that it does not know either",
	"details::details-content":    "what a reader closed stays closed on paper",
	"accent-color: var(--accent)": "boxes to tick have the browser's colour",
	"scrollbar-width: none":       "a row that can be pushed shows a bar",
}

// TestThemesDifferInColoursAlone is why screens are measured in one theme for each window, and
// why contrasts are looked at in one language.
func TestThemesDifferInColoursAlone(t *testing.T) {
	t.Parallel()
	var all styles
	for _, sheet := range start(t, "--data-dir", t.TempDir(), "--workers", "0").styleSheets() {
		all.read(sheet)
	}
	if len(all.OfThemes) < 50 {
		t.Fatalf("only %d declarations of themes were found", len(all.OfThemes))
	}
	// A shadow takes no room, however large it is.
	colour := regexp.MustCompile(
		`^(color|background-color|color-scheme|--shadow[a-z-]*): .*$|^--[a-z0-9-]+: #[0-9a-f]{6}$`)
	for _, d := range all.OfThemes {
		if declaration := d[0] + ": " + strings.TrimSpace(d[1]); !colour.MatchString(declaration) {
			t.Errorf("a theme has %s, which is no colour", declaration)
		}
	}
	for _, selector := range all.Selectors {
		if strings.Contains(selector, ":lang") || strings.Contains(selector, "[lang") {
			t.Errorf("%s asks for a language", selector)
		}
	}
}

// styles are the declarations and selectors of a style sheet.
type styles struct {
	Declarations [][2]string // property and value
	OfThemes     [][2]string `json:"-"` // of what holds in one theme, custom properties too
	Selectors    []string
}

func (s *styles) read(sheet []byte) {
	p := css.NewParser(parse.NewInputBytes(sheet), false)
	text := func() string {
		var b strings.Builder
		for _, v := range p.Values() {
			b.Write(v.Data)
		}
		return b.String()
	}
	inside, selectors := []string{}, "" // the at-rules with their queries, and the rule set's own
	in := func(what string) bool { return strings.Contains(strings.Join(inside, " "), what) }
	for {
		kind, _, name := p.Next()
		switch kind {
		case css.ErrorGrammar:
			return
		case css.BeginAtRuleGrammar:
			inside = append(inside, string(name)+text())
		case css.EndAtRuleGrammar:
			inside = inside[:len(inside)-1]
		case css.BeginRulesetGrammar, css.QualifiedRuleGrammar:
			selectors += text()
			if !in("@keyframes") {
				s.Selectors = append(s.Selectors, text())
			}
		case css.EndRulesetGrammar:
			selectors = ""
		case css.DeclarationGrammar, css.CustomPropertyGrammar:
			declaration := [2]string{string(name), strings.TrimSuffix(text(), "!important")}
			if kind == css.DeclarationGrammar {
				s.Declarations = append(s.Declarations, declaration)
			}
			if strings.Contains(selectors, "data-theme") || in("prefers-color-scheme") {
				s.OfThemes = append(s.OfThemes, declaration)
			}
		}
	}
}
