package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"atalaya/shared"
)

// Audit serves GET /sse/audits/{id}/progress, the stream of one audit.
func (s *Server) Audit(w http.ResponseWriter, r *http.Request) {
	id, ok := shared.ParseID(r.PathValue("id"))
	if !ok {
		s.refuse(w, r, badID(r.PathValue("id")))
		return
	}
	s.stream(w, r, request{ids: []int64{id}, variant: withID, cursor: lastEventID(r)})
}

// Audits serves GET /sse/audits: with ?id=7&id=9 the stream of those audits,
// at most [shared.MaxStreamIDs]; without, the list. With ?list=true&id=7 it carries both,
// and the states of the audits named are events of type [shared.EventAudit].
func (s *Server) Audits(w http.ResponseWriter, r *http.Request) {
	want, err := wantOf(r.URL.RawQuery)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.stream(w, r, want)
}

// lastEventID is the cursor of a client that comes back. A browser that reconnects by
// itself sends the header, which is then newer than the query of the address that it
// was given.
func lastEventID(r *http.Request) string {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return id
	}
	query := r.URL.Query()
	for _, name := range lastEventNames {
		if id := query.Get(name); id != "" {
			return id
		}
	}
	return ""
}

// lastEventNames are the names under which clients and their polyfills send the cursor
// in the query.
var lastEventNames = [...]string{shared.ParamLastEvent, "lastEventId", "lastEventID", "Last-Event-ID"}

// wantOf reads what a stream of several audits or of the list is to carry, ids without
// repetitions. Other names are ignored, because polyfills and cache busters add some of
// their own.
func wantOf(rawQuery string) (want request, err error) {
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return want, badQuery("", "The query cannot be read.")
	}
	for _, text := range query[shared.ParamID] {
		id, ok := shared.ParseID(text)
		if !ok {
			return want, badID(text)
		}
		if !slices.Contains(want.ids, id) {
			want.ids = append(want.ids, id)
		}
		if len(want.ids) > shared.MaxStreamIDs {
			return want, badQuery(shared.ParamID, fmt.Sprintf("One stream carries at most %d audits.", shared.MaxStreamIDs))
		}
	}
	switch list := query.Get(shared.ParamList); {
	case list != "" && list != "true" && list != "false":
		return want, badQuery(shared.ParamList, "It is true or false.")
	case want.ids == nil:
		want.variant = brief
	case list == "true":
		want.variant = beside
	default:
		want.variant = withoutID
	}
	return want, nil
}

// stream serves one stream. Whatever can be refused is refused before the first
// byte, so the snapshot comes first.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, want request) {
	if r.ContentLength != 0 {
		s.refuseBody(w, r)
		return
	}
	admission, err := s.admit(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	if kept := s.serve(w, r, want, admission); !kept {
		s.release(admission)
	}
}

// serve reports whether the stream goes on after the handler has returned, and
// keeps its admission until it ends.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, want request, admission Admission) (kept bool) {
	out, err := newResponse(w, s.cfg.WriteTimeout)
	if err != nil {
		s.cfg.Log.LogAttrs(r.Context(), slog.LevelError,
			"stream not possible: a wrapper of the response hides its connection",
			append(want.logAttrs(r.RemoteAddr), slog.Any("err", err))...)
		s.refuse(w, r, internal(err))
		return false
	}
	began := time.Now()
	// net/http takes a client that has closed its own side for one that has left; it may
	// still want the stream.
	sub, first, err := s.subscribe(context.WithoutCancel(r.Context()), want)
	if err != nil {
		s.refuse(w, r, err)
		return false
	}
	if sub.resume(want.cursor) {
		sub.unsubscribe()
		w.WriteHeader(http.StatusNoContent) // an EventSource never comes back after this
		return false
	}
	if r.Method == http.MethodHead {
		sub.unsubscribe()
		setHead(w.Header())
		w.WriteHeader(http.StatusOK)
		return false
	}
	o := newOpenStream(s.env, sub, began, admission, w.Header().Get("X-Request-Id"), r.RemoteAddr, want.cursor)
	if s.takeOver(w, r, o, first) {
		return true
	}
	setHead(w.Header())
	w.WriteHeader(http.StatusOK)
	o.opened()
	s.metrics.writers[WriterNetHTTP].Inc()
	defer s.metrics.writers[WriterNetHTTP].Dec()
	o.ended(o.serveHTTP(r.Context(), out, first), time.Now())
	return false
}

// subscribe subscribes first and then asks for a snapshot, unless the hub has one:
// what changes in between comes with the subscription, at the price of a frame that
// may be known already and is dropped then.
func (s *Server) subscribe(ctx context.Context, want request) (subscriber, *snapshot, error) {
	var sub subscriber
	switch want.variant {
	case brief:
		sub = s.hub.subscribeList(&s.relay.snapshots)
	case beside:
		sub = s.hub.subscribeBoth(&s.relay.snapshots, want.ids)
	default:
		a := s.hub.subscribeAudits(want.ids, want.variant)
		if cached := s.hub.cachedSnapshot(a); cached != nil && s.relay.outage() == nil {
			return a, cached, nil
		}
		sub = a
	}
	first, err := s.relay.snapshots.request(ctx, want.ids, want.list())
	switch {
	case err != nil:
		err = unavailable(err)
	case !want.list() && !slices.ContainsFunc(want.ids, func(id int64) bool { return first.frames[id] != nil }):
		err = notFound()
	default:
		return sub, first, nil
	}
	sub.unsubscribe()
	return nil, nil, err
}

// admit lets a request hold its connection until [env.release] is given the admission back,
// or returns why not.
func (s *Server) admit(r *http.Request) (admission Admission, err error) {
	if err := s.gate.enter(); errors.Is(err, errDraining) {
		return Admission{}, draining(s.cfg.Drain)
	} else if err != nil {
		return Admission{}, s.cfg.full()
	}
	if s.cfg.Admit == nil {
		return Admission{}, nil
	}
	if admission, err = s.cfg.Admit(r); err != nil {
		s.gate.leave()
	}
	return admission, err
}

// refuseBody refuses a stream request with a body, without waiting for the body:
// net/http would, before it answers and before it closes.
func (s *Server) refuseBody(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor == 1 {
		w.Header().Set("Connection", "close")
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now()) // where there is none, nobody waits
	s.refuse(w, r, withBody())
}

func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	reason := notAdmitted
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		reason = string(refusal.Code)
	}
	s.metrics.rejected.WithLabelValues(reason).Inc()
	s.cfg.Fail(w, r, err)
}
