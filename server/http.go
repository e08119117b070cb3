package main

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Bounds of HTTP/2. Each stream is a request of its own, so all that is said of
// streams holds for it: its write deadline, its lifetime, its place under the
// caps. One that nobody reads fills its own window of the connection and is cut
// at its write deadline, while the others go on. Only a client that gives all
// its streams together no more room than one of them stops its own others with
// it; they are cut then too, and come back.
const (
	// maxConcurrentStreams is what one connection may carry. A browser needs one
	// stream; a proxy that has more subscribers opens another connection, which
	// spreads them over more writers: net/http writes each connection from one
	// goroutine.
	maxConcurrentStreams = 250
	// A peer that is silent for pingAfter is asked whether it is there, and cut
	// when it does not say so within pingWithin: a laptop asleep takes no bytes,
	// but it may be minutes until the kernel gives up sending them.
	pingAfter  = 30 * time.Second
	pingWithin = 15 * time.Second
	// byteMargin is how much longer than a write deadline a connection may take
	// nothing at all: its streams end by their own deadlines first, and are counted
	// so.
	byteMargin = time.Second
)

// newHTTPServer speaks HTTP/1.1 and HTTP/2; with a certificate over TLS only,
// without one HTTP/2 too, to those who know that they may (a proxy): nothing is
// negotiated, and an Upgrade is not understood.
func newHTTPServer(cfg Config, cert *certificate, handler http.Handler, log *slog.Logger) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(cert != nil)
	protocols.SetUnencryptedHTTP2(cert == nil)
	server := &http.Server{
		Handler:           answering(handler),
		ReadHeaderTimeout: 10 * time.Second, // the TLS handshake's too
		IdleTimeout:       2 * time.Minute,
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return withMisfits(keepLittle(ctx, conn), conn)
		},
		MaxHeaderBytes: 64 << 10,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		Protocols:      protocols,
		// It would answer OPTIONS * to any Host, and without our headers.
		DisableGeneralOptionsHandler: true,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: maxConcurrentStreams,
			SendPingTimeout:      pingAfter,
			PingTimeout:          pingWithin,
			WriteByteTimeout:     cfg.WriteTimeout + byteMargin,
		},
	}
	if cert != nil {
		server.TLSConfig = &tls.Config{GetCertificate: cert.forHandshake}
	}
	return server
}

// listen serves until the server is closed.
func listen(server *http.Server, l net.Listener) error {
	if server.TLSConfig != nil {
		return server.ServeTLS(l, "", "")
	}
	return server.Serve(l)
}
