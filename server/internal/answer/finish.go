package answer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"atalaya/shared"
	"atalaya/web"
)

// Finish compresses the answers of next and gives them tags, as the package says.
func Finish(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		a := &answer{ResponseWriter: w, request: r}
		next.ServeHTTP(a, r)
		a.finish()
	})
}

// answer is held back once its header shows that it may be finished.
type answer struct {
	http.ResponseWriter
	request *http.Request
	status  int // 0 until the header is written
	held    bool
	body    bytes.Buffer
}

func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) WriteHeader(status int) {
	if a.status != 0 || status < http.StatusOK {
		a.ResponseWriter.WriteHeader(status)
		return
	}
	a.status = status
	if a.held = finishable(a.Header(), status); !a.held {
		a.ResponseWriter.WriteHeader(status)
	}
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.held {
		return a.body.Write(b)
	}
	return a.ResponseWriter.Write(b)
}

// FlushError lets go of an answer that is to be seen before it is complete.
func (a *answer) FlushError() error {
	if a.held {
		a.held = false
		a.ResponseWriter.WriteHeader(a.status)
		if _, err := a.ResponseWriter.Write(a.body.Bytes()); err != nil {
			return err
		}
	}
	return http.NewResponseController(a.ResponseWriter).Flush()
}

// texts are the media types that compress well.
var texts = map[string]bool{
	"text/html": true, "text/css": true, "text/javascript": true, "text/csv": true, "text/markdown": true,
	"application/json": true, shared.ProblemType: true, "application/manifest+json": true,
}

// finishable reports whether an answer with such a header is text, in one piece, whose
// bytes nobody has fixed yet.
func finishable(h http.Header, status int) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	strong := strings.HasPrefix(h.Get("ETag"), `"`)
	return texts[kind] && h.Get("Content-Encoding") == "" && !strong && status != http.StatusPartialContent
}

// finish sends what was held back.
func (a *answer) finish() {
	if !a.held {
		return
	}
	h, body := a.Header(), a.body.Bytes()
	if !strings.Contains(strings.Join(h.Values("Vary"), ","), "Accept-Encoding") {
		h.Add("Vary", "Accept-Encoding")
	}
	if a.tag(body) {
		h.Del("Content-Length")
		a.ResponseWriter.WriteHeader(http.StatusNotModified)
		return
	}
	if packed, coding := a.compress(body); coding != "" {
		body = packed
		h.Set("Content-Encoding", coding)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	a.ResponseWriter.WriteHeader(a.status)
	_, _ = a.ResponseWriter.Write(body) // the client may have gone; there is nobody left to tell
}

// tag gives JSON that was asked for a tag of its content, unless it has a weak one of
// its own, and reports whether the client has that content.
func (a *answer) tag(body []byte) (known bool) {
	h := a.Header()
	isJSON := strings.HasPrefix(h.Get("Content-Type"), "application/json")
	if !isJSON || a.status != http.StatusOK || a.request.Method != http.MethodGet || h.Get("Cache-Control") == "no-store" {
		return false
	}
	if h.Get("ETag") == "" {
		sum := sha256.Sum256(body)
		h.Set("ETag", `W/"`+hex.EncodeToString(sum[:8])+`"`)
	}
	return shared.IfNoneMatch(a.request.Header.Values("If-None-Match")).Match(h.Get("ETag"))
}

// worthwhile is the length from which compression pays: below, the answer fits into
// one packet in any case.
const worthwhile = 1 << 10

// compress returns body in the coding that the client likes best, or "" for none.
func (a *answer) compress(body []byte) (packed []byte, coding string) {
	if len(body) < worthwhile {
		return nil, ""
	}
	coding = web.Encoding(strings.Join(a.request.Header.Values("Accept-Encoding"), ","), codings...)
	if coding == "" {
		return nil, ""
	}
	if packed = pack(coding, body); len(packed) >= len(body) {
		return nil, ""
	}
	return packed, coding
}
