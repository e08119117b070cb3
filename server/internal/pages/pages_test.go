package pages

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"atalaya/app/ui"
	"atalaya/server/internal/answer"
	"atalaya/server/internal/api"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/store"
	"atalaya/shared"
	"atalaya/shared/text"
	"atalaya/web"
)

// site is the pages over a real store.
type site struct {
	http.Handler
	t    *testing.T
	rows *store.Store
	door *openDoor
}

func newSite(t *testing.T) *site {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	rows, err := store.Open(t.Context(), store.Config{
		DataDir: t.TempDir(), Log: log, Bounds: store.Bounds{PerHost: 3},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rows.Close() })
	ui.Register()
	problems := api.NewProblems(log,
		api.Rule{Err: store.ErrNotFound, Code: shared.CodeNotFound},
		api.Rule{Err: store.ErrTerminal, Code: shared.CodeTerminal},
		api.Rule{Err: store.ErrBadCursor, Code: shared.CodeBadQuery},
		api.Rule{Err: store.ErrOutOfRange, Code: shared.CodeOutOfRange},
		api.Rule{Err: store.ErrPrecondition, Code: shared.CodePrecondition},
		api.Rule{Err: errWrongToken, Code: shared.CodeUnauthorized},
		api.Rule{Err: store.ErrHostBusy, Code: shared.CodeHostBusy},
		api.Rule{Err: store.ErrUnavailable, Code: shared.CodeUnavailable})
	rest := api.New(api.Config{Service: rows, Problems: problems, PageLimit: 500, CheckHeaders: func(lines []string) error {
		_, err := crawl.ParseOwnHeaders(lines)
		return err
	}, Seed: func(raw string) (string, error) {
		if !strings.HasPrefix(raw, "http") {
			return raw, &api.Error{Code: shared.CodeBadURL}
		}
		return raw, nil
	}, Target: func(kind shared.WebhookKind, raw string) (string, error) {
		if kind == shared.KindEmail {
			return raw, &api.Error{Code: shared.CodeOutOfRange, Field: "kind"}
		}
		if !strings.HasPrefix(raw, "http") {
			return raw, &api.Error{Code: shared.CodeBadURL, Field: "url"}
		}
		return raw, nil
	}})
	door := &openDoor{}
	h := New(Config{
		Data: shown{rows, rest}, Details: rows, Create: rows, Cancels: rows, Log: log,
		Schedules: rows, Plan: rest.Plan, Repeat: rest.Repeat,
		Missing:    func(err error) bool { return errors.Is(err, store.ErrNotFound) },
		NotAllowed: problems.NotAllowed, Problem: problems.Describe, Door: door,
		Tokens: keyring{rows}, CheckToken: api.CheckToken, Webhooks: hooks{rows, rest}, Shares: sharer{rows}, Trail: rows,
		Validate: func(n shared.NewAudit) (shared.NewAudit, error) { return rest.Validate(api.WishOf(n)) },
	})
	return &site{answer.Finish(h), t, rows, door}
}

// shown is what the pages show, as the server puts it together.
type shown struct {
	*store.Store
	rest *api.API
}

func (s shown) Compare(ctx context.Context, base, head int64, q shared.ChangeQuery) (shared.Comparison, error) {
	return s.rest.Compare(ctx, base, head, q)
}

// do sends a request; header holds names and values in turn.
func (s *site) do(method, target, body string, header ...string) *http.Response {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func (s *site) get(target string, header ...string) *http.Response {
	s.t.Helper()
	return s.do(http.MethodGet, target, "", header...)
}

func (s *site) audit(url string) shared.AuditProgress {
	s.t.Helper()
	p, _, err := s.rows.Create(s.t.Context(), shared.NewAudit{URL: url, Kind: shared.KindSite, PageLimit: 500}, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func read(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func parse(t *testing.T, r *http.Response) *html.Node {
	t.Helper()
	n, err := html.Parse(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// elements lists the elements of a name, or all for "".
func elements(n *html.Node, name string) (found []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && (name == "" || d.Data == name) {
			found = append(found, d)
		}
	}
	return found
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestStatuses(t *testing.T) {
	s := newSite(t)
	s.audit("https://one.example/")
	for _, tt := range []struct {
		method, target string
		want           int
	}{
		{"GET", "/", 200},
		{"HEAD", "/", 200},
		{"GET", "/shell", 200},
		{"GET", "/audits/1", 200},
		{"GET", "/audits/1/report", 200},
		{"GET", "/audits/99", 404},
		{"GET", "/audits/x", 404},
		{"GET", "/nothing", 404},
		{"POST", "/", 405},
		{"DELETE", "/audits/1", 405},
		{"PUT", "/audits/1/basic", 405},
		{"PUT", "/basic", 405},
		{"GET", "/basic", 200},
		{"HEAD", "/basic", 200},
		{"GET", "/audits/1/basic", 200},
		{"GET", "/audits/99/basic", 404},
		{"GET", "/audits/0/basic", 400},
		{"GET", "/audits/-1/basic", 400},
		{"GET", "/audits/01/basic", 400},
		{"GET", "/audits/x/basic", 400},
		{"GET", "/audits/99999999999999999999/basic", 400},
		{"GET", "/robots.txt", 200},
		{"GET", "/favicon.ico", 200},
		{"GET", "/manifest.webmanifest", 200},
		{"GET", "/web/static/old.js", 200},
		{"GET", "/web/", 404},
		{"GET", "/web", 404},
		{"POST", "/web", 405},
		{"POST", "/web/static/old.js", 405},
		{"PUT", "/robots.txt", 405},
		{"DELETE", "/manifest.webmanifest", 405},
		{"PATCH", "/app.js", 405},
		{"POST", "/nothing", 405},
	} {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			r := s.do(tt.method, tt.target, "")
			body := read(t, r)
			if r.StatusCode != tt.want {
				t.Errorf("got %d, want %d", r.StatusCode, tt.want)
			}
			if tt.method == "HEAD" && (body != "" || r.Header.Get("Content-Length") == "0") {
				t.Errorf("HEAD: body of %d bytes, Content-Length %s", len(body), r.Header.Get("Content-Length"))
			}
			if kind := r.Header.Get("Content-Type"); tt.want == 405 {
				want := shared.ProblemType
				if strings.HasSuffix(tt.target, "/basic") {
					want = "text/html; charset=utf-8"
				}
				if r.Header.Get("Allow") == "" || kind != want || kind == shared.ProblemType &&
					!strings.Contains(body, `"code":"method_not_allowed"`) {
					t.Errorf("Allow %q, Content-Type %q, %s; want a method, %s", r.Header.Get("Allow"),
						kind, body, want)
				}
			}
			if got := r.Header.Get("Content-Security-Policy"); got != policyStrict {
				t.Errorf("the policy is %q, want %q", got, policyStrict)
			}
		})
	}
}

// TestNothingIsFetched asks for the paths at which go-app would send a request
// of its own to the host that the client names.
func TestNothingIsFetched(t *testing.T) {
	s := newSite(t)
	fetched := false
	victim := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { fetched = true }))
	defer victim.Close()
	for _, path := range []string{"/robots.txt", "/ads.txt", "/sitemap.xml"} {
		for _, prefix := range []string{"", "/" + web.Embedded().Version()} {
			r := httptest.NewRequestWithContext(t.Context(), "GET", prefix+path, nil)
			r.Host = strings.TrimPrefix(victim.URL, "http://")
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if want := map[bool]int{true: 200, false: 404}[prefix+path == "/robots.txt"]; fetched || w.Code != want {
				t.Errorf("%s: got %d, fetched %v; want %d and nothing fetched", prefix+path, w.Code, fetched, want)
			}
		}
	}
}

func TestPageIsNever304(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	for _, target := range []string{"/", shared.PathPage(id)} {
		for _, tag := range []string{`"` + web.Embedded().Version() + `"`, "*"} {
			r := s.get(target, "If-None-Match", tag)
			if r.StatusCode != 200 || r.Header.Get("ETag") != "" || r.Header.Get("Cache-Control") != "no-cache" {
				t.Errorf("%s, If-None-Match %s: got %d, ETag %q, Cache-Control %q; want 200, none, no-cache",
					target, tag, r.StatusCode, r.Header.Get("ETag"), r.Header.Get("Cache-Control"))
			}
			if got, want := r.Header.Get("Content-Type"), "text/html; charset=utf-8"; got != want {
				t.Errorf("%s: Content-Type %q, want %q", target, got, want)
			}
			if got := strings.Join(r.Header.Values("Vary"), ", "); !strings.Contains(got, "Cookie") ||
				!strings.Contains(got, "Accept-Language") {
				t.Errorf("%s: Vary %q does not name the cookie and the language", target, got)
			}
		}
	}
}

func TestDataFailure(t *testing.T) {
	s := newSite(t)
	s.audit("https://one.example/")
	if err := s.rows.Close(); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"/", "/audits/1", "/basic", "/audits/1/basic"} {
		r := s.get(target)
		if r.StatusCode != 503 || r.Header.Get("Retry-After") == "" ||
			!strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: got %d %s, Retry-After %q; want a page with 503", target, r.StatusCode,
				r.Header.Get("Content-Type"), r.Header.Get("Retry-After"))
		}
	}
	forms := elements(parse(t, s.get("/basic")), "form")
	if len(forms) != 2 || attribute(forms[0], "method") != "post" { // the other one looks for audits
		t.Error("/basic lost its form with the data")
	}
	r := s.do("POST", "/basic", "url=https://two.example/", "Content-Type", "application/x-www-form-urlencoded")
	if body := read(t, r); r.StatusCode != 503 || !strings.Contains(body, "https://two.example/") {
		t.Errorf("POST: got %d, want 503 with the address kept", r.StatusCode)
	}
}

// TestForeignToken sends the token of somebody else's scope.
func TestForeignToken(t *testing.T) {
	s := newSite(t)
	token, done := ui.Prerender(&ui.Request{Ctx: t.Context(), Data: shown{Store: s.rows}, Lang: text.ES})
	defer done()
	for _, target := range []string{"/?__req=" + token, "/?a=1&__req=" + token + "&__req=" + token} {
		page := parse(t, s.get(target, "Accept-Language", "en"))
		if got := attribute(elements(page, "html")[0], "lang"); got != "en" {
			t.Errorf("%s drew a page in %q: the token from outside was used", target, got)
		}
	}
}

func TestLanguage(t *testing.T) {
	s := newSite(t)
	for _, tt := range []struct{ target, cookie, accept, want string }{
		{"/", "", "", "en"},
		{"/", "", "es-MX,es;q=0.9,en;q=0.8", "es"},
		{"/", "es", "en", "es"},
		{"/", "<b>", "en", "en"},
		{"/basic", "", "es", "es"},
		{"/basic?lang=es", "en", "en", "es"},
		{"/basic?lang=xx", "es", "en", "es"},
	} {
		r := s.get(tt.target, "Cookie", ui.LangCookie+"="+tt.cookie, "Accept-Language", tt.accept)
		if got := attribute(elements(parse(t, r), "html")[0], "lang"); got != tt.want {
			t.Errorf("%s, cookie %q, accepting %q: got %q, want %q", tt.target, tt.cookie, tt.accept, got, tt.want)
		}
		if named := strings.HasSuffix(tt.target, "lang=es"); named != (r.Header.Get("Set-Cookie") != "") {
			t.Errorf("%s: Set-Cookie %q", tt.target, r.Header.Get("Set-Cookie"))
		}
	}
}

func TestOrigin(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	ask := func(target, host string) string {
		r := httptest.NewRequestWithContext(t.Context(), "GET", target, nil)
		r.Host = host
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Body.String()
	}
	if page, want := ask(shared.PathPage(id), "watch.example:8443"),
		`content="http://watch.example:8443/audits/1"`; !strings.Contains(page, want) {
		t.Errorf("the page lacks %s", want)
	}
	if script, want := ask("/app.js", "watch.example"), `http://watch.example/basic`; !strings.Contains(script, want) {
		t.Errorf("app.js lacks %s", want)
	}
	for _, host := range []string{`a"><script>alert(1)</script>`, `a'b`, "a b", ""} {
		for _, target := range []string{shared.PathPage(id), "/app.js"} {
			if answer := ask(target, host); host != "" && strings.Contains(answer, host) {
				t.Errorf("%s: the host %q reached the answer", target, host)
			}
		}
	}
}

func TestScripts(t *testing.T) {
	s := newSite(t)
	for path := range scripts {
		plain := s.get(path)
		body := read(t, plain)
		etag := plain.Header.Get("ETag")
		if plain.StatusCode != 200 || len(body) < 100 || etag == "" || etag == `"`+web.Embedded().Version()+`"` {
			t.Fatalf("%s: got %d, %d bytes, ETag %q", path, plain.StatusCode, len(body), etag)
		}
		packed := s.get(path, "Accept-Encoding", "gzip")
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatalf("%s: %v (Content-Encoding %q)", path, err, packed.Header.Get("Content-Encoding"))
		}
		unpacked, err := io.ReadAll(z)
		if err != nil || string(unpacked) != body {
			t.Errorf("%s: gzip holds something else: %v", path, err)
		}
		if got := s.get(path, "If-None-Match", etag).StatusCode; got != 304 {
			t.Errorf("%s: got %d to its own ETag, want 304", path, got)
		}
		if got := s.get(path, "If-None-Match", `"`+web.Embedded().Version()+`"`).StatusCode; got != 200 {
			t.Errorf("%s: got %d to the version for an ETag, want 200: the content may differ", path, got)
		}
	}
}

// Two loaders would start the program twice.
func TestProgramIsLoadedOnce(t *testing.T) {
	s := newSite(t)
	if got := strings.Count(read(t, s.get("/app.js")), "goappInitWebAssembly()"); got != 1 {
		t.Errorf("app.js names its loader %d times, want once, where it is declared", got)
	}
	if got := strings.Count(read(t, s.get("/app.js")), "goappSetupNotifyUpdate("); got != 1 {
		t.Errorf("goappSetupNotifyUpdate stands %d times in /app.js, want only its definition", got)
	}
	if got := strings.Count(read(t, s.get("/app.js")), "goappInitServiceWorker()"); got != 1 {
		t.Errorf("goappInitServiceWorker stands %d times in /app.js, want only its definition", got)
	}
	page := parse(t, s.get("/"))
	var styles []string
	for _, e := range elements(page, "link") {
		if attribute(e, "rel") == "stylesheet" {
			styles = append(styles, attribute(e, "href"))
		}
	}
	if want := []string{web.Embedded().Resolve(ui.Stylesheet)}; !slices.Equal(styles, want) {
		t.Errorf("style sheets: got %q, want %q", styles, want)
	}
	if n := len(elements(page, "aside")) + len(elements(page, "img")); n != 0 {
		t.Errorf("%d elements of go-app's loader are in the page", n)
	}
	loaders := 0
	for _, e := range elements(page, "script") {
		if attribute(e, "src") == web.Embedded().Resolve(ui.Watch) {
			loaders++
			if got, want := attribute(e, "data-wasm"), web.Embedded().Resolve("/web/app.wasm"); got != want {
				t.Errorf("the program is at %q, want %q", got, want)
			}
			if got, want := attribute(e, "data-compile"), web.Embedded().Resolve(ui.Compile); got != want {
				t.Errorf("its compiler is at %q, want %q", got, want)
			}
		}
	}
	if loaders != 1 {
		t.Errorf("the page has the script %d times", loaders)
	}
}

// TestLoaderOfThisGo pins go-app's copy of the loader to the Go that compiles
// the client: after an upgrade of Go they may not fit together.
func TestLoaderOfThisGo(t *testing.T) {
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, newSite(t).get("/wasm_exec.js")); got != string(want) {
		t.Error("go-app's wasm_exec.js is not the one of this Go")
	}
}

// TestRuntimeScriptIsKept looks for how long browsers keep the script that runs programs: the
// compiler's worker asks for it after the page has, and is not to wait for an answer.
func TestRuntimeScriptIsKept(t *testing.T) {
	s := newSite(t)
	const forever = "public, max-age=31536000, immutable"
	for path, want := range map[string]string{
		"/wasm_exec.js?v=" + web.Embedded().Version(): forever,
		"/wasm_exec.js?v=old":                         "no-cache",
		"/wasm_exec.js":                               "no-cache",
		"/app.js?v=" + web.Embedded().Version():       "no-cache",
	} {
		res := s.get(path)
		if got := res.Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control %q, want %q", path, got, want)
		}
		res.Body.Close()
	}
}

// TestWorkerFiles asks for everything that the service worker keeps: one
// missing file would fail its installation.
func TestWorkerFiles(t *testing.T) {
	s := newSite(t)
	script := read(t, s.get("/app-worker.js"))
	list := regexp.MustCompile(`(?m)^const FILES = (\[.*\])\.filter`).FindStringSubmatch(script)
	if list == nil || strings.Contains(script, "{{") {
		t.Fatalf("no list of files in\n%s", script)
	}
	var paths []string
	if err := json.Unmarshal([]byte(list[1]), &paths); err != nil {
		t.Fatal(err)
	}
	if len(paths) < 10 {
		t.Errorf("only %d files: %v", len(paths), paths)
	}
	for _, path := range append(paths, "/shell") {
		if strings.HasSuffix(path, "/app.wasm") && !web.Embedded().HasClient() {
			if os.Getenv("ATALAYA_REQUIRE_ALL") != "" {
				t.Error("the client is not built in; make client builds it")
			}
			continue
		}
		if r := s.get(path); r.StatusCode != 200 {
			t.Errorf("%s: got %d, want 200", path, r.StatusCode)
		}
	}
}

// TestPageRefersToWhatExists looks at all a page loads, and that none of it
// needs an exception in the policy.
func TestPageRefersToWhatExists(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	for _, target := range []string{"/", shared.PathPage(id), "/basic", shared.PathBasicPage(id)} {
		page := parse(t, s.get(target))
		for _, e := range elements(page, "") {
			for _, a := range e.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: <%s %s=%q> is refused by the policy", target, e.Data, a.Key, a.Val)
				}
				loads := a.Key == "src" || a.Key == "href" && e.Data == "link" && attribute(e, "rel") != "canonical"
				if !loads {
					continue
				}
				if r := s.get(a.Val); !strings.HasPrefix(a.Val, "/") || r.StatusCode != 200 {
					t.Errorf("%s: <%s %s=%q>: got %d", target, e.Data, a.Key, a.Val, r.StatusCode)
				}
				if strings.HasPrefix(a.Val, "/web/") && !strings.HasPrefix(a.Val, web.Embedded().Resolve("/web")+"/") {
					t.Errorf("%s: %s is not of this version", target, a.Val)
				}
			}
			if e.Data == "script" && e.FirstChild != nil || e.Data == "style" {
				t.Errorf("%s: inline <%s>", target, e.Data)
			}
		}
	}
}

// TestWayToThePlainPage looks for what a reader without JavaScript needs: a link
// to the plain page of the same audit.
func TestWayToThePlainPage(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	for target, want := range map[string]string{
		"/": "/basic", shared.PathPage(id): shared.PathBasicPage(id),
		shared.PathReportPage(id): shared.PathBasicPage(id),
	} {
		found := false
		for _, a := range elements(parse(t, s.get(target)), "a") {
			found = found || attribute(a, "href") == want
		}
		if !found {
			t.Errorf("%s has no link to %s", target, want)
		}
	}
}

// TestConcurrentReaders draws pages side by side: no scope may leak into
// another's page.
func TestConcurrentReaders(t *testing.T) {
	s := newSite(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, lang := range text.Langs {
		l := lang.Tag()
		t.Run(l, func(t *testing.T) {
			t.Parallel()
			for i := 0; i < 20 && ctx.Err() == nil; i++ {
				if got := attribute(elements(parse(t, s.get("/?q="+url.QueryEscape(l), "Accept-Language", l)),
					"html")[0], "lang"); got != l {
					t.Fatalf("asked for %s, got %s", l, got)
				}
			}
		})
	}
}

// The look that the reader has chosen is in the page before anything runs, and no text of
// a cookie ever is.
func TestLook(t *testing.T) {
	s := newSite(t)
	for cookie, want := range map[string][4]string{
		"":                    {"", "", "#f5f4f0", "#0e1115"},
		"atalaya_theme=dark":  {"dark", "", "#0e1115", "#0e1115"},
		"atalaya_theme=light": {"light", "", "#f5f4f0", "#f5f4f0"},
		"atalaya_theme=dark; atalaya_density=compact":  {"dark", "compact", "#0e1115", "#0e1115"},
		`atalaya_theme=x"><script>; atalaya_density=1`: {"", "", "#f5f4f0", "#0e1115"},
	} {
		for _, path := range []string{"/", "/settings", "/nothing"} {
			doc := parse(t, s.get(path, "Cookie", cookie))
			var got [4]string
			colours := 2
			for e := range doc.Descendants() {
				switch {
				case e.Data == "html":
					got[0], got[1] = attribute(e, "data-theme"), attribute(e, "data-density")
				case e.Data == "meta" && attribute(e, "name") == "theme-color" && colours < len(got):
					got[colours] = attribute(e, "content")
					colours++
				}
			}
			if got != want {
				t.Errorf("%s with %q: got %q, want %q", path, cookie, got, want)
			}
		}
		plain := read(t, s.do("GET", "/basic", "", "Cookie", cookie))
		theme := want[0]
		if strings.Contains(plain, `data-theme="`+theme+`"`) != (theme != "") || strings.Contains(plain, "<script") {
			t.Errorf("the plain page with %q is not %q: %.120s", cookie, theme, plain)
		}
	}
}

// The shortcut of the installed app leads to the newest audit.
func TestLastAudit(t *testing.T) {
	s := newSite(t)
	if r := s.do("GET", "/audits/last", ""); r.StatusCode != http.StatusFound || r.Header.Get("Location") != "/" {
		t.Errorf("without audits: %d %s", r.StatusCode, r.Header.Get("Location"))
	}
	for range 2 {
		s.audit("https://example.com/")
	}
	r := s.do("GET", "/audits/last", "")
	if r.Header.Get("Location") != "/audits/2" || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %s, %s", r.Header.Get("Location"), r.Header.Get("Cache-Control"))
	}
}
