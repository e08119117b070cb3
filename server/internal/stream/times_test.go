package stream

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/sse/ssetest"
	"atalaya/shared"
)

// longestGap returns the longest silence of a stream until now.
func longestGap(s *ssetest.Reader) time.Duration {
	last, longest := s.Began, time.Duration(0)
	for _, e := range s.All() {
		longest = max(longest, e.At.Sub(last))
		last = e.At
	}
	return max(longest, time.Since(last))
}

func TestHeartbeat(t *testing.T) {
	for name, test := range map[string]struct {
		configured, most time.Duration
	}{
		"default":        {0, 15 * time.Second},
		"short":          {2 * time.Second, 2 * time.Second},
		"never above 30": {time.Hour, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, Config{Heartbeat: test.configured}, func(t *testing.T, r *rig) {
				r.table.insert(7)
				s := r.open("/sse/audits/7/progress")
				time.Sleep(8 * time.Minute)
				if got := longestGap(s); got > test.most || got < test.most*9/10 {
					t.Errorf("longest silence: got %v, want 90 to 100 %% of %v", got, test.most)
				}
				if got, want := len(s.Comments()), len(s.Heartbeats()); got != want ||
					s.Comments()[0] != "connected" || s.Comments()[1] != "heartbeat" {
					t.Errorf("got %d comments %.3q … for %d heartbeats", got, s.Comments(), want)
				}
			})
		})
	}
}

func TestHeartbeatIsPutOffByData(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		s := r.open("/sse/audits/7/progress")
		for n := range 30 {
			time.Sleep(10 * time.Second)
			r.table.progress(7, 2+n)
		}
		synctest.Wait()
		if got := len(s.Heartbeats()); got != 1 {
			t.Errorf("data every 10 s: got %d heartbeats, want the first only", got)
		}
		time.Sleep(15 * time.Second)
		if got := len(s.Heartbeats()); got != 2 {
			t.Errorf("15 s after the last data: got %d heartbeats, want 2", got)
		}
	})
}

func TestLifetime(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		var subscribers []*ssetest.Reader
		for range 20 {
			subscribers = append(subscribers, r.open("/sse/audits/7/progress"), r.open("/sse/audits"))
		}
		time.Sleep(540*time.Second - time.Millisecond)
		for _, s := range subscribers {
			if s.Closed() {
				t.Fatal("a stream ended before 90 % of its lifetime")
			}
		}
		time.Sleep(60*time.Second + time.Millisecond)
		ends := map[time.Duration]bool{}
		for _, s := range subscribers {
			e, ok := s.End()
			if !ok || !s.Closed() || e.Reason != shared.EndMaxAge || e.Error != "Stream timeout" || e.RetryMS < 100 ||
				e.RetryMS > 1000 {
				t.Fatalf("got %+v (%v), closed %v", e, ok, s.Closed())
			}
			ends[s.Of(shared.EventEnd)[0].At.Sub(s.Began)] = true
		}
		if len(ends) < len(subscribers)/2 {
			t.Errorf("%d streams ended at only %d moments", len(subscribers), len(ends))
		}
		if got := r.log.Count("stream lifetime reached"); got != len(subscribers) {
			t.Errorf("%d streams, %d lines about their lifetime", len(subscribers), got)
		}
	})
}

// The deadlines of ordinary requests do not reach a stream, whether the server
// sets them or a middleware.
func TestDeadlinesOfOthersDoNotCutStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		r := newRigOn(t, Config{}, p, p.dial, func(h http.Handler) *http.Server {
			hurried := func(w http.ResponseWriter, req *http.Request) {
				control := http.NewResponseController(w)
				control.SetReadDeadline(time.Now().Add(2 * time.Second))
				control.SetWriteDeadline(time.Now().Add(2 * time.Second))
				h.ServeHTTP(w, req)
			}
			return &http.Server{
				Handler: http.HandlerFunc(hurried), ReadTimeout: time.Second, WriteTimeout: time.Second,
				IdleTimeout: time.Second,
			}
		})
		r.table.insert(7)
		s := r.open("/sse/audits/7/progress")
		time.Sleep(5 * time.Minute)
		r.table.complete(7)
		synctest.Wait()
		if e, ok := s.End(); !ok || e.Reason != shared.EndFinished {
			t.Errorf("got %+v (%v), want finished after 5 min", e, ok)
		}
	})
}

// Over HTTP/2 a write deadline that is not lifted closes an idle stream.
func TestIdleStreamOverHTTP2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		protocols := new(http.Protocols)
		protocols.SetUnencryptedHTTP2(true)
		p := newPipes()
		r := newRigOn(t, Config{}, p, p.dial, func(h http.Handler) *http.Server {
			return &http.Server{Handler: h, Protocols: protocols, WriteTimeout: time.Second}
		})
		r.client.Transport.(*http.Transport).Protocols = protocols
		r.table.insert(7)
		s := r.open("/sse/audits/7/progress")
		time.Sleep(5 * time.Minute)
		if got := longestGap(s); got > shared.HeartbeatDefault {
			t.Errorf("silent for %v", got)
		}
		r.table.complete(7)
		synctest.Wait()
		if e, ok := s.End(); !ok || e.Reason != shared.EndFinished {
			t.Errorf("got %+v (%v), want finished after 5 min", e, ok)
		}
	})
}
