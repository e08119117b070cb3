package stream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// maxLogged bounds what a client chose and the log repeats.
const maxLogged = 40

// Audit serves GET /sse/audits/{id}/progress, the stream of one audit.
func (s *Server) Audit(w http.ResponseWriter, r *http.Request) {
	id, ok := shared.ParseID(r.PathValue("id"))
	if !ok {
		s.refuse(w, r, badID(r.PathValue("id")))
		return
	}
	s.stream(w, r, wish{ids: []int64{id}, variant: withID, cursor: lastEventID(r)})
}

// Audits serves GET /sse/audits: with ?id=7&id=9 the stream of those audits,
// at most [shared.MaxStreamIDs]; without, the list.
func (s *Server) Audits(w http.ResponseWriter, r *http.Request) {
	ids, err := streamIDs(r.URL.RawQuery)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	if ids == nil {
		s.stream(w, r, wish{variant: brief})
		return
	}
	s.stream(w, r, wish{ids: ids, variant: withoutID})
}

// wish is what a request wants streamed.
type wish struct {
	ids     []int64 // nil for the list
	variant variant
	cursor  string // the last event id of a reader that comes back; empty for none
}

// lastEventID is the cursor of a reader that comes back. A browser that
// reconnects by itself sends the header, which is then newer than the query of
// the address it was given.
func lastEventID(r *http.Request) string {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return id
	}
	return r.URL.Query().Get(shared.ParamLastEvent)
}

// streamIDs reads the ids of a stream, without repetitions; nil for none.
func streamIDs(rawQuery string) ([]int64, error) {
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, badQuery("", "The query cannot be read.")
	}
	for name := range query {
		if name != shared.ParamID && name != shared.ParamLastEvent {
			return nil, badQuery(name, "A stream takes id, up to 50 times; a misspelt one must not mean the whole list.")
		}
	}
	var ids []int64
	for _, text := range query[shared.ParamID] {
		id, ok := shared.ParseID(text)
		if !ok {
			return nil, badID(text)
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		if len(ids) > shared.MaxStreamIDs {
			return nil, badQuery(shared.ParamID, fmt.Sprintf("One stream carries at most %d audits.", shared.MaxStreamIDs))
		}
	}
	return ids, nil
}

func clip(text string) string {
	if len(text) > maxLogged {
		return text[:maxLogged]
	}
	return text
}

// stream serves one stream. Whatever can be refused is refused before the first
// byte, so the snapshot comes first.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, want wish) {
	free, err := s.admit(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	if kept := s.serve(w, r, want, free); !kept {
		s.release(free)
	}
}

// serve reports whether the stream goes on after the handler, and with it what
// free gives back.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, want wish, free func()) (kept bool) {
	out, err := newResponse(w, s.cfg.WriteTimeout)
	if err != nil {
		s.cfg.Log.Error("stream not possible: a wrapper of the response hides its connection", append(want.about(r.RemoteAddr), "err", err)...)
		s.refuse(w, r, internal(err))
		return false
	}
	began := time.Now()
	view, snapshot, err := s.subscribe(r.Context(), want)
	if err != nil {
		if r.Context().Err() == nil {
			s.refuse(w, r, err)
		}
		return false
	}
	if a, ok := view.(*audits); ok && want.cursor != "" && a.resume(want.cursor) {
		view.close()
		w.WriteHeader(http.StatusNoContent) // an EventSource never comes back after this
		return false
	}
	if r.Method == http.MethodHead {
		view.close()
		setHead(w.Header())
		w.WriteHeader(http.StatusOK)
		return false
	}
	t := &ticket{session: newSession(s, view, began), free: free, caller: caller(r.RemoteAddr, want.cursor)}
	if s.takeOver(w, r, t, snapshot) {
		return true
	}
	setHead(w.Header())
	w.WriteHeader(http.StatusOK)
	t.opened()
	s.metrics.writers[WriterNetHTTP].Inc()
	defer s.metrics.writers[WriterNetHTTP].Dec()
	t.ended(t.serveHTTP(r.Context(), out, snapshot), time.Now())
	return false
}

// subscribe first, then query, unless others watch the same and so the state is
// known: what changes in between comes with the subscription, at the price of a
// frame that may be known already and is dropped then.
func (s *Server) subscribe(ctx context.Context, want wish) (view, *batch, error) {
	list := want.ids == nil
	var v view
	if list {
		v = s.hub.watchList()
	} else {
		a := s.hub.watch(want.ids, want.variant)
		if b := s.hub.known(a); b != nil && s.relay.outage() == nil {
			return a, b, nil
		}
		v = a
	}
	snapshot, err := s.relay.asking.snapshot(ctx, want.ids, list)
	switch {
	case err != nil:
		err = unavailable(err)
	case !list && !slices.ContainsFunc(want.ids, func(id int64) bool { return snapshot.frames[id] != nil }):
		err = notFound()
	default:
		return v, snapshot, nil
	}
	v.close()
	return nil, nil, err
}

func setHead(h http.Header) {
	h.Set("Content-Type", sse.ContentType)
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
}

// admit lets a request hold its connection until [Server.release] is given free
// back, or returns why not.
func (s *Server) admit(r *http.Request) (free func(), err error) {
	switch s.gate.enter() {
	case errDraining:
		return nil, draining(s.cfg.Drain)
	case errFull:
		return nil, overloaded()
	}
	if s.cfg.Admit == nil {
		return nil, nil
	}
	if free, err = s.cfg.Admit(r); err != nil {
		s.gate.leave()
	}
	return free, err
}

func (s *Server) release(free func()) {
	if free != nil {
		free()
	}
	s.gate.leave()
}

func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	reason := notAdmitted
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		reason = string(refusal.Code)
	}
	s.metrics.rejected.WithLabelValues(reason).Inc()
	s.cfg.Fail(w, r, err)
}
