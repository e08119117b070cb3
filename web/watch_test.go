package web

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// watched is a server with one page, drawn as the app's are, and its stream.
type watched struct {
	*httptest.Server
	drawn  atomic.Value // the part of the page that the server writes in words
	hangs  atomic.Bool  // the page is not answered any more
	frames chan string  // go out on the stream as lines; closing it ends the stream
	asked  atomic.Int64 // how often the page was asked for
}

const watchWords = `{"at":%d,"stream":"/stream","loading":"Loading {n}","failed":"Failed","stopped":"Stopped",` +
	`"reload":"Reload","now":"now","seconds":"{n} s ago","minutes":"{n} min ago","hours":"{n} h ago","lasted":"{n} s",` +
	`"live":{"pill":"Live","lead":"Live","text":"as it happens","dot":"live","tone":""},` +
	`"polling":{"pill":"Checking","lead":"Checking","text":"now and then","dot":"info","tone":"info"},` +
	`"lost":{"pill":"Lost","lead":"No answer","text":"again soon","dot":"warn","tone":"warn"}}`

const watchPage = `<!doctype html><html lang="en"><head><title>5%% site</title></head><body>
<div class="page" data-boot="%s" data-watch="%s">
  <span class="pill"><span class="dot hollow"></span> Connecting </span>
  <div class="hero"><div class="pct"> 5 <small>%%</small></div>
    <div class="bar" aria-valuenow="5" aria-valuetext="5 percent"><svg width="5%%"></svg></div>
    <div class="conn"><span class="dot"></span><span class="msg"><strong>Connecting</strong> <span>soon</span></span>
      <span class="age" data-since="%d" data-says="Last {ago}">Last now</span></div></div>
  <p id="words">%s</p>
  <details><summary>More</summary>inside</details>
  <form action="/basic"><input id="field"></form>
  <p id="for" data-since="%d" data-says="{for} so far"></p>
</div>
<script src="/watch.js" data-wasm="/app.wasm" data-size="100"></script></body></html>`

func frame(revision, progress int) string {
	return fmt.Sprintf(`{"audit_id":1,"revision":%d,"status":"running","stage":null,"progress":%d,"updated_at":%q}`,
		revision, progress, time.Now().UTC().Format(time.RFC3339Nano))
}

func newWatched(t *testing.T) *watched {
	w := &watched{frames: make(chan string)}
	w.drawn.Store("drawn once")
	w.Server = httptest.NewServer(w)
	t.Cleanup(func() { w.CloseClientConnections(); w.Close() })
	return w
}

func (s *watched) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/watch.js":
		http.ServeFileFS(w, r, staticFiles, "static/watch.js")
	case "/stream":
		s.stream(w, r)
	case "/":
		s.asked.Add(1)
		if s.hangs.Load() {
			<-r.Context().Done()
			return
		}
		now := time.Now().UnixMilli()
		boot := html.EscapeString(`{"progress":` + frame(5, 5) + `}`)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, watchPage, boot, html.EscapeString(fmt.Sprintf(watchWords, now)), now-65_000, s.drawn.Load(), now-3_725_000)
	default:
		http.NotFound(w, r)
	}
}

func (s *watched) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	fmt.Fprint(w, "event: heartbeat\ndata: {}\n\n")
	for out.Flush() == nil {
		select {
		case f, open := <-s.frames:
			if !open {
				return
			}
			fmt.Fprintf(w, "%s\n\n", f)
		case <-r.Context().Done():
			return
		}
	}
}

// TestWatch runs the script in a real browser on a page of its own.
func TestWatch(t *testing.T) {
	tab := openTab(t)
	eval := func(script string) string {
		t.Helper()
		said, err := chromedp.Run(tab, chromedp.Evaluate[string]("String("+script+")"))
		if err != nil {
			t.Fatalf("%s: %v", script, err)
		}
		return said
	}
	sees := func(script string) {
		t.Helper()
		deadline := time.Now().Add(15 * time.Second)
		for eval(script) != "true" {
			if time.Now().After(deadline) {
				t.Fatalf("not seen: %s; the page says\n%s", script, eval("document.body.innerText"))
			}
		}
	}
	s := newWatched(t)
	if err := chromedp.Do(tab, chromedp.Navigate(s.URL+"/")); err != nil {
		t.Fatal(err)
	}

	// The durations go on, in the page's words; the missing program is admitted.
	sees(`document.querySelector('.age').innerText === 'Last 1 min ago'`)
	sees(`/^1:02:0\d so far$/.test(document.querySelector('#for').innerText)`)
	sees(`document.querySelector('.app-note[role=alert]')?.innerText.startsWith('Failed')`)
	sees(`document.querySelector('.pill').innerText.trim() === 'Live' && document.querySelector('.pill .dot.live') !== null`)
	sees(`document.querySelector('.conn .msg').innerText === 'Live as it happens'`)

	// A frame moves the numbers though the page is not answered.
	s.hangs.Store(true)
	s.frames <- "data: " + frame(6, 48)
	sees(`document.querySelector('.pct').innerText.trim().startsWith('48')`)
	sees(`document.querySelector('[aria-valuenow]').getAttribute('aria-valuenow') === '48'`)
	sees(`document.querySelector('svg').getAttribute('width') === '48%' && document.title === '48% site'`)
	sees(`document.querySelector('.age').innerText.match(/now|[0-4] s/) !== null`)
	asked := s.asked.Load()
	s.frames <- "data: " + frame(5, 44)
	s.frames <- "data: " + frame(7, 49)
	sees(`document.title === '49% site'`) // and not the older one's 44

	// What the server draws next comes into the page and disturbs nothing.
	s.hangs.Store(false)
	s.drawn.Store("drawn <b>twice</b>")
	eval(`(document.querySelector('details').open = true, field.focus(), field.value = 'typed', field.setSelectionRange(2, 2),
		window.kept = document.querySelector('details'))`)
	s.frames <- "data: " + frame(8, 50)
	sees(`words.innerHTML === 'drawn <b>twice</b>'`)
	sees(`document.activeElement === field && field.value === 'typed' && field.selectionStart === 2`)
	sees(`kept.isConnected && kept.open`)
	sees(`document.querySelector('.pct').innerText.trim().startsWith('50')`) // newer than what was drawn
	if n := s.asked.Load() - asked; n > 4 {
		t.Errorf("three frames made %d requests for the page", n)
	}

	// A deletion lets the page be drawn again, too.
	s.drawn.Store("drawn without it")
	s.frames <- "event: deleted\ndata: {\"audit_id\":1}"
	sees(`words.innerText === 'drawn without it'`)

	// Without a stream the page is fetched, and says so.
	close(s.frames)
	s.drawn.Store("drawn thrice")
	sees(`document.querySelector('.pill').innerText.trim() === 'Checking'`)
	sees(`words.innerText === 'drawn thrice'`)
	s.hangs.Store(true)
	s.CloseClientConnections()
	sees(`document.querySelector('.conn').className === 'conn warn'`)
	sees(`document.querySelector('.conn .msg').innerText === 'No answer again soon'`)
}
