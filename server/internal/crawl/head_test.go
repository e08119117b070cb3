package crawl

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// rawServer answers every request with the same bytes and counts the requests.
func rawServer(t *testing.T, answer string) (address string, asked func() int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n, done := 0, make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				n++
				io.WriteString(conn, answer)
			}
			conn.Close()
		}
	}()
	asked = func() int {
		listener.Close()
		<-done
		return n
	}
	t.Cleanup(func() { asked() })
	return "http://" + listener.Addr().String() + "/", asked
}

// What Chromium shows, as tried with each of these answers, is read.
func TestHeadsAsBrowsersReadThem(t *testing.T) {
	for name, test := range map[string]struct {
		head        string
		asked       int
		contentType string // as kept; "" where the answer has to fail
	}{
		"good":              {"Content-Type: text/html\r\nContent-Length: 4", 1, "text/html"},
		"no colon":          {"Content-Type: text/html\r\nHTTP/1.1 200 OK\r\nContent-Length: 4", 2, "text/html"},
		"a blank in a name": {"Content-Type: text/html\r\nX Powered By: y\r\nContent-Length: 4", 1, "text/html"},
		"equal lengths":     {"Content-Type: text/html\r\nContent-Length: 4, 4", 2, "text/html"},
		"other lengths":     {"Content-Type: text/html\r\nContent-Length: 4, 5", 2, ""},
		"identity":          {"Content-Type: text/html\r\nTransfer-Encoding: identity", 2, "text/html"},
		"another coding":    {"Content-Type: text/html\r\nTransfer-Encoding: gzip", 2, ""},
		"a folded field": {"no field\r\nContent-Type: text/html;\r\n charset=koi8-r\r\nContent-Length: 4", 2,
			"text/html; charset=koi8-r"},
		"line feeds alone": {"no field\nContent-Type: text/html\nContent-Length: 4", 2, "text/html"},
		"a long line":      {"no field\r\nX: " + strings.Repeat("x", 70<<10) + "\r\nContent-Type: text/html", 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			address, asked := rawServer(t, "HTTP/1.1 200 OK\r\n"+test.head+"\r\n\r\nbody")
			res := fetch(t, testFetcher(t, Config{}), Request{URL: mustURL(t, address)})
			if n := asked(); n != test.asked {
				t.Errorf("asked %d times, want %d", n, test.asked)
			}
			if test.contentType == "" {
				if res.Failure == nil || res.Failure.Class != FailOther {
					t.Errorf("got %+v, want %s", res.Failure, FailOther)
				}
				return
			}
			if res.Failure != nil || string(res.Body) != "body" || res.Header.Get("Content-Type") != test.contentType {
				t.Errorf("got %q of type %q, %v", res.Body, res.Header.Get("Content-Type"), res.Failure)
			}
		})
	}
}
