package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// needs is what the client's packages name of each standard package that has a
// stand-in. When an update of Go or of go-app changes it, read what the new use
// expects of the stand-in before you change this list.
var needs = map[string]string{
	"crypto/aes":          "NewCipher",
	"crypto/cipher":       "NewGCM",
	"crypto/md5":          "New",
	"crypto/rand":         "Reader Text",
	"crypto/sha1":         "New Sum",
	"database/sql/driver": "Value",
	"internal/godebug":    "New",
	"net/http": "Dir FileServer Get Handler NotFound Request ResponseWriter " +
		"StatusInternalServerError StatusNotFound StatusNotModified StatusOK",
	"net/netip": "ParseAddr",
	"regexp":    "MustCompile Regexp",
}

func TestNeeds(t *testing.T) {
	got := clientNames(t)
	for standard, want := range needs {
		if got := strings.Join(slices.Sorted(maps.Keys(got[standard])), " "); got != want {
			t.Errorf("of %s the client names %q, want %q", standard, got, want)
		}
	}
	o, err := makeOverlay("std", library(t))
	if err != nil {
		t.Fatal(err)
	}
	for file := range o.Replace {
		standard, err := filepath.Rel(library(t), filepath.Dir(file))
		if err != nil || needs[standard] == "" {
			t.Errorf("%s has a stand-in, but no line in needs (%v)", standard, err)
		}
	}
}

// clientNames finds what the packages of the client, as shipped, name of those that
// have a stand-in.
func clientNames(t *testing.T) map[string]map[string]bool {
	t.Helper()
	list := client(t, "list", "-deps", "-overlay", overlayFile(t), "-json=ImportPath,Dir,GoFiles", "atalaya/app")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	names := map[string]map[string]bool{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg struct {
			ImportPath, Dir string
			GoFiles         []string
		}
		if err := d.Decode(&pkg); errors.Is(err, io.EOF) {
			return names
		} else if err != nil {
			t.Fatal(err)
		}
		if needs[pkg.ImportPath] != "" {
			continue // what stand-ins name of each other is theirs
		}
		for _, file := range pkg.GoFiles {
			collectNames(t, names, filepath.Join(pkg.Dir, file))
		}
	}
}

// collectNames adds what one file names of the packages in needs.
func collectNames(t *testing.T, names map[string]map[string]bool, file string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	imported := map[string]string{}
	for _, i := range tree.Imports {
		standard, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		as := filepath.Base(standard)
		if i.Name != nil {
			as = i.Name.Name
		}
		imported[as] = standard
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		selector, _ := n.(*ast.SelectorExpr)
		if selector == nil {
			return true
		}
		// Obj is nil for a package's name and set for a variable of that name.
		if x, ok := selector.X.(*ast.Ident); ok && x.Obj == nil && needs[imported[x.Name]] != "" {
			standard := imported[x.Name]
			if names[standard] == nil {
				names[standard] = map[string]bool{}
			}
			names[standard][selector.Sel.Name] = true
		}
		return true
	})
}

// TestNotInClient shows why nothing in the client calls what it must not: a program
// that does is refused by the linker.
func TestNotInClient(t *testing.T) {
	overlay := overlayFile(t)
	for use, standard := range map[string]string{
		"http.Header.Get": "net/http", "http.Header.Set": "net/http",
		"http.FileServer": "net/http", "http.Get": "net/http", "http.NotFound": "net/http",
		"md5.New": "crypto/md5", "sha1.New": "crypto/sha1", "sha1.Sum": "crypto/sha1",
	} {
		dir := t.TempDir()
		program := filepath.Join(dir, "main.go")
		code := fmt.Sprintf("package main\n\nimport %q\n\nfunc main() { println(%s) }\n", standard, use)
		if err := os.WriteFile(program, []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := client(t, "build", "-overlay", overlay, "-o", filepath.Join(dir, "a.wasm"), program).CombinedOutput()
		if want := "target " + standard + ".notInClient not defined"; err == nil || !strings.Contains(string(out), want) {
			t.Errorf("a program with %s: got %v, want %q of the linker:\n%s", use, err, want, out)
		}
	}
}

// TestAnswers runs what the client may call: where it cannot be served, it says so.
func TestAnswers(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		if os.Getenv("ATALAYA_REQUIRE_ALL") != "" {
			t.Fatalf("node is required here: %v", err)
		}
		t.Skip("no node here")
	}
	runner := filepath.Join(filepath.Dir(library(t)), "lib", "wasm", "go_js_wasm_exec")
	out, err := client(t, "run", "-exec", runner, "-overlay", overlayFile(t), "./testdata/answers").CombinedOutput()
	want := `NewCipher: crypto/aes: not part of the client
NewGCM: crypto/cipher: not part of the client
Compile: regexp: \pL: an escape that the client does not know
Read: 100000 <nil>
Text: 26
MatchString: true
`
	if err != nil || string(out) != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, out, want)
	}
}

func TestMakeOverlay(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{
		"go/net/http/server.go", "go/net/http/http.go", "go/net/http/asm.s", "go/net/http/x_test.go",
		"go/net/http/internal/i.go", "go/net/dial.go",
		"ours/net/http/http.go", "ours/net/http/http_test.go", "ours/net/http/bodiless.s",
		"gone/net/gopher/gopher.go",
	} {
		file = filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }

	got, err := makeOverlay(in("ours"), in("go"))
	want := map[string]string{
		in("go/net/http/server.go"):  "",
		in("go/net/http/asm.s"):      "",
		in("go/net/http/http.go"):    in("ours/net/http/http.go"),
		in("go/net/http/bodiless.s"): in("ours/net/http/bodiless.s"),
	}
	if err != nil || !maps.Equal(got.Replace, want) {
		t.Errorf("got %v, %v, want %v", got.Replace, err, want)
	}
	if _, err := makeOverlay(in("gone"), in("go")); err == nil || !strings.Contains(err.Error(), "gopher") {
		t.Errorf("a standard package that is gone: got %v, want an error that names it", err)
	}
	if _, err := makeOverlay(in("nowhere"), in("go")); err == nil {
		t.Error("a folder without stand-ins was accepted")
	}
}

// client is a run of the go command for the client's target.
func client(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	return cmd
}

// overlayFile writes the overlay as make client does.
func overlayFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "overlay.json")
	if err := run("std", file); err != nil {
		t.Fatal(err)
	}
	return file
}

// library is the folder of the standard library.
func library(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "src")
}
