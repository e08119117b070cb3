package stream

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"atalaya/shared"
)

// Poll serves GET /api/v1/audits/{id}/progress: the same JSON as the stream's
// data, with the revision as ETag.
//
// With Prefer: wait=N and an If-None-Match that names the present revision, the
// answer is held until there is another revision, the audit is terminal, N
// seconds are over or the server drains. While it is held it costs a subscriber
// and nothing else. Over the connection caps the answer is given at once
// instead: polling is what remains when streams are refused.
func (s *Server) Poll(w http.ResponseWriter, r *http.Request) {
	id, ok := shared.ParseID(r.PathValue("id"))
	if !ok {
		s.refuse(w, r, badID(r.PathValue("id")))
		return
	}
	match, wait := shared.IfNoneMatch(r.Header.Values("If-None-Match")), preferWait(r.Header)
	var f *frame
	var err error
	if admission, held := s.mayHold(r, match, wait); held {
		w.Header().Set("Preference-Applied", "wait="+strconv.Itoa(int(wait/time.Second)))
		f, err = s.hold(r.Context(), id, match, wait, admission)
		s.release(admission)
	} else {
		f, err = s.read(r.Context(), id)
	}
	switch {
	case r.Context().Err() != nil:
	case err != nil:
		w.Header().Del("Preference-Applied")
		s.refuse(w, r, err)
	default:
		s.answer(w, r, f, match)
	}
}

func (s *Server) mayHold(r *http.Request, match shared.EntityTags, wait time.Duration) (a Admission, ok bool) {
	if wait == 0 || match.Any || len(match.Tags) == 0 || r.Method != http.MethodGet {
		return a, false
	}
	a, err := s.admit(r)
	return a, err == nil
}

// read takes part in the next snapshot, with all requests of the same moment.
func (s *Server) read(ctx context.Context, id int64) (*frame, error) {
	first, err := s.relay.snapshots.request(ctx, []int64{id}, false)
	if err != nil {
		return nil, unavailable(err)
	}
	f := first.frames[id]
	if f == nil {
		return nil, notFound()
	}
	return f, nil
}

// hold returns the newest frame once it is worth answering.
func (s *Server) hold(
	ctx context.Context, id int64, match shared.EntityTags, wait time.Duration, a Admission,
) (*frame, error) {
	s.metrics.poll.Inc()
	defer s.metrics.poll.Dec()
	began := time.Now()
	sub, _, err := s.subscribe(ctx, request{ids: []int64{id}, variant: body})
	if err != nil {
		return nil, err
	}
	defer sub.unsubscribe()
	woken := newSignal()
	sub.attach(woken)
	over := time.NewTimer(wait - time.Since(began))
	defer over.Stop()
	topic := sub.subscriptions()[0].topic
	for {
		f := topic.newest.Load()
		switch {
		case a.Over != nil && a.Over():
			return nil, unauthorized()
		case topic.deleted.Load():
			return nil, notFound()
		case f.terminal() || !match.Match(shared.ETag(f.revision())):
			return f, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-woken:
		case <-s.gate.drain:
			return f, nil
		case <-over.C:
			// "Not modified" would be a guess while the database is silent.
			if err := s.relay.outage(); err != nil {
				return nil, unavailable(err)
			}
			return f, nil
		}
	}
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, f *frame, match shared.EntityTags) {
	control := http.NewResponseController(w)
	if err := control.SetWriteDeadline(time.Now().Add(s.cfg.WriteTimeout)); err != nil {
		s.cfg.Log.Error("poll not possible: a wrapper of the response hides its connection", "err", err)
		s.refuse(w, r, internal(err))
		return
	}
	h := w.Header()
	etag := shared.ETag(f.revision())
	h.Set("ETag", etag)
	h.Set("Cache-Control", "no-cache")
	if !f.terminal() {
		h.Set(shared.HeaderWatching, strconv.Itoa(s.hub.watchedBy(f.id())))
	}
	if match.Match(etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	data := f.bytes(body)
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data) // a peer that has left needs no answer
}
