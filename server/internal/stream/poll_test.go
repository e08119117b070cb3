package stream

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/shared"
)

// answer is what a poll gave.
type answer struct {
	status             int
	etag, applied      string
	after              time.Duration
	revision           int64
	cache, kind, retry string
}

func (r *rig) poll(header ...string) (a answer) {
	r.t.Helper()
	began := time.Now()
	resp, err := r.client.Do(r.request("GET", "/api/v1/audits/7/progress", header...))
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	h := resp.Header
	a = answer{
		resp.StatusCode, h.Get("ETag"), h.Get("Preference-Applied"), time.Since(began), 0, h.Get("Cache-Control"),
		h.Get("Content-Type"), h.Get("Retry-After"),
	}
	switch a.status {
	case http.StatusOK:
		p, err := shared.DecodeAuditProgress(data)
		if err != nil {
			r.t.Fatal(err)
		}
		if want := r.table.row(7); !reflect.DeepEqual(p, want) {
			r.t.Errorf("got %+v, want %+v", p, want)
		}
		a.revision = p.Revision
	case http.StatusNotModified:
		if len(data) > 0 {
			r.t.Errorf("304 with %d bytes", len(data))
		}
	}
	return a
}

func TestPoll(t *testing.T) {
	const s = time.Second
	full := answer{status: 200, etag: `"2"`, revision: 2, cache: "no-cache", kind: "application/json"}
	same := answer{status: 304, etag: `"2"`, cache: "no-cache"}
	held := func(a answer, applied string, after time.Duration) answer {
		a.applied, a.after = applied, after
		return a
	}
	for _, test := range []struct {
		name   string
		header []string
		want   answer
	}{
		{"plain", nil, full},
		{"same", []string{"If-None-Match", `"2"`}, same},
		{"another", []string{"If-None-Match", `"1"`}, full},
		{"list", []string{"If-None-Match", `"1", "2"`}, same},
		{"several headers", []string{"If-None-Match", `"1"`, "If-None-Match", `W/"2"`}, same},
		{"any", []string{"If-None-Match", `*`}, same},
		{"no tag", []string{"If-None-Match", `2`}, full},

		{"wait, same", []string{"If-None-Match", `"2"`, "Prefer", "wait=25"}, held(same, "wait=25", 25*s)},
		{"wait, list", []string{"If-None-Match", `"1", "2"`, "Prefer", "wait=25"}, held(same, "wait=25", 25*s)},
		{"wait, another", []string{"If-None-Match", `"1"`, "Prefer", "wait=25"}, held(full, "wait=25", 0)},
		{"wait, no tag", []string{"Prefer", "wait=25"}, full},
		{"wait, any", []string{"If-None-Match", `*`, "Prefer", "wait=25"}, same},
		{"wait too long", []string{"If-None-Match", `"2"`, "Prefer", "wait=3600"}, held(same, "wait=30", 30*s)},
		{"wait zero", []string{"If-None-Match", `"2"`, "Prefer", "wait=0"}, same},
		{"wait malformed", []string{"If-None-Match", `"2"`, "Prefer", "wait=soon"}, same},
	} {
		t.Run(test.name, func(t *testing.T) {
			virtual(t, Config{}, func(t *testing.T, r *rig) {
				r.table.insert(7)
				r.table.progress(7, 50)
				if got := r.poll(test.header...); got != test.want {
					t.Errorf("got %+v, want %+v", got, test.want)
				}
			})
		})
	}
}

func TestHeldPollAnswersAtOnceOnChange(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		time.AfterFunc(10*time.Second, func() { r.table.progress(7, 50) })
		if got := r.poll("If-None-Match", `"1"`, "Prefer", "wait=25"); got.status != 200 || got.revision != 2 ||
			got.after != 10*time.Second {
			t.Errorf("got %+v, want revision 2 after 10 s", got)
		}
		time.AfterFunc(5*time.Second, func() { r.table.complete(7) })
		if got := r.poll("If-None-Match", `"2"`, "Prefer", "wait=25"); got.status != 200 || got.revision != 3 ||
			got.after != 5*time.Second {
			t.Errorf("got %+v, want the terminal state after 5 s", got)
		}
		if got := r.poll("If-None-Match", `"3"`, "Prefer", "wait=25"); got.status != 304 || got.after != 0 {
			t.Errorf("terminal: got %+v, want 304 at once", got)
		}
		if got := r.metric("atalaya_streams"); got != 0 {
			t.Errorf("%v polls still held", got)
		}
	})
}

func TestHeldPollOfADeletedAudit(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		time.AfterFunc(5*time.Second, func() { r.table.delete(7) })
		if got := r.poll("If-None-Match", `"1"`, "Prefer", "wait=25"); got.status != 404 ||
			got.after != 5*time.Second || got.applied != "" {
			t.Errorf("got %+v, want 404 after 5 s", got)
		}
	})
}

// "Not modified" is said only by someone who knows.
func TestPollsDuringAnOutage(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		time.AfterFunc(10*time.Second, func() { r.table.fail(errors.New("down")) })
		if got := r.poll("If-None-Match", `"1"`, "Prefer", "wait=25"); got.status != 503 ||
			got.after != 25*time.Second || got.retry == "" || got.applied != "" {
			t.Errorf("held: got %+v, want 503 after 25 s", got)
		}
		if got := r.poll(); got.status != 503 || got.after != 0 {
			t.Errorf("plain: got %+v, want 503 at once", got)
		}
		r.table.set(func() { r.table.down, r.table.lag = nil, time.Hour })
		if got := r.poll(); got.status != 503 || got.after != queryTimeout {
			t.Errorf("no answer from the database: got %+v, want 503 after %v", got, queryTimeout)
		}
	})
}

// A held poll costs no query of its own while it waits.
func TestHeldPollsShareTheSweeps(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		for range 200 {
			r.openSoon("/api/v1/audits/7/progress", "If-None-Match", `"1"`, "Prefer", "wait=20")
		}
		synctest.Wait()
		if got := r.metric("atalaya_streams", "transport", "poll"); got != 200 {
			t.Fatalf("%v polls held, want 200", got)
		}
		before := r.table.queries()
		time.Sleep(10 * time.Second)
		got := r.table.queries()
		if n := got[0] - before[0]; n < 39 || n > 40 || got[1] != before[1] {
			t.Errorf("200 held polls for 10 s: %d sweeps and %d snapshots, want one per sweep tick and 0",
				got[0]-before[0], got[1]-before[1])
		}
		time.Sleep(11 * time.Second)
	})
}

func TestPreferWait(t *testing.T) {
	for _, test := range []struct {
		header []string
		want   time.Duration
	}{
		{nil, 0},
		{[]string{"wait=25"}, 25},
		{[]string{"WAIT=25"}, 25},
		{[]string{` respond-async , wait = "7" ; foo=bar`}, 7},
		{[]string{`foo="a,wait=3,\"b", wait=9`}, 9},
		{[]string{"respond-async", "wait=4"}, 4},
		{[]string{"wait=4, wait=9"}, 4},
		{[]string{"wait=31"}, 30},
		{[]string{"wait=-1"}, 0},
		{[]string{"wait=+1"}, 0},
		{[]string{"wait=1.5"}, 0},
		{[]string{"wait=99999999999999999999"}, 0},
		{[]string{"wait"}, 0},
		{[]string{"wait="}, 0},
		{[]string{"waiting=5"}, 0},
		{[]string{`"wait=5`}, 0},
		{[]string{`wait="`}, 0},
		{[]string{",;,=,"}, 0},
	} {
		if got := preferWait(http.Header{"Prefer": test.header}); got != test.want*time.Second {
			t.Errorf("Prefer %q: got %v, want %v", test.header, got, test.want*time.Second)
		}
	}
}
