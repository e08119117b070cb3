package pages

import (
	"context"
	"net/http"
	"time"

	"atalaya/shared"
	"atalaya/shared/text"
)

// Canceller ends audits for those who may. The store meets it.
type Canceller interface {
	// Cancel stops an audit: at once, or within a second where a worker has it.
	Cancel(ctx context.Context, id int64) (shared.AuditProgress, error)
	// Delete deletes one that is not running.
	Delete(ctx context.Context, id int64) error
}

// paramAsk in the query of an audit's page, with the one value it takes, has the page ask whether
// to stop the audit.
const (
	paramAsk  = "ask"
	askCancel = "cancel"
)

// What the buttons of that question do, as values of [shared.FieldDo].
const (
	doKeep    = "keep"
	doDiscard = "discard"
)

const (
	// stopsWithin is how long a page waits for a worker to let go of an audit that is discarded.
	stopsWithin = 5 * time.Second
	// stopsEvery is how often it looks.
	stopsEvery = 200 * time.Millisecond
)

// cancelModel leads to the question whether to stop an audit, or asks it. Nothing can be taken
// back here, so discarding is said to delete.
type cancelModel struct {
	Ask            link // without text where the question is asked
	Action         string
	Question, Says string
	Keep, Discard  string
	GoOn           link
}

// newCancelModel is nil for an audit that has ended.
func newCancelModel(r *http.Request, l text.Lang, a shared.AuditProgress) *cancelModel {
	page := withLang(r, shared.PathBasicPage(a.AuditID))
	switch {
	case a.Status.Terminal():
		return nil
	case r.URL.Query().Get(paramAsk) != askCancel:
		ask := withLang(r, shared.PathBasicPage(a.AuditID)+"?"+paramAsk+"="+askCancel)
		return &cancelModel{Ask: link{Href: ask, Text: l.T(text.CancelButton)}}
	}
	return &cancelModel{
		Action: page, Question: l.T(text.CancelQuestion),
		Says: l.N(text.PagesDone, a.TotalPages) + " " + l.T(text.BasicDiscards),
		Keep: l.T(text.CancelConfirm), Discard: l.T(text.CancelDiscard),
		GoOn: link{Href: page, Text: l.T(text.CancelGoOn)},
	}
}

// asks reports whether the page stands still for an answer.
func (m *cancelModel) asks() bool { return m != nil && m.Question != "" }

// cancel stops the audit, and deletes it if that was asked for.
func (p *plain) cancel(w http.ResponseWriter, r *http.Request, id int64) {
	l := p.choose(w, r)
	typed, status := readValues(w, r)
	do := typed.Get(shared.FieldDo)
	if status == http.StatusOK && do != doKeep && do != doDiscard {
		status = http.StatusBadRequest
	}
	if status != http.StatusOK {
		p.note(w, r, status, l.T(text.ProblemOther), l.T(text.BasicBadForm), 0)
		return
	}
	next := shared.PathBasicPage(id)
	stopped, err := p.Cancels.Cancel(r.Context(), id)
	if err == nil && do == doDiscard {
		next, err = shared.PathBasic, p.discard(r.Context(), stopped)
	}
	switch {
	case err == nil:
		http.Redirect(w, r, withLang(r, next), http.StatusSeeOther)
	case p.Missing(err):
		p.failed(w, r, l, id, err)
	default:
		problem := p.Problem(err)
		if problem.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
			p.Log.Error("audit not cancelled", "audit_id", id, "err", err)
		}
		says := l.T(text.CancelFailed, text.Problem(l, string(problem.Code)))
		p.note(w, r, problem.Status, l.T(text.ProblemOther), says, 0)
	}
}

// discard deletes an audit as soon as its worker has let go of it.
func (p *plain) discard(ctx context.Context, a shared.AuditProgress) error {
	waiting, stop := context.WithTimeout(ctx, stopsWithin)
	defer stop()
	for !a.Status.Terminal() && waiting.Err() == nil {
		select {
		case <-time.After(stopsEvery):
		case <-waiting.Done():
		}
		if now, err := p.Data.Progress(waiting, a.AuditID); err == nil {
			a = now
		}
	}
	return p.Cancels.Delete(ctx, a.AuditID) // which refuses one that still runs
}
