package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// origin is a server with a service worker, whose pages can be told to fail.
type origin struct {
	*httptest.Server
	release atomic.Int64 // the version the worker is rendered with
	mood    atomic.Value // "": answers; "fails": 503; "hangs": no answer

	mu     sync.Mutex
	posted []string // what came to the API: key and body
}

// take answers as the API that audits are started with, which refuses what is bad.
func (o *origin) take(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	o.mu.Lock()
	o.posted = append(o.posted, r.Header.Get("Idempotency-Key")+" "+string(body))
	o.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if strings.Contains(string(body), "bad") {
		w.Header().Set("Content-Type", shared.ProblemType)
		w.WriteHeader(http.StatusBadRequest)
	}
	fmt.Fprint(w, `{"code":"bad_url"}`)
}

func newOrigin(t *testing.T) *origin {
	o := &origin{}
	o.mood.Store("")
	files := []string{"/", "/web/kept.txt", "/web/also.txt"}
	list, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case r.Method == http.MethodPost && path == shared.PathAudits:
			o.take(w, r)
		case path == "/app-worker.js":
			w.Header().Set("Content-Type", "text/javascript")
			filled := strings.NewReplacer("{{.Version}}", fmt.Sprint("v", o.release.Load()), "{{.ResourcesToCache}}",
				string(list)).Replace(Worker())
			fmt.Fprint(w, filled)
		case strings.HasPrefix(path, "/web/"):
			w.Header().Set("Vary", "Accept-Encoding")
			fmt.Fprintf(w, "file of release %d", o.release.Load())
		case path == "/shell":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, "<p>shell of release %d", o.release.Load())
		case o.mood.Load() == "fails":
			http.Error(w, "the database is down", http.StatusServiceUnavailable)
		case o.mood.Load() == "hangs":
			<-r.Context().Done()
		default:
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<p>page of the server")
		}
	}))
	t.Cleanup(func() { o.CloseClientConnections(); o.Close() })
	return o
}

// openTab opens a tab in a real browser, which ends with the test.
func openTab(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(need(t, "chromium")), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-dev-shm-usage", true))
	browser, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	tab, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	return tab
}

// TestWorker runs the service worker in a real browser against a server that
// answers, fails, hangs, is replaced, and goes away.
func TestWorker(t *testing.T) {
	tab := openTab(t)
	o := newOrigin(t)

	open := func(path string) string {
		t.Helper()
		if err := chromedp.Do(tab, chromedp.Navigate(o.URL+path)); err != nil {
			return err.Error()
		}
		text, err := chromedp.Run(tab, chromedp.Evaluate[string]("document.body.innerText.trim()"))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	eval := func(script string) string {
		t.Helper()
		v, err := chromedp.Run(tab, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatalf("%s: %v", script, err)
		}
		return v
	}
	want := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}

	open("/")
	eval(`(async () => {
		const controlled = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
		await navigator.serviceWorker.register("/app-worker.js");
		await controlled;
		return "";
	})()`)
	const kept = `(async () => {
		const found = [];
		for (const name of await caches.keys()) {
			for (const request of await (await caches.open(name)).keys()) {
				found.push(name + " " + new URL(request.url).pathname);
			}
		}
		return found.sort().join(", ");
	})()`
	list := func(release string) string {
		names := []string{"/shell", "/web/also.txt", "/web/kept.txt"}
		for i, n := range names {
			names[i] = "atalaya-files-" + release + " " + n
		}
		slices.Sort(names)
		return strings.Join(names, ", ")
	}
	want("kept after the first visit", eval(kept), list("v0"))

	eval(`caches.open("somebody-else").then(() => "")`)
	o.release.Store(1)
	want("a file, before the update", eval(`fetch("/web/kept.txt").then((r) => r.text())`), "file of release 0")
	eval(`(async () => {
		const changed = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
		await (await navigator.serviceWorker.ready).update();
		await changed;
		const active = (await navigator.serviceWorker.ready).active;
		while (active.state !== "activated") {
			await new Promise((done) => active.addEventListener("statechange", done, { once: true }));
		}
		return "";
	})()`)
	want("kept after the update", eval(kept), list("v1"))
	want("another's cache", eval(`caches.has("somebody-else").then(String)`), "true")
	want("a file, after the update", eval(`fetch("/web/kept.txt").then((r) => r.text())`), "file of release 1")

	want("a page, all being well", open("/audits/7"), "page of the server")
	o.mood.Store("fails")
	want("a page, the server failing", open("/audits/7?a=1"), "shell of release 1")
	want("a plain page, the server failing", open("/audits/7/basic"), "the database is down")
	want("all places of a check, the server failing", open("/audits/7/basic/title-missing"), "the database is down")
	want("the API, the server failing", eval(`fetch("/api/v1/audits").then((r) => String(r.status))`), "503")
	o.mood.Store("hangs")
	begun := time.Now()
	want("a page, the server hanging", open("/audits/8"), "shell of release 1")
	if took := time.Since(begun); took < 3*time.Second || took > 10*time.Second {
		t.Errorf("the shell came after %v, want 4 s", took)
	}
	o.mood.Store("")
	want("a page, the server back", open("/audits/9"), "page of the server")

	o.CloseClientConnections()
	o.Close()
	want("a page never visited, without a server", open("/audits/99/report"), "shell of release 1")
	want("a file, without a server", eval(`fetch("/web/kept.txt").then((r) => r.text())`), "file of release 1")
	want("the API, without a server", eval(`fetch("/api/v1/audits/7/progress").catch((e) => e.name)`), "TypeError")
	for _, path := range []string{"/basic", "/basic/sites", "/team", "/team/trail", "/api"} {
		if got := open(path); !strings.Contains(got, "ERR_CONNECTION_REFUSED") {
			t.Errorf("%s, without a server: got %q, want the browser's own words", path, got)
		}
	}
}

// TestWorkerSendsWhatWaits has the worker send the client's outbox in the browser's own time:
// what is taken goes, what is refused stays with the reason, and what was refused before is
// not sent again.
func TestWorkerSendsWhatWaits(t *testing.T) {
	tab := openTab(t)
	o := newOrigin(t)
	eval := func(script string) string {
		t.Helper()
		v, err := chromedp.Run(tab, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatalf("%s: %v", script, err)
		}
		return v
	}
	if err := chromedp.Do(tab, chromedp.Navigate(o.URL+"/")); err != nil {
		t.Fatal(err)
	}
	eval(`(async () => {
		const controlled = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
		await navigator.serviceWorker.register("/app-worker.js");
		await controlled;
		window.outbox = await new Promise((done) => {
			const request = indexedDB.open("atalaya", 1);
			request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "key" });
			request.onsuccess = () => done((mode) => request.result.transaction("outbox", mode).objectStore("outbox"));
		});
		const put = (key, at, url, refused) => outbox("readwrite").put({ key, at, body: JSON.stringify({ url }), refused });
		put("a", 3, "late", "");
		put("b", 2, "bad", "");
		put("c", 1, "early", "");
		put("d", 0, "refused before", "bad_url");
		await (await navigator.serviceWorker.ready).sync.register("atalaya.outbox");
		return "";
	})()`)
	left := eval(`(async () => {
		const sent = "b bad_url, d bad_url";
		let left = "";
		for (let n = 0; left !== sent && n < 1200; n++) {
			await new Promise((done) => setTimeout(done, 50));
			left = await new Promise((done) => {
				const request = outbox("readonly").getAll();
				request.onsuccess = () => done(request.result.map((e) => e.key + " " + e.refused).join(", "));
			});
		}
		return left;
	})()`)
	if want := "b bad_url, d bad_url"; left != want {
		t.Errorf("left: got %q, want %q", left, want)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if want := []string{`c {"url":"early"}`, `b {"url":"bad"}`, `a {"url":"late"}`}; !slices.Equal(o.posted, want) {
		t.Errorf("sent %q, want %q", o.posted, want)
	}
}
