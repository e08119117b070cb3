package crawl

import (
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// testFetcher asks loopback without politeness and does not wait to try again.
func testFetcher(t *testing.T, c Config) *Fetcher {
	t.Helper()
	c.AllowPrivate = true
	return guardedFetcher(t, c, nil)
}

func guardedFetcher(t *testing.T, c Config, guard func(netip.AddrPort) error) *Fetcher {
	t.Helper()
	c.Limits = cmp.Or(c.Limits, NewLimits(10_000, 4))
	c.RetryWait = cmp.Or(c.RetryWait, time.Millisecond)
	f := newFetcher(c, guard)
	t.Cleanup(f.Close)
	return f
}

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func fetch(t *testing.T, f *Fetcher, req Request) *Result {
	t.Helper()
	res, err := f.Fetch(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func wantFailure(t *testing.T, res *Result, class FailureClass, text string) {
	t.Helper()
	if res.Failure == nil || res.Failure.Class != class || !strings.Contains(res.Failure.Text, text) {
		t.Errorf("failure %v, want %s with %q", res.Failure, class, text)
	}
}

func TestFetchPage(t *testing.T) {
	var asked http.Header
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header
		<-time.After(20 * time.Millisecond)
		w.Header().Set("Content-Type", "Text/HTML; charset=iso-8859-1")
		w.Header().Set("X-Robots-Tag", "noindex")
		w.Header().Set("X-Secret-Of-The-Site", "1")
		w.Header().Set("Content-Encoding", "gzip")
		gz := gzip.NewWriter(w)
		io.WriteString(gz, "<p>a\xf1o "+strings.Repeat(".", 1000))
		gz.Close()
	})
	u := mustURL(t, server.URL+"/x?y")
	res := fetch(t, testFetcher(t, Config{}), Request{URL: u})
	if want := (http.Header{
		"User-Agent": {DefaultUserAgent}, "Accept": {accept}, "Accept-Encoding": {"gzip"},
	}); !reflect.DeepEqual(asked, want) {
		t.Errorf("asked with %v, want %v", asked, want)
	}
	fetch(t, testFetcher(t, Config{}), Request{URL: u, UserAgent: "Other/1", Accept: "text/markdown"})
	if asked.Get("User-Agent") != "Other/1" || asked.Get("Accept") != "text/markdown" {
		t.Errorf("asked with %v", asked)
	}
	wire, size := res.WireBytes, len(res.Body)
	if wire <= 0 || wire >= int64(size) || size != 1000+len("<p>a\xf1o ") {
		t.Errorf("%d bytes of %d on the wire", size, wire)
	}
	if res.TTFB < 15*time.Millisecond || res.TTFB > res.Duration {
		t.Errorf("first byte after %v of %v", res.TTFB, res.Duration)
	}
	if got := res.Header.Get("X-Robots-Tag") + res.Header.Get("X-Secret-Of-The-Site"); got != "noindex" {
		t.Errorf("headers %v", res.Header)
	}
	got := *res
	got.Body, got.Header, got.WireBytes, got.TTFB, got.Duration = nil, nil, 0, 0, 0
	want := Result{URL: u, FinalURL: u, Base: u, Status: 200, ContentType: "text/html", Declared: "text/html",
		Compressed: true, Encoding: "gzip", Attempts: 1}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestFetchBodies(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", cmp.Or(r.URL.Query().Get("type"), "text/html"))
		switch r.URL.Path {
		case "/bomb": // 64 MiB of zeros in some 64 KB
			w.Header().Set("Content-Encoding", "gzip")
			gz := gzip.NewWriter(w)
			for zeros, i := make([]byte, 1<<20), 0; i < 64; i++ {
				gz.Write(zeros)
			}
			gz.Close()
		case "/endless":
			for line := []byte(strings.Repeat("x", 32<<10)); ; {
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		case "/limit":
			w.Write(make([]byte, 1<<20))
		case "/notgzip":
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, "plainly not gzip")
		case "/br":
			w.Header().Set("Content-Encoding", "br")
			io.WriteString(w, "x")
		case "/empty":
			w.Header().Set("Content-Encoding", "gzip")
		case "/short":
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "only this")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		default:
			io.WriteString(w, "body")
		}
	})
	type outcome struct {
		Size, Attempts     int
		Truncated, Skipped bool
		Class              FailureClass
		ContentType        string
	}
	f := testFetcher(t, Config{MaxBody: 1 << 20})
	for path, want := range map[string]outcome{
		"/":                      {Size: 4, ContentType: "text/html"},
		"/bomb":                  {Size: 1 << 20, Truncated: true, ContentType: "text/html"},
		"/endless":               {Size: 1 << 20, Truncated: true, ContentType: "text/html"},
		"/limit":                 {Size: 1 << 20, ContentType: "text/html"},
		"/notgzip":               {Class: FailEncoding, ContentType: "text/html"},
		"/br":                    {Class: FailEncoding, ContentType: "text/html"},
		"/empty":                 {ContentType: "text/html"},
		"/short":                 {Size: 9, Class: FailReset, ContentType: "text/html", Attempts: 2},
		"/?type=image/png":       {Skipped: true, ContentType: "image/png"},
		"/?type=text/html;%3b=":  {Size: 4, ContentType: "text/html"},
		"/?type=unknown/unknown": {Size: 4, ContentType: "text/plain"},
	} {
		res := fetch(t, f, Request{URL: mustURL(t, server.URL+path), WantBody: HTMLBody})
		got := outcome{
			Size: len(res.Body), Attempts: res.Attempts, Truncated: res.Truncated,
			Skipped: res.Failure == nil && res.Body == nil, ContentType: res.ContentType,
		}
		if res.Failure != nil {
			got.Class = res.Failure.Class
		}
		want.Attempts = max(want.Attempts, 1)
		if got != want || res.Status != 200 {
			t.Errorf("%s: got %+v with %v, want %+v", path, got, res.Failure, want)
		}
		if res.WireBytes > 2<<20 {
			t.Errorf("%s: %d bytes came over the wire", path, res.WireBytes)
		}
	}
}

func TestFetchHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bomb" {
			for i := range 100 {
				w.Header().Set("X-"+strconv.Itoa(i), strings.Repeat("x", 1000))
			}
		}
		io.WriteString(w, "secure over "+r.Proto)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	f := testFetcher(t, Config{Roots: rootsOf(server)})
	res := fetch(t, f, Request{URL: mustURL(t, server.URL)})
	if string(res.Body) != "secure over HTTP/2.0" || !res.TLSExpires.Equal(server.Certificate().NotAfter) ||
		!res.TLSIssued.Equal(server.Certificate().NotBefore) {
		t.Errorf("got %+v", res)
	}
	res = fetch(t, f, Request{URL: mustURL(t, server.URL+"/bomb")})
	wantFailure(t, res, FailOther, "") // HTTP/2 sees a broken protocol, not the size
}

func TestFetchHead(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "5")
		if r.Method != http.MethodHead || r.UserAgent() != "Other/1" {
			http.Error(w, "no", http.StatusBadRequest)
		}
	})
	res := fetch(t, testFetcher(t, Config{}),
		Request{URL: mustURL(t, server.URL), Method: http.MethodHead, UserAgent: "Other/1"})
	if res.Status != 200 || res.Failure != nil || len(res.Body) != 0 {
		t.Errorf("got %+v", res)
	}
}

func TestFetchRedirects(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/n/")); err == nil && n > 0 {
			http.Redirect(w, r, "/n/"+strconv.Itoa(n-1), http.StatusMovedPermanently)
			return
		}
		location := map[string]string{
			"/self": "/self#again", "/into": "/ping", "/ping": "/pong", "/pong": "/ping", "/ftp": "ftp://example.com/",
			"/userinfo": "http://me:pw@example.com/", "/out": "https://elsewhere.example/x",
		}[r.URL.Path]
		switch {
		case location != "":
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusFound)
		case r.URL.Path == "/nowhere":
			w.WriteHeader(http.StatusFound)
		default:
			io.WriteString(w, "here")
		}
	})
	at := func(path string) *url.URL { return mustURL(t, server.URL+path) }
	f := testFetcher(t, Config{})

	res := fetch(t, f, Request{URL: at("/n/2")})
	wantHops := []Hop{
		{URL: server.URL + "/n/2", Status: 301, Location: server.URL + "/n/1"},
		{URL: server.URL + "/n/1", Status: 301, Location: server.URL + "/n/0"},
	}
	if !reflect.DeepEqual(res.Hops, wantHops) || res.Status != 200 || string(res.Body) != "here" ||
		res.FinalURL.Path != "/n/0" || res.URL.Path != "/n/2" {
		t.Errorf("chain: %+v", res)
	}
	if res = fetch(t, f, Request{URL: at("/n/10")}); res.Status != 200 || len(res.Hops) != 10 {
		t.Errorf("10 redirects: %d hops, %v", len(res.Hops), res.Failure)
	}
	res = fetch(t, f, Request{URL: at("/n/11")})
	wantFailure(t, res, FailRedirects, "more than 10")

	for path, hops := range map[string]int{"/self": 1, "/ping": 2, "/into": 3} {
		res = fetch(t, f, Request{URL: at(path)})
		wantFailure(t, res, FailLoop, "in a circle")
		if len(res.Hops) != hops {
			t.Errorf("%s: %d hops, want %d", path, len(res.Hops), hops)
		}
	}
	res = fetch(t, f, Request{URL: at("/ftp")})
	wantFailure(t, res, FailRedirect, "ftp://example.com/")
	res = fetch(t, f, Request{URL: at("/userinfo"), Follow: func(*url.URL) bool { return false }})
	if res.Next == nil || res.NextWire.String() != "http://example.com/" {
		t.Errorf("redirect with a password: %v, %v", res.Next, res.Failure)
	}
	res = fetch(t, f, Request{URL: at("/nowhere")})
	if res.Status != 302 || res.Failure != nil || res.Hops != nil {
		t.Errorf("redirect to nowhere: %+v", res)
	}
	scope := NewScope(at("/"))
	res = fetch(t, f, Request{URL: at("/out"), Follow: scope.Contains})
	if res.Next == nil || res.Next.String() != "https://elsewhere.example/x" || res.Status != 302 ||
		res.Failure != nil || len(res.Hops) != 1 {
		t.Errorf("redirect out of the site: %+v", res)
	}
}

func TestFetchRetry(t *testing.T) {
	var asked atomic.Int32
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := asked.Add(1)
		status, _ := strconv.Atoi(r.URL.Query().Get("status"))
		if r.URL.Path == "/once" && n > 1 {
			status = 200
		}
		if after := r.URL.Query().Get("after"); after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(status)
	})
	for _, tt := range []struct {
		path             string
		noRetry          bool
		status, attempts int
	}{
		{path: "/once?status=500", status: 200, attempts: 2},
		{path: "/?status=502", status: 502, attempts: 2},
		{path: "/?status=502", noRetry: true, status: 502, attempts: 1},
		{path: "/?status=429", status: 429, attempts: 1},
		{path: "/?status=404", status: 404, attempts: 1},
		{path: "/?status=503&after=31", status: 503, attempts: 1},
	} {
		asked.Store(0)
		res := fetch(t, testFetcher(t, Config{}), Request{URL: mustURL(t, server.URL+tt.path), NoRetry: tt.noRetry})
		if res.Status != tt.status || res.Attempts != tt.attempts || int(asked.Load()) != tt.attempts ||
			res.Failure != nil {
			t.Errorf("%s: %d after %d attempts, %d requests, %v", tt.path, res.Status, res.Attempts, asked.Load(),
				res.Failure)
		}
	}
}

// A 429 pauses the host for every fetch, and slows it down.
func TestFetchRetryAfter(t *testing.T) {
	var refused atomic.Bool
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !refused.Swap(true) {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	f := testFetcher(t, Config{Limits: NewLimits(1000, 4)})
	u := mustURL(t, server.URL)
	start := time.Now()
	if res := fetch(t, f, Request{URL: u}); res.Status != 429 || res.RetryAfter != time.Second {
		t.Errorf("got %+v", res)
	}
	res := fetch(t, f, Request{URL: u})
	if took := time.Since(start); res.Status != 200 || took < time.Second {
		t.Errorf("asked again after %v: %d", took, res.Status)
	}
	if res.Duration > 900*time.Millisecond {
		t.Errorf("our own waiting counts as the site's time: %v", res.Duration)
	}
	if got := f.Limits().Pace(u.Host).Rate; got != 500 {
		t.Errorf("rate %v, want 500", got)
	}
}

// What a host asks of another name it does not ask of us.
func TestPauseForAnotherName(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() == "Other" {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	f := testFetcher(t, Config{Limits: NewLimits(1000, 4)})
	u := mustURL(t, server.URL)
	if res := fetch(t, f, Request{URL: u, UserAgent: "Other"}); res.Status != 429 {
		t.Errorf("got %+v", res)
	}
	if pace := f.Limits().Pace(u.Host); pace.Rate != 1000 || !pace.PausedUntil.IsZero() {
		t.Errorf("the pace is %+v", pace)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"120": 2 * time.Minute, " 1 ": time.Second, "0": 0, "": 0, "-1": 0, "soon": 0, "1.5": 0,
		"99999999999999999999": 0, "2000000000": 24 * time.Hour,
		"Fri, 02 Jan 2026 03:04:35 GMT": 30 * time.Second,
		"Fri, 02 Jan 2026 03:04:00 GMT": 0,
		"Mon, 02 Jan 2028 03:04:00 GMT": 24 * time.Hour,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("Retry-After %q: %v, want %v", value, got, want)
		}
	}
}

func TestFetchTimeouts(t *testing.T) {
	stop := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slowbody" {
			io.WriteString(w, "begin")
			w.(http.Flusher).Flush()
		}
		select {
		case <-stop:
		case <-r.Context().Done():
		}
	})
	defer close(stop)
	f := testFetcher(t, Config{Timeout: 150 * time.Millisecond})
	res := fetch(t, f, Request{URL: mustURL(t, server.URL)})
	wantFailure(t, res, FailTimeout, "no answer within 150ms")
	if res.Attempts != 2 || res.Status != 0 || res.Duration < 150*time.Millisecond {
		t.Errorf("no answer: %+v", res)
	}
	res = fetch(t, f, Request{URL: mustURL(t, server.URL+"/slowbody"), NoRetry: true})
	wantFailure(t, res, FailTimeout, "not complete within 150ms")
	if res.Status != 200 || string(res.Body) != "begin" {
		t.Errorf("slow body: %+v", res)
	}
}

func TestFetchFailures(t *testing.T) {
	headerBomb := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for i := range 100 {
			w.Header().Set("X-"+strconv.Itoa(i), strings.Repeat("x", 1000))
		}
	})
	wrongCA := httptest.NewUnstartedServer(http.NotFoundHandler())
	wrongCA.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of our hanging up
	wrongCA.StartTLS()
	defer wrongCA.Close()
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	closing := listen(t, func(c net.Conn) {
		io.ReadFull(c, make([]byte, 1))
	})
	noise := listen(t, func(c net.Conn) {
		io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n")
		io.Copy(io.Discard, c)
	})
	closed := listen(t, func(net.Conn) {})
	closed.Close()

	for _, tt := range []struct {
		url   string
		class FailureClass
		text  string
	}{
		{headerBomb.URL, FailOther, "headers are too large"},
		{wrongCA.URL, FailTLSChain, "certificate"},
		{strings.Replace(plain.URL, "http:", "https:", 1), FailTLS, "no secure connection"},
		{"http://" + closing.Addr().String(), FailReset, "closed before the answer was complete"},
		{"http://" + noise.Addr().String(), FailOther, "not HTTP"},
		{"http://" + closed.Addr().String(), FailRefused, "refused"},
	} {
		res := fetch(t, testFetcher(t, Config{}), Request{URL: mustURL(t, tt.url)})
		wantFailure(t, res, tt.class, tt.text)
		if res.Status != 0 {
			t.Errorf("%s: status %d", tt.url, res.Status)
		}
	}
}

func listen(t *testing.T, handle func(net.Conn)) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				handle(c)
			}()
		}
	}()
	return l
}

func TestFetchCancelled(t *testing.T) {
	asked := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	})
	reason := errors.New("cancelled by a person")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-asked
		cancel(reason)
	}()
	res, err := testFetcher(t, Config{}).Fetch(ctx, Request{URL: mustURL(t, server.URL)})
	if !errors.Is(err, reason) || res != nil {
		t.Errorf("got %v, %v", res, err)
	}
}

// TestCountingCountsWhatIsRead counts decoded bytes of bodies, however they are asked for.
func TestCountingCountsWhatIsRead(t *testing.T) {
	text := strings.Repeat("word ", 1000)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			w.Header().Set("Location", "/plain")
			w.WriteHeader(http.StatusFound)
			_, _ = io.WriteString(w, "moved")
		case "/zipped":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, text)
			_ = z.Close()
		case "/robots.txt":
			_, _ = io.WriteString(w, "User-agent: *\nDisallow: /x\n")
		default:
			_, _ = io.WriteString(w, text)
		}
	})
	var counted atomic.Int64
	plain := testFetcher(t, Config{MaxBody: 1 << 20})
	f := plain.Counting(func(n int) { counted.Add(int64(n)) })
	at := func(path string) *url.URL { return mustURL(t, server.URL+path) }
	for _, c := range []struct {
		name string
		want int
		ask  func()
	}{
		{"a page", len(text), func() { fetch(t, f, Request{URL: at("/plain")}) }},
		{"a coded page", len(text), func() { fetch(t, f, Request{URL: at("/zipped")}) }},
		{"a page that is too long, and that it is", 101, func() { fetch(t, f, Request{URL: at("/plain"), MaxBody: 100}) }},
		{"a redirect, and where it leads", len("moved") + len(text), func() { fetch(t, f, Request{URL: at("/moved")}) }},
		{"a head", 0, func() { fetch(t, f, Request{URL: at("/plain"), Method: http.MethodHead}) }},
		{"nothing wanted", 0, func() {
			fetch(t, f, Request{URL: at("/plain"), WantBody: func(int, string) bool { return false }})
		}},
		{"rules", 27, func() {
			if _, err := NewRobotsCache(f).Get(t.Context(), at("/")); err != nil {
				t.Error(err)
			}
		}},
		{"a sitemap", len(text), func() {
			if _, err := f.Sitemaps(t.Context(), []*url.URL{at("/map")}, NewScope(at("/")), SitemapLimits{}); err != nil {
				t.Error(err)
			}
		}},
		{"somebody else's page", 0, func() { fetch(t, plain, Request{URL: at("/plain")}) }},
	} {
		counted.Store(0)
		if c.ask(); counted.Load() != int64(c.want) {
			t.Errorf("%s: %d bytes are counted, want %d", c.name, counted.Load(), c.want)
		}
	}
}
