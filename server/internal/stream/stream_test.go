package stream

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/shared"
)

// Every byte of a whole stream. Only the drawn retry is masked.
func TestBytesOfAStream(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		r.table.complete(7)
		resp, err := r.client.Do(r.request("GET", "/sse/audits/7/progress"))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		retry := regexp.MustCompile(`^retry: ([12][0-9]{3}|3000)\n`)
		if !retry.Match(got) {
			t.Errorf("does not begin with a retry of 1000 to 3000: %q", got)
		}
		got = retry.ReplaceAll(got, []byte("retry: R\n"))
		data := string(mustJSON(r.table.row(7)))
		now := "2000-01-01T00:00:00.000Z"
		want := "retry: R\n\n: connected\n\n" +
			"event: heartbeat\ndata: {\"server_time\":\"" + now + "\",\"fresh_at\":\"" + now + "\"}\n\n" +
			"id: 2\ndata: " + data + "\n\n" +
			"event: end\ndata: {\"reason\":\"finished\",\"retry_ms\":0}\n\n"
		if string(got) != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		for name, want := range map[string]string{
			"Content-Type":      "text/event-stream; charset=utf-8",
			"Cache-Control":     "no-store, no-transform",
			"X-Accel-Buffering": "no",
			"Content-Length":    "",
			"Content-Encoding":  "",
		} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
	})
}

func TestFramesOnlyOnChange(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		s := r.open("/sse/audits/7/progress")
		time.Sleep(5 * time.Minute)
		if got, want := s.Revisions(), []string{"7@1"}; !slices.Equal(got, want) {
			t.Fatalf("unchanged for 5 min: got %v, want %v", got, want)
		}
		changed := time.Now()
		r.table.progress(7, 50)
		synctest.Wait()
		r.table.complete(7)
		synctest.Wait()
		if got, want := s.Revisions(), []string{"7@1", "7@2", "7@3"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if got := s.Of("")[2].At; !got.Equal(changed) {
			t.Errorf("the change took %v, want no time", got.Sub(changed))
		}
		if e, ok := s.End(); !ok || e != (shared.End{Reason: shared.EndFinished}) || !s.Closed() {
			t.Errorf("got end %+v (%v), closed %v; want finished and closed", e, ok, s.Closed())
		}
		last := s.Progress()[2]
		if want := r.table.row(7); !reflect.DeepEqual(last, want) {
			t.Errorf("got %+v, want %+v", last, want)
		}
		if got := s.Of("")[0].ID; got != "1" {
			t.Errorf("got id %q, want the revision", got)
		}
	})
}

// Without a single wake-up a change is seen within one sweep.
func TestEveryWakeUpLost(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.set(func() { r.table.committed = func() {} })
		r.table.insert(7)
		s := r.open("/sse/audits/7/progress")
		time.Sleep(time.Second)
		for n := range 20 {
			time.Sleep(111 * time.Millisecond)
			changed := time.Now()
			r.table.progress(7, 2+n)
			time.Sleep(250 * time.Millisecond)
			events := s.Of("")
			if got := events[len(events)-1]; len(events) != n+2 || got.At.Sub(changed) > 250*time.Millisecond {
				t.Fatalf("change %d: got %d frames, the last after %v", n, len(events), got.At.Sub(changed))
			}
		}
	})
}

func TestLastEventID(t *testing.T) {
	for _, test := range []struct {
		name, header, query string
		terminal            bool
		status              int
		want                []string
	}{
		{"none", "", "", false, 200, []string{"7@2"}},
		{"equal", "2", "", false, 200, nil},
		{"equal in the query", "", "2", false, 200, nil},
		{"older", "1", "", false, 200, []string{"7@2"}},
		{"from the future", "3", "", false, 200, []string{"7@2"}},
		{"far future", "99999999999999999999", "", false, 200, []string{"7@2"}},
		{"garbage", "'; DROP", "", false, 200, []string{"7@2"}},
		{"almost equal", "02", "", false, 200, []string{"7@2"}},
		{"header wins, equal", "2", "1", false, 200, nil},
		{"header wins, garbage", "x", "2", false, 200, []string{"7@2"}},
		{"terminal, none", "", "", true, 200, []string{"7@2"}},
		{"terminal, equal", "2", "", true, 204, nil},
		{"terminal, equal in the query", "", "2", true, 204, nil},
		{"terminal, equal, as polyfills write it", "", "2&lastEventId=1", true, 204, nil},
		{"terminal, equal, under another name", "", "&lastEventId=2", true, 204, nil},
		{"terminal, equal, in capitals", "", "&lastEventID=2", true, 204, nil},
		{"terminal, equal, like the header", "", "&Last-Event-ID=2&_=17", true, 204, nil},
		{"terminal, older", "1", "", true, 200, []string{"7@2"}},
		{"terminal, garbage", "x", "", true, 200, []string{"7@2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			virtual(t, Config{}, func(t *testing.T, r *rig) {
				r.table.insert(7)
				if test.terminal {
					r.table.complete(7)
				} else {
					r.table.progress(7, 50)
				}
				path := "/sse/audits/7/progress"
				if test.query != "" {
					path += "?last_event_id=" + test.query
				}
				var header []string
				if test.header != "" {
					header = []string{"Last-Event-ID", test.header}
				}
				s := r.open(path, header...)
				synctest.Wait()
				if got := s.Revisions(); s.Status != test.status || !slices.Equal(got, test.want) {
					t.Errorf("got %d %v, want %d %v", s.Status, got, test.status, test.want)
				}
				if s.Status != 200 {
					return
				}
				if got := len(s.Heartbeats()); got != 1 {
					t.Errorf("got %d first heartbeats, want 1", got)
				}
				if test.terminal {
					return
				}
				// Whatever the cursor, the next change comes: it is no floor.
				r.table.progress(7, 60)
				synctest.Wait()
				if got, want := s.Revisions(), append(test.want, "7@3"); !slices.Equal(got, want) {
					t.Errorf("after a change: got %v, want %v", got, want)
				}
			})
		})
	}
}

func TestRefusals(t *testing.T) {
	many := "/sse/audits?id=1"
	for id := range shared.MaxStreamIDs {
		many += fmt.Sprintf("&id=%d", id+2)
	}
	for path, want := range map[string]struct {
		status int
		code   shared.Code
		field  string
	}{
		"/sse/audits/8/progress":                    {404, shared.CodeNotFound, ""},
		"/sse/audits/0/progress":                    {400, shared.CodeBadID, "id"},
		"/sse/audits/-1/progress":                   {400, shared.CodeBadID, "id"},
		"/sse/audits/07/progress":                   {400, shared.CodeBadID, "id"},
		"/sse/audits/x/progress":                    {400, shared.CodeBadID, "id"},
		"/sse/audits?id=8&id=9":                     {404, shared.CodeNotFound, ""},
		"/sse/audits?id=7&id=x":                     {400, shared.CodeBadID, "id"},
		"/sse/audits?id=":                           {400, shared.CodeBadID, "id"},
		"/sse/audits?list=true&id=":                 {400, shared.CodeBadID, "id"},
		"/sse/audits?list=both&id=7":                {400, shared.CodeBadQuery, "list"},
		"/sse/audits?id=7;id=8":                     {400, shared.CodeBadQuery, ""},
		"/api/v1/audits/8/progress":                 {404, shared.CodeNotFound, ""},
		"/api/v1/audits/1e3/progress":               {400, shared.CodeBadID, "id"},
		many:                                        {400, shared.CodeBadQuery, "id"},
		"/sse/audits/99999999999999999999/progress": {400, shared.CodeBadID, "id"},
	} {
		virtual(t, Config{}, func(t *testing.T, r *rig) {
			r.table.insert(7)
			other := r.open("/sse/audits/7/progress") // a neighbour in the same moment changes nothing
			s := r.open(path)
			synctest.Wait()
			if s.Status != want.status || s.Problem().Code != want.code || s.Problem().Field != want.field {
				t.Errorf("GET %s: got %d %s, field %q, want %+v", path, s.Status, s.Problem().Code,
					s.Problem().Field, want)
			}
			if got := s.Header.Get("Content-Type"); got != shared.ProblemType {
				t.Errorf("GET %s: got type %q", path, got)
			}
			if other.Closed() {
				t.Error("the neighbour's stream ended")
			}
		})
	}
}

// What others add to the query of a stream says nothing.
func TestUnknownNamesInTheQuery(t *testing.T) {
	for path, want := range map[string][]string{
		"/sse/audits/7/progress?_=17":     {"7@1"},
		"/sse/audits?id=7&_=17&utm=x":     {"7@1"},
		"/sse/audits?id=7&lastEventId=":   {"7@1"},
		"/sse/audits?list=false&id=7":     {"7@1"},
		"/sse/audits?list=true":           {"8@1", "7@1"},
		"/sse/audits?_=17&last_event_id=": {"8@1", "7@1"},
	} {
		virtual(t, Config{}, func(t *testing.T, r *rig) {
			r.table.insert(7, 8)
			s := r.open(path)
			synctest.Wait()
			if got := s.Revisions(); s.Status != http.StatusOK || !slices.Equal(got, want) {
				t.Errorf("%s: got %d, %v; want %v", path, s.Status, got, want)
			}
		})
	}
}

func TestOtherMethods(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		for _, test := range []struct {
			method, path string
			want         int
		}{
			{"POST", "/sse/audits/7/progress", 405},
			{"DELETE", "/sse/audits", 405},
			{"HEAD", "/sse/audits/7/progress", 200},
			{"HEAD", "/sse/audits", 200},
			{"HEAD", "/sse/audits/8/progress", 404},
			{"HEAD", "/api/v1/audits/7/progress", 200},
		} {
			resp, err := r.client.Do(r.request(test.method, test.path))
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode != test.want || test.method == "HEAD" && len(body) > 0 {
				t.Errorf("%s %s: got %d and %d bytes, want %d", test.method, test.path, resp.StatusCode,
					len(body), test.want)
			}
		}
		if got := r.metric("atalaya_stream_duration_seconds"); got != 0 {
			t.Errorf("got %v streams, want none", got)
		}
	})
}

func TestDeleted(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		s := r.open("/sse/audits/7/progress")
		synctest.Wait()
		r.table.delete(7)
		synctest.Wait()
		if e, ok := s.End(); !ok || e != (shared.End{Reason: shared.EndDeleted}) || !s.Closed() {
			t.Errorf("got %+v (%v), closed %v", e, ok, s.Closed())
		}
	})
}

func TestSeveral(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7, 8, 9)
		s := r.open("/sse/audits?id=7&id=9&id=404&id=9", "Last-Event-ID", "1")
		synctest.Wait()
		got := s.Revisions()
		slices.Sort(got)
		if want := []string{"7@1", "9@1"}; !slices.Equal(got, want) {
			t.Fatalf("snapshot: got %v, want %v", got, want)
		}
		if gone := s.Of(shared.EventDeleted); len(gone) != 1 || gone[0].Deleted.AuditID != 404 {
			t.Errorf("of an audit that does not exist: got %v, want that it is deleted", gone)
		}
		r.table.progress(8, 50)
		synctest.Wait()
		r.table.complete(9)
		synctest.Wait()
		if got, want := s.Revisions()[2:], []string{"9@2"}; !slices.Equal(got, want) || s.Closed() {
			t.Fatalf("got %v, closed %v; want %v and open", got, s.Closed(), want)
		}
		r.table.complete(7)
		synctest.Wait()
		if e, ok := s.End(); !ok || e.Reason != shared.EndFinished || !s.Closed() {
			t.Errorf("got %+v (%v), closed %v", e, ok, s.Closed())
		}
		for _, e := range s.Of("") {
			if e.ID != "" {
				t.Errorf("a stream of several has an id: %q", e.ID)
			}
		}
		if s.Progress()[0].Activity == nil {
			t.Error("no activity in a stream of several")
		}
	})
}

func TestSeveralDeleted(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7, 8)
		s := r.open("/sse/audits?id=7&id=8")
		synctest.Wait()
		r.table.delete(7)
		synctest.Wait()
		if s.Closed() {
			t.Fatal("ended with an audit left")
		}
		if gone := s.Of(shared.EventDeleted); len(gone) != 1 || gone[0].Deleted.AuditID != 7 {
			t.Errorf("got %v, want that audit 7 is deleted", gone)
		}
		r.table.delete(8)
		synctest.Wait()
		if e, ok := s.End(); !ok || e.Reason != shared.EndDeleted {
			t.Errorf("got %+v (%v)", e, ok)
		}
	})
}

func TestHandlersNeedTheConnection(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		type hidden struct{ http.ResponseWriter } // no Unwrap
		handler := r.http.Handler
		r.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			handler.ServeHTTP(hidden{w}, req)
		})
		for _, path := range []string{"/sse/audits/7/progress", "/sse/audits", "/api/v1/audits/7/progress"} {
			if s := r.open(path); s.Status != http.StatusInternalServerError {
				t.Errorf("GET %s through a wrapper without Unwrap: got %d, want 500", path, s.Status)
			}
		}
		if got := r.log.Count("not possible: a wrapper"); got != 3 {
			t.Errorf("logged %d times, want 3:\n%s", got, r.log)
		}
	})
}

func TestLogLines(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		r.open("/sse/audits/7/progress", "Last-Event-ID", strings.Repeat("x", 500))
		synctest.Wait()
		r.table.complete(7)
		synctest.Wait()
		cursor := strings.Repeat("x", 40)
		for _, want := range []string{
			`msg="stream opened" audit_id=7 last_event_id=` + cursor + ` remote=pipe transport=sse`,
			`msg="stream ended" audit_id=7 last_event_id=` + cursor +
				` remote=pipe transport=sse request_id=rig reason=finished duration=0s frames=2`,
		} {
			if !r.log.Contains(want) {
				t.Errorf("no line with %s in\n%s", want, r.log)
			}
		}
	})
}
