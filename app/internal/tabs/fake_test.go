package tabs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// fakeBrowser is a browser with tabs, and the server that their streams ask. What one tab
// posts reaches the others a millisecond later.
type fakeBrowser struct {
	t *testing.T

	mu      sync.Mutex
	tabs    []*fakeTab
	holder  *fakeRequest   // of the lock
	line    []*fakeRequest // of those who wait for it
	locks   bool           // the browser answers requests for the lock
	streams []*fakeStream
	opened  []string // the addresses of all streams, in order
	most    int      // streams open at the same time
	states  map[int64]int64
	down    bool // the server refuses streams
}

type fakeTab struct {
	browser *fakeBrowser
	name    string
	hub     *hub
	session *live.Session
	frozen  bool
	hear    func(text string)
	tell    func(live.Wake)
	events  struct {
		mu    sync.Mutex
		queue []func()
	}

	views []live.View
	lines []string
}

type fakeRequest struct {
	tab           *fakeTab
	granted, lost func()
	released      bool
}

type fakeStream struct {
	tab    *fakeTab
	url    string
	list   bool
	ids    []int64
	cursor int64
	hear   func(live.Signal)
	closed bool
	gone   bool // with its tab
}

// inBrowser runs a test in virtual time, with audits 1 to 9 at revision 1.
func inBrowser(t *testing.T, play func(t *testing.T, b *fakeBrowser)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &fakeBrowser{t: t, locks: true, states: map[int64]int64{}}
		for id := range int64(9) {
			b.states[id+1] = 1
		}
		stop := make(chan struct{})
		go b.beat(stop)
		play(t, b)
		for _, tab := range slices.Clone(b.tabs) {
			tab.thaw()
			tab.close()
		}
		wait(10 * time.Second)
		close(stop)
		if open := b.open(); len(open) > 0 {
			t.Errorf("left open: %v", open)
		}
	})
}

// wait lets virtual time pass.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// tab opens a page that follows a topic.
func (b *fakeBrowser) tab(topic live.Topic) *fakeTab {
	f := &fakeTab{browser: b, name: fmt.Sprintf("tab%02d", len(b.tabs))}
	f.hub = newHub(f, f, f.name)
	b.mu.Lock()
	b.tabs = append(b.tabs, f)
	b.mu.Unlock()
	f.follow(topic)
	return f
}

func (f *fakeTab) follow(topic live.Topic) {
	f.session = live.Open(live.Options{Topic: topic, Platform: f.hub, OnChange: func(v live.View) {
		f.browser.mu.Lock()
		defer f.browser.mu.Unlock()
		f.views = append(f.views, v)
	}, Log: func(line string) {
		f.browser.mu.Lock()
		defer f.browser.mu.Unlock()
		f.lines = append(f.lines, line)
	}})
}

// close closes the tab as a user does.
func (f *fakeTab) close() {
	f.wake(live.WakeHide)
	f.session.Close()
	<-f.session.Done()
}

// crash ends the tab without a word: its streams and its lock are gone.
func (f *fakeTab) crash() {
	f.freeze()
	b := f.browser
	b.mu.Lock()
	for _, s := range b.streams {
		if s.tab == f {
			s.gone = true
		}
	}
	if b.holder != nil && b.holder.tab == f {
		b.holder = nil
	}
	b.line = slices.DeleteFunc(b.line, func(r *fakeRequest) bool { return r.tab == f })
	b.mu.Unlock()
	b.grant()
}

// freeze stops the tab: it hears nothing and, from then on, says nothing.
func (f *fakeTab) freeze() {
	f.browser.mu.Lock()
	defer f.browser.mu.Unlock()
	f.frozen = true
}

// thaw lets it hear what it has missed.
func (f *fakeTab) thaw() {
	f.browser.mu.Lock()
	f.frozen = false
	f.browser.mu.Unlock()
	f.event(func() {})
}

// event happens in the tab a millisecond later, after all that came before it and when
// the tab is not frozen.
func (f *fakeTab) event(what func()) {
	f.events.mu.Lock()
	defer f.events.mu.Unlock()
	f.events.queue = append(f.events.queue, what)
	if len(f.events.queue) == 1 {
		time.AfterFunc(time.Millisecond, f.live)
	}
}

// live lets the events happen, one after the other.
func (f *fakeTab) live() {
	for {
		f.browser.mu.Lock()
		frozen := f.frozen
		f.browser.mu.Unlock()
		if frozen {
			time.AfterFunc(time.Millisecond, f.live)
			return
		}
		f.events.mu.Lock()
		what := f.events.queue[0]
		f.events.mu.Unlock()
		what()
		f.events.mu.Lock()
		f.events.queue = f.events.queue[1:]
		rest := len(f.events.queue)
		f.events.mu.Unlock()
		if rest == 0 {
			return
		}
	}
}

func (f *fakeTab) wake(w live.Wake) {
	f.browser.mu.Lock()
	tell := f.tell
	f.browser.mu.Unlock()
	if tell != nil {
		tell(w)
	}
}

// ---------- the platform ----------

func (f *fakeTab) Available() bool { return true }
func (f *fakeTab) Online() bool    { return true }

func (f *fakeTab) Watch(tell func(live.Wake)) func() {
	f.browser.mu.Lock()
	defer f.browser.mu.Unlock()
	f.tell = tell
	return func() {}
}

// Fetch answers polls with the states that there are.
func (f *fakeTab) Fetch(_ context.Context, r live.Request) (live.Response, error) {
	b := f.browser
	b.mu.Lock()
	defer b.mu.Unlock()
	var id int64
	if _, err := fmt.Sscanf(r.Path, shared.PathAudits+"/%d/progress", &id); err != nil || b.states[id] == 0 {
		return live.Response{Status: 404, ContentType: shared.ProblemType,
			Body: encode(shared.Problem{Status: 404, Code: shared.CodeNotFound})}, nil
	}
	return live.Response{Status: 200, ContentType: "application/json", Body: encode(state(id, b.states[id]))}, nil
}

func (f *fakeTab) OpenStream(url string, hear func(live.Signal)) (live.Stream, error) {
	b := f.browser
	b.mu.Lock()
	defer b.mu.Unlock()
	path, query, _ := strings.Cut(url, "?")
	s := &fakeStream{tab: f, url: url, hear: hear, list: url == shared.PathStreams || strings.HasPrefix(query, "list=true&")}
	var id int64
	if _, err := fmt.Sscanf(path, "/sse/audits/%d/progress", &id); err == nil {
		s.ids = []int64{id}
		_, _ = fmt.Sscanf(query, "last_event_id=%d", &s.cursor)
	}
	for _, part := range strings.Split(query, "&") {
		if _, err := fmt.Sscanf(part, "id=%d", &id); err == nil {
			s.ids = append(s.ids, id)
		}
	}
	b.streams = append(b.streams, s)
	b.opened = append(b.opened, url)
	b.most = max(b.most, len(b.openLocked()))
	f.event(s.begin)
	return s, nil
}

// Close implements live.Stream.
func (s *fakeStream) Close() {
	s.tab.browser.mu.Lock()
	defer s.tab.browser.mu.Unlock()
	if s.closed {
		s.tab.browser.t.Errorf("%s closed twice", s.url)
	}
	s.closed = true
}

// signal happens to the stream in its tab's time, unless it is closed by then.
func (s *fakeStream) signal(g live.Signal) {
	s.tab.event(func() {
		s.tab.browser.mu.Lock()
		closed := s.closed || s.gone
		s.tab.browser.mu.Unlock()
		if !closed {
			s.hear(g)
		}
	})
}

// begin answers the stream: with a beat and the snapshot, or with a refusal.
func (s *fakeStream) begin() {
	b := s.tab.browser
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		s.signal(live.Signal{Kind: live.SignalError, Closed: true})
		return
	}
	s.signal(live.Signal{Kind: live.SignalOpen})
	s.signal(beatNow())
	for id, revision := range b.states {
		if s.cursor == 0 || s.cursor != revision {
			s.state(id, revision)
		}
	}
}

// state tells of an audit what the stream carries: to the list, and beside it.
func (s *fakeStream) state(id, revision int64) {
	g := live.Signal{Kind: live.SignalMessage, Data: string(encode(state(id, revision)))}
	if s.list {
		s.signal(g)
		g.Kind = live.SignalAudit
	}
	if slices.Contains(s.ids, id) {
		s.signal(g)
	}
}

// ---------- what tabs have in common ----------

func (f *fakeTab) Connect(hear func(text string)) (post func(text string), leave func()) {
	b := f.browser
	b.mu.Lock()
	defer b.mu.Unlock()
	f.hear = hear
	return func(text string) {
			b.mu.Lock()
			defer b.mu.Unlock()
			if f.frozen {
				return // its timers run on in this fake
			}
			for _, other := range b.tabs {
				if other != f && other.hear != nil {
					other.event(func() {
						b.mu.Lock()
						hear := other.hear
						b.mu.Unlock()
						if hear != nil {
							hear(text)
						}
					})
				}
			}
		}, func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			f.hear = nil
		}
}

func (f *fakeTab) Acquire(steal bool, granted, lost func()) (release func()) {
	b := f.browser
	b.mu.Lock()
	defer b.mu.Unlock()
	r := &fakeRequest{tab: f, granted: granted, lost: lost}
	if b.locks && steal && b.holder != nil {
		robbed := b.holder
		robbed.tab.event(func() {
			if b.wanted(robbed) {
				robbed.lost()
			}
		})
		b.holder = nil
	}
	if steal {
		b.line = append([]*fakeRequest{r}, b.line...)
	} else {
		b.line = append(b.line, r)
	}
	go b.grant()
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		r.released = true
		if b.holder == r {
			b.holder = nil
		}
		b.line = slices.DeleteFunc(b.line, func(other *fakeRequest) bool { return other == r })
		go b.grant()
	}
}

// wanted reports whether a request was not released.
func (b *fakeBrowser) wanted(r *fakeRequest) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !r.released
}

// grant gives the lock to the first in line.
func (b *fakeBrowser) grant() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.locks || b.holder != nil || len(b.line) == 0 {
		return
	}
	r := b.line[0]
	b.holder, b.line = r, b.line[1:]
	r.tab.event(func() {
		if b.wanted(r) {
			r.granted()
		}
	})
}

// ---------- the server ----------

// move commits a new revision of an audit.
func (b *fakeBrowser) move(id int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.states[id]++
	for _, s := range b.streams {
		if !s.closed {
			s.state(id, b.states[id])
		}
	}
}

// remove deletes an audit.
func (b *fakeBrowser) remove(id int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.states, id)
	for _, s := range b.streams {
		if !s.closed && (s.list || slices.Contains(s.ids, id)) {
			s.signal(live.Signal{Kind: live.SignalDeleted, Data: string(encode(shared.Deleted{AuditID: id}))})
		}
	}
}

// goDown makes the server refuse streams, or take them again.
func (b *fakeBrowser) goDown(down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = down
}

// reconnect answers the open streams anew, which met an error.
func (b *fakeBrowser) reconnect() {
	b.mu.Lock()
	streams := slices.DeleteFunc(slices.Clone(b.streams), func(s *fakeStream) bool { return s.closed || s.gone })
	b.mu.Unlock()
	for _, s := range streams {
		s.begin()
	}
}

func (b *fakeBrowser) all(g live.Signal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.streams {
		if !s.closed {
			s.signal(g)
		}
	}
}

func (b *fakeBrowser) beat(stop chan struct{}) {
	beats := time.NewTicker(shared.HeartbeatDefault)
	defer beats.Stop()
	for {
		select {
		case <-beats.C:
			b.all(beatNow())
		case <-stop:
			return
		}
	}
}

func (b *fakeBrowser) open() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.openLocked()
}

func (b *fakeBrowser) openLocked() (urls []string) {
	for _, s := range b.streams {
		if !s.closed && !s.gone {
			urls = append(urls, s.url)
		}
	}
	return urls
}

// ---------- what is looked at ----------

// current fails the test unless the tabs are live and show the newest revisions.
func (b *fakeBrowser) current(tabs ...*fakeTab) {
	b.t.Helper()
	synctest.Wait()
	for _, f := range tabs {
		v := f.session.View()
		b.mu.Lock()
		audits := v.Audits
		if v.Progress != nil {
			audits = []shared.AuditProgress{*v.Progress}
		}
		if v.Phase != live.Live || v.Topic.IsList() && len(audits) != len(b.states) || !v.Topic.IsList() && len(audits) != 1 {
			b.t.Errorf("%s: %s %s, %d audits of %d", f.name, v.Phase, v.Reason, len(audits), len(b.states))
		}
		for _, p := range audits {
			if p.Revision != b.states[p.AuditID] {
				b.t.Errorf("%s: audit %d at %d, want %d", f.name, p.AuditID, p.Revision, b.states[p.AuditID])
			}
		}
		b.mu.Unlock()
	}
}

func (f *fakeTab) leads() bool {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	return f.hub.member.leading
}

// phases are those that a tab told, repetitions left out.
func (f *fakeTab) phases() string {
	synctest.Wait()
	f.browser.mu.Lock()
	defer f.browser.mu.Unlock()
	var told []string
	for _, v := range f.views {
		if p := string(v.Phase); len(told) == 0 || told[len(told)-1] != p {
			told = append(told, p)
		}
	}
	return strings.Join(told, " ")
}

func beatNow() live.Signal {
	now := shared.At(time.Now())
	return live.Signal{Kind: live.SignalHeartbeat, Data: string(encode(shared.Heartbeat{ServerTime: now, FreshAt: &now}))}
}

func state(id, revision int64) shared.AuditProgress {
	created := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	return shared.AuditProgress{
		AuditID: id, Revision: revision, URL: fmt.Sprintf("https://example.org/%d", id),
		Kind: shared.KindSite, Status: shared.StatusRunning, Stage: shared.StageCrawl, Progress: 10,
		CreatedAt: shared.At(created), UpdatedAt: shared.At(created.Add(time.Duration(revision) * time.Second)),
	}
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
