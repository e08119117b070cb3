package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// script is a sink that writes down what it is given; pieces of a body are
// joined, because where they are cut depends on the network.
type script []string

func (s *script) head(status int) { *s = append(*s, fmt.Sprint("head ", status), "") }
func (s *script) body(p []byte)   { (*s)[len(*s)-1] += string(p) }
func (s *script) done()           { *s = append(*s, "done") }

// cuts are ways in which a network may deliver text.
func cuts(text string) map[string][]string {
	bytes := strings.Split(text, "")
	all := map[string][]string{"whole": {text}, "bytes": bytes}
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 20 {
		var pieces []string
		for rest := text; rest != ""; {
			i := 1 + random.IntN(len(rest))
			pieces = append(pieces, rest[:i])
			rest = rest[i:]
		}
		all[fmt.Sprint("random ", n)] = pieces
	}
	return all
}

func TestResponse(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     script
	}{
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n4\r\ndata\r\n3\r\n: x\r\n0\r\n\r\n",
			script{"head 200", "data: x", "done"}},
		{"chunks without an end",
			"HTTP/1.1 200 OK\r\ntransfer-encoding: CHUNKED\r\n\r\n00C\r\nline\r\nline\r\n\r\n1;name=value\r\n!\r\n",
			script{"head 200", "line\r\nline\r\n!"}},
		{"trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
			script{"head 200", "a", "done"}},
		{"length", "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc", script{"head 404", "abc", "done"}},
		{"until the connection closes", "HTTP/1.1 200 OK\r\n\r\n4\r\ndata: x\n\n", script{"head 200", "4\r\ndata: x\n\n"}},
		{"no body", "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n", script{"head 204", "", "done"}},
		{"length 0", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", script{"head 200", "", "done"}},
		{"one after the other",
			"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\nc",
			script{"head 200", "a", "done", "head 503", "b", "done", "head 200", "c"}},
		{"LF", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\na\n0\n\n", script{"head 200", "a", "done"}},
	} {
		for name, pieces := range cuts(test.in) {
			t.Run(test.name+"/"+name, func(t *testing.T) {
				var r response
				var got script
				for _, p := range pieces {
					if err := r.read([]byte(p), &got); err != nil {
						t.Fatal(err)
					}
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		}
	}
}

func TestResponseRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"another protocol": "SSH-2.0-x\r\n",
		"no status":        "HTTP/1.1 OK\r\n",
		"HTTP/1.0":         "HTTP/1.0 200 OK\r\n",
		"negative length":  "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
		"negative chunk":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
		"no chunk size":    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ndata: x\r\n",
		"longer chunk":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
		"endless line":     strings.Repeat("x", maxHead+1),
		"endless head":     "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: "+strings.Repeat("y", 1000)+"\r\n", 20),
	} {
		for cut, pieces := range cuts(in) {
			if len(in) > 1000 && cut != "whole" {
				continue
			}
			t.Run(name+"/"+cut, func(t *testing.T) {
				var r response
				var to script
				var err error
				for _, p := range pieces {
					if err = r.read([]byte(p), &to); err != nil {
						break
					}
				}
				if !errors.Is(err, errResponse) {
					t.Errorf("got %v, want errResponse", err)
				}
			})
		}
	}
}
