package crawl

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
)

func TestRobotsCache(t *testing.T) {
	var asked atomic.Int32
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		io.WriteString(w, "User-agent: AtalayaBot\nCrawl-delay: 2\nDisallow: /private\n")
	})
	f := testFetcher(t, Config{})
	c := NewRobotsCache(f)
	type answer struct {
		d   Decision
		err error
	}
	answers, page := make(chan answer), mustURL(t, server.URL+"/private/x")
	for range 8 {
		go func() {
			d, err := c.Allowed(t.Context(), page)
			answers <- answer{d, err}
		}()
	}
	want := answer{d: Decision{Agent: "AtalayaBot", Line: 3, Rule: "Disallow: /private"}}
	for range 8 {
		if got := <-answers; got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
	if got := f.Limits().Pace(mustURL(t, server.URL).Host).Rate; got != 0.5 {
		t.Errorf("rate %v, want 0.5 per second", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewRobotsCache(f).Get(ctx, mustURL(t, server.URL)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
