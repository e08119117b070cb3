package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"atalaya/web/internal/packed"
)

// tree is a web folder with a client, a style sheet and an image.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "build/app.wasm", strings.Repeat("wasm ", 2000))
	put(t, dir, "static/a.css", strings.Repeat("a { color: red }\n", 100))
	put(t, dir, "static/tiny.txt", "x")
	put(t, dir, "static/icons/i.png", strings.Repeat("p", 1000))
	return dir
}

func put(t *testing.T, dir, name, body string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, dir string, quality int) string {
	t.Helper()
	var out strings.Builder
	if err := pack(dir, quality, budget, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Scripts travel without what only their readers need.
func TestSqueeze(t *testing.T) {
	const script = "/* One\n   two. */\n\n  const a = \"// kept\"; // kept\n\t// gone\n/* gone */\n  f(a)\n"
	if got, want := string(squeeze([]byte(script))), "const a = \"// kept\"; // kept\nf(a)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	scripts, err := filepath.Glob("../static/*.js")
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	for _, name := range scripts {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(body), "`") {
			t.Errorf("%s has a text that may run over several lines", name)
		}
	}
}

// watchBudget is what a slow mobile connection (400 kbit/s) carries in 80 ms: the
// script comes before the program and must not keep it waiting.
const watchBudget = 4096

func TestWatchIsSmall(t *testing.T) {
	body, err := os.ReadFile("../static/watch.js")
	if err != nil {
		t.Fatal(err)
	}
	var sent bytes.Buffer
	w := brotli.NewWriterLevel(&sent, brotli.BestCompression)
	if _, err := w.Write(squeeze(body)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if sent.Len() > watchBudget {
		t.Errorf("watch.js has %d bytes of brotli, want at most %d", sent.Len(), watchBudget)
	}
}

func TestPack(t *testing.T) {
	dir := tree(t)
	run(t, dir, 11)
	for name, source := range map[string]string{"app.wasm": "build/app.wasm", "static/a.css": "static/a.css"} {
		want, err := os.ReadFile(filepath.Join(dir, source))
		if err != nil {
			t.Fatal(err)
		}
		for suffix, decode := range map[string]func(io.Reader) (io.Reader, error){
			".br": func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
			".gz": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		} {
			b, err := os.ReadFile(filepath.Join(dir, "build", name+suffix))
			if err != nil {
				t.Fatal(err)
			}
			r, err := decode(bytes.NewReader(b))
			if err != nil {
				t.Fatalf("%s%s: %v", name, suffix, err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s%s unpacks to something else: %v", name, suffix, err)
			}
		}
	}
	for _, name := range []string{"static/tiny.txt.br", "static/tiny.txt.gz", "static/icons/i.png.br"} {
		if _, err := os.Stat(filepath.Join(dir, "build", name)); err == nil {
			t.Errorf("%s was written: it gains nothing", name)
		}
	}
	index, err := packed.Read(os.DirFS(filepath.Join(dir, "build")))
	if err != nil || len(index) != 3 || index["app.wasm"].Size != 10_000 || index["static/tiny.txt"].Brotli != 0 {
		t.Errorf("index %+v, %v", index, err)
	}
}

// Of a large source the best of several forms is kept, and each of them is it.
func TestPackKeepsTheSmallest(t *testing.T) {
	var body []byte
	for n := 0; len(body) < large; n++ {
		body = fmt.Appendf(body, "<tr><td>%d</td><td>%x</td></tr>\n", n, n*n)
	}
	best, err := smallest(body, 11)
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range cuts {
		form, err := brotlied(body, cut, 11)
		if err != nil || len(form) < len(best) {
			t.Errorf("cut at %d: %d bytes (%v), kept %d", cut, len(form), err, len(best))
		}
		got, err := io.ReadAll(brotli.NewReader(bytes.NewReader(form)))
		if err != nil || !bytes.Equal(got, body) {
			t.Errorf("cut at %d: it unpacks to something else: %v", cut, err)
		}
	}
}

func TestPackSkipsWhatIsUnchanged(t *testing.T) {
	dir := tree(t)
	changed := func(quality int) (names string) {
		for line := range strings.Lines(run(t, dir, quality)) {
			if !strings.HasSuffix(strings.TrimSpace(line), "unchanged") {
				names += strings.Fields(line)[0] + " "
			}
		}
		return names
	}
	all := "app.wasm static/a.css static/tiny.txt "
	for _, step := range []struct {
		name string
		do   func()
		q    int
		want string
	}{
		{"first run", func() {}, 9, all},
		{"nothing new", func() {}, 9, ""},
		{"another quality", func() {}, 11, all},
		{"a changed source", func() { put(t, dir, "static/a.css", strings.Repeat("b", 500)) }, 11, "static/a.css "},
		{"a lost file", func() { _ = os.Remove(filepath.Join(dir, "build", "app.wasm.gz")) }, 11, "app.wasm "},
		{"a broken index", func() { put(t, dir, "build/pack.json", "{") }, 11, all},
		{"nothing new again", func() {}, 11, ""},
	} {
		step.do()
		if got := changed(step.q); got != step.want {
			t.Errorf("%s: packed %q, want %q", step.name, got, step.want)
		}
	}
}

func TestPackRefuses(t *testing.T) {
	dir := tree(t)
	noise := make([]byte, 2_000)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(noise) // never fails
	put(t, dir, "build/app.wasm", string(noise)+strings.Repeat("0", 50_000))
	if err := pack(dir, 11, 1_000, io.Discard); err == nil || !strings.Contains(err.Error(), "budget of 1000") {
		t.Errorf("a client over its budget: got %v", err)
	}
	if err := pack(dir, 4, 1_000, io.Discard); err != nil {
		t.Errorf("the budget holds at the release's quality only: got %v", err)
	}
	if err := pack(dir, 11, 3_000, io.Discard); err != nil {
		t.Errorf("a client within its budget: got %v", err)
	}
	if err := pack(t.TempDir(), 11, budget, io.Discard); err == nil || !strings.Contains(err.Error(), "build ./app") {
		t.Errorf("no client: got %v, want a hint", err)
	}
	if err := pack(dir, 12, budget, io.Discard); err == nil {
		t.Error("quality 12 was accepted")
	}
}
