package testkit

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// ask sends a request as it stands and returns the answer with its body.
func ask(t *testing.T, s *SiteServer, method, uri, more string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n", method, uri, more)
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestASiteAnswersAsDeclared(t *testing.T) {
	s := Site{
		"/":           {Body: "at {ORIGIN} and {THERE}"},
		"/50%-off":    {Body: "as written"},
		"/q?*":        {Body: "any query"},
		"/typeless":   {Headers: map[string]string{"content-type": ""}},
		"/twice":      {Headers: map[string]string{"Set-Cookie": "a=1\nb=2"}},
		"/zip":        {Gzip: true, Body: "zip"},
		"/bytes":      {B64: []byte("{ORIGIN}")},
		"/raw":        {Raw: "HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\nok"},
		"/only-get":   {Body: "x", Head: &Answer{Status: 405}},
		"/once":       {Times: []Answer{{Status: 429}, {Body: "again"}}},
		"/gate":       {NeedCookie: "seen", Body: "inside"},
		"/robots.txt": {Body: "User-agent: *"},
	}.Serve(t, "{THERE}", "here")
	for _, test := range []struct {
		method, uri, header string
		status              int
		body                string
	}{
		{"GET", "/", "", 200, "at " + s.URL + " and here"},
		{"GET", "/50%-off", "", 200, "as written"},
		{"GET", "/q?a=b", "", 200, "any query"},
		{"GET", "/q", "", 200, "any query"},
		{"GET", "/nothing", "", 404, notFound.Body},
		{"GET", "/bytes", "", 200, "{ORIGIN}"},
		{"GET", "/zip", "", 200, string(compress([]byte("zip")))},
		{"GET", "/raw", "", 299, "ok"},
		{"HEAD", "/", "", 200, ""},
		{"HEAD", "/only-get", "", 405, ""},
		{"GET", "/only-get", "", 200, "x"},
		{"GET", "/once", "", 429, ""},
		{"GET", "/once", "", 200, "again"},
		{"GET", "/once", "", 200, "again"},
		{"GET", "/gate", "", 302, ""},
		{"GET", "/gate", "Cookie: seen=1\r\n", 200, "inside"},
	} {
		res, body := ask(t, s, test.method, test.uri, test.header)
		if res.StatusCode != test.status || body != test.body {
			t.Errorf("%s %s: got %d %q, want %d %q", test.method, test.uri, res.StatusCode, body, test.status, test.body)
		}
	}
	for uri, want := range map[string]string{
		"/": "text/html; charset=utf-8", "/robots.txt": "text/plain", "/typeless": "",
	} {
		if res, _ := ask(t, s, "GET", uri, ""); res.Header.Get("Content-Type") != want {
			t.Errorf("%s has the type %q, want %q", uri, res.Header.Get("Content-Type"), want)
		}
	}
	if res, _ := ask(t, s, "GET", "/twice", ""); len(res.Header["Set-Cookie"]) != 2 {
		t.Errorf("got %q", res.Header["Set-Cookie"])
	}
	seen := s.Requests()
	if first := seen[0]; first.Method != "GET" || first.URI != "/" || first.Header.Get("Host") != "x" {
		t.Errorf("noted %+v", first)
	}
}
