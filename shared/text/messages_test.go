package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var verb = regexp.MustCompile(`%[a-z%]`)

func TestMessages(t *testing.T) {
	for k, in := range messages {
		for _, l := range Langs {
			got, want := verb.FindAllString(in[l], -1), verb.FindAllString(in[EN], -1)
			if in[l] == "" || !slices.Equal(got, want) {
				t.Errorf("message %d in %s is %q: its verbs are %v, want a text with %v", k, l.Tag(), in[l], got, want)
			}
			// T leaves a message without arguments as it is.
			if len(want) == 0 && strings.Contains(in[l], "%") {
				t.Errorf("message %d in %s has a lone percent sign: %q", k, l.Tag(), in[l])
			}
		}
	}
	for k, in := range plurals {
		for _, l := range Langs {
			for _, s := range []string{in[l].one, in[l].other} {
				if got, want := verb.FindAllString(s, -1), verb.FindAllString(in[EN].other, -1); s == "" || !slices.Equal(got, want) || len(want) == 0 || want[0] != "%s" {
					t.Errorf("plural %d in %s is %q: its verbs are %v, want %v, the first for the number", k, l.Tag(), s, got, want)
				}
			}
		}
	}
}

func TestNames(t *testing.T) {
	for name, table := range map[string][]codeEntry{
		"statuses": statuses[:], "stages": stages[:], "stagesNow": stagesNow[:], "severities": severities[:], "categories": categories[:],
		"stopReasons": stopReasons[:], "unvisited": unvisited[:], "caps": caps[:], "problems": problems[:],
	} {
		seen := map[string]bool{}
		for _, e := range table {
			if e.code == "" || seen[e.code] || e.in[EN] == "" || e.in[ES] == "" {
				t.Errorf("%s: %+v is empty or twice there", name, e)
			}
			seen[e.code] = true
		}
	}
	got := []string{Status(EN, "new"), StageNow(ES, "new"), StopReason(EN, ""), Problem(ES, "new"), Cap(EN, "new"), Status(Lang(9), "failed")}
	want := []string{"new", "En curso", "The audit did not see the whole site", "El servidor no pudo hacerlo. Inténtalo otra vez.", "A grave fault", "Failed"}
	if !slices.Equal(got, want) {
		t.Errorf("unknown codes: got %q, want %q", got, want)
	}
}

// A message that nothing shows is a mistake in the catalogue or in the page.
func TestEveryMessageIsShown(t *testing.T) {
	root := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(root, "app", "ui")); err != nil {
		t.Skip("the pages are not here")
	}
	used := map[string]bool{}
	for _, dir := range []string{"app", "server", "shared"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					if x, ok := n.X.(*ast.Ident); ok && x.Name == "text" {
						used[n.Sel.Name] = true
					}
				case *ast.CallExpr:
					// Inside this package: l.T(Key).
					for _, a := range n.Args {
						if id, ok := a.(*ast.Ident); ok && file.Name.Name == "text" {
							used[id.Name] = true
						}
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range constants(t, "messages.go") {
		if !used[name] && name != "keys" && name != "pluralKeys" {
			t.Errorf("no page shows %s", name)
		}
	}
}

// constants lists the constants of a file in this folder.
func constants(t *testing.T, name string) []string {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			for _, n := range s.(*ast.ValueSpec).Names {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

func TestAccept(t *testing.T) {
	for header, want := range map[string]Lang{
		"":                                 EN,
		"es":                               ES,
		"es-MX,es;q=0.9,en;q=0.8":          ES,
		"en-GB,en;q=0.9,es;q=0.8":          EN,
		"fr,es;q=0.5":                      ES,
		"fr, de":                           EN,
		"en;q=0.2, es;q=0.7":               ES,
		"es;q=0, en":                       EN,
		"es;q=nonsense, en;q=0.1":          EN,
		"es;level=1":                       EN,
		"ES_419":                           ES,
		"*":                                EN,
		strings.Repeat("x;q=1,", 500):      EN,
		"es;q=NaN,en;q=0.001":              EN,
		" es ; q=0.4 , en;q=0.3, *;q=0.9 ": ES,
	} {
		if got := Accept(header); got != want {
			t.Errorf("Accept(%.40q): got %s, want %s", header, got.Tag(), want.Tag())
		}
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		n      int
		en, es string
	}{
		{0, "0", "0"}, {999, "999", "999"}, {1234, "1,234", "1234"}, {-1234, "-1,234", "-1234"}, {12345, "12,345", "12.345"}, {1234567, "1,234,567", "1.234.567"},
	} {
		if en, es := EN.Number(c.n), ES.Number(c.n); en != c.en || es != c.es {
			t.Errorf("%d: got %s and %s, want %s and %s", c.n, en, es, c.en, c.es)
		}
	}
}

func TestPlural(t *testing.T) {
	got := []string{EN.N(Pages, 0), EN.N(Pages, 1), EN.N(Pages, 1200), ES.N(Pages, 1), ES.N(Pages, 2), Lang(9).N(Pages, 1), Lang(9).T(NavAudits)}
	want := []string{"0 pages", "1 page", "1,200 pages", "1 página", "2 páginas", "1 page", "Audits"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
