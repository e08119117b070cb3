package stream

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// answerTo is a response over no connection: it has deadlines, keeps what is
// written, and its subscriber leaves after the first flush.
type answerTo struct {
	*httptest.ResponseRecorder
	leave func()
}

func (a answerTo) FlushError() error              { a.leave(); return nil }
func (answerTo) SetReadDeadline(time.Time) error  { return nil }
func (answerTo) SetWriteDeadline(time.Time) error { return nil }

// However hostile a cursor, in the header or in the query: the subscriber is not
// refused, gets the state unless it names that very state, and 204 only if there
// is nothing more to come.
func FuzzLastEventID(f *testing.F) {
	for _, id := range []string{"", "1", "2", "3", "02", "+2", " 2", "2 ", "2\x00", "2\r\n", "\r", "\n\n",
		"\x00", "\uFEFF2",
		"２", "é", "日本", "\xff\xfe", "-1", "1e3", "0x2", "18446744073709551618", "null", "'; DROP TABLE audits; --"} {
		f.Add(id, false, false)
		f.Add(id, true, true)
	}
	f.Fuzz(func(t *testing.T, cursor string, inQuery, terminal bool) {
		r := newRig(t, Config{Writer: WriterNetHTTP})
		r.table.insert(7)
		r.table.progress(7, 50)
		if terminal {
			r.table.complete(7)
		}
		row := r.table.row(7)
		req := httptest.NewRequest("GET", "/sse/audits/7/progress", nil)
		req.SetPathValue("id", "7")
		if inQuery {
			req.URL.RawQuery = url.Values{shared.ParamLastEvent: {cursor}}.Encode()
		} else {
			req.Header.Set("Last-Event-ID", cursor)
		}
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		w := answerTo{httptest.NewRecorder(), leave}
		r.server.Audit(w, req.WithContext(ctx))

		has := cursor == strconv.FormatInt(row.Revision, 10)
		want := http.StatusOK
		if has && terminal {
			want = http.StatusNoContent
		}
		if w.Code != want {
			t.Fatalf("cursor %q: got %d, want %d", cursor, w.Code, want)
		}
		var states []int64
		var end shared.End
		for events := sse.NewDecoder(bytes.NewReader(w.Body.Bytes())); ; {
			e, err := events.Next()
			if err != nil {
				break
			}
			switch e.Type {
			case shared.EventEnd:
				end, _ = shared.DecodeEnd(e.Data)
			case "":
				p, err := shared.DecodeAuditProgress(e.Data)
				if err != nil {
					t.Fatal(err)
				}
				states = append(states, p.Revision)
			}
		}
		switch {
		case has && len(states) > 0:
			t.Errorf("cursor %q: got %v again", cursor, states)
		case !has && (len(states) != 1 || states[0] != row.Revision):
			t.Errorf("cursor %q: got %v, want the state, %d", cursor, states, row.Revision)
		case terminal && !has && end.Reason != shared.EndFinished:
			t.Errorf("cursor %q: ended with %+v", cursor, end)
		}
	})
}
