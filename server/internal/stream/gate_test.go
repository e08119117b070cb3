package stream

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/sse/ssetest"
	"atalaya/shared"
)

func TestMaxStreams(t *testing.T) {
	virtual(t, Config{MaxStreams: 2}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		first := r.open("/sse/audits/7/progress")
		second := r.open("/sse/audits")
		waits := map[int]bool{}
		for range 20 {
			s := r.open("/sse/audits?id=7")
			synctest.Wait()
			seconds, _ := strconv.Atoi(s.Header.Get("Retry-After"))
			if s.Status != 503 || s.Problem().Code != shared.CodeOverloaded || seconds < 1 || seconds > 10 {
				t.Fatalf("third stream: got %d %s, Retry-After %d", s.Status, s.Problem().Code, seconds)
			}
			waits[seconds] = true
		}
		if len(waits) < 3 {
			t.Errorf("20 refusals, Retry-After only %v: not jittered", waits)
		}
		if s := r.open("/api/v1/audits/7/progress", "If-None-Match", `"1"`, "Prefer", "wait=20"); s.Status != 304 ||
			time.Since(s.Began) > 0 || s.Header.Get("Preference-Applied") != "" {
			t.Errorf("poll over the cap: got %d after %v; want an answer at once", s.Status, time.Since(s.Began))
		}
		if first.Closed() || second.Closed() {
			t.Error("a running stream gave way")
		}
		first.Stop()
		synctest.Wait()
		if s := r.open("/sse/audits/7/progress"); s.Status != 200 {
			t.Errorf("after one has gone: got %d", s.Status)
		}
		if got := r.metric("atalaya_stream_rejections_total", "reason", "overloaded"); got != 20 {
			t.Errorf("counted %v refusals, want 20", got)
		}
	})
}

// TestAdmissionThatIsOver has somebody lose the right to read: the stream ends and the held
// poll is refused at the next recheck, neither with what has come meanwhile, and others go
// on.
func TestAdmissionThatIsOver(t *testing.T) {
	var over atomic.Bool
	virtual(t, Config{Admit: func(req *http.Request) (a Admission, err error) {
		if req.Header.Get("Cookie") != "" {
			a.Over = over.Load
		}
		return a, nil
	}}, func(t *testing.T, r *rig) {
		over.Store(false)
		r.table.insert(7)
		list, stays := r.open("/sse/audits", "Cookie", "a=b"), r.open("/sse/audits/7/progress")
		stream := r.open("/sse/audits/7/progress", "Cookie", "a=b")
		opened := r.openSoon("/api/v1/audits/7/progress", "Cookie", "a=b", "If-None-Match", `"1"`, "Prefer", "wait=20")
		r.server.Recheck()
		synctest.Wait()
		if stream.Closed() || list.Closed() || len(opened) > 0 {
			t.Fatal("ended while it may go on")
		}
		over.Store(true)
		r.table.progress(7, 50)
		time.Sleep(time.Second)
		r.server.Recheck()
		synctest.Wait()
		for _, s := range []*ssetest.Reader{list, stream} {
			if end, _ := s.End(); end.Reason != shared.EndUnauthorized || len(s.Of("")) != 1 {
				t.Errorf("ended with %+v after %d frames", end, len(s.Of("")))
			}
		}
		if poll := <-opened; poll.Problem().Code != shared.CodeUnauthorized {
			t.Errorf("poll answered with %d, %+v", poll.Status, poll.Problem())
		}
		if stays.Closed() || len(stays.Of("")) != 2 {
			t.Errorf("another: closed %v, %d frames", stays.Closed(), len(stays.Of("")))
		}
	})
}

func TestAdmit(t *testing.T) {
	var in, out atomic.Int64
	virtual(t, Config{Admit: func(req *http.Request) (Admission, error) {
		if req.Header.Get("Cookie") == "" {
			return Admission{}, errors.New("over the cap of this address")
		}
		in.Add(1)
		return Admission{Release: func() { out.Add(1) }}, nil
	}}, func(t *testing.T, r *rig) {
		in.Store(0)
		out.Store(0)
		r.table.insert(7)
		if s := r.open("/sse/audits/7/progress"); s.Status != 429 {
			t.Errorf("not admitted: got %d, want Fail's answer to Admit's error", s.Status)
		}
		if s := r.open("/api/v1/audits/7/progress", "If-None-Match", `"1"`, "Prefer", "wait=20"); s.Status != 304 ||
			time.Since(s.Began) > 0 {
			t.Errorf("poll not admitted: got %d after %v; want an answer at once", s.Status, time.Since(s.Began))
		}
		open := r.open("/sse/audits/7/progress", "Cookie", "a=b")
		r.open("/sse/audits/8/progress", "Cookie", "a=b")
		synctest.Wait()
		if in.Load() != 2 || out.Load() != 1 {
			t.Errorf("admitted %d, released %d; want 2 and 1", in.Load(), out.Load())
		}
		open.Stop()
		synctest.Wait()
		if out.Load() != 2 || r.server.gate.open != 0 {
			t.Errorf("released %d, %d open; want 2 and 0", out.Load(), r.server.gate.open)
		}
	})
}

func TestDrain(t *testing.T) {
	virtual(t, Config{Drain: 20 * time.Second}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		var subscribers []*ssetest.Reader
		for range 30 {
			subscribers = append(subscribers, r.open("/sse/audits/7/progress"), r.open("/sse/audits"),
				r.open("/sse/audits?id=7"))
		}
		polled := r.openSoon("/api/v1/audits/7/progress", "If-None-Match", `"1"`, "Prefer", "wait=30")
		synctest.Wait()
		began := time.Now()
		if err := r.server.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.server.Drain(t.Context()); err != nil || !r.server.Draining() {
			t.Errorf("a second Drain: got %v, draining %v", err, r.server.Draining())
		}
		synctest.Wait()
		waits, sum := map[int]bool{}, 0
		for _, s := range subscribers {
			e, ok := s.End()
			if !ok || !s.Closed() || e.Reason != shared.EndDrain || e.RetryMS < 100 || e.RetryMS > 20_000 {
				t.Fatalf("got %+v (%v), closed %v", e, ok, s.Closed())
			}
			if got := s.Of(shared.EventEnd)[0].Retry; got != e.RetryMS {
				t.Errorf("the browser is told %d ms, code %d", got, e.RetryMS)
			}
			waits[e.RetryMS/2000] = true
			sum += e.RetryMS
		}
		if mean := sum / len(subscribers); len(waits) < 8 || mean < 7000 || mean > 13_000 {
			t.Errorf("not spread over the window: %d of 10 parts, mean %d ms", len(waits), mean)
		}
		if p := <-polled; p == nil || p.Status != 304 || time.Since(began) > 0 {
			t.Errorf("held poll: got %+v after %v", p, time.Since(began))
		}
		s := r.open("/sse/audits/7/progress")
		synctest.Wait()
		if s.Status != 503 || s.Problem().Code != shared.CodeDraining || s.Header.Get("Retry-After") == "" {
			t.Errorf("new stream: got %d %s", s.Status, s.Problem().Code)
		}
		if s := r.open("/api/v1/audits/7/progress", "If-None-Match", `"1"`, "Prefer", "wait=30"); s.Status != 304 {
			t.Errorf("new poll: got %d", s.Status)
		}
		if time.Since(began) > 0 {
			t.Errorf("draining took %v", time.Since(began))
		}
	})
}

// A subscriber that does not read holds Drain up until its write deadline.
func TestDrainWithAStraggler(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		conn := r.deaf("/sse/audits/7/progress")
		defer conn.Close()
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.server.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want a deadline", err)
		}
		if err := r.server.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// The last state is not lost to a drain in the same moment.
func TestDrainAndTheLastState(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		for range 20 {
			s := newSession(r.server.env, r.server.hub.subscribeAudits([]int64{7}, withID), time.Now())
			p := running(7, 100)
			p.Status, p.Stage = shared.StatusCompleted, shared.StageNone
			r.server.hub.publish([]*frame{newFrame(p)})
			if got := s.step(time.Now(), true, nil); got.reason != string(shared.EndFinished) || len(got.blocks) != 2 {
				t.Fatalf("got %d blocks and %s, want the state, the end and finished", len(got.blocks), got.reason)
			}
			s.subscriber.unsubscribe()
		}
	})
}
