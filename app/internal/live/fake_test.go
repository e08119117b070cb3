package live

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/shared"
)

// fakePlatform is a platform whose server and network the test plays.
type fakePlatform struct {
	t *testing.T

	mu        sync.Mutex
	session   *Session
	streams   []*fakeStream
	requests  []Request
	asked     []time.Time // when each request came
	pending   []chan fakeAnswer
	views     []View
	lines     []string
	tell      func(Wake)
	offline   bool
	missing   bool
	openError error
	// answer, when set, answers requests at once; otherwise they wait for reply.
	answer func(Request) (Response, error)
	// greet, when set, is called with each new stream.
	greet func(*fakeStream)
	// skew is how long the device slept without a timer running.
	skew time.Duration
}

// change changes the platform while a session lives in it.
func (f *fakePlatform) change(how func()) {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	how()
}

func (f *fakePlatform) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Now().Add(f.skew)
}

type fakeAnswer struct {
	r   Response
	err error
}

type fakeStream struct {
	platform *fakePlatform
	url      string
	at       time.Time
	hear     func(Signal)
	closed   bool
	gone     chan struct{} // closed with the stream
}

func (f *fakePlatform) Available() bool { return !f.missing }
func (f *fakePlatform) Online() bool    { return !f.offline }

func (f *fakePlatform) OpenStream(url string, hear func(Signal)) (Stream, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.openError != nil {
		return nil, f.openError
	}
	s := &fakeStream{platform: f, url: url, at: time.Now(), hear: hear, gone: make(chan struct{})}
	for _, old := range f.streams {
		if !old.closed {
			f.t.Errorf("%s opened beside %s", url, old.url)
		}
	}
	f.streams = append(f.streams, s)
	if f.greet != nil {
		go f.greet(s)
	}
	return s, nil
}

func (s *fakeStream) Close() {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	if s.closed {
		s.platform.t.Errorf("%s closed twice", s.url)
		return
	}
	s.closed = true
	close(s.gone)
}

// signal reaches the session unless the stream is closed, like in a browser.
func (s *fakeStream) signal(g Signal) {
	s.platform.mu.Lock()
	closed := s.closed
	s.platform.mu.Unlock()
	if !closed {
		s.hear(g)
	}
}

func (s *fakeStream) open() { s.signal(Signal{Kind: SignalOpen}) }
func (s *fakeStream) lose() { s.signal(Signal{Kind: SignalError}) }
func (s *fakeStream) shut() { s.signal(Signal{Kind: SignalError, Closed: true}) }
func (s *fakeStream) data(p shared.AuditProgress) {
	s.signal(Signal{Kind: SignalMessage, Data: encode(p)})
}

func (s *fakeStream) deleted(id int64) {
	s.signal(Signal{Kind: SignalDeleted, Data: encode(shared.Deleted{AuditID: id})})
}

func (s *fakeStream) beat() { s.beatWithLag(0) }

// beatWithLag is a heartbeat whose query is lag old, on a clock that is years
// away from the device's.
func (s *fakeStream) beatWithLag(lag time.Duration) {
	now := time.Now().AddDate(7, 0, 0)
	fresh := shared.At(now.Add(-lag))
	s.signal(Signal{Kind: SignalHeartbeat, Data: encode(shared.Heartbeat{ServerTime: shared.At(now), FreshAt: &fresh})})
}

func (s *fakeStream) end(r shared.EndReason, retryMS int) {
	s.signal(Signal{Kind: SignalEnd, Data: encode(shared.End{Reason: r, RetryMS: retryMS})})
}

func (f *fakePlatform) Fetch(ctx context.Context, r Request) (Response, error) {
	reply := make(chan fakeAnswer, 1)
	f.mu.Lock()
	f.requests, f.asked = append(f.requests, r), append(f.asked, time.Now())
	f.pending = append(f.pending, reply)
	answer := f.answer
	f.mu.Unlock()
	if answer != nil {
		return answer(r)
	}
	select {
	case a := <-reply:
		return a.r, a.err
	case <-ctx.Done():
		return Response{}, context.Cause(ctx)
	}
}

// reply answers the newest request.
func (f *fakePlatform) reply(r Response, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pending[len(f.pending)-1] <- fakeAnswer{r, err}
}

func (f *fakePlatform) Watch(tell func(Wake)) func() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tell = tell
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.tell = nil
	}
}

// begin opens a session on this platform, to be closed at the end of the test.
func (f *fakePlatform) begin(o Options) *Session {
	o.Platform, o.now = f, f.now
	o.OnChange = func(v View) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.views = append(f.views, v)
	}
	o.Log = func(line string) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.lines = append(f.lines, line)
	}
	s := Open(o)
	f.session = s
	f.t.Cleanup(func() {
		s.Close()
		<-s.Done()
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, stream := range f.streams {
			if !stream.closed {
				f.t.Errorf("%s is left open", stream.url)
			}
		}
		if f.tell != nil {
			f.t.Error("the listeners are left")
		}
	})
	synctest.Wait()
	return s
}

// stream is the newest one.
func (f *fakePlatform) stream() *fakeStream {
	f.t.Helper()
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.streams) == 0 {
		f.t.Fatal("no stream was opened")
	}
	return f.streams[len(f.streams)-1]
}

// view is the newest one told.
func (f *fakePlatform) view() View {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.views[len(f.views)-1]
}

// phases are the phases told, repetitions left out.
func (f *fakePlatform) phases() string {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	var told []string
	for _, v := range f.views {
		if p := string(v.Phase); len(told) == 0 || told[len(told)-1] != p {
			told = append(told, p)
		}
	}
	return strings.Join(told, " ")
}

func (f *fakePlatform) said() string {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.lines, "\n")
}

// wait lets virtual time pass.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// progressOf is the state of a running audit at a revision.
func progressOf(id, revision int64, percent int) shared.AuditProgress {
	created := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	return shared.AuditProgress{
		AuditID: id, Revision: revision, URL: fmt.Sprintf("https://example.org/%d", id),
		Kind: shared.KindSite, Status: shared.StatusRunning, Stage: shared.StageCrawl, Progress: percent,
		CreatedAt: shared.At(created), UpdatedAt: shared.At(created.Add(time.Duration(revision) * time.Second)),
	}
}

func completed(id, revision int64) shared.AuditProgress {
	p := progressOf(id, revision, 100)
	p.Status, p.Stage = shared.StatusCompleted, shared.StageNone
	return p
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func jsonAnswer(v any) Response {
	return Response{Status: 200, ContentType: "application/json; charset=utf-8", Body: []byte(encode(v))}
}

func problemAnswer(status int, code shared.Code) Response {
	return Response{
		Status: status, ContentType: shared.ProblemType,
		Body: []byte(encode(shared.Problem{Status: status, Code: code})),
	}
}
