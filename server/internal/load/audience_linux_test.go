package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// target is where a server of this process listens.
func target(t *testing.T, h http.Handler) netip.AddrPort {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	addr, err := netip.ParseAddrPort(strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

func open(t *testing.T, addr netip.AddrPort, poll time.Duration, topics ...*topic) *audience {
	t.Helper()
	c, err := openAudience(t.Context(), addr, topics, poll)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return c
}

// What the subscribers of the bare server get is what was published.
func TestAudienceOfStreams(t *testing.T) {
	b := &bare{streams: map[chan []byte]struct{}{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+shared.PathStreams+"/{id}/progress", b.stream)
	mux.HandleFunc("POST "+publishPath, b.publish)
	s := &site{child: &child{addr: target(t, mux)}}
	if err := s.publish(t.Context(), 1, 0); err != nil {
		t.Fatal(err)
	}
	one := &topic{id: 1, path: shared.PathStream(1), subscribers: 300}
	c := open(t, s.addr, 0, one)
	if got := c.census(); got.ready != 300 || got.refused != 0 {
		t.Fatalf("got %+v, want 300 ready", got)
	}
	for range 5 {
		if err := one.step(t.Context(), s.publish); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := c.deliveries()[0]
	if d.received != 1500 || d.conflated != 0 || d.lost != 0 || len(d.toAll) != 5 {
		t.Errorf("got %d frames, %d conflated, %d lost, %d to all; want 1500, 0, 0, 5", d.received, d.conflated,
			d.lost, len(d.toAll))
	}
}

// Polling subscribers ask again and again on one connection.
func TestAudienceOfPolls(t *testing.T) {
	var asked, seq atomic.Int64
	addr := target(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		fmt.Fprintf(w, `{"audit_id":1,"message":"%s%d"}`, label, seq.Load())
	}))
	one := &topic{id: 1, path: "/", subscribers: 20}
	c := open(t, addr, 20*time.Millisecond, one)
	err := one.step(t.Context(), func(_ context.Context, _ int64, n int) error { seq.Store(int64(n)); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := c.settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := c.deliveries()[0]; d.received != 20 || d.lost != 0 {
		t.Errorf("got %d answers with the new state, %d lost; want 20, 0", d.received, d.lost)
	}
	if got := c.census(); got.cut != 0 || asked.Load() < 40 {
		t.Errorf("got %+v after %d requests, want nobody cut and 40 requests or more", got, asked.Load())
	}
}

func TestAudienceCountsTheRefused(t *testing.T) {
	var n atomic.Int64
	addr := target(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1)%2 == 0 {
			http.Error(w, "full", http.StatusServiceUnavailable)
			return
		}
		frame, _ := sse.Append(nil, sse.Event{Data: []byte("{}")})
		_, _ = w.Write(frame)
	}))
	c := open(t, addr, 0, &topic{id: 1, path: "/", subscribers: 20})
	if got := c.census(); got.ready != 10 || got.refused != 10 {
		t.Errorf("got %+v, want 10 ready and 10 refused", got)
	}
}

func TestOnlyLoopback(t *testing.T) {
	for _, addr := range []string{"192.0.2.1:80", "10.0.0.1:80", "[2001:db8::1]:80", "0.0.0.0:80"} {
		c, err := openAudience(t.Context(), netip.MustParseAddrPort(addr), []*topic{{path: "/", subscribers: 1}}, 0)
		if err == nil {
			c.close()
			t.Errorf("%s was connected to", addr)
		}
		if err := serve(t.Context(), serveBare, addr, "", t.Output()); err == nil {
			t.Errorf("%s was listened at", addr)
		}
	}
}

func TestTooManySubscribers(t *testing.T) {
	_, err := openAudience(t.Context(), netip.MustParseAddrPort("127.0.0.1:1"), []*topic{{subscribers: maxSubscribers + 1}}, 0)
	if err == nil {
		t.Error("more subscribers than there are descriptors were let in")
	}
}

// The whole way, with the real server: it is started, its table is updated from
// here, its subscribers see every audit's last state, and its queries are counted.
func TestTrial(t *testing.T) {
	b, err := newBench(t.Context(), "", []string{sqlite}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.close(); err != nil {
			t.Error(err)
		}
	}()
	err = b.withAtalaya(t.Context(), sqlite, func(s *site) error {
		topics, err := s.audits(t.Context(), 3, 4)
		if err != nil {
			return err
		}
		drive := func(ctx context.Context) error {
			if err := topics[0].step(ctx, s.patch); err != nil {
				return err
			}
			return flood(ctx, topics, s.db.update, 1, 100, 100*time.Millisecond)
		}
		return b.add(t.Context(), &trial{site: s, topics: topics, idle: 100 * time.Millisecond, drive: drive},
			newRow("atalaya", sqlite, oneAudit, 12))
	})
	if err != nil {
		t.Fatal(err)
	}
	r := b.rows[0]
	if r.Connected != 12 || r.Refused != 0 || r.Lost != 0 || !(r.P50 > 0) || !(r.QueriesOpening >= 1) ||
		!(r.CPUPerEvent > 0) {
		t.Errorf("got %+v", r)
	}
}

// The plan's names are what -only selects by.
func TestPlanNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, task := range plan([]string{sqlite, postgresql}, 10_000) {
		if seen[task.name] {
			t.Errorf("two tasks are named %q", task.name)
		}
		seen[task.name] = true
	}
	if len(seen) < 10 {
		t.Errorf("%d tasks", len(seen))
	}
}
