package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// identity is a self-signed certificate for this machine.
type identity struct {
	cert, key []byte // PEM
	leaf      *x509.Certificate
}

func newIdentity(t *testing.T, from, until time.Duration) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "atalaya.test"}, NotBefore: now.Add(from),
		NotAfter: now.Add(until),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return identity{
		cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
		leaf: leaf,
	}
}

// files are where an identity lies; flags name them.
type files struct{ cert, key string }

func (f files) flags() []string { return []string{"--tls-cert", f.cert, "--tls-key", f.key} }

func (id identity) write(t *testing.T) files {
	t.Helper()
	dir := t.TempDir()
	f := files{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	put(t, f.cert, id.cert)
	put(t, f.key, id.key)
	return f
}

func put(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// client speaks one protocol, trusts the given identities only, and counts its
// connections.
type client struct {
	*http.Client
	dialed atomic.Int64
}

func newClient(t *testing.T, protocol string, trusted ...identity) *client {
	c := &client{}
	pool := x509.NewCertPool()
	for _, id := range trusted {
		pool.AddCert(id.leaf)
	}
	transport := &http.Transport{
		Protocols:       new(http.Protocols),
		TLSClientConfig: &tls.Config{RootCAs: pool},
		// Room for some 70 frames, so that a stream that is not read is slow soon.
		HTTP2: &http.HTTP2Config{MaxReceiveBufferPerStream: 64 << 10},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c.dialed.Add(1)
			return new(net.Dialer).DialContext(ctx, network, addr)
		},
	}
	switch protocol {
	case "h2":
		transport.Protocols.SetHTTP2(true)
	case "h2c":
		transport.Protocols.SetUnencryptedHTTP2(true)
	case "http/1.1":
		transport.Protocols.SetHTTP1(true)
	}
	c.Client = &http.Client{Transport: transport}
	t.Cleanup(transport.CloseIdleConnections)
	return c
}

// onHTTP2 runs test against a server of its own over TLS and without.
func onHTTP2(t *testing.T, flags []string, test func(t *testing.T, p *process, c *client)) {
	t.Run("h2", func(t *testing.T) {
		id := newIdentity(t, -time.Hour, time.Hour)
		p := start(t, append(id.write(t).flags(), append(flags, "--data-dir", t.TempDir())...)...)
		c := newClient(t, "h2", id)
		p.http = c.Client
		test(t, p, c)
	})
	t.Run("h2c", func(t *testing.T) {
		p := start(t, append(flags, "--data-dir", t.TempDir())...)
		c := newClient(t, "h2c")
		p.http = c.Client
		test(t, p, c)
	})
}

// bundle is streams of one audit, all on one connection. Of each it keeps the
// last state and the end only, for there are many frames.
type bundle struct {
	done sync.WaitGroup
	mu   sync.Mutex
	seen []int
	ends []shared.End
	errs []error // why each stream ended
}

func (p *process) bundle(n int, id int64) *bundle {
	p.t.Helper()
	b := &bundle{seen: make([]int, n), ends: make([]shared.End, n), errs: make([]error, n)}
	for i := range n {
		res := p.open(shared.PathStream(id), "")
		if ct := res.Header.Get("Content-Type"); res.StatusCode != 200 || ct != sse.ContentType {
			p.t.Fatalf("stream %d: %s, %s", i, res.Status, ct)
		}
		b.done.Go(func() { b.follow(i, sse.NewDecoder(res.Body)) })
	}
	return b
}

// follow reads one of the streams to its end.
func (b *bundle) follow(i int, events *sse.Decoder) {
	for {
		e, err := ssetest.Next(events)
		b.mu.Lock()
		b.seen[i] = max(b.seen[i], e.Progress.TotalPages)
		b.errs[i] = err
		if e.Type == shared.EventEnd {
			b.ends[i] = e.End
		}
		b.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// reached reports whether each has seen pages, and none has ended.
func (b *bundle) reached(pages int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.seen {
		if b.seen[i] < pages || b.errs[i] != nil {
			return false
		}
	}
	return true
}

// TestH2 opens 50 streams on one connection, changes what they show, leaves one
// more unread, and ends the server.
func TestH2(t *testing.T) {
	flags := []string{"--workers", "0", "--write-timeout", "2s", "--drain", "1s"}
	onHTTP2(t, flags, func(t *testing.T, p *process, c *client) {
		a := p.create(`{"url":"x","kind":"external"}`)
		all := p.bundle(50, a.AuditID)
		slow := p.open(shared.PathStream(a.AuditID), "")
		if slow.ProtoMajor != 2 {
			t.Fatalf("streams over %s", slow.Proto)
		}
		cut := func() bool {
			_, body := p.request("GET", shared.PathMetrics, "")
			return bytes.Contains(body, []byte(`atalaya_stream_duration_seconds_count{reason="write_deadline"} 1`))
		}
		message := strings.Repeat("…", 200)
		slowest, pages := time.Duration(0), 0
		for deadline := time.Now().Add(20 * time.Second); !cut(); {
			if time.Now().After(deadline) {
				t.Fatalf("the stream nobody reads was not cut within 20 s and %d frames", pages)
			}
			for range 10 {
				pages++
				begun := time.Now()
				body := fmt.Sprintf(`{"total_pages":%d,"message":%q}`, pages, message)
				if status, answer := p.request("PATCH", shared.PathProgress(a.AuditID), body); status != 200 {
					t.Fatalf("%d %s", status, answer)
				}
				testkit.Eventually(t, 5*time.Second, fmt.Sprintf("50 streams at page %d", pages),
					func() bool { return all.reached(pages) })
				slowest = max(slowest, time.Since(begun))
			}
		}
		t.Logf("%d frames to 50 streams beside one that nobody reads: the slowest took %v", pages, slowest)
		if slowest > 2*time.Second {
			t.Errorf("a frame took %v to 50 subscribers: held up by the one that does not read", slowest)
		}
		if got := c.dialed.Load(); got != 1 {
			t.Errorf("%d connections, want 1 for all", got)
		}
		if _, err := io.Copy(io.Discard, slow.Body); err == nil {
			t.Error("the stream that nobody read ended in order")
		}
		_, body := p.request("GET", shared.PathMetrics, "")
		for _, line := range []string{
			`atalaya_streams{transport="sse"} 50`, `atalaya_stream_writers{writer="nethttp"} 50`,
		} {
			if !bytes.Contains(body, []byte(line+"\n")) {
				t.Errorf("metrics lack %s", line)
			}
		}
		if took := p.stop(); took > 4*time.Second {
			t.Errorf("the server took %v to leave", took)
		}
		all.done.Wait()
		for i, end := range all.ends {
			if !errors.Is(all.errs[i], io.EOF) || end.Reason != shared.EndDrain || end.RetryMS <= 0 {
				t.Fatalf("stream %d ended with %v, %+v", i, all.errs[i], end)
			}
		}
	})
}

// TestH2ManyStreams opens more than one connection may carry; what does not fit
// opens another.
func TestH2ManyStreams(t *testing.T) {
	onHTTP2(t, []string{"--workers", "0"}, func(t *testing.T, p *process, c *client) {
		a := p.create(`{"url":"x","kind":"external"}`)
		all := p.bundle(maxConcurrentStreams+10, a.AuditID)
		if status, answer := p.request("PATCH", shared.PathProgress(a.AuditID), `{"total_pages":1}`); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
		testkit.Eventually(t, 10*time.Second, "everybody sees the change", func() bool { return all.reached(1) })
		if got := c.dialed.Load(); got != 2 {
			t.Errorf("%d connections, want 2", got)
		}
		p.stop()
		all.done.Wait()
	})
}

func TestTLS(t *testing.T) {
	id := newIdentity(t, -time.Hour, time.Hour)
	p := start(t, append(id.write(t).flags(), "--data-dir", t.TempDir(), "--workers", "0")...)
	if !strings.HasPrefix(p.url, "https://127.0.0.1:") {
		t.Errorf("the server says it is at %s", p.url)
	}
	p.http = newClient(t, "http/1.1", id).Client
	a := p.create(`{"url":"x","kind":"external"}`)
	s := p.stream(shared.PathStream(a.AuditID), "")
	if _, err := s.NextProgress(); err != nil {
		t.Fatal(err)
	}
	p.request("PATCH", shared.PathProgress(a.AuditID), `{"progress":40}`)
	if got, err := s.NextProgress(); err != nil || got.Progress != 40 {
		t.Errorf("a stream over TLS and HTTP/1.1: %+v, %v", got, err)
	}
	res := p.open("/", "")
	if res.Proto != "HTTP/1.1" || res.StatusCode != 200 || res.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("the page: %s %s, HSTS %q", res.Proto, res.Status, res.Header.Get("Strict-Transport-Security"))
	}
	for origin, want := range map[string]int{
		p.url: 200, "http" + strings.TrimPrefix(p.url, "https"): 403, "https://evil.example": 403,
	} {
		req, _ := http.NewRequestWithContext(t.Context(), "GET", p.url+shared.PathAudits, nil)
		req.Header.Set("Origin", origin)
		res, err := p.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("from %s: %s, want %d", origin, res.Status, want)
		}
	}
	res, err := http.Get("http" + strings.TrimPrefix(p.url, "https"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 400 {
		t.Errorf("plain HTTP to the TLS port: %s", res.Status)
	}
	if res, err := newClient(t, "h2c").Get("http" + strings.TrimPrefix(p.url, "https")); err == nil {
		t.Errorf("plain HTTP/2 to the TLS port: %s", res.Status)
	}
	_, body := p.request("GET", shared.PathMetrics, "")
	if line := fmt.Sprintf("atalaya_tls_certificate_expiry_timestamp_seconds %v\n",
		float64(id.leaf.NotAfter.Unix())); !bytes.Contains(body, []byte(line)) {
		t.Errorf("metrics lack %s", line)
	}
}

// TestTLSRenewal replaces the certificate as renewing programs do, one file after
// the other, under a stream that goes on.
func TestTLSRenewal(t *testing.T) {
	t.Parallel()
	old, renewed := newIdentity(t, -time.Hour, time.Hour), newIdentity(t, -time.Hour, 2*time.Hour)
	files := old.write(t)
	p := start(t, append(files.flags(), "--data-dir", t.TempDir(), "--workers", "0")...)
	p.http = newClient(t, "h2", old).Client
	a := p.create(`{"url":"x","kind":"external"}`)
	s := p.stream(shared.PathStream(a.AuditID), "")
	if _, err := s.NextProgress(); err != nil {
		t.Fatal(err)
	}
	serves := func(id identity) bool {
		conn, err := tls.Dial("tcp", strings.TrimPrefix(p.url, "https://"),
			newClient(t, "", old, renewed).Transport.(*http.Transport).TLSClientConfig)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].Equal(id.leaf)
	}
	if !serves(old) {
		t.Error("the certificate is another one")
	}
	put(t, files.cert, renewed.cert)
	testkit.Eventually(t, 10*time.Second, "word of a half replaced pair",
		func() bool { return serves(old) && p.log.Contains("old one stays") })
	put(t, files.key, renewed.key)
	testkit.Eventually(t, 10*time.Second, "the new certificate", func() bool { return serves(renewed) })
	put(t, files.key, []byte("rubbish"))
	testkit.Eventually(t, 10*time.Second, "word of rubbish", func() bool {
		return serves(renewed) && p.log.Count("old one stays") == 2
	})
	p.request("PATCH", shared.PathProgress(a.AuditID), `{"progress":40}`)
	if got, err := s.NextProgress(); err != nil || got.Progress != 40 {
		t.Errorf("the stream from before: %+v, %v", got, err)
	}
}

func TestTLSRefusesToStart(t *testing.T) {
	good, other := newIdentity(t, -time.Hour, time.Hour), newIdentity(t, -time.Hour, time.Hour)
	expired, early := newIdentity(t, -2*time.Hour, -time.Hour), newIdentity(t, time.Hour, 2*time.Hour)
	mixed := good.write(t)
	put(t, mixed.key, other.key)
	rubbish := good.write(t)
	put(t, rubbish.cert, []byte("not PEM"))
	missing := files{filepath.Join(t.TempDir(), "none.pem"), good.write(t).key}
	for _, tc := range []struct {
		name string
		args []string
		says string
		code int
	}{
		{"no file", missing.flags(), "no such file", 1},
		{"not PEM", rubbish.flags(), "failed to find any PEM data", 1},
		{"another key", mixed.flags(), "does not match", 1},
		{"expired", expired.write(t).flags(), "expired at 20", 1},
		{"not yet valid", early.write(t).flags(), "not valid before 20", 1},
		{"no key", good.write(t).flags()[:2], "both or neither", 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, os.Args[0], append(tc.args, "--addr", "127.0.0.1:0", "--data-dir", data)...)
			cmd.Env = append(os.Environ(), asProgram+"=1")
			out, _ := cmd.CombinedOutput()
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			if code := cmd.ProcessState.ExitCode(); code != tc.code || len(lines) != 1 ||
				!strings.HasPrefix(lines[0], "atalaya: ") || !strings.Contains(lines[0], tc.says) {
				t.Errorf("exit code %d (want %d), said %q (want one line with %q)", code, tc.code, lines, tc.says)
			}
			if _, err := os.Stat(data); err == nil {
				t.Error("the data was touched")
			}
		})
	}
}
