package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A code of a later version is shown as it is or gives a general sentence.
func TestUnknownCodes(t *testing.T) {
	got := []string{
		Status(EN, "new"), StageNow(ES, "new"), StopReason(EN, ""), Problem(ES, "new"), Cap(EN, "new"),
		Reason(ES, "new"), EvidenceName(ES, "new"),
	}
	want := []string{
		"new", "En curso", "The audit did not see the whole site",
		"El servidor no pudo hacerlo. Inténtalo otra vez.", "A grave fault", "new", "new",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	c, ok := Check(ES, "new-check")
	if want := (CheckText{Title: "new-check"}); c != want || ok {
		t.Errorf("got %+v, %v", c, ok)
	}
}

func TestKnownCodes(t *testing.T) {
	got := []string{Status(EN, "failed"), EvidenceName(EN, "page"), Reason(EN, "no-title"), Reason(ES, "no-title")}
	want := []string{"Failed", "Page", "There is no title.", "No hay título."}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A text that nothing shows is a mistake in the catalogue or in the page: every
// key is used by a source, and every code that has words stands in one.
func TestEveryTextIsShown(t *testing.T) {
	root := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(root, "app", "ui")); err != nil {
		t.Skip("the pages are not here")
	}
	used, literals := map[string]bool{}, map[string]bool{}
	for _, dir := range []string{"app", "server", "shared"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			within := file.Name.Name == "text"
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					if x, ok := n.X.(*ast.Ident); ok && x.Name == "text" {
						used[n.Sel.Name] = true
					}
				case *ast.FuncDecl:
					// Inside this package: what functions name.
					if within {
						ast.Inspect(n, func(n ast.Node) bool {
							if id, ok := n.(*ast.Ident); ok {
								used[id.Name] = true
							}
							return true
						})
					}
				case *ast.BasicLit:
					if s, err := strconv.Unquote(n.Value); err == nil && !within {
						literals[s] = true
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
	for field, list := range lists(&english) {
		for _, n := range list {
			// The label of a canonical address is put together: where it was found comes last.
			last := n.code[strings.LastIndex(n.code, "-")+1:]
			if put := strings.HasPrefix(n.code, "canonical-") && literals["canonical-"] && literals[last]; !literals[n.code] && !put {
				t.Errorf("%s: nothing writes the code %q", field, n.code)
			}
		}
	}
	for _, id := range CheckIDs() {
		if !literals[id] {
			t.Errorf("there is no check %q", id)
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
		"xx,es;q=0.5":                      ES,
		"xx, yy":                           EN,
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
		{0, "0", "0"}, {999, "999", "999"}, {1234, "1,234", "1234"}, {-1234, "-1,234", "-1234"}, {12345, "12,345", "12.345"},
		{1234567, "1,234,567", "1.234.567"},
	} {
		if en, es := EN.Number(c.n), ES.Number(c.n); en != c.en || es != c.es {
			t.Errorf("%d: got %s and %s, want %s and %s", c.n, en, es, c.en, c.es)
		}
	}
}

func TestTenthsAndDates(t *testing.T) {
	got := []string{
		EN.Tenths(12), ES.Tenths(12), EN.Tenths(3), ES.Tenths(100),
		EN.Date(0, time.January, 2), ES.Date(2025, time.December, 31),
	}
	want := []string{"1.2", "1,2", "0.3", "10,0", "2 Jan", "31 dic 2025"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPlural(t *testing.T) {
	got := []string{EN.N(Pages, 0), EN.N(Pages, 1), EN.N(Pages, 1200), ES.N(Pages, 1), ES.N(Pages, 2)}
	want := []string{"0 pages", "1 page", "1,200 pages", "1 página", "2 páginas"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
