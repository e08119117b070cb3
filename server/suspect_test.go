package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

// deadlySite has a page that kills whoever asks for it: it says so on asked, and never
// answers. Others lead to it.
func deadlySite(t *testing.T) (url string, asked <-chan struct{}) {
	t.Helper()
	deaths := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for i := range 12 {
			fmt.Fprintf(w, "<a href='/page/%d'>%d</a> ", i, i)
		}
		fmt.Fprint(w, "<a href='/deadly'>on</a>")
	})
	mux.HandleFunc("GET /page/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<p>harmless")
	})
	mux.HandleFunc("GET /deadly", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case deaths <- struct{}{}:
		case <-r.Context().Done():
		}
		<-r.Context().Done()
	})
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	return site.URL, deaths
}

// An audit that kills the server whenever it comes to a page dies of that alone: the
// good one beside it is disturbed once, and has the report of an undisturbed run.
func TestASuspectTakesNobodyWithIt(t *testing.T) {
	t.Parallel()
	audit := fmt.Sprintf(`{"url":%q}`, gitDoc(t))
	calm := start(t, "--data-dir", t.TempDir(), "--rate", "10000")
	want := settledReport(t, calm, calm.create(audit).AuditID)

	deadly, asked := deadlySite(t)
	p := start(t, "--data-dir", t.TempDir(), "--rate", "100", "--workers", "2")
	suspect := p.create(fmt.Sprintf(`{"url":%q}`, deadly)).AuditID
	good := p.create(audit).AuditID
	deaths := 0
	deadline := time.After(5 * time.Minute)
	for !p.progress(suspect).Status.Terminal() {
		select {
		case <-asked:
			deaths++
			p.kill()
			if err := p.launch(); err != nil {
				t.Fatal(err)
			}
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			t.Fatalf("after %d deaths: %+v", deaths, p.progress(suspect))
		}
	}
	a := p.progress(suspect)
	if a.Status != shared.StatusFailed || a.ErrorKey == nil || *a.ErrorKey != "worker-died" ||
		deaths < store.LeasesLostMax {
		t.Errorf("after %d deaths the suspect is %+v", deaths, a)
	}
	got := settledReport(t, p, good)
	if got.Audit.Attempt > 2 || // more than one death was its as well
		got.Audit.Status != shared.StatusCompleted {
		t.Errorf("the good audit: %+v", got.Audit)
	}
	if !reflect.DeepEqual(got.Score, want.Score) || !reflect.DeepEqual(got.Checks, want.Checks) ||
		!reflect.DeepEqual(got.Unvisited, want.Unvisited) {
		t.Errorf("the good audit's report differs: score %+v, left out %+v; undisturbed %+v, %+v",
			got.Score, got.Unvisited, want.Score, want.Unvisited)
	}
}
