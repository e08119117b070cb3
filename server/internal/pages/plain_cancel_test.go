package pages

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/app/ui"
	"atalaya/shared"
)

// The plain page of an audit asks before it stops it, and stands still meanwhile.
func TestCancelQuestion(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	page := shared.PathBasicPage(id)
	says := func(target string) string {
		t.Helper()
		return read(t, s.get(target))
	}
	if got := says(page + "?lang=es"); !strings.Contains(got, page+"?ask=cancel&amp;lang=es") ||
		!strings.Contains(got, `http-equiv="refresh"`) || strings.Contains(got, "<form") {
		t.Errorf("before: %s", got)
	}
	if got := says(page + "?ask=cancel"); !strings.Contains(got, `value="keep"`) || !strings.Contains(got, `value="discard"`) ||
		strings.Contains(got, `http-equiv="refresh"`) {
		t.Errorf("asked: %s", got)
	}
	if _, err := s.rows.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if got := says(page + "?ask=cancel"); strings.Contains(got, "<form") {
		t.Errorf("an audit that has ended can be stopped: %s", got)
	}
}

func TestCancelPlainly(t *testing.T) {
	s := newSite(t)
	send := func(id int64, body string) (status int, to string) {
		t.Helper()
		r := s.do("POST", shared.PathBasicPage(id)+"?lang=es", body, "Content-Type", "application/x-www-form-urlencoded")
		return r.StatusCode, r.Header.Get("Location")
	}
	kept, dropped := s.audit("https://one.example/").AuditID, s.audit("https://two.example/").AuditID
	for _, tt := range []struct {
		name, body string
		id         int64
		status     int
		to         string
	}{
		{"no button", "", kept, 400, ""},
		{"another button", "do=" + url.QueryEscape("<b>"), kept, 400, ""},
		{"kept", "do=keep", kept, 303, shared.PathBasicPage(kept) + "?lang=es"},
		{"kept again", "do=keep", kept, 303, shared.PathBasicPage(kept) + "?lang=es"},
		{"discarded", "do=discard", dropped, 303, "/basic?lang=es"},
		{"discarded again", "do=discard", dropped, 404, ""},
		{"no such audit", "do=keep", 999, 404, ""},
	} {
		if status, to := send(tt.id, tt.body); status != tt.status || to != tt.to {
			t.Errorf("%s: %d to %q, want %d to %q", tt.name, status, to, tt.status, tt.to)
		}
	}
	if p, err := s.rows.Progress(t.Context(), kept); err != nil || p.Status != shared.StatusCancelled {
		t.Errorf("kept: %s, %v", p.Status, err)
	}
	if p, err := s.rows.Progress(t.Context(), dropped); err == nil {
		t.Errorf("discarded: %+v", p)
	}
}

// worker has an audit for a while after it was told to stop.
type worker struct {
	ui.Data
	until   time.Time
	deleted time.Time // when the audit was
}

var errRunning = errors.New("test: the audit runs")

func (w *worker) Progress(context.Context, int64) (shared.AuditProgress, error) {
	if time.Now().Before(w.until) {
		return shared.AuditProgress{Status: shared.StatusRunning}, nil
	}
	return shared.AuditProgress{Status: shared.StatusCancelled}, nil
}

func (w *worker) Cancel(ctx context.Context, id int64) (shared.AuditProgress, error) {
	return w.Progress(ctx, id)
}

func (w *worker) Delete(ctx context.Context, id int64) error {
	if p, _ := w.Progress(ctx, id); !p.Status.Terminal() {
		return errRunning
	}
	w.deleted = time.Now()
	return nil
}

// An audit is deleted when its worker lets go of it, which is waited for, but not for ever.
func TestDiscardWaitsForTheWorker(t *testing.T) {
	for _, tt := range []struct {
		name           string
		stops, deleted time.Duration
		err            error
	}{
		{"nobody has it", 0, 0, nil},
		{"it stops within a second", 900 * time.Millisecond, time.Second, nil},
		{"it does not stop", time.Hour, 0, errRunning},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			w := &worker{until: began.Add(tt.stops)}
			p := plain{Config{Data: w, Cancels: w}}
			audit, _ := w.Cancel(t.Context(), 7)
			if err := p.discard(t.Context(), audit); !errors.Is(err, tt.err) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
			}
			if tt.err == nil && !w.deleted.Equal(began.Add(tt.deleted)) {
				t.Errorf("%s: deleted after %v", tt.name, w.deleted.Sub(began))
			}
			if tt.err != nil && time.Since(began) != stopsWithin {
				t.Errorf("%s: given up after %v", tt.name, time.Since(began))
			}
		})
	}
}
