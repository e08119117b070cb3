package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/access"
	"atalaya/shared"
)

// TestMisfitsAreAnsweredWithAllHeaders sends what no handler sees.
func TestMisfitsAreAnsweredWithAllHeaders(t *testing.T) {
	plain := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	id := newIdentity(t, -time.Hour, time.Hour)
	tls := start(t, append(id.write(t).flags(), "--data-dir", t.TempDir(), "--workers", "0")...)
	const fine = "GET " + shared.PathHealth + " HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for what, sent := range map[string]struct {
		server *process
		bytes  string
		want   int
	}{
		"no Host":          {plain, "GET / HTTP/1.1\r\n\r\n", 400},
		"two Hosts":        {plain, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
		"no HTTP":          {plain, "HELO there\r\n\r\n", 400},
		"a later HTTP":     {plain, "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", 505},
		"a large head":     {plain, "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 80<<10) + "\r\n\r\n", 431},
		"unknown coding":   {plain, "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
		"an expectation":   {plain, "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: luck\r\nContent-Length: 1\r\n\r\nx", 417},
		"after an answer":  {plain, fine + "GET / HTTP/1.1\r\n\r\n", 400},
		"no TLS":           {tls, fine, 400},
		"what is answered": {plain, fine, 200},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", strings.TrimPrefix(strings.TrimPrefix(sent.server.url, "https://"), "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, sent.bytes); err != nil {
				t.Fatal(err)
			}
			answers := bufio.NewReader(conn)
			res, err := http.ReadResponse(answers, nil)
			if err == nil && res.StatusCode == 200 && sent.want != 200 {
				_, _ = io.Copy(io.Discard, res.Body)
				res, err = http.ReadResponse(answers, nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if res.StatusCode != sent.want {
				t.Errorf("%s, want %d", res.Status, sent.want)
			}
			for _, header := range access.Hardening {
				if got := res.Header.Values(header[0]); len(got) != 1 || got[0] != header[1] {
					t.Errorf("%s: %q", header[0], got)
				}
			}
		})
	}
}

// TestMisfitConnLeavesAnswersAlone writes what looks like a refusal, as a body may.
func TestMisfitConnLeavesAnswersAlone(t *testing.T) {
	const text = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nno"
	for _, answer := range []bool{false, true} {
		ours, theirs := net.Pipe()
		c := &misfitConn{Conn: ours}
		if answer {
			c.answering.Store(true)
		}
		go func() {
			if n, err := c.Write([]byte(text)); n != len(text) || err != nil {
				t.Errorf("%d bytes, %v", n, err)
			}
			_ = c.Close()
		}()
		got, err := io.ReadAll(theirs)
		if err != nil || (string(got) == text) != answer || !strings.HasSuffix(string(got), "Connection: close\r\n\r\nno") {
			t.Errorf("answering %v: %q, %v", answer, got, err)
		}
		answered(c, http.StateIdle)
		if c.answering.Load() {
			t.Error("an idle connection is answered still")
		}
	}
}
