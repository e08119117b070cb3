package pages

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/ui"
	"atalaya/shared"
	"atalaya/web"
)

// placeholder is the domain that go-app is told; each answer gets the host of
// its own request instead.
const placeholder = "host.atalaya.invalid"

// paper is the colour of go-app's own screens, which nobody sees here.
const paper = "#f5f4f0"

// scripts are the files that go-app makes itself. They differ only between
// builds and hosts.
var scripts = map[string]string{
	"/app.css":       "text/css; charset=utf-8",
	"/app.js":        "text/javascript; charset=utf-8",
	"/app-worker.js": "text/javascript; charset=utf-8",
	runtimeScript:    "text/javascript; charset=utf-8",
}

// loaderCall is where go-app's script loads the program. It is taken out, because
// [ui.Watch] loads it and goes on watching it.
const loaderCall = "\ngoappInitWebAssembly();\n"

// workerCall is where go-app's script registers the service worker. It is taken out,
// because package ui has it done once the program runs.
const workerCall = "\ngoappInitServiceWorker();\n"

// noticeCall is where go-app's script looks for a new version. It is taken out, because
// it takes a first visit for one; [ui.Register] looks in its place.
const noticeCall = "\n      goappSetupNotifyUpdate(registration);\n"

// withheld are addresses at which go-app would answer with files of its own, or
// fetch one over HTTP from whatever host the request names.
var withheld = map[string]bool{
	"/ads.txt": true, "/sitemap.xml": true, "/manifest.json": true,
	"/goapp.js": true, "/app.wasm": true, "/goapp.wasm": true,
}

// front stands before go-app's handler. It takes GET and HEAD only.
type front struct {
	Config
	app   http.Handler
	plain *plain
	// versioned gives the scripts and styles that go-app names without a version the
	// one that belongs to the page. An old service worker has files of the same name.
	versioned *strings.Replacer
}

func newFront(c Config, plain *plain) *front {
	var names []string
	for _, path := range [...]string{"/app.js", runtimeScript} {
		names = append(names, `"`+path+`"`, `"`+path+"?v="+c.Web.Version()+`"`)
	}
	return &front{Config: c, app: configure(c.Web), plain: plain, versioned: strings.NewReplacer(names...)}
}

// configure names everything go-app would otherwise take from its defaults,
// some of which lie on foreign hosts.
func configure(files *web.Files) *app.Handler {
	const icons = "/web/static/icons/"
	var internal []string
	for _, scheme := range [...]string{"http://", "https://"} {
		for _, path := range [...]string{
			shared.PathBasic, shared.PathSignIn, shared.PathTeam, shared.PathAPI + "/", shared.PathMetrics,
		} {
			internal = append(internal, scheme+placeholder+path)
		}
	}
	return &app.Handler{
		Name:            "Atalaya",
		ShortName:       "Atalaya",
		Title:           "Atalaya",
		Description:     "Audits websites and shows every step live, as it happens.",
		Domain:          placeholder,
		Lang:            "en",
		BackgroundColor: paper,
		ThemeColor:      paper,
		Image:           icons + "icon-512.png",
		Icon: app.Icon{
			Default: icons + "icon-192.png", Large: icons + "icon-512.png",
			Maskable: icons + "maskable-512.png", SVG: icons + "icon.svg",
		},
		Styles: []string{ui.Stylesheet},
		RawHeaders: []string{
			`<link rel="apple-touch-icon" sizes="180x180" href="` + files.Resolve(icons+"icon-180.png") + `">`,
			`<script src="` + files.Resolve(oldBrowsers) + `"></script>`,
			`<script defer src="` + files.Resolve(ui.Watch) + `" data-compile="` + files.Resolve(ui.Compile) +
				`" data-wasm="` + files.Resolve("/web/app.wasm") +
				`" data-size="` + strconv.Itoa(files.ClientSize()) + `"></script>`,
		},
		CacheableResources:    []string{oldBrowsers, ui.Watch, ui.Compile, icons + "icon.svg", icons + "icon-180.png"},
		InternalURLs:          internal,
		Resources:             files,
		Version:               files.Version(),
		ServiceWorkerTemplate: web.Worker(),
	}
}

// oldBrowsers is the script that sends browsers which cannot run the app to the
// plain pages.
const oldBrowsers = "/web/static/old.js"

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch contentType, script := scripts[r.URL.Path]; {
	case script:
		f.script(w, r, contentType)
	case withheld[r.URL.Path], strings.HasPrefix(r.URL.Path, "/"+f.Web.Version()+"/"):
		f.plain.nothing(w, r)
	default:
		f.page(w, r)
	}
}

// runtimeScript runs programs of the Go that made the client. What changes it changes the
// client, and so the version of all files.
const runtimeScript = "/wasm_exec.js"

// script serves a file that go-app made, to be revalidated by its content unless its
// address stands for that.
func (f *front) script(w http.ResponseWriter, r *http.Request, contentType string) {
	made := f.ask(r, "")
	body := bytes.ReplaceAll(made.body.Bytes(), []byte(placeholder), []byte(host(r.Host)))
	for _, call := range [...]string{loaderCall, workerCall, noticeCall} {
		body = bytes.Replace(body, []byte(call), []byte("\n"), 1)
	}
	sum := sha256.Sum256(body)
	// The tag is weak because one content goes out in two codings.
	etag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if r.URL.Path == runtimeScript && r.URL.RawQuery == "v="+f.Web.Version() {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("ETag", "W/"+etag)
	if shared.IfNoneMatch(r.Header.Values("If-None-Match")).Match(etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", contentType)
	send(w, r, made.status, body)
}

// page draws a page of the app with the data of this moment.
func (f *front) page(w http.ResponseWriter, r *http.Request) {
	limit := dataTimeout
	if r.URL.Path == shared.PathComparePage {
		limit = compareTimeout
	}
	ctx, cancel := context.WithTimeout(r.Context(), limit)
	defer cancel()
	scope := &ui.Request{
		Ctx: ctx, Data: f.Data, Missing: f.Missing, Problem: f.Problem, Lang: language(r), Look: look(r),
		Role: f.Door.Who(r).may(),
	}
	token, done := ui.Prerender(scope)
	made := func() *held {
		defer done()
		return f.ask(r, token)
	}()
	if scope.Err != nil && r.Context().Err() == nil {
		f.Log.Error("page drawn without data", "path", r.URL.Path, "err", scope.Err)
	}
	if !strings.HasPrefix(made.header.Get("Content-Type"), "text/html") {
		f.plain.nothing(w, r) // no route has this path, and go-app answers in words of its own
		return
	}
	status := made.status
	if scope.Status != 0 {
		status = scope.Status
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Accept-Language, Cookie, User-Agent")
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", retryAfter)
	}
	own := schemeAndHost(f.Origin(r))
	body := bytes.ReplaceAll(made.body.Bytes(), []byte("https://"+placeholder), []byte(own))
	send(w, r, status, withoutLoader(tidy(dress([]byte(f.versioned.Replace(string(body))), scope.Look))))
}

// What go-app's loader brings into a page, as tidy leaves it. It loads nothing here, but its
// style sheet would hold up the first paint, and its picture be fetched.
const (
	loaderStyle = `<link href="/app.css" rel="stylesheet" type="text/css">` + "\n"
	loaderBegin = `<aside class="goapp-app-info" id="app-wasm-loader">`
	loaderEnd   = "</aside>\n"
)

func withoutLoader(page []byte) []byte {
	page = bytes.Replace(page, []byte(loaderStyle), nil, 1)
	before, loader, _ := bytes.Cut(page, []byte(loaderBegin))
	_, after, _ := bytes.Cut(loader, []byte(loaderEnd))
	return append(before, after...)
}

// rootTag and themeColors are what go-app writes of a page's look, which it knows only as
// one of the whole handler. It writes attributes in any order.
const rootTag = "<html "

var themeColors = [...]string{
	`<meta content="` + paper + `" name="theme-color">`, `<meta name="theme-color" content="` + paper + `">`,
}

// dress gives a page the look that the reader has chosen, and browsers the colours that
// go with it, so that nothing changes its colour after the first paint.
func dress(page []byte, l ui.Look) []byte {
	light, dark := l.Papers()
	colours := `<meta content="` + light + `" media="(prefers-color-scheme: light)" name="theme-color">` +
		`<meta content="` + dark + `" media="(prefers-color-scheme: dark)" name="theme-color">`
	page = bytes.Replace(page, []byte(rootTag), []byte("<html"+l.Attributes()+" "), 1)
	for _, written := range themeColors {
		page = bytes.Replace(page, []byte(written), []byte(colours), 1)
	}
	return page
}

// retryAfter is when a browser may ask again for a page whose data failed, in
// seconds.
const retryAfter = "5"

// ask lets go-app answer the request, with the token in the query and without
// what it would take for a reason to answer 304.
func (f *front) ask(r *http.Request, token string) *held {
	asked := r.Clone(r.Context())
	asked.Header.Del("If-None-Match")
	query := asked.URL.Query()
	query.Del(ui.ParamRequest)
	if token != "" {
		query.Set(ui.ParamRequest, token)
	}
	asked.URL.RawQuery = query.Encode()
	// go-app writes the path into og:url as it is, in quotes that no browser understands.
	// No page of ours has a character in its path that this changes.
	asked.URL.Path, asked.URL.RawPath = (&url.URL{Path: r.URL.Path}).EscapedPath(), ""
	made := newHeld()
	f.app.ServeHTTP(made, asked)
	if made.status == 0 {
		made.status = http.StatusOK
	}
	return made
}

// schemeAndHost is an origin that may stand in an attribute, or "" when it is
// none: addresses then become paths.
func schemeAndHost(origin string) string {
	scheme, name, ok := strings.Cut(origin, "://")
	if !ok || scheme != "http" && scheme != "https" || host(name) == placeholder {
		return ""
	}
	return fmt.Sprintf("%s://%s", scheme, name)
}

// host returns a host and port, or the placeholder when name has any other
// character, so that nothing else from a request's header reaches a page.
func host(name string) string {
	odd := func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		return !letter && !('0' <= r && r <= '9') && !strings.ContainsRune(".-_:[]", r)
	}
	if name == "" || strings.IndexFunc(name, odd) >= 0 {
		return placeholder
	}
	return name
}
