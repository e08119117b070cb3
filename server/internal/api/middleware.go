package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"atalaya/shared"
)

type requestIDKey struct{}

// RequestID is the id that [Log] gave the request; empty outside of it.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// Log gives every request an id (sent back as X-Request-Id), logs it when
// answered, and turns a panic of a handler into a logged 500, or into a cut
// connection when the answer had begun.
func Log(log *slog.Logger, problems *Problems, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:12]
		w.Header().Set("X-Request-Id", id)
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		rec := &recorder{ResponseWriter: w}
		begun, path := time.Now(), pathForLog(r)
		defer func() {
			if v := recover(); v != nil {
				if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(v)
				}
				err := fmt.Errorf("panic: %v\n%s", v, debug.Stack())
				if rec.status != 0 {
					log.Error("request failed", "method", r.Method, "path", path,
						"request_id", id, "err", err)
					panic(http.ErrAbortHandler)
				}
				problems.Fail(rec, r, err)
			}
			log.Debug("request", "method", r.Method, "path", path, "status", rec.status, "bytes", rec.bytes,
				"duration", time.Since(begun), "remote", r.RemoteAddr, "request_id", id)
		}()
		next.ServeHTTP(rec, r)
	})
}

// pathForLog is a request's path without what lets its reader in.
func pathForLog(r *http.Request) string {
	if strings.HasPrefix(r.URL.Path, shared.PathShare) {
		return shared.PathShare + "…"
	}
	return r.URL.Path
}

// Times of one request; a stream sets its own.
const (
	readTimeout  = 30 * time.Second // the body of a request
	writeTimeout = 60 * time.Second // the answer; above the longest wait of a polling request
)

// Deadlines bounds how long a peer may take to send a body and to receive an
// answer. http.Server's own timeouts would cut streams too.
func Deadlines(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc, now := http.NewResponseController(w), time.Now()
		if r.ContentLength != 0 {
			_ = rc.SetReadDeadline(now.Add(readTimeout)) // unsupported only in tests' recorders
		}
		_ = rc.SetWriteDeadline(now.Add(writeTimeout))
		next.ServeHTTP(w, r)
	})
}

// CloseAfterChunks has a connection end with the answer to a request in chunks. When such a
// request has a length as well, net/http believes the chunks and goes on with the connection,
// which RFC 9112 (6.1) has it close: whoever believed the length, such as a proxy, would have
// us read a part of the body as the next request. By the time we see it the length is gone.
func CloseAfterChunks(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor == 1 && len(r.TransferEncoding) > 0 {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// recorder remembers what was answered. Unwrap lets http.ResponseController
// reach the connection's deadlines through it.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Methods dispatches one path by method: HEAD is served by GET, and what is not
// listed is answered with 405 and an Allow header.
func (p *Problems) Methods(handlers map[string]http.Handler) http.Handler {
	allowed := make([]string, 0, len(handlers)+1)
	for m := range handlers {
		allowed = append(allowed, m)
	}
	if handlers[http.MethodGet] != nil {
		allowed = append(allowed, http.MethodHead)
	}
	slices.Sort(allowed)
	allow := strings.Join(allowed, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if h := handlers[method]; h != nil {
			h.ServeHTTP(w, r)
			return
		}
		p.NotAllowed(w, r, allow)
	})
}

// NotAllowed answers a request with 405. allow lists the methods of the path, as
// the Allow header has them.
func (p *Problems) NotAllowed(w http.ResponseWriter, r *http.Request, allow string) {
	w.Header().Set("Allow", allow)
	p.Fail(w, r, &Error{Code: shared.CodeMethod, Detail: "This path takes " + allow + "."})
}

// NotFound answers every request with 404.
func (p *Problems) NotFound() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.Fail(w, r, &Error{Code: shared.CodeNotFound, Detail: "There is nothing at this path."})
	})
}

// isTooLarge reports whether err is the body limit's.
func isTooLarge(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}
