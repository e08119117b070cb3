package main

import (
	"fmt"
	"net/http"
	"strings"
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
	haproxyGzip  = `
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    compression algo gzip
    compression type text/html text/event-stream application/json
frontend web
    bind :80
    default_backend atalaya
backend atalaya
    server one 10.0.0.5:8000
`
)

// saysLive and saysPolling are true in a page that says how it gets its data.
var (
	saysLive    = stripSays(live.says)
	saysPolling = stripSays(polling.says)
)

// TestBrowserBehindProxies follows an audit through proxies as they are found: live, or,
// where no stream gets through, noticed within ten seconds and polling.
func TestBrowserBehindProxies(t *testing.T) {
	t.Parallel()
	chromium := openTab(t, browser(t))
	for _, tt := range []struct {
		name    string
		run     proxy
		config  string
		beats   string // the heartbeat
		soonest string // what the page says within ten seconds
	}{
		{"nginx", nginx, nginxPlain, "2s", saysLive},
		{"nginx that holds back", nginx, nginxDeaf, "2s", saysPolling},
		{"nginx that compresses", nginx, nginxGzip, "2s", saysLive},
		{"nginx that cuts off what is idle for longer than a beat", nginx, nginxCutsOff, "1s", saysLive},
		{"HAProxy that compresses", haproxy, haproxyGzip, "2s", saysLive},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--heartbeat", tt.beats)
			addr := tt.run(t, tt.config, strings.TrimPrefix(s.url, "http://"))
			id := s.through(t, addr).create(`{"url":"nightly import","kind":"external"}`).AuditID
			s.advance(id, 1)
			p := openTab(t, chromium.ctx)
			p.do(chromedp.Navigate("http://" + addr + shared.PathPage(id)))
			p.sees(60*time.Second, running)
			p.sees(10*time.Second, tt.soonest)
			for progress := 2; progress < 6; progress++ {
				s.advance(id, progress)
				p.sees(10*time.Second, fmt.Sprintf("%s === %d && %s", percent, progress, tt.soonest))
			}
		})
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

func onBadNetwork(t *testing.T, chromium *tab) *badNetwork {
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
	n.do(chromedp.Navigate("http://" + n.way.addr + shared.PathPage(n.id)))
	n.sees(60*time.Second, running+" && "+saysLive)
	n.controlled() // nothing is loaded in the background any more
	n.requests.Store(0)
	return n
}

// arrives moves the audit on and waits until the page shows it.
func (n *badNetwork) arrives(limit time.Duration) {
	n.t.Helper()
	n.progress++
	n.s.advance(n.id, n.progress)
	n.sees(limit, fmt.Sprintf("%s === %d", percent, n.progress))
}

// isModest fails if the page has asked more than twenty times a minute, or for less than
// that in a shorter time.
func (n *badNetwork) isModest(since time.Time) {
	n.t.Helper()
	if most := int64(20*time.Since(since).Minutes()) + 2; n.requests.Load() > most {
		n.t.Errorf("%d requests in %v", n.requests.Load(), time.Since(since))
	}
}

// TestBrowserOnBadNetworks follows an audit over networks as they are: what the page shows
// arrives, it never says that it is live for long where nothing does, and it asks for
// little.
func TestBrowserOnBadNetworks(t *testing.T) {
	t.Parallel()
	chromium := openTab(t, browser(t))
	t.Run("a long way", func(t *testing.T) {
		n := onBadNetwork(t, chromium)
		begun := time.Now()
		n.way.slow(400 * time.Millisecond) // each way, as a phone in the country
		for range 5 {
			n.arrives(5 * time.Second)
		}
		n.sees(time.Second, saysLive)
		n.isModest(begun)
	})
	t.Run("1 KB a second", func(t *testing.T) {
		n := onBadNetwork(t, chromium)
		begun := time.Now()
		n.way.narrow(1 << 10)
		for range 5 {
			n.arrives(15 * time.Second)
		}
		n.sees(time.Second, saysLive)
		n.isModest(begun)
	})
	t.Run("a cut again and again", func(t *testing.T) {
		n := onBadNetwork(t, chromium)
		begun := time.Now()
		for range 6 {
			n.way.reset()
			n.arrives(15 * time.Second)
			<-time.After(4 * time.Second)
		}
		n.isModest(begun)
	})
	t.Run("no answers", func(t *testing.T) {
		n := onBadNetwork(t, chromium)
		n.arrives(5 * time.Second)
		begun := time.Now()
		n.way.treatAll(mute)
		n.progress++
		n.s.advance(n.id, n.progress)
		n.sees(70*time.Second, "!("+saysLive+")")
		n.shot("network-without-answers")
		for range 20 {
			<-time.After(time.Second)
			if n.eval(saysLive) == "true" {
				t.Fatal("the page says that it is live, and nothing arrives")
			}
		}
		n.isModest(begun)
		n.way.treatAll(pass)
		n.way.reset()
		n.sees(60*time.Second, fmt.Sprintf("%s === %d", percent, n.progress))
	})
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
	testkit.Eventually(t, 20*time.Second, "no stream", func() bool { return streams() == 0 })
}
