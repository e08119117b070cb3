package ssetest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// progress is the data of a first state.
func progress(t *testing.T) string {
	t.Helper()
	at := shared.At(time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC))
	data, err := json.Marshal(shared.AuditProgress{
		AuditID: 7, Revision: 1, URL: "x", Kind: shared.KindExternal, Status: shared.StatusPending,
		CreatedAt: at, UpdatedAt: at,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// open serves body as the answer to one request and reads it.
func open(t *testing.T, status int, body string) *Reader {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(t, server.Client(), req)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReaderReadsToTheEnd(t *testing.T) {
	r := open(t, 200, ": connected\n\nid: 1\ndata: "+progress(t)+"\n\n"+
		"event: end\ndata: {\"reason\":\"finished\",\"retry_ms\":0}\n\n")
	if p, err := r.NextProgress(); err != nil || p.AuditID != 7 {
		t.Fatalf("got %+v, %v", p, err)
	}
	if _, err := r.NextProgress(); !errors.Is(err, ErrEnded) {
		t.Errorf("got %v, want ErrEnded", err)
	}
	r.Wait()
	if end, ok := r.End(); !ok || end.Reason != shared.EndFinished || !r.Closed() {
		t.Errorf("got %+v (%v)", end, ok)
	}
	if got := r.Revisions(); !slices.Equal(got, []string{"7@1"}) || r.LastEventID() != "1" {
		t.Errorf("got %v, last event id %q", got, r.LastEventID())
	}
	if got := r.Comments(); !slices.Equal(got, []string{"connected"}) {
		t.Errorf("got comments %q", got)
	}
}

func TestReaderTellsACutStreamFromAnEnd(t *testing.T) {
	r := open(t, 200, "id: 1\ndata: "+progress(t)+"\n\n")
	if _, err := r.NextProgress(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.NextProgress(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want io.EOF", err)
	}
}

func TestReaderKeepsARefusal(t *testing.T) {
	r := open(t, 404, `{"status":404,"code":"not_found"}`)
	if r.Status != 404 || r.Problem().Code != shared.CodeNotFound {
		t.Errorf("got %d, %+v", r.Status, r.Problem())
	}
	if _, err := r.NextProgress(); err == nil {
		t.Error("got a state from a refusal")
	}
}

func TestNextRefusesWhatTheContractDoesNotKnow(t *testing.T) {
	for _, block := range []string{"data: {}\n\n", "event: end\ndata: x\n\n", "event: news\ndata: {}\n\n"} {
		if e, err := Next(sse.NewDecoder(strings.NewReader(block))); !errors.Is(err, ErrEvent) || len(e.Data) == 0 {
			t.Errorf("%q: got %+v, %v; want the data and ErrEvent", block, e, err)
		}
	}
}

// What was decoded before is known by all of its bytes, and what must not be is
// refused each time.
func TestStatesAreDecodedByTheirBytes(t *testing.T) {
	var d decoder
	one := progress(t)
	other := strings.Replace(one, `"revision":1`, `"revision":2`, 1)
	for i, data := range []string{one, other, one, other, "{}", "{}"} {
		p, err := d.decode([]byte(data))
		if want, wantErr := shared.DecodeAuditProgress([]byte(data)); !reflect.DeepEqual(p, want) ||
			(err == nil) != (wantErr == nil) {
			t.Errorf("%d: got %+v, %v; want %+v, %v", i, p, err, want, wantErr)
		}
	}
	if len(d.known) != 2 {
		t.Errorf("%d states are remembered, want the 2 that are valid", len(d.known))
	}
}
