// Package http stands in for the standard package of this name in the client.
// go-app's server half is compiled into every client and names net/http, which
// would be a quarter of the download; nothing in a browser ever calls it.
//
// It declares what go-app v10.1.11 names and nothing more, so that a go-app that
// needs more does not compile. Whatever would have to do something reaches a function
// that does not exist, so that a client from which it could be called does not link.
package http

import (
	"io"
	"net/url"
)

const (
	StatusOK                  = 200
	StatusNotModified         = 304
	StatusNotFound            = 404
	StatusInternalServerError = 500
)

type Handler interface {
	ServeHTTP(ResponseWriter, *Request)
}

type ResponseWriter interface {
	Header() Header
	Write([]byte) (int, error)
	WriteHeader(statusCode int)
}

type Request struct {
	URL    *url.URL
	Header Header
	Host   string
	TLS    *struct{}
}

type Response struct {
	StatusCode int
	Header     Header
	Body       io.ReadCloser
}

type Header map[string][]string

func (h Header) Get(string) string  { reached(); return "" }
func (h Header) Set(string, string) { reached() }

type Dir string

func FileServer(Dir) Handler            { reached(); return nil }
func Get(string) (*Response, error)     { reached(); return nil, nil }
func NotFound(ResponseWriter, *Request) { reached() }

// notInClient does not exist. The linker misses it as soon as data points to it,
// which is what reached is for: at a plain call, the linker for WebAssembly makes a
// program that no browser takes, and says nothing.
func notInClient()

var reached = notInClient
