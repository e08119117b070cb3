package testkit

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Site declares what a site answers, by request URI as it stands on the wire.
// "/path?*" answers every query of a path, "*" whatever is not declared; without
// it that is a page with status 404. In bodies and header fields {ORIGIN}, {HOST}
// and {PORT} stand for those of the site.
type Site map[string]Answer

// Answer declares one answer. The zero value is an empty page.
type Answer struct {
	Status int `json:"status"` // default 200
	// Headers has several values of one field on lines of their own. A field with
	// an empty value is not sent, not even by default.
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	B64     []byte            `json:"b64"`  // the body, in base64 and sent as it is
	Raw     string            `json:"raw"`  // all that is sent before the connection is closed
	Gzip    bool              `json:"gzip"` // compresses the body, without a word of it in the header
	DelayMS int               `json:"delay_ms"`
	DripMS  int               `json:"drip_ms"` // has the body come again and again, so far apart, without an end
	Head    *Answer           `json:"head"`    // to HEAD, where that is another one
	Times   []Answer          `json:"times"`   // to one request after the other, the last one for ever
	// NeedCookie names a cookie that the answer is for. Whoever comes without it is
	// given it and sent to the same address again.
	NeedCookie string `json:"need_cookie"`
}

// ReadSite reads a site from a file of JSON.
func ReadSite(t testing.TB, path string) (s Site) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// SiteServer serves a [Site]. It reads requests by itself: net/http refuses some that
// browsers send, and writes no answer that is as odd as those of real servers.
type SiteServer struct {
	URL string // without a slash at its end

	site     Site
	names    *strings.Replacer
	listener net.Listener
	closing  chan struct{}
	serving  sync.WaitGroup

	mu       sync.Mutex
	requests []SiteRequest
	open     map[net.Conn]bool // nil when the server is closed
}

// SiteRequest is a request that a site has seen.
type SiteRequest struct {
	Method, URI string
	Header      http.Header
}

// Serve serves a site on loopback until the test ends. names are further pairs of
// what is replaced, and by what.
func (s Site) Serve(t testing.TB, names ...string) *SiteServer {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := listener.Addr().String()
	_, port, _ := net.SplitHostPort(host)
	server := &SiteServer{
		URL: "http://" + host, site: s, listener: listener, closing: make(chan struct{}), open: map[net.Conn]bool{},
		names: strings.NewReplacer(append(names, "{ORIGIN}", "http://"+host, "{HOST}", host, "{PORT}", port)...),
	}
	server.serving.Go(server.accept)
	t.Cleanup(server.close)
	return server
}

// Requests are all that were seen so far, in the order in which they came.
func (s *SiteServer) Requests() []SiteRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func (s *SiteServer) close() {
	_ = s.listener.Close()
	close(s.closing)
	s.mu.Lock()
	for conn := range s.open {
		_ = conn.Close()
	}
	s.open = nil
	s.mu.Unlock()
	s.serving.Wait()
}

func (s *SiteServer) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		if s.keep(conn) {
			s.serving.Go(func() { s.serve(conn) })
		}
	}
}

// keep notes an open connection, or closes it when the server is closed.
func (s *SiteServer) keep(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		_ = conn.Close()
		return false
	}
	s.open[conn] = true
	return true
}

func (s *SiteServer) drop(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
	_ = conn.Close()
}

// serve answers the requests of one connection.
func (s *SiteServer) serve(conn net.Conn) {
	defer s.drop(conn)
	in := bufio.NewReader(conn)
	for {
		request, err := readRequest(in)
		if err != nil {
			return
		}
		answer := s.answer(request)
		select {
		case <-s.closing:
			return
		case <-time.After(time.Duration(answer.DelayMS) * time.Millisecond):
		}
		if _, err := conn.Write(s.encode(request, answer)); err != nil || answer.closes() {
			return
		}
		if answer.DripMS > 0 {
			s.drip(conn, answer)
			return
		}
	}
}

// drip goes on with a body until the client or the server goes away.
func (s *SiteServer) drip(conn net.Conn, a Answer) {
	tick := time.NewTicker(time.Duration(a.DripMS) * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.closing:
			return
		case <-tick.C:
		}
		if _, err := io.WriteString(conn, a.Body); err != nil {
			return
		}
	}
}

// readRequest reads a request without a body.
func readRequest(in *bufio.Reader) (SiteRequest, error) {
	text := textproto.NewReader(in)
	line, err := text.ReadLine()
	if err != nil {
		return SiteRequest{}, err
	}
	method, rest, _ := strings.Cut(line, " ")
	uri, protocol, found := cutLast(rest, " ")
	if !found || protocol != "HTTP/1.1" {
		return SiteRequest{}, fmt.Errorf("%q is no request", line)
	}
	header, err := text.ReadMIMEHeader()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return SiteRequest{Method: method, URI: uri, Header: http.Header(header)}, err
}

func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

// answer notes a request and chooses its answer.
func (s *SiteServer) answer(r SiteRequest) Answer {
	s.mu.Lock()
	before := 0
	for _, other := range s.requests {
		if other.Method == r.Method && other.URI == r.URI {
			before++
		}
	}
	s.requests = append(s.requests, r)
	s.mu.Unlock()

	a := s.site.find(r.URI)
	if len(a.Times) > 0 {
		a = a.Times[min(before, len(a.Times)-1)]
	}
	if r.Method == http.MethodHead && a.Head != nil {
		a = *a.Head
	}
	if a.NeedCookie != "" && !strings.Contains(r.Header.Get("Cookie"), a.NeedCookie) {
		return Answer{Status: http.StatusFound, Headers: map[string]string{
			"Location": r.URI, "Set-Cookie": a.NeedCookie + "=1; Path=/",
		}}
	}
	return a
}

var notFound = Answer{
	Status: http.StatusNotFound, Headers: map[string]string{"Content-Type": "text/html"},
	Body: "<!doctype html><title>404</title><p>not found",
}

func (s Site) find(uri string) Answer {
	path, _, _ := strings.Cut(uri, "?")
	for _, key := range [...]string{uri, path + "?*", "*"} {
		if a, ok := s[key]; ok {
			return a
		}
	}
	return notFound
}

// encode gives an answer as it stands on the wire.
func (s *SiteServer) encode(r SiteRequest, a Answer) []byte {
	if a.Raw != "" {
		return []byte(s.names.Replace(a.Raw))
	}
	body := a.B64
	if body == nil {
		body = []byte(s.names.Replace(a.Body))
	}
	if a.Gzip {
		body = compress(body)
	}
	status := cmp.Or(a.Status, http.StatusOK)
	fields := map[string]string{"Content-Length": fmt.Sprint(len(body))}
	if a.DripMS > 0 {
		fields["Content-Length"] = ""
	}
	if status == http.StatusOK {
		fields["Content-Type"] = typeOf(r.URI)
	}
	for name, value := range a.Headers {
		fields[http.CanonicalHeaderKey(name)] = s.names.Replace(value)
	}

	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	for name, values := range fields {
		for value := range strings.SplitSeq(values, "\n") {
			if value != "" {
				fmt.Fprintf(&out, "%s: %s\r\n", name, value)
			}
		}
	}
	out.WriteString("\r\n")
	if r.Method != http.MethodHead {
		out.Write(body)
	}
	return out.Bytes()
}

// closes reports whether the connection ends with the answer: always where it has no
// length that a client could trust.
func (a Answer) closes() bool {
	if a.Raw != "" {
		return true
	}
	for name, value := range a.Headers {
		switch http.CanonicalHeaderKey(name) {
		case "Content-Length":
			return true
		case "Connection":
			return strings.EqualFold(value, "close")
		}
	}
	return false
}

func compress(body []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(body)
	_ = z.Close()
	return out.Bytes()
}

func typeOf(uri string) string {
	switch {
	case strings.HasSuffix(uri, ".txt"):
		return "text/plain"
	case strings.HasSuffix(uri, ".xml"):
		return "application/xml"
	}
	return "text/html; charset=utf-8"
}
