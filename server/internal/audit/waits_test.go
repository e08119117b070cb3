package audit

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
)

// busyHost is an address of the documentation, so that nothing is looked up or dialled.
const busyHost = "203.0.113.1"

// In every stage a run says what it waits for, and takes it back when the wait is over.
func TestEveryStageSaysWhatItWaitsFor(t *testing.T) {
	hold := func(t *testing.T, l *crawl.Limits) (free func()) {
		var releases []func(crawl.Outcome)
		for range parallel {
			release, err := l.Acquire(t.Context(), busyHost)
			if err != nil {
				t.Fatal(err)
			}
			releases = append(releases, release)
		}
		return func() {
			for _, release := range releases {
				release(crawl.Outcome{Status: 200})
			}
		}
	}
	pause := func(t *testing.T, l *crawl.Limits) func() {
		release, err := l.Acquire(t.Context(), busyHost)
		if err != nil {
			t.Fatal(err)
		}
		release(crawl.Outcome{Status: 429, RetryAfter: time.Minute})
		return func() {}
	}
	slow := func(t *testing.T, l *crawl.Limits) func() {
		l.SetCrawlDelay(busyHost, 10*time.Second)
		release, err := l.Acquire(t.Context(), busyHost)
		if err != nil {
			t.Fatal(err)
		}
		release(crawl.Outcome{Status: 200})
		return func() {}
	}
	stages := map[string]func(context.Context, *run) error{
		"discover": func(ctx context.Context, r *run) error {
			_, err := r.discover(ctx, newBook())
			return err
		},
		"crawl": func(ctx context.Context, r *run) error {
			s := newSite(r.pageLimit, r.maxDepth)
			s.seed = address(t, "http://"+busyHost+"/")
			s.setHome(s.seed)
			s.robots = &crawl.Robots{State: crawl.RobotsAbsent}
			s.openFrontier()
			return r.crawl(ctx, s, newBook())
		},
		"links": func(ctx context.Context, r *run) error {
			_, err := r.checkLinks(ctx, []check.ExternalLink{{URL: "http://" + busyHost + "/"}})
			return err
		},
	}
	for stage, runStage := range stages {
		for name, test := range map[string]struct {
			occupy func(*testing.T, *crawl.Limits) func()
			rate   float64
			want   work.Sentence
		}{
			"others":         {hold, 0, work.Say("waiting-for-turn", busyHost)},
			"a pause":        {pause, 0, work.Say("waiting-for-pause", busyHost, 56)},
			"a pace":         {slow, 0, work.Say("waiting-between", busyHost, 10)},
			"its own pace":   {hold, 0.05, work.Say("waiting-for-turn", busyHost)},
			"a slower pace":  {slow, 0.05, work.Say("waiting-slowly", busyHost, 20)},
			"a pause at one": {pause, 0.05, work.Say("waiting-for-pause", busyHost, 56)},
		} {
			t.Run(stage+", "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					e := New(nil, Config{})
					defer e.fetcher.Close()
					r := newRun(e.env, work.Job{URL: "http://" + busyHost + "/", Rate: test.rate}, quiet(), func(error) {}, func(error) {})
					free := test.occupy(t, e.limits)
					ctx, cancel := context.WithCancelCause(r.waits.watch.Within(t.Context()))
					go r.explainWaits(ctx)
					ended := make(chan error)
					go func() { ended <- runStage(ctx, r) }()
					time.Sleep(explainEvery - time.Second)
					before := r.rec.advance().Message
					time.Sleep(2 * time.Second)
					if got := r.rec.advance().Message; got.Text != test.want.Text {
						t.Errorf("says %q after %q, want %q", got.Text, before.Text, test.want.Text)
					}
					cancel(errCancelled)
					<-ended
					free()
					r.explainWait(time.Now())
					if got := r.rec.advance().Message; got.Text != before.Text {
						t.Errorf("goes on saying %q, not %q", got.Text, before.Text)
					}
					synctest.Wait()
				})
			})
		}
	}
}
