package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// What -serve can be.
const (
	serveBare     = "bare"
	serveSeedPoll = "seed-poll"
	serveSeedSSE  = "seed-sse"
)

// The seed's times and its pool.
const (
	seedPollEvery = time.Second
	seedAskEvery  = 2 * time.Second
	seedPool      = 15
)

const (
	publishPath = "/publish"
	queriesName = "load_queries_total"
)

// serve runs one of the servers that Atalaya is compared with, until ctx ends.
func serve(ctx context.Context, mode, addr, database string, out io.Writer) error {
	at, err := netip.ParseAddrPort(addr)
	if err != nil || !at.Addr().IsLoopback() {
		return fmt.Errorf("-addr is %q, but must be a loopback address and a port", addr)
	}
	mux := http.NewServeMux()
	s := seed{}
	switch mode {
	case serveBare:
		b := &bare{streams: map[chan []byte]struct{}{}}
		mux.HandleFunc("GET "+shared.PathStreams+"/{id}/progress", b.stream)
		mux.HandleFunc("POST "+publishPath, b.publish)
	case serveSeedPoll, serveSeedSSE:
		if s.db, err = openURL(database); err != nil {
			return err
		}
		defer s.db.Close()
		s.db.SetMaxOpenConns(seedPool)
		s.db.SetMaxIdleConns(seedPool)
		mux.HandleFunc("GET "+shared.PathAudits+"/{id}/progress", s.answer)
		mux.HandleFunc("GET "+shared.PathStreams+"/{id}/progress", s.stream)
	default:
		return fmt.Errorf("-serve is %q, but must be %s, %s or %s", mode, serveBare, serveSeedPoll, serveSeedSSE)
	}
	mux.HandleFunc("GET "+shared.PathMetrics, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, queriesName, s.queries.Load())
	})
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is at http://%s\n", mode, l.Addr())
	server := &http.Server{Handler: mux}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(l); ctx.Err() == nil {
		return err
	}
	return nil
}

// bare is server-sent events with net/http and nothing else.
type bare struct {
	mu      sync.Mutex
	streams map[chan []byte]struct{}
	newest  []byte
}

func (b *bare) stream(w http.ResponseWriter, r *http.Request) {
	frames := make(chan []byte, 16)
	b.mu.Lock()
	b.streams[frames] = struct{}{}
	first := b.newest
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.streams, frames)
	}()
	control := startStream(w)
	beat := time.NewTicker(shared.HeartbeatDefault)
	defer beat.Stop()
	_, err := w.Write(first)
	for err == nil {
		if err = control.Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case f := <-frames:
			_, err = w.Write(f)
		case <-beat.C:
			_, err = io.WriteString(w, ": heartbeat\n\n")
		}
	}
}

// publish takes a frame and gives it to every stream that has room for it.
func (b *bare) publish(w http.ResponseWriter, r *http.Request) {
	frame, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxLine))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.newest = frame
	for s := range b.streams {
		select {
		case s <- frame:
		default:
		}
	}
}

// seed is the seed's two designs over any database with Atalaya's table.
type seed struct {
	db      *sql.DB
	queries atomic.Int64
}

// state is what the seed sends.
type state struct {
	AuditID      int64   `json:"audit_id"`
	Status       string  `json:"status"`
	Progress     int     `json:"progress"`
	ErrorMessage *string `json:"error_message"`
	GeoScore     *int    `json:"geo_score"`
	TotalPages   int     `json:"total_pages"`
	Message      *string `json:"message"`
}

// read is the one query of a subscriber.
func (s *seed) read(r *http.Request) ([]byte, error) {
	id, ok := shared.ParseID(r.PathValue("id"))
	if !ok {
		return nil, sql.ErrNoRows
	}
	s.queries.Add(1)
	var v state
	const columns = "id, status, progress, error_message, geo_score, total_pages, message"
	row := s.db.QueryRowContext(r.Context(), fmt.Sprintf("SELECT %s FROM audits WHERE id = %d", columns, id))
	err := row.Scan(&v.AuditID, &v.Status, &v.Progress, &v.ErrorMessage, &v.GeoScore, &v.TotalPages, &v.Message)
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

// answer is the design in which every subscriber asks.
func (s *seed) answer(w http.ResponseWriter, r *http.Request) {
	data, err := s.read(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(data)
}

// stream is the design in which every subscriber's stream asks. Subscribers come when
// they please, so the first wait is drawn.
func (s *seed) stream(w http.ResponseWriter, r *http.Request) {
	var last []byte
	control := startStream(w)
	wait := rand.N(seedAskEvery)
	for {
		data, err := s.read(r)
		if err != nil {
			return
		}
		if string(data) != string(last) {
			last = data
			frame, _ := sse.Append(nil, sse.Event{Data: data})
			if _, err := w.Write(frame); err != nil || control.Flush() != nil {
				return
			}
		}
		select {
		case <-r.Context().Done():
			return
		case <-time.After(wait):
		}
		wait = seedAskEvery
	}
}

func startStream(w http.ResponseWriter) *http.ResponseController {
	w.Header().Set("Content-Type", sse.ContentType)
	w.Header().Set("Cache-Control", "no-store, no-transform")
	w.Header().Set("X-Accel-Buffering", "no")
	return http.NewResponseController(w)
}
