package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"atalaya/shared"
)

// stranger is a server that answers as a test has it, whatever a well one would do.
func stranger(t *testing.T, stream http.HandlerFunc) *Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+shared.PathReady, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"status":"ready"}`)
	})
	mux.HandleFunc("POST "+shared.PathAudits, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"code":"conflict","detail":"\u001b[2Jno"}`)
	})
	mux.HandleFunc("GET "+shared.PathStreams, stream)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return NewServer(server.URL, "s3cret", false)
}

func part(t *testing.T, all []Diagnosis, name string) Diagnosis {
	t.Helper()
	for _, d := range all {
		if d.Part == name {
			return d
		}
	}
	t.Fatalf("nothing is said of %s: %v", name, all)
	return Diagnosis{}
}

// beats writes the head of a stream and so many beats of a clock.
func beats(w http.ResponseWriter, n int, now time.Time) {
	w.Header().Set("Content-Type", "text/event-stream")
	for range n {
		fmt.Fprintf(w, "event: heartbeat\ndata: {\"server_time\":%q,\"fresh_at\":null}\n\n", now.UTC().Format(time.RFC3339))
	}
	_ = http.NewResponseController(w).Flush()
}

func TestClocks(t *testing.T) {
	for ahead, want := range map[time.Duration]State{
		0: OK, 2 * time.Second: OK, time.Minute: Warning, -time.Hour: Warning,
	} {
		s := stranger(t, func(w http.ResponseWriter, _ *http.Request) { beats(w, 2, time.Now().Add(ahead)) })
		if d := part(t, s.Examine(t.Context()), partClock); d.State != want {
			t.Errorf("%v ahead: %+v", ahead, d)
		}
	}
}

// TestStreamsThatEnd tells a server that goes away from a proxy that cuts.
func TestStreamsThatEnd(t *testing.T) {
	for text, want := range map[string]State{
		"": Broken,
		"event: end\ndata: {\"reason\":\"drain\",\"retry_ms\":1000}\n\n": Skipped,
	} {
		s := stranger(t, func(w http.ResponseWriter, _ *http.Request) {
			beats(w, 1, time.Now())
			fmt.Fprint(w, text)
		})
		if d := part(t, s.Examine(t.Context()), partIdle); d.State != want {
			t.Errorf("%q: %+v, want %s", text, d, want)
		}
	}
	s := stranger(t, func(w http.ResponseWriter, _ *http.Request) { beats(w, 0, time.Now()) })
	if d := part(t, s.Examine(t.Context()), partStream); d.State != Broken || d.Says != "the stream ends before its first beat" {
		t.Errorf("no beat: %+v", d)
	}
}

// TestWhatIsSentAndSaid: the token is sent, and nothing of an answer drives a terminal.
func TestWhatIsSentAndSaid(t *testing.T) {
	sent := make(chan string, 10)
	s := stranger(t, func(w http.ResponseWriter, r *http.Request) {
		sent <- r.Header.Get("Authorization")
		w.Header().Set("Content-Encoding", "\tgzip\x1b[2J")
		beats(w, 1, time.Now())
	})
	said := fmt.Sprint(s.Examine(t.Context()))
	if got := <-sent; got != "Bearer s3cret" {
		t.Errorf("sent %q", got)
	}
	if strings.ContainsAny(said, "\x1b\t") || strings.Contains(said, "s3cret") {
		t.Errorf("said %q", said)
	}
}

// TestInterruptedExamination does not go on waiting for a quiet stream.
func TestInterruptedExamination(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	s := stranger(t, func(w http.ResponseWriter, r *http.Request) {
		beats(w, 1, time.Now())
		interrupt()
		<-r.Context().Done()
	})
	begun := time.Now()
	s.Examine(ctx)
	if took := time.Since(begun); took > quietMax/2 {
		t.Errorf("it took %v", took)
	}
}
