package live

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/shared"
)

// TestConverges lets sessions live through an hour of random weather. However
// bad it was, once it is fine again the session is live within the longest wait
// between two probes, shows the newest revision, and learns of the end.
func TestConverges(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fakePlatform) { converge(t, f, seed) })
		})
	}
}

func converge(t *testing.T, f *fakePlatform, seed uint64) {
	srv := &weatherServer{platform: f, state: progressOf(7, 1, 0)}
	f.greet, f.answer = srv.greet, srv.fetch
	rnd := rand.New(rand.NewPCG(seed, 3))
	s := f.begin(Options{Topic: Audit(7), jitter: rand.New(rand.NewPCG(seed, 4)).Float64})
	for end := time.Now().Add(time.Hour); time.Now().Before(end); {
		f.change(func() { srv.weather = weather(rnd.IntN(int(stormy) + 1)) })
		for range rnd.IntN(40) {
			wait(time.Duration(rnd.Int64N(int64(5 * time.Second))))
			srv.publish(func(p *shared.AuditProgress) { p.Revision++ })
			if rnd.IntN(10) == 0 {
				s.Wake(Wake(rnd.IntN(int(WakeUser) + 1)))
			}
		}
	}
	f.change(func() { srv.weather = fine })
	s.Wake(WakeShow)
	wait(5*time.Minute + time.Minute)
	if v := f.view(); v.Phase != Live || v.Progress.Revision != srv.state.Revision {
		t.Errorf("after the storm: %v %v, revision %d, want live and %d", v.Phase, v.Reason, v.Progress.Revision, srv.state.Revision)
	}
	srv.publish(func(p *shared.AuditProgress) {
		*p = completed(7, p.Revision+1)
	})
	synctest.Wait()
	if v := f.view(); v.Phase != Closed || !v.Terminal() {
		t.Errorf("after the end: %v %v", v.Phase, v.Reason)
	}
	shown := int64(0)
	for _, v := range f.views {
		if v.Progress != nil {
			if v.Progress.Revision < shown {
				t.Errorf("shown revision fell from %d to %d", shown, v.Progress.Revision)
			}
			shown = v.Progress.Revision
		}
	}
	for i := 1; i < len(f.asked); i++ {
		if gap := f.asked[i].Sub(f.asked[i-1]); gap < pollEvery {
			t.Errorf("two requests within %v", gap)
		}
	}
	for _, line := range f.lines {
		if !strings.HasPrefix(line, "[SSE] ") {
			t.Errorf("console: %q", line)
		}
	}
}

type weather int

const (
	fine   weather = iota
	silent         // streams are swallowed
	flush          // streams bring their first flush and no more
	cut            // streams end after 300 ms
	denied         // streams are refused with a status
	down           // nothing answers
	portal         // everything answers HTML
	stormy
)

// weatherServer is one audit on a server behind changing weather.
type weatherServer struct {
	platform *fakePlatform
	weather  weather
	state    shared.AuditProgress
}

func (srv *weatherServer) now() (weather, shared.AuditProgress) {
	srv.platform.mu.Lock()
	defer srv.platform.mu.Unlock()
	return srv.weather, srv.state
}

// publish changes the state and sends it where streams get through.
func (srv *weatherServer) publish(change func(*shared.AuditProgress)) {
	srv.platform.mu.Lock()
	change(&srv.state)
	p, open, sky := srv.state, []*fakeStream(nil), srv.weather
	for _, s := range srv.platform.streams {
		if !s.closed {
			open = append(open, s)
		}
	}
	srv.platform.mu.Unlock()
	for _, s := range open {
		if sky == fine {
			s.data(p)
		}
	}
}

func (srv *weatherServer) greet(s *fakeStream) {
	sky, p := srv.now()
	switch sky {
	case denied, portal:
		s.shut()
		return
	case down:
		s.lose()
		return
	case silent:
		return
	case stormy:
		s.open()
		s.beat()
		s.end(shared.EndDrain, 1000)
		return
	}
	s.open()
	s.beat()
	s.data(p)
	if sky == cut {
		time.Sleep(300 * time.Millisecond)
		s.lose()
		return
	}
	beats := time.NewTicker(shared.HeartbeatDefault)
	defer beats.Stop()
	for {
		select {
		case <-beats.C:
		case <-s.gone:
			return
		}
		switch sky, p := srv.now(); sky {
		case fine:
			s.beat()
			s.data(p)
		case down:
			s.lose()
		}
	}
}

func (srv *weatherServer) fetch(r Request) (Response, error) {
	sky, p := srv.now()
	switch sky {
	case down:
		return Response{}, ErrNetwork
	case portal:
		return Response{Status: 200, ContentType: "text/html"}, nil
	case stormy:
		return problemAnswer(503, shared.CodeOverloaded), nil
	}
	if r.ETag != shared.ETag(p.Revision) {
		return jsonAnswer(p), nil
	}
	time.Sleep(r.Hold)
	return Response{Status: StatusNotModified}, nil
}
