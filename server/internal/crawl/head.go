package crawl

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
)

// hasBadHead reports whether net/http refused the head of an answer that browsers may take.
func hasBadHead(failure *Failure) bool {
	if failure == nil || failure.Class != FailOther || failure.Err == nil {
		return false
	}
	text := failure.Err.Error()
	return strings.Contains(text, "malformed MIME header") || strings.Contains(text, "bad Content-Length") ||
		strings.Contains(text, "unsupported transfer encoding")
}

// newLenientTransport returns a transport that reads heads as browsers do. Each of its
// connections serves for one request, so that a head is what comes first. Its responses
// do not tell of TLS, as connections are not those that net/http knows.
func (f *Fetcher) newLenientTransport() *http.Transport {
	mended := func(dial dialFunc) dialFunc {
		return func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &mendedConn{Conn: conn, buffered: bufio.NewReaderSize(conn, int(f.config.MaxHeader))}, nil
		}
	}
	return &http.Transport{
		Proxy:                  nil, // as in newFetcher
		DialContext:            mended(f.dialer.DialContext),
		DialTLSContext:         mended(f.dialTLS),
		DisableCompression:     true,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: f.config.MaxHeader,
	}
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// mendedConn is a connection on which the first head is without what net/http does not
// read and browsers pass over.
type mendedConn struct {
	net.Conn
	buffered *bufio.Reader
	mended   io.Reader // nil before the first read
}

func (c *mendedConn) Read(p []byte) (int, error) {
	if c.mended == nil {
		c.mended = io.MultiReader(bytes.NewReader(mendHead(c.buffered)), c.buffered)
	}
	return c.mended.Read(p)
}

// mendHead reads a head. One with a line that is longer than r holds is left as it is from
// there on, and so is what an error ends: the next read meets both again.
func mendHead(r *bufio.Reader) (head []byte) {
	status, err := r.ReadSlice('\n')
	head = append(head, status...)
	for size := len(head); err == nil && size < r.Size(); {
		var line []byte
		line, err = r.ReadSlice('\n')
		size += len(line)
		if err != nil || len(bytes.TrimSpace(line)) == 0 {
			return append(head, line...)
		}
		head = append(head, mendField(string(line))...)
	}
	return head
}

// mendField returns a line of a head as net/http reads it: "" for one that says nothing.
func mendField(line string) string {
	if line[0] == ' ' || line[0] == '\t' { // goes on with the field before it
		return line
	}
	name, value, ok := strings.Cut(line, ":")
	if !ok {
		return ""
	}
	name, value = strings.TrimRight(name, " \t"), strings.TrimSpace(value)
	switch {
	case strings.EqualFold(name, "Content-Length"):
		value = sameLength(value)
	case strings.EqualFold(name, "Transfer-Encoding") && strings.EqualFold(value, "identity"):
		return ""
	case !isToken(name):
		return ""
	}
	return name + ": " + value + "\r\n"
}

// sameLength joins equal lengths, which RFC 9110 section 8.6 lets a reader do.
func sameLength(value string) string {
	first, rest, _ := strings.Cut(value, ",")
	for other := range strings.SplitSeq(rest, ",") {
		if rest != "" && strings.TrimSpace(other) != strings.TrimSpace(first) {
			return value
		}
	}
	return strings.TrimSpace(first)
}
