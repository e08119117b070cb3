package pages

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"

	"atalaya/web"
)

// held is an answer kept back until it is complete, so that its status, length
// and coding can still be chosen.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newHeld() *held { return &held{header: http.Header{}} }

func (a *held) Header() http.Header { return a.header }

func (a *held) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *held) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

// worthwhile is the length from which gzip pays: below, the answer fits into
// one packet in any case.
const worthwhile = 1 << 10

// send writes a complete body with its length, compressed if the client accepts
// that and it gains anything. HEAD gets the headers alone.
func send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if len(body) >= worthwhile && web.Encoding(strings.Join(r.Header.Values("Accept-Encoding"), ","), "gzip") == "gzip" {
		if z := compress(body); len(z) < len(body) {
			body = z
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client may have gone; there is nobody left to tell
	}
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(body) // writing to memory does not fail
	_ = z.Close()
	return b.Bytes()
}
