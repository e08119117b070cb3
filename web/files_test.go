package web

import (
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"atalaya/web/internal/packed"
)

const style = "body { margin: 0 }"

// loaded serves a style sheet and a client with compressed files, and a script
// whose compressed file is stale.
func loaded(t *testing.T) *Files {
	t.Helper()
	index, err := json.Marshal(packed.Index{
		"static/a.css": {SHA256: packed.Sum([]byte(style))},
		"static/b.js":  {SHA256: packed.Sum([]byte("an earlier source"))},
		"app.wasm":     {SHA256: packed.Sum([]byte("\x00asm"))},
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Load(
		fstest.MapFS{
			"a.css":             {Data: []byte(style)},
			"b.js":              {Data: []byte("script")},
			"icons/icon-32.png": {Data: []byte("png")},
		},
		fstest.MapFS{
			".keep":           {},
			packed.Name:       {Data: index},
			"app.wasm":        {Data: []byte("\x00asm")},
			"app.wasm.br":     {Data: []byte("wasm in br")},
			"source.tar.gz":   {Data: []byte("sources")},
			"static/a.css.br": {Data: []byte("css in br")},
			"static/a.css.gz": {Data: []byte("css in gzip")},
			"static/b.js.br":  {Data: []byte("stale")},
			"stray.txt":       {Data: []byte("not to be served")},
		})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// get asks f without a client in between, which would ask for gzip by itself.
func get(f *Files, method, path string, header map[string]string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestServe(t *testing.T) {
	f := loaded(t)
	const forever = "public, max-age=31536000, immutable"
	type answer struct {
		status                              int
		body, contentType, coding, vary, cc string
	}
	css := "text/css; charset=utf-8"
	for _, tt := range []struct {
		name, path, accept string
		want               answer
	}{
		{"plain", "/web/static/a.css", "", answer{200, style, css, "", "Accept-Encoding", "no-cache"}},
		{"brotli", "/web/static/a.css", "gzip, deflate, br", answer{200, "css in br", css, "br", "Accept-Encoding", "no-cache"}},
		{"gzip", "/web/static/a.css", "gzip", answer{200, "css in gzip", css, "gzip", "Accept-Encoding", "no-cache"}},
		{"client", "/web/app.wasm", "br", answer{200, "wasm in br", "application/wasm", "br", "Accept-Encoding", "no-cache"}},
		{"coding not offered", "/web/app.wasm", "gzip", answer{200, "\x00asm", "application/wasm", "", "Accept-Encoding", "no-cache"}},
		{"stale compression is not used", "/web/static/b.js", "br",
			answer{200, "script", "text/javascript; charset=utf-8", "", "", "no-cache"}},
		{"this version", f.Resolve("/web/static/a.css"), "br", answer{200, "css in br", css, "br", "Accept-Encoding", forever}},
		{"another version", "/web/v-0123456789abcdef/static/a.css", "br",
			answer{200, "css in br", css, "br", "Accept-Encoding", "no-cache"}},
		{"sources", "/web/source.tar.gz", "br, gzip", answer{200, "sources", "application/gzip", "", "", "no-cache"}},
		{"sources by version", f.Resolve("/web/source.tar.gz"), "", answer{200, "sources", "application/gzip", "", "", "no-cache"}},
		{"favicon", "/favicon.ico", "", answer{200, "png", "image/png", "", "", "no-cache"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := get(f, "GET", tt.path, map[string]string{"Accept-Encoding": tt.accept})
			got := answer{r.StatusCode, body(t, r), r.Header.Get("Content-Type"), r.Header.Get("Content-Encoding"),
				r.Header.Get("Vary"), r.Header.Get("Cache-Control")}
			if got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
			if got := r.Header.Get("X-Content-Type-Options"); got != "nosniff" {
				t.Errorf("X-Content-Type-Options %q, want nosniff", got)
			}
		})
	}
}

func TestNotServed(t *testing.T) {
	f := loaded(t)
	for _, path := range []string{
		"/web/", "/web", "/web/static", "/web/static/", "/web/static/icons/", "/web/stray.txt", "/web/pack.json", "/web/.keep",
		"/web/app.wasm.br", "/web/static/a.css.gz", "/web/static/../app.wasm", "/web/static/%2e%2e/%2e%2e/embed.go",
		"/web//static/a.css",
		"/web/v-", "/web/v-/", "/web/v-" + f.Version(), "/web/v-" + f.Version() + "/", "/web/v-x/v-y/static/a.css",
		"/robots.txt", "/other",
	} {
		r := get(f, "GET", path, nil)
		if r.StatusCode != http.StatusNotFound || strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: got %d, Cache-Control %q; want 404 that nobody keeps", path, r.StatusCode, r.Header.Get("Cache-Control"))
		}
	}
}

func TestRevalidation(t *testing.T) {
	f := loaded(t)
	const path = "/web/static/a.css"
	plain := get(f, "GET", path, nil).Header.Get("ETag")
	br := get(f, "GET", path, map[string]string{"Accept-Encoding": "br"}).Header.Get("ETag")
	if plain == br || plain == "" || strings.HasPrefix(plain, "W/") {
		t.Fatalf("ETags %q and %q, want two strong ones that differ: the bytes do", plain, br)
	}
	for _, tt := range []struct {
		ifNoneMatch, accept string
		want                int
	}{
		{plain, "", 304},
		{br, "br", 304},
		{`"other", ` + br, "br", 304},
		{"W/" + br, "br", 304},
		{"*", "", 304},
		{br, "", 200},
		{`"other"`, "br", 200},
		{`"one, *, three"`, "br", 200},
	} {
		r := get(f, "GET", path, map[string]string{"If-None-Match": tt.ifNoneMatch, "Accept-Encoding": tt.accept})
		if r.StatusCode != tt.want {
			t.Errorf("If-None-Match %s, accepting %q: got %d, want %d", tt.ifNoneMatch, tt.accept, r.StatusCode, tt.want)
		}
		if r.StatusCode == 304 && (body(t, r) != "" || r.Header.Get("ETag") == "" || r.Header.Get("Vary") == "" ||
			r.Header.Get("Content-Length") != "") {
			t.Errorf("If-None-Match %s: a 304 has no body, and ETag and Vary of the 200; got %v", tt.ifNoneMatch, r.Header)
		}
	}
}

func TestMethods(t *testing.T) {
	f := loaded(t)
	head := get(f, "HEAD", "/web/static/a.css", map[string]string{"Accept-Encoding": "gzip"})
	if got := body(t, head); head.StatusCode != 200 || got != "" || head.Header.Get("Content-Length") != "11" {
		t.Errorf("HEAD: got %d, body %q, length %s; want 200, none, 11", head.StatusCode, got, head.Header.Get("Content-Length"))
	}
	post := get(f, "POST", "/web/static/a.css", nil)
	if post.StatusCode != 405 || post.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: got %d, Allow %q; want 405, GET, HEAD", post.StatusCode, post.Header.Get("Allow"))
	}
}

func TestResolve(t *testing.T) {
	f := loaded(t)
	v := "/web/v-" + f.Version()
	for location, want := range map[string]string{
		"/web":                   v,
		"/web/app.wasm":          v + "/app.wasm",
		"/web/static/a.css":      v + "/static/a.css",
		v + "/static/a.css":      v + "/static/a.css",
		"/":                      "/",
		"":                       "",
		"/webbing":               "/webbing",
		"/audits/7":              "/audits/7",
		"https://example.com/we": "https://example.com/we",
	} {
		if got := f.Resolve(location); got != want {
			t.Errorf("Resolve(%q) = %q, want %q", location, got, want)
		}
	}
}

func TestVersion(t *testing.T) {
	load := func(static, build fstest.MapFS) string {
		f, err := Load(static, build)
		if err != nil {
			t.Fatal(err)
		}
		return f.Version()
	}
	a := load(fstest.MapFS{"a.css": {Data: []byte("1")}}, fstest.MapFS{})
	for _, beside := range []string{"app.wasm.br", source} {
		if b := load(fstest.MapFS{"a.css": {Data: []byte("1")}}, fstest.MapFS{beside: {Data: []byte("x")}}); a != b {
			t.Errorf("equal files gave, beside %s, the versions %s and %s", beside, a, b)
		}
	}
	seen := map[string]string{a: "the original"}
	for name, v := range map[string]string{
		"another content": load(fstest.MapFS{"a.css": {Data: []byte("2")}}, fstest.MapFS{}),
		"another name":    load(fstest.MapFS{"b.css": {Data: []byte("1")}}, fstest.MapFS{}),
		"a client":        load(fstest.MapFS{"a.css": {Data: []byte("1")}}, fstest.MapFS{"app.wasm": {Data: []byte("1")}}),
	} {
		if first, ok := seen[v]; ok {
			t.Errorf("%s has the version of %s", name, first)
		}
		seen[v] = name
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, fsys := range map[string][2]fs.FS{
		"a file of an unknown kind": {fstest.MapFS{"notes.doc": {}}, fstest.MapFS{}},
		"a broken index":            {fstest.MapFS{}, fstest.MapFS{packed.Name: {Data: []byte("{")}}},
	} {
		if f, err := Load(fsys[0], fsys[1]); err == nil {
			t.Errorf("%s: got %v, want an error", name, f)
		}
	}
}

func TestWithoutClient(t *testing.T) {
	f, err := Load(fstest.MapFS{}, fstest.MapFS{".keep": {}})
	if err != nil {
		t.Fatal(err)
	}
	if f.HasClient() || f.ClientSize() != 0 || get(f, "GET", "/web/app.wasm", nil).StatusCode != 404 ||
		get(f, "GET", "/web/source.tar.gz", nil).StatusCode != 404 {
		t.Error("a client or its sources appeared in a fresh clone")
	}
}

func TestEncoding(t *testing.T) {
	for _, tt := range []struct {
		accept string
		offers []string
		want   string
	}{
		{"", []string{"br", "gzip"}, ""},
		{"gzip, br", []string{"br", "gzip"}, "br"},
		{"gzip;q=1.0, br;q=0.5", []string{"br", "gzip"}, "gzip"},
		{"BR", []string{"br"}, "br"},
		{"br;q=0, *", []string{"br", "gzip"}, "gzip"},
		{"*", []string{"br", "gzip"}, "br"},
		{"*;q=0", []string{"br", "gzip"}, ""},
		{"identity, gzip;q=0.5", []string{"gzip"}, ""},
		{"identity;q=0", []string{}, ""},
		{"x-gzip", []string{"gzip"}, "gzip"},
		{"br;q=x, gzip;q=7, deflate", []string{"br", "gzip"}, ""},
		{"br ; Q = 0.3 , , ;", []string{"br", "gzip"}, "br"},
		{"gzip;q=0.000", []string{"gzip"}, ""},
	} {
		if got := Encoding(tt.accept, tt.offers...); got != tt.want {
			t.Errorf("Encoding(%q, %v) = %q, want %q", tt.accept, tt.offers, got, tt.want)
		}
	}
}
