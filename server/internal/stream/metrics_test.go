package stream

import (
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/shared"
)

// series returns the values that label has in a metric, sorted.
func (r *rig) series(name, label string) (values []string) {
	r.t.Helper()
	families, err := r.metrics.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if f.GetName() == name && l.GetName() == label {
					values = append(values, l.GetValue())
				}
			}
		}
	}
	slices.Sort(values)
	return values
}

// took returns how often propagation was measured, and the sum in ms.
func (r *rig) took(until string) (n, ms int) {
	r.t.Helper()
	families, err := r.metrics.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "atalaya_propagation_seconds" && m.GetLabel()[0].GetValue() == until {
				n, ms = int(m.GetHistogram().GetSampleCount()), int(math.Round(m.GetHistogram().GetSampleSum()*1000))
			}
		}
	}
	return n, ms
}

// write commits a change at this moment of the database's clock.
func (r *rig) write(id int64, ahead time.Duration) {
	r.table.update(id, func(p *shared.AuditProgress) { p.Progress++; p.UpdatedAt = shared.At(time.Now().Add(ahead)) })
}

func TestPropagation(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		check := func(what string, published, publishedMS, flushed, flushedMS int) {
			t.Helper()
			if n, ms := r.took("published"); n != published || ms != publishedMS {
				t.Errorf("%s: published %d in %d ms together, want %d in %d", what, n, ms, published, publishedMS)
			}
			if n, ms := r.took("flushed"); n != flushed || ms != flushedMS {
				t.Errorf("%s: flushed %d in %d ms together, want %d in %d", what, n, ms, flushed, flushedMS)
			}
		}
		r.table.insert(7, 8)
		one, several, list := r.open("/sse/audits/7/progress"), r.open("/sse/audits?id=7&id=8"), r.open("/sse/audits")
		r.open("/sse/audits/7/progress?last_event_id=1")
		time.Sleep(time.Minute)
		check("snapshots", 0, 0, 0, 0)

		r.table.set(func() { r.table.lag = 30 * time.Millisecond })
		time.Sleep(1040 * time.Millisecond) // between two ticks
		r.write(7, 0)
		synctest.Wait()
		time.Sleep(100 * time.Millisecond)
		check("a change", 1, 30, 4, 120)

		r.write(7, time.Hour)
		time.Sleep(100 * time.Millisecond)
		check("a clock that is ahead", 2, 30, 8, 120)

		r.table.set(func() { r.table.lag = 0 })
		r.table.fail(errors.New("connection refused"))
		time.Sleep(time.Second)
		r.write(8, 0)
		fell := time.Now()
		time.Sleep(10 * time.Second)
		r.table.fail(nil)
		time.Sleep(3 * time.Second)
		seen := several.Of("")
		late := int(seen[len(seen)-1].At.Sub(fell).Milliseconds())
		if late < 10_000 || late > 13_000 {
			t.Errorf("the change of the outage came after %d ms", late)
		}
		check("an outage", 3, 30+late, 10, 120+2*late)
		if len(one.Of("")) != 3 || len(list.Of("")) != 5 {
			t.Errorf("one stream has %d frames, the list %d; want 3 and 5", len(one.Of("")), len(list.Of("")))
		}
	})
}

// What counts is when the bytes have left, not when somebody meant to send them.
func TestPropagationToASlowSubscriber(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		conn := r.deaf("/sse/audits/7/progress")
		defer conn.Close()
		go func() {
			time.Sleep(time.Second)
			io.CopyN(io.Discard, conn, 500) // into the snapshot, and no further
			time.Sleep(3 * time.Second)
			io.Copy(io.Discard, conn)
		}()
		time.Sleep(2 * time.Second)
		r.write(7, 0)
		time.Sleep(time.Second)
		if n, _ := r.took("flushed"); n != 0 {
			t.Errorf("flushed %d before the subscriber read", n)
		}
		time.Sleep(5 * time.Second)
		if n, ms := r.took("flushed"); n != 1 || ms != 2000 {
			t.Errorf("flushed %d in %d ms, want 1 in 2000", n, ms)
		}
	})
}

// Many subscribers cost a few observations for each frame, and each has a turn.
func TestPropagationSamplesManySubscribers(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		const subscribers = 300
		for range subscribers {
			r.open("/sse/audits/7/progress")
		}
		time.Sleep(time.Second) // the position's first window is not measured
		before := 0
		for range 40 {
			time.Sleep(50 * time.Millisecond)
			r.write(7, 0)
			synctest.Wait()
			n, _ := r.took("flushed")
			if n-before < sampled/2 || n-before > sampled+1 {
				t.Fatalf("one frame to %d subscribers: %d flushes measured, want %d to %d", subscribers, n-before,
					sampled/2, sampled+1)
			}
			before = n
		}
		if n, _ := r.took("published"); n != 40 {
			t.Errorf("%d frames measured when published, want 40", n)
		}
	})
}

func TestSample(t *testing.T) {
	for subscribers, want := range map[int]sample{
		0: 0, 1: 0, 15: 0, 16: 1, 31: 1, 32: 3, 1000: 63, 1024: 127, 10_000: 255, 1_000_000: 255,
	} {
		s := sampleOf(subscribers)
		if s != want {
			t.Errorf("%d subscribers: got mask %d, want %d", subscribers, s, want)
		}
		for turn := range 256 {
			hits := 0
			for serial := range uint64(s) + 1 {
				if s.hits(uint8(turn), serial+250) {
					hits++
				}
			}
			if hits != 1 {
				t.Fatalf("%d subscribers: turn %d comes %d times in %d frames, want once", subscribers, turn,
					hits, int(s)+1)
			}
		}
	}
}

// The cut to 32 bits stays right when they overflow.
func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const round = int64(probeUnit) << 32
		overflow := time.Unix(0, (time.Now().UnixNano()/round+1)*round)
		for _, start := range []time.Duration{-time.Hour, -100 * time.Millisecond, 0, time.Hour} {
			r := newRig(t, Config{})
			time.Sleep(time.Until(overflow.Add(start)))
			f := newFrame(running(7, 1))
			f.progress.UpdatedAt = shared.At(time.Now())
			time.Sleep(200 * time.Millisecond)
			p := probeOf(f)
			p.flushed(r.server.metrics)
			p.flushed(r.server.metrics) // nothing was taken meanwhile
			if n, ms := r.took("flushed"); n != 1 || ms != 200 {
				t.Errorf("%v from the overflow: flushed %d in %d ms, want 1 in 200", start, n, ms)
			}
			r.stop()
		}
	})
}

func TestEveryEndIsCounted(t *testing.T) {
	var over atomic.Bool
	admit := func(r *http.Request) (a Admission, err error) {
		if r.Header.Get("Cookie") != "" {
			a.Over = over.Load
		}
		return a, nil
	}
	virtual(t, Config{Admit: admit}, func(t *testing.T, r *rig) {
		over.Store(false)
		want := slices.Sorted(slices.Values(ends))
		if got := r.series("atalaya_stream_duration_seconds", "reason"); !slices.Equal(got, want) {
			t.Errorf("before the first end: got the series %v, want %v", got, want)
		}
		r.table.insert(1, 2, 3, 4, 5, 6)
		r.open("/sse/audits/3/progress")
		time.Sleep(11 * time.Minute)
		r.open("/sse/audits/1/progress")
		r.open("/sse/audits/2/progress")
		r.table.complete(1)
		r.table.delete(2)
		left := r.open("/sse/audits/4/progress")
		deaf := r.deaf("/sse/audits/5/progress")
		defer deaf.Close()
		time.Sleep(time.Minute)
		left.Stop()
		r.open("/sse/audits/6/progress")
		r.open("/sse/audits/6/progress", "Cookie", "of somebody")
		synctest.Wait()
		over.Store(true)
		r.server.Recheck()
		synctest.Wait()
		if err := r.server.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		for _, reason := range ends {
			if got := r.metric("atalaya_stream_duration_seconds", "reason", reason); got != 1 {
				t.Errorf("ended by %s: got %v, want 1", reason, got)
			}
		}
		if got := r.series("atalaya_stream_duration_seconds", "reason"); !slices.Equal(got, want) {
			t.Errorf("got the series %v, want %v", got, want)
		}
		if got, want := r.series("atalaya_stream_errors_total", "reason"),
			slices.Sorted(slices.Values(faults)); !slices.Equal(got, want) {
			t.Errorf("got the faults %v, want %v", got, want)
		}
	})
}

func TestEveryRejectionIsCounted(t *testing.T) {
	admit := func(req *http.Request) (Admission, error) {
		switch req.Header.Get("Cookie") {
		case "too many":
			return Admission{}, TooMany("Close one.", errors.New("over the cap of this address"))
		case "other":
			return Admission{}, errors.New("not for you")
		}
		return Admission{Release: func() {}}, nil
	}
	virtual(t, Config{MaxStreams: 1, Admit: admit}, func(t *testing.T, r *rig) {
		want := slices.Sorted(slices.Values(rejections))
		if got := r.series("atalaya_stream_rejections_total", "reason"); !slices.Equal(got, want) {
			t.Errorf("before the first: got the series %v, want %v", got, want)
		}
		r.table.insert(7)
		// reject asks until it knows that Retry-After is drawn by chance.
		reject := func(status int, code, path string, header ...string) {
			t.Helper()
			waits := map[int]bool{}
			for range 20 {
				before := r.metric("atalaya_stream_rejections_total", "reason", code)
				s := r.open(path, header...)
				s.Wait()
				if s.Status != status || string(s.Problem().Code) != code && code != notAdmitted {
					t.Errorf("%s: got %d %s, want %d %s", path, s.Status, s.Problem().Code, status, code)
				}
				if got := r.metric("atalaya_stream_rejections_total", "reason", code) - before; got != 1 {
					t.Errorf("%s: counted %v, want 1", code, got)
				}
				if seconds, err := strconv.Atoi(s.Header.Get("Retry-After")); err == nil {
					waits[seconds] = true
				}
			}
			if jittered := len(waits) >= 3; jittered != (status == 503 || code == "too_many_streams") {
				t.Errorf("%s: Retry-After %v", code, waits)
			}
		}
		reject(400, "bad_id", "/sse/audits/seven/progress")
		reject(400, "bad_query", "/sse/audits?id=7;")
		reject(404, "not_found", "/sse/audits/8/progress")
		reject(429, "too_many_streams", "/sse/audits/7/progress", "Cookie", "too many")
		reject(429, notAdmitted, "/sse/audits/7/progress", "Cookie", "other")
		r.table.fail(errors.New("connection refused"))
		reject(503, "unavailable", "/sse/audits/7/progress")
		reject(503, "unavailable", "/api/v1/audits/7/progress")
		r.table.fail(nil)
		time.Sleep(3 * time.Second)

		in := r.open("/sse/audits/7/progress")
		reject(503, "overloaded", "/sse/audits")
		r.table.progress(7, 50)
		synctest.Wait()
		if got := r.metric("atalaya_stream_limit"); got != 1 || in.Closed() || len(in.Of("")) != 2 {
			t.Errorf("bound %v; who is in: closed %v, %d frames", got, in.Closed(), len(in.Of("")))
		}
		r.server.Audit(struct{ http.ResponseWriter }{httptest.NewRecorder()}, r.request("GET", "/"))
		in.Stop()
		synctest.Wait()
		req := r.request("GET", "/")
		req.SetPathValue("id", "7")
		r.server.Audit(struct{ http.ResponseWriter }{httptest.NewRecorder()}, req)
		if got := r.metric("atalaya_stream_rejections_total", "reason", "internal"); got != 1 {
			t.Errorf("internal: counted %v, want 1", got)
		}
		r.server.Drain(t.Context())
		reject(503, "draining", "/sse/audits/7/progress")
		if got := r.series("atalaya_stream_rejections_total", "reason"); !slices.Equal(got, want) {
			t.Errorf("got the series %v, want %v", got, want)
		}
	})
}

func TestWakeupsAndSweepsAreCounted(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		check := func(what string, commits, ticks float64) {
			t.Helper()
			got := [4]float64{}
			for i, source := range []string{"commit", "timer", "notify", "data_version"} {
				got[i] = r.metric("atalaya_wakeups_total", "source", source)
			}
			if want := [4]float64{commits, ticks}; got != want {
				t.Errorf("%s: got %v wake-ups, want %v", what, got, want)
			}
		}
		r.table.insert(7, 8)
		synctest.Wait() // or its second wake-up may find the stream there
		s := r.open("/sse/audits/7/progress")
		began := time.Now()
		lastGood := float64(began.Add(10*time.Second).UnixNano()) / 1e9
		check("a stream was opened", 2, 0) // that is no wake-up
		time.Sleep(10 * time.Second)
		check("after 10 s", 2, 40)
		if at := r.metric("atalaya_sweep_success_timestamp_seconds"); at != lastGood {
			t.Errorf("the last good sweep began at %v, want %v", at, began.Add(10*time.Second))
		}
		if sweeps := r.metric("atalaya_sweep_seconds"); sweeps != 41 || r.metric("atalaya_sweep_rows") != sweeps {
			t.Errorf("%v sweeps, %v with rows; want 41 of each", sweeps, r.metric("atalaya_sweep_rows"))
		}
		r.table.fail(errors.New("connection refused"))
		time.Sleep(10 * time.Second)
		if at := r.metric("atalaya_sweep_success_timestamp_seconds"); at != lastGood {
			t.Errorf("during an outage the last good sweep moves to %v", at)
		}
		if got := r.metric("atalaya_stream_errors_total", "reason", "sweep"); got < 5 {
			t.Errorf("%v failed sweeps in 10 s of outage", got)
		}
		s.Stop()
	})
}
