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

	"atalaya/shared"
)

func TestSentence(t *testing.T) {
	for _, c := range []struct {
		key    string
		args   []string
		en, es string
	}{
		{"reading-robots", nil, "Reading robots.txt", "Leyendo robots.txt"},
		{"fetched", []string{"https://a/100%d"}, "Fetched https://a/100%d", "Descargada https://a/100%d"},
		{"analysed", []string{"1"}, "1 page analysed", "1 página analizada"},
		{"analysed", []string{"12345"}, "12,345 pages analysed", "12.345 páginas analizadas"},
		// A parameter of %s is no number, whatever it looks like.
		{"home-type", []string{"12345", "6"}, "12345 is not an HTML page but 6.", "12345 no es una página HTML, sino 6."},
		{"waiting-for-answer", []string{"a", "b"}, "Waiting for a: no answer for b s", "Esperando a a: b s sin respuesta"},
		// Another version's.
		{"analysed", []string{"many"}, "", ""},
		{"analysed", nil, "", ""},
		{"analysed", []string{"1", "2"}, "", ""},
		{"fetched", []string{}, "", ""},
		{"new", []string{"1"}, "", ""},
	} {
		en, ok := Sentence(EN, c.key, c.args)
		es, _ := Sentence(ES, c.key, c.args)
		if en != c.en || es != c.es || ok != (en != "") {
			t.Errorf("%s %q: got %q, %q, %v; want %q, %q", c.key, c.args, en, es, ok, c.en, c.es)
		}
	}
}

// What this version cannot say is shown as it stands in the row.
func TestMessage(t *testing.T) {
	key, unknown, row := "fetched", "new", "in the row"
	args := []string{"a"}
	for _, c := range []struct {
		key  *string
		args []string
		row  *string
		want string
	}{
		{&key, args, &row, "Descargada a"}, {&unknown, args, &row, row}, {&key, []string{}, &row, row},
		{nil, nil, &row, row}, {nil, nil, nil, ""}, {&unknown, args, nil, ""},
	} {
		p := shared.AuditProgress{MessageKey: c.key, MessageArgs: c.args, Message: c.row}
		if got := Message(ES, &p); got != c.want {
			t.Errorf("message %+v: got %q, want %q", c, got, c.want)
		}
		p = shared.AuditProgress{ErrorKey: c.key, ErrorArgs: c.args, ErrorMessage: c.row}
		if got := ErrorMessage(ES, &p); got != c.want {
			t.Errorf("error %+v: got %q, want %q", c, got, c.want)
		}
	}
}

// TestEverySentenceSaidHasWords looks through the sources for what the engine says:
// each key has words here, with as many parameters.
func TestEverySentenceSaidHasWords(t *testing.T) {
	root := filepath.Join("..", "..", "server")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the server is not here")
	}
	said := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && f.Name.Name == "refuse" {
				return false // passes a key on
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || !says(call.Fun) {
				return true
			}
			literal, ok := call.Args[0].(*ast.BasicLit)
			if !ok {
				t.Errorf("%s: a key must stand where it is said", path)
				return true
			}
			key, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			args := make([]string, len(call.Args)-1)
			for i := range args {
				args[i] = "7"
			}
			if _, ok := Sentence(EN, key, args); !ok {
				t.Errorf("%s: there are no words for %q with %d parameters", path, key, len(args))
			}
			said[key] = true
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range english.sentences {
		if !said[s.code] {
			t.Errorf("nobody says %q", s.code)
		}
	}
}

// says reports whether a function takes a key and its parameters.
func says(f ast.Expr) bool {
	switch f := f.(type) {
	case *ast.Ident:
		return f.Name == "refuse"
	case *ast.SelectorExpr:
		x, ok := f.X.(*ast.Ident)
		return ok && x.Name == "work" && f.Sel.Name == "Say"
	}
	return false
}

// Every reason for which the engine gives an audit up comes with what would make it
// work, which begins and ends as a sentence that follows another.
func TestEveryFailureHasARemedy(t *testing.T) {
	keys := SentenceKeys()
	keys = keys[slices.Index(keys, "bad-address"):]
	for _, l := range Langs {
		var got []string
		for _, n := range l.language().remedies {
			got = append(got, n.code)
			if said := Remedy(l, &shared.AuditProgress{ErrorKey: &n.code}); said != n.text || !strings.HasSuffix(said, ".") {
				t.Errorf("%s: %s: %q", l.Tag(), n.code, said)
			}
		}
		holdCodes(t, l.Tag(), got, keys)
	}
	other := "no-key-of-ours"
	for _, p := range []*shared.AuditProgress{{}, {ErrorKey: &other}} {
		if said := Remedy(EN, p); said != "" {
			t.Errorf("without a reason: %q", said)
		}
	}
}
