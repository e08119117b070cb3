package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

const (
	// arriveWithin is how soon the first beat and a change must be there: a client that
	// waits as long gives a stream up as useless.
	arriveWithin = 5 * time.Second
	// quietMax is longer than a stream is ever silent.
	quietMax = shared.HeartbeatMax + 5*time.Second
	// skewMax is a difference of clocks that nobody notices.
	skewMax = 5 * time.Second
	// slow is a round trip that people notice.
	slow = time.Second
)

const (
	partStream = "stream"
	partTrip   = "round trip"
	partIdle   = "idle cut-off"
	partClock  = "clock"
)

const cureBuffer = "switch buffering off for /sse/ " +
	"(nginx: proxy_buffering off, and no proxy_ignore_headers X-Accel-Buffering), or see what else stands between"

// heard is something that came over a stream, or the end of it.
type heard struct {
	at    time.Time
	open  *http.Response // the first time
	event sse.Event
	err   error // the last time
}

// listen opens a stream as a browser does. What is heard ends with an error, or with ctx.
func (s *Server) listen(ctx context.Context, path string) <-chan heard {
	all := make(chan heard)
	tell := func(h heard) bool {
		h.at = time.Now()
		select {
		case all <- h:
			return true
		case <-ctx.Done():
			return false
		}
	}
	go func() {
		request, err := s.request(ctx, http.MethodGet, path, "", func(r *http.Request) {
			r.Header.Set("Accept", "text/event-stream")
			r.Header.Set("Accept-Encoding", "gzip, br")
		})
		if err != nil {
			tell(heard{err: err})
			return
		}
		response, err := s.http.Do(request)
		if err != nil {
			tell(heard{err: err})
			return
		}
		defer response.Body.Close()
		if !tell(heard{open: response}) {
			return
		}
		for events := sse.NewDecoder(response.Body); ; {
			event, err := events.Next()
			if !tell(heard{event: event, err: err}) || err != nil {
				return
			}
		}
	}()
	return all
}

// await returns the first of all that is wanted, or the end of the stream; late when
// neither came within the bound.
func await(
	ctx context.Context, all <-chan heard, within time.Duration, wanted func(heard) bool,
) (h heard, late bool) {
	timer := time.NewTimer(within)
	defer timer.Stop()
	for {
		select {
		case h := <-all:
			if h.err != nil || h.event.Type == shared.EventEnd || wanted(h) {
				return h, false
			}
		case <-timer.C:
			return heard{}, true
		case <-ctx.Done():
			return heard{err: ctx.Err()}, false
		}
	}
}

func opened(h heard) bool { return h.open != nil }

func beat(h heard) bool { return h.event.Type == shared.EventHeartbeat }

// streams watches a stream: of an audit made for it, or else of the list.
func (s *Server) streams(ctx context.Context) []Diagnosis {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	trial, why := s.begin(ctx)
	defer trial.end(ctx)
	path := shared.PathStreams
	if why == "" {
		path = shared.PathStream(trial.id)
	}
	all := s.listen(ctx, path)
	first, diagnosis := firstBeat(ctx, all)
	if diagnosis.State != OK {
		return []Diagnosis{diagnosis}
	}
	found := []Diagnosis{diagnosis, clock(first)}
	if why != "" {
		found = append(found, Skip(partTrip, "%s", why))
	} else {
		trip := trial.roundTrip(ctx, all)
		found = append(found, trip)
		if trip.State == Broken {
			return found
		}
	}
	return append(found, quiet(ctx, all))
}

// firstBeat waits until the stream has shown that it is one.
func firstBeat(ctx context.Context, all <-chan heard) (heard, Diagnosis) {
	begun := time.Now()
	h, late := await(ctx, all, arriveWithin, opened)
	if late {
		return h, Fault(partStream, cureBuffer, "a stream shows nothing within %v: it is held back on the way", arriveWithin)
	}
	if h.err != nil {
		return h, Fault(partStream, "see the log of the proxy", "a stream cannot be opened: %v", h.err)
	}
	if d, ok := isStream(h.open); !ok {
		return h, d
	}
	h, late = await(ctx, all, arriveWithin, beat)
	switch {
	case late:
		return h, Fault(partStream, cureBuffer,
			"the first beat is not there within %v: it is held back on the way", arriveWithin)
	case !beat(h):
		return h, Fault(partStream, "see the log of the proxy", "the stream ends before its first beat")
	}
	return h, Well(partStream, "the first beat is there after %s", short(time.Since(begun)))
}

// isStream looks at the head of a stream's answer.
func isStream(response *http.Response) (d Diagnosis, ok bool) {
	encoding := response.Header.Get("Content-Encoding")
	switch kind := response.Header.Get("Content-Type"); {
	case response.StatusCode == http.StatusUnauthorized:
		return Skip(partStream, "the server asks for a token: give one in ATALAYA_TOKEN"), false
	case response.StatusCode != http.StatusOK:
		body, _ := io.ReadAll(io.LimitReader(response.Body, shared.MaxBody)) // the status says enough without it
		return Fault(partStream, "see the server's log",
			"a stream is refused with %d: %q", response.StatusCode, answer{body: body}.problem().Detail), false
	case !strings.HasPrefix(kind, "text/event-stream"):
		return Fault(partStream, "let the proxy pass /sse/ on as it is", "a stream arrives as %q", kind), false
	case encoding != "":
		return Fault(partStream, "do not compress text/event-stream in the proxy",
			"a stream arrives compressed (%q), which holds its events back", encoding), false
	}
	return d, true
}

// clock compares the server's clock with this one. It is as old as the way of a beat.
func clock(first heard) Diagnosis {
	h, err := shared.DecodeHeartbeat(first.event.Data)
	if err != nil {
		return Fault(partClock, "examine with the atalaya of the server's version", "a beat cannot be read: %v", err)
	}
	if skew := first.at.Sub(h.ServerTime.Time); skew.Abs() > skewMax {
		return Warn(partClock, "set both clocks by NTP",
			"this machine's clock and the server's are %s apart", short(skew.Abs()))
	}
	return Well(partClock, "this machine's clock and the server's agree")
}

// trial is an audit made to be watched; without an id there is none.
type trial struct {
	server *Server
	id     int64
}

// begin makes an external audit, or says why there is none.
func (s *Server) begin(ctx context.Context) (t trial, why string) {
	t.server = s
	if s.readOnly {
		return t, "the server is only read (--read-only)"
	}
	a, err := s.ask(ctx, http.MethodPost, shared.PathAudits, `{"url":"atalaya doctor","kind":"external"}`, nil)
	if err != nil {
		return t, "an audit for a trial cannot be made: " + err.Error()
	}
	var made shared.AuditProgress
	if a.status != http.StatusCreated || json.Unmarshal(a.body, &made) != nil {
		return t, fmt.Sprintf("no audit for a trial may be made: %q", a.problem().Detail)
	}
	t.id = made.AuditID
	return t, ""
}

// patch changes the trial's progress.
func (t trial) patch(ctx context.Context, body string) error {
	a, err := t.server.ask(ctx, http.MethodPatch, shared.PathProgress(t.id), body, nil)
	if err == nil && a.status != http.StatusOK {
		err = fmt.Errorf("%q", a.problem().Detail)
	}
	return err
}

// roundTrip makes a change and waits for it.
func (t trial) roundTrip(ctx context.Context, all <-chan heard) Diagnosis {
	const progress = 40
	begun := time.Now()
	if err := t.patch(ctx, `{"progress":40}`); err != nil {
		return Skip(partTrip, "the trial's progress cannot be changed: %v", err)
	}
	h, late := await(ctx, all, arriveWithin, func(h heard) bool {
		p, err := shared.DecodeAuditProgress(h.event.Data)
		return h.event.Type == "" && err == nil && p.AuditID == t.id && p.Progress == progress
	})
	switch took := h.at.Sub(begun); {
	case late:
		return Fault(partTrip, cureBuffer, "a change is not there within %v: it is held back on the way", arriveWithin)
	case h.err != nil || h.event.Type == shared.EventEnd:
		return Fault(partTrip, "see the log of the proxy", "the stream ended before a change was there")
	case took > slow:
		return Warn(partTrip, "see the latency of the database, and what stands between",
			"a change is there after %s, which people notice", short(took))
	default:
		return Well(partTrip, "a change is there after %s", short(took))
	}
}

// end deletes the trial, also when the examination was interrupted.
func (t trial) end(ctx context.Context) {
	if t.id == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
	defer cancel()
	_ = t.patch(ctx, `{"status":"completed"}`)                                   // what runs is not deleted
	_, _ = t.server.ask(ctx, http.MethodDelete, shared.PathAudit(t.id), "", nil) // it is named for what it is
}

// quiet waits for the next beat of a stream on which nothing happens.
func quiet(ctx context.Context, all <-chan heard) Diagnosis {
	begun := time.Now()
	h, late := await(ctx, all, quietMax, beat)
	took := short(time.Since(begun))
	switch {
	case late:
		return Fault(partIdle, cureBuffer, "a quiet stream shows no beat within %v", quietMax)
	case h.event.Type == shared.EventEnd:
		return Skip(partIdle, "the server ended the stream by itself: examine it again")
	case h.err != nil:
		return Fault(partIdle, "raise the proxy's idle timeout above the interval of beats "+
			"(nginx: proxy_read_timeout; HAProxy: timeout server and timeout client), or lower --heartbeat",
			"a quiet stream is cut off after %s", took)
	}
	return Well(partIdle, "a quiet stream lives from beat to beat (%s)", took)
}
