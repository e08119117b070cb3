package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// What proxies are told in the tests of this file.
const (
	nginxPlain = "server { listen 80; location / { proxy_pass http://10.0.0.5:8000; } }\n"
	// Nothing that the server says keeps this one from holding the stream back, without a
	// word to the browser.
	nginxDeaf = "server { listen 80; location / { proxy_pass http://10.0.0.5:8000; " +
		"proxy_ignore_headers X-Accel-Buffering; } }\n"
	nginxGzip    = "gzip_types text/event-stream; gzip_proxied any;\n" + nginxPlain
	nginxCutsOff = "server { listen 80; location / { proxy_pass http://10.0.0.5:8000; proxy_read_timeout 2s; } }\n"

	haproxyGzip = "defaults\n timeout client 60s\n timeout server 60s\n" +
		" compression algo gzip\n compression type text/html text/event-stream application/json\n" + haproxyPasses
	haproxyCutsOff = "defaults\n timeout client 4s\n timeout server 4s\n" + haproxyPasses
	haproxyPasses  = `
    mode http
    timeout connect 5s
frontend web
    bind :80
    default_backend atalaya
backend atalaya
    server one 10.0.0.5:8000
`
	squidPlain = "http_port :80 accel vhost\nhttp_access allow all\n" +
		"cache_peer 10.0.0.5 parent 8000 0 no-query originserver\n"
	varnishPlain = `vcl 4.1; backend one { .host = "10.0.0.5"; .port = "8000"; }` + "\n"
	varnishPipes = varnishPlain + `sub vcl_recv { if (req.url ~ "^/sse/") { return (pipe); } }` + "\n"
)

// saysLive and saysPolling are true in a page that says how it gets its data.
var (
	saysLive    = stripSays(live.says)
	saysPolling = stripSays(polling.says)
)

// overHTTP2 is true in a page that came over HTTP/2.
const overHTTP2 = `performance.getEntriesByType('navigation')[0].nextHopProtocol === 'h2'`

// noteHiccups has a page note in window.hiccups whatever it says but that it is live.
var noteHiccups = `void (window.hiccups = '', setInterval(() => {
	if (!(` + saysLive + `)) hiccups += ` + strip + ` + '\n';
}, 20))`

// sideBySide runs tests that wait more than they work at once, more than t.Parallel would.
func sideBySide(t *testing.T, tests map[string]func(t *testing.T)) {
	t.Helper()
	var all sync.WaitGroup
	for name, test := range tests {
		all.Go(func() { t.Run(name, test) })
	}
	all.Wait()
}

// behindProxy is a proxy as one is found, and what a page says behind it.
type behindProxy struct {
	run     proxy
	config  string
	beats   string        // the heartbeat
	soonest string        // what the page says within ten seconds
	idle    time.Duration // for how long it says so while nothing happens
}

// TestBrowserBehindProxies follows an audit through proxies as they are found: live, or,
// where no stream gets through, noticed within ten seconds and polling. Idle streams are
// cut off after 30 s by some, and after 60 s by others; here a beat lasts a fifteenth of
// its time, and so do these. Ten pages are company enough: no other test runs beside them.
func TestBrowserBehindProxies(t *testing.T) {
	chromium := openTab(t, browser(t, chromedp.IgnoreCertErrors))
	tests := make(map[string]func(t *testing.T))
	for name, b := range map[string]behindProxy{
		"nginx":                      {nginx, nginxPlain, "2s", saysLive, 0},
		"nginx that holds back":      {nginx, nginxDeaf, "2s", saysPolling, 0},
		"nginx that compresses":      {nginx, nginxGzip, "2s", saysLive, 0},
		"nginx that cuts off early":  {nginx, nginxCutsOff, "1s", saysLive, 5 * time.Second},
		"HAProxy that compresses":    {haproxy, haproxyGzip, "2s", saysLive, 0},
		"HAProxy that cuts off late": {haproxy, haproxyCutsOff, "1s", saysLive, 9 * time.Second},
		"Squid":                      {squid, squidPlain, "2s", saysLive, 0},
		"Varnish":                    {varnish, varnishPlain, "2s", saysLive, 0},
		"Varnish that pipes":         {varnish, varnishPipes, "2s", saysLive, 0},
		"Caddy over HTTP/2":          {caddy, sample(t, "caddy"), "2s", saysLive + " && " + overHTTP2, 0},
	} {
		tests[name] = func(t *testing.T) { b.follow(t, chromium) }
	}
	sideBySide(t, tests)
}

func (b behindProxy) follow(t *testing.T, chromium *tab) {
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--heartbeat", b.beats)
	behind := s.through(t, b.run(t, b.config, strings.TrimPrefix(s.url, "http://")))
	id := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	s.advance(id, 1)
	p := openTab(t, chromium.ctx)
	p.do(chromedp.Navigate(behind.url + shared.PathPage(id)))
	p.sees(running)
	s.advance(id, 2) // a worker that is silent for a minute is what the page tells of first
	p.seesWithin(10*time.Second, b.soonest)
	if b.idle > 0 {
		p.eval(noteHiccups)
		<-time.After(b.idle)
		if hiccups := p.eval(`hiccups`); hiccups != "" {
			t.Errorf("while nothing happened the page said\n%s", hiccups)
		}
	}
	for progress := 3; progress < 7; progress++ {
		s.advance(id, progress)
		p.seesWithin(10*time.Second, fmt.Sprintf("%s === %d && %s", percent, progress, b.soonest))
	}
}

// badNetwork is a page whose connections pass a relay that harms them, and a count of what
// it asks for.
type badNetwork struct {
	*tab
	s        *process
	way      *faultRelay
	requests atomic.Int64
	id       int64
	progress int
}

// onBadNetwork opens the page of an audit; scripts run before its own.
func onBadNetwork(t *testing.T, chromium *tab, scripts ...string) *badNetwork {
	t.Helper()
	n := &badNetwork{s: start(t, "--data-dir", t.TempDir(), "--workers", "0", "--heartbeat", "2s")}
	counted := newRelay(t, n.s.url, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n.requests.Add(1)
			next.ServeHTTP(w, r)
		})
	})
	n.way = relayTo(t, strings.TrimPrefix(counted.URL, "http://"))
	n.id = n.s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	n.tab = openTab(t, chromium.ctx)
	for _, script := range scripts {
		n.before(script)
	}
	n.do(chromedp.Navigate("http://" + n.way.addr + shared.PathPage(n.id)))
	n.sees(running + " && " + saysLive)
	n.controlled() // nothing is loaded in the background any more
	n.requests.Store(0)
	return n
}

// arrives moves the audit on and waits until the page shows it.
func (n *badNetwork) arrives(limit time.Duration) {
	n.t.Helper()
	n.progress++
	n.s.advance(n.id, n.progress)
	n.seesWithin(limit, fmt.Sprintf("%s === %d", percent, n.progress))
}

// isModest fails if the page has asked more than twenty times a minute of its own time, or
// for less than that in a shorter one.
func (n *badNetwork) isModest(in time.Duration) {
	n.t.Helper()
	if most := int64(20*in.Minutes()) + 2; n.requests.Load() > most {
		n.t.Errorf("%d requests in %v", n.requests.Load(), in)
	}
}

// hurry is how many times as fast as ours the time of a page goes by that runs hurried: a
// stream counts as dead after a silence of 50 s.
const hurry = 4

var hurried = fmt.Sprintf(`(() => {
	const times = %d, begun = Date.now(), Old = Date, since = performance.now.bind(performance);
	const later = setTimeout, again = setInterval;
	performance.now = () => times * since();
	window.Date = class extends Old {
		constructor(...parts) { super(...(parts.length > 0 ? parts : [Date.now()])); }
		static now() { return begun + times * (Old.now() - begun); }
	};
	window.setTimeout = (f, ms, ...rest) => later(f, ms / times, ...rest);
	window.setInterval = (f, ms, ...rest) => again(f, ms / times, ...rest);
})()`, hurry)

// TestBrowserOnBadNetworks follows an audit over networks as they are: what the page shows
// arrives, it never says that it is live for long where nothing does, and it asks for
// little.
func TestBrowserOnBadNetworks(t *testing.T) {
	t.Parallel()
	chromium := openTab(t, browser(t))
	stays := func(harm func(way *faultRelay)) func(t *testing.T) {
		return func(t *testing.T) { onBadNetwork(t, chromium).staysLive(harm) }
	}
	sideBySide(t, map[string]func(t *testing.T){
		"3G": stays(func(way *faultRelay) {
			way.slow(300 * time.Millisecond) // each way
			way.narrow(50 << 10)
		}),
		"5 % of packets lost":   stays(func(way *faultRelay) { way.lose(0.05) }),
		"1 KB a second":         stays(func(way *faultRelay) { way.narrow(1 << 10) }),
		"a cut again and again": func(t *testing.T) { onBadNetwork(t, chromium).outlivesCuts() },
		"no answers":            func(t *testing.T) { onBadNetwork(t, chromium, hurried).noticesSilence() },
	})
}

func (n *badNetwork) staysLive(harm func(way *faultRelay)) {
	n.t.Helper()
	begun := time.Now()
	harm(n.way)
	for range 5 {
		n.arrives(15 * time.Second)
	}
	n.seesWithin(time.Second, saysLive)
	n.isModest(time.Since(begun))
}

func (n *badNetwork) outlivesCuts() {
	n.t.Helper()
	begun, tick := time.Now(), time.NewTicker(5*time.Second) // a quarter of 20 s, as bad as four times that
	defer tick.Stop()
	for range 5 {
		n.way.reset()
		n.arrives(15 * time.Second)
		<-tick.C
	}
	n.isModest(time.Since(begun))
}

// noticesSilence has a hurried page hear nothing any more, while all that it says arrives.
func (n *badNetwork) noticesSilence() {
	n.t.Helper()
	n.arrives(5 * time.Second)
	begun := time.Now()
	n.way.treatAll(mute)
	n.progress++
	n.s.advance(n.id, n.progress)
	n.seesWithin(30*time.Second, "!("+saysLive+")")
	n.shot("network-without-answers")
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for range 20 {
		<-tick.C
		if n.eval(saysLive) == "true" {
			n.t.Fatal("the page says that it is live, and nothing arrives")
		}
	}
	n.isModest(hurry * time.Since(begun))
	n.way.treatAll(pass)
	n.way.reset()
	n.sees(fmt.Sprintf("%s === %d", percent, n.progress))
}

// TestStreamOfOneWhoIsGone has somebody, as a proxy may whose browser has gone, go on
// acknowledging a stream that nobody reads: it ends with its lifetime.
func TestStreamOfOneWhoIsGone(t *testing.T) {
	t.Parallel()
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--heartbeat", "1s", "--stream-lifetime", "10s")
	id := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	way := relayTo(t, strings.TrimPrefix(s.url, "http://"))
	res, err := s.http.Get("http://" + way.addr + shared.PathStream(id))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	streams := func() float64 { return s.metric("atalaya_streams") }
	if streams() != 1 {
		t.Fatalf("%v streams, want 1", streams())
	}
	way.treat(swallow)
	testkit.Eventually(t, patience, "no stream", func() bool { return streams() == 0 })
}
