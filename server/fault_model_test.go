package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/feed"
	"atalaya/server/internal/sse"
	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/store"
	"atalaya/server/internal/stream"
	"atalaya/shared"
)

// TestFaultModel plays random stories on a real store, relay and handlers, in
// virtual time: writes, lost and repeated wake-ups, slow and failing queries, cut
// connections, servers that are replaced, and clients that go from the stream to
// polling and back with any cursor. No client is ever led back, none is told 204
// before the end, and each holds the last state.
func TestFaultModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { story(t, rand.New(rand.NewPCG(seed, 16))) })
		})
	}
}

// replaceable is a server that can be killed and begun anew on the same data,
// over pipes.
type replaceable struct {
	t      *testing.T
	dir    string
	rows   *store.Store
	faulty *faulty
	feed   *feed.Feed

	mu    sync.Mutex
	pipes *pipes // nil while there is no server
	end   func()
	conns []net.Conn
}

// faulty is a store whose reads fail or take long on demand.
type faulty struct {
	*store.Store
	mu   sync.Mutex
	down error
	lag  time.Duration
}

func (f *faulty) set(down error, lag time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down, f.lag = down, lag
}

// harm comes between what a query read and its answer.
func (f *faulty) harm(ctx context.Context) error {
	f.mu.Lock()
	down, lag := f.down, f.lag
	f.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(lag):
		return down
	}
}

func (f *faulty) ProgressOf(ctx context.Context, ids []int64) ([]shared.AuditProgress, error) {
	found, err := f.Store.ProgressOf(ctx, ids)
	return found, errors.Join(err, f.harm(ctx))
}

func (f *faulty) Changes(ctx context.Context, cursor string) (stream.Changes, error) {
	c, err := reader{f.Store}.Changes(ctx, cursor)
	return c, errors.Join(err, f.harm(ctx))
}

// begin opens the store and serves it.
func (r *replaceable) begin(random *rand.Rand) {
	r.t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	rows, err := store.Open(r.t.Context(), store.Config{DataDir: r.dir, Log: quiet})
	if err != nil {
		r.t.Fatal(err)
	}
	r.rows, r.faulty = rows, &faulty{Store: rows}
	r.feed = feed.New(feed.Config{Log: quiet})
	changes, luck := r.feed, rand.New(rand.NewPCG(random.Uint64(), 0))
	rows.OnCommit(func() {
		if luck.IntN(3) == 0 { // the others are lost
			changes.Wake()
		}
	})
	p := newPipes()
	stop := assembleOn(r.faulty, r.feed, p,
		stream.Config{Log: quiet, Lifetime: 20 * time.Second, Writer: stream.WriterConn})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pipes, r.end = p, func() {
		stop()
		if err := rows.Close(); err != nil {
			r.t.Error(err)
		}
	}
}

// kill ends the server and cuts every connection.
func (r *replaceable) kill() {
	r.mu.Lock()
	r.pipes = nil
	r.mu.Unlock()
	r.cut(func() bool { return true })
	r.end()
}

// cut closes the connections that which picks.
func (r *replaceable) cut(which func() bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var left []net.Conn
	for _, c := range r.conns {
		if which() {
			c.Close()
		} else {
			left = append(left, c)
		}
	}
	r.conns = left
}

func (r *replaceable) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	r.mu.Lock()
	p := r.pipes
	r.mu.Unlock()
	if p == nil {
		return nil, errors.New("no server")
	}
	near, far := net.Pipe()
	select {
	case p.conns <- far:
	case <-p.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns = append(r.conns, near)
	return near, nil
}

// follower follows one audit, by stream or by polling, until it knows the end.
type follower struct {
	server *replaceable
	http   *http.Client
	random *rand.Rand // its own
	audit  int64

	held           shared.AuditProgress
	lastID         string
	streams, polls int
	nothing        int // answers 204
	fault          error
}

func (c *follower) fail(format string, args ...any) {
	if c.fault == nil {
		c.fault = fmt.Errorf("audit %d: "+format, append([]any{c.audit}, args...)...)
	}
}

// live is the life of a follower.
func (c *follower) live(ctx context.Context) {
	for ctx.Err() == nil && c.fault == nil {
		var over bool
		if c.random.IntN(3) > 0 {
			over = c.stream(ctx)
		} else {
			over = c.poll(ctx)
		}
		if over && c.confirmed(ctx) {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(c.random.IntN(1000)) * time.Millisecond):
		}
	}
}

// confirmed asks again for what has ended, as an EventSource does by itself. It
// is false if nobody answered.
func (c *follower) confirmed(ctx context.Context) bool {
	res := c.get(ctx, shared.PathStream(c.audit), http.Header{"Last-Event-Id": {c.lastID}})
	if res == nil {
		return false
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusNoContent:
		c.nothing++
		return true
	case http.StatusServiceUnavailable:
		return false
	}
	c.fail("asked again after the end: %s", res.Status)
	return false
}

// get asks with the given headers; nil if there was no answer.
func (c *follower) get(ctx context.Context, path string, header http.Header) *http.Response {
	req, err := http.NewRequestWithContext(ctx, "GET", "http://atalaya.test"+path, nil)
	if err != nil {
		c.fail("%v", err)
		return nil
	}
	req.Header = header
	res, err := c.http.Do(req)
	if err != nil {
		return nil
	}
	return res
}

// stream reads one stream, for a while or to its end.
func (c *follower) stream(ctx context.Context) (over bool) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(c.random.IntN(15_000))*time.Millisecond)
	defer cancel()
	cursor, path, header := c.lastID, shared.PathStream(c.audit), http.Header{}
	switch c.random.IntN(5) {
	case 0:
		cursor = "" // a page that was loaded anew
	case 1:
		cursor = []string{"x", "-1", "999999999", "\uFEFF7"}[c.random.IntN(4)]
	}
	if c.random.IntN(2) == 0 && cursor != "" {
		header.Set("Last-Event-ID", cursor)
	} else if cursor != "" {
		path += "?" + shared.ParamLastEvent + "=" + cursor
	}
	res := c.get(ctx, path, header)
	if res == nil {
		return false
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusNoContent:
		if !c.held.Status.Terminal() {
			c.fail("204 while it holds %s", c.held.Status)
		}
		return true
	case http.StatusServiceUnavailable:
		return false
	case http.StatusOK:
		c.streams++
		return c.read(sse.NewDecoder(res.Body), cursor)
	}
	c.fail("asked for a stream: %s", res.Status)
	return false
}

func (c *follower) read(events *sse.Decoder, cursor string) (over bool) {
	sent := int64(0)
	for {
		e, err := ssetest.Next(events)
		switch {
		case errors.Is(err, ssetest.ErrEvent):
			c.fail("%v", err)
			return false
		case err != nil:
			return false
		case e.Type == shared.EventHeartbeat:
			continue
		case e.Type == shared.EventEnd:
			return e.End.Reason == shared.EndFinished
		}
		p := e.Progress
		switch {
		case e.ID != strconv.FormatInt(p.Revision, 10):
			c.fail("id %q with revision %d", e.ID, p.Revision)
		case p.Revision <= sent:
			c.fail("revision %d after %d on one stream", p.Revision, sent)
		case e.ID == cursor:
			c.fail("revision %s repeated to a client that has it", cursor)
		}
		c.hold(p)
		sent, c.lastID = p.Revision, e.ID
	}
}

// poll asks once, and waits for a change of what it holds.
func (c *follower) poll(ctx context.Context) (over bool) {
	header := http.Header{"Prefer": {"wait=" + strconv.Itoa(c.random.IntN(10))}}
	if c.held.Revision > 0 {
		header.Set("If-None-Match", shared.ETag(c.held.Revision))
	}
	res := c.get(ctx, shared.PathProgress(c.audit), header)
	if res == nil {
		return false
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return false
	}
	c.polls++
	switch res.StatusCode {
	case http.StatusServiceUnavailable, http.StatusNotModified:
		return c.held.Status.Terminal() && res.StatusCode == http.StatusNotModified
	case http.StatusOK:
		p, err := shared.DecodeAuditProgress(bytes.TrimSpace(body))
		if err != nil {
			c.fail("%v", err)
		} else if p.Revision == c.held.Revision {
			c.fail("polled revision %d in spite of If-None-Match", p.Revision)
		}
		c.hold(p)
		c.lastID = strconv.FormatInt(p.Revision, 10)
		return p.Status.Terminal()
	}
	c.fail("polled: %s", res.Status)
	return false
}

func (c *follower) hold(p shared.AuditProgress) {
	if p.Revision < c.held.Revision {
		c.fail("revision %d after %d", p.Revision, c.held.Revision)
	}
	c.held = p
}

func story(t *testing.T, random *rand.Rand) {
	const audits, clients = 4, 16
	r := &replaceable{t: t, dir: t.TempDir()}
	r.begin(random)
	var ids []int64
	for i := range audits {
		p, _, err := r.rows.Create(t.Context(), shared.NewAudit{URL: fmt.Sprint(i), Kind: shared.KindExternal}, "")
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, p.AuditID)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var living sync.WaitGroup
	var followers []*follower
	for i := range clients {
		c := &follower{server: r, audit: ids[i%audits], random: rand.New(rand.NewPCG(random.Uint64(), 1)),
			http: &http.Client{Transport: &http.Transport{DialContext: r.dial, DisableCompression: true}}}
		followers = append(followers, c)
		living.Go(func() { c.live(ctx) })
	}
	restarts := 0
	restart := func() {
		r.kill()
		time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond)
		r.begin(random)
		restarts++
	}
	pages := make([]int, audits)
	for step := range 150 {
		i := random.IntN(audits)
		switch random.IntN(14) {
		case 0:
			r.cut(func() bool { return random.IntN(4) == 0 })
		case 1:
			r.faulty.set(errors.New("down"), 0)
		case 2, 3:
			r.faulty.set(nil, 0)
		case 4:
			r.faulty.set(nil, time.Duration(random.IntN(400))*time.Millisecond)
		case 5:
			for range 20 { // the same news again and again
				r.feed.Wake()
			}
		case 6:
			if random.IntN(4) == 0 {
				restart()
			}
		default:
			pages[i]++
			if _, err := r.rows.Patch(t.Context(), ids[i], shared.ProgressPatch{TotalPages: &pages[i]}, 0); err != nil {
				t.Fatal(err)
			}
		}
		if step == 75 && restarts == 0 { // every story has one, however the dice fall
			restart()
		}
		time.Sleep(time.Duration(random.IntN(400)) * time.Millisecond)
	}
	r.faulty.set(nil, 0)
	completed := shared.StatusCompleted
	for _, id := range ids {
		if _, err := r.rows.Patch(t.Context(), id, shared.ProgressPatch{Status: &completed}, 0); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(2 * time.Minute)
	cancel()
	r.cut(func() bool { return true })
	living.Wait()
	var streams, polls, nothing int
	for _, c := range followers {
		c.http.CloseIdleConnections()
		want, err := r.rows.Progress(t.Context(), c.audit)
		if err != nil {
			t.Fatal(err)
		}
		if c.fault != nil {
			t.Error(c.fault)
		}
		if c.held.Revision != want.Revision || c.held.Status != want.Status || c.held.TotalPages != want.TotalPages {
			t.Errorf("audit %d: held %s@%d, the row is %s@%d", c.audit, c.held.Status, c.held.Revision, want.Status,
				want.Revision)
		}
		streams, polls, nothing = streams+c.streams, polls+c.polls, nothing+c.nothing
	}
	t.Logf("%d streams, %d polls, %d answers 204, %d restarts", streams, polls, nothing, restarts)
	if nothing < clients {
		t.Errorf("%d answers 204 for %d clients that know the end", nothing, clients)
	}
	if streams < clients || polls < clients || restarts == 0 {
		t.Error("the story is too short")
	}
	r.kill()
}
