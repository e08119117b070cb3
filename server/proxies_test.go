package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/stream"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// sample is the README's file for a proxy.
func sample(t *testing.T, proxy string) string {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```" + proxy + "\n(.*?)```").FindSubmatch(readme)
	if found == nil {
		t.Fatalf("the README has no file for %s", proxy)
	}
	return string(found[1])
}

// The addresses of the README's files.
const (
	sampleServer = "10.0.0.5:8000"
	sampleNginx  = "listen 80;"
	sampleBind   = "bind :80"
	sampleName   = "audits.example {"
)

// A proxy runs with a file, given whom to ask, and returns its address.
type proxy func(t *testing.T, config, server string) (addr string)

func nginx(t *testing.T, config, server string) string {
	t.Helper()
	program, d, addr := testkit.Program(t, "nginx"), testkit.NewDaemon(t), testkit.FreeAddr(t)
	config = strings.NewReplacer(sampleServer, server, sampleNginx, "listen "+addr+";").Replace(config)
	// What Debian's own nginx.conf says, but for where files are written.
	var paths strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&paths, "%s_temp_path %s;\n", kind, filepath.Join(d.Dir, kind))
	}
	d.Start(t, addr, program, "-e", "stderr", "-c", d.Write(t, "nginx.conf", fmt.Sprintf(
		"daemon off; pid %s; error_log stderr;\nevents {}\nhttp {\naccess_log off; gzip on;\n%s%s}\n",
		filepath.Join(d.Dir, "pid"), &paths, config)))
	return addr
}

func haproxy(t *testing.T, config, server string) string {
	t.Helper()
	program, d, addr := testkit.Program(t, "haproxy"), testkit.NewDaemon(t), testkit.FreeAddr(t)
	server = strings.Replace(server, "unix:", "unix@", 1)
	config = strings.NewReplacer(sampleServer, server, sampleBind, "bind "+addr).Replace(config)
	d.Start(t, addr, program, "-db", "-f", d.Write(t, "haproxy.cfg", config))
	return addr
}

// squid stands before the server as its cache ("accel").
func squid(t *testing.T, config, server string) string {
	t.Helper()
	program, d, addr := testkit.Program(t, "squid"), testkit.NewDaemon(t), testkit.FreeAddr(t)
	host, port, _ := strings.Cut(server, ":")
	config = strings.NewReplacer("10.0.0.5 parent 8000", host+" parent "+port, "http_port :80", "http_port "+addr).
		Replace(config)
	// What Debian's own squid.conf says, but for where files are written.
	d.Start(t, addr, program, "-N", "-f", d.Write(t, "squid.conf", fmt.Sprintf(
		"pid_filename none\ncache_log %s\nnetdb_filename none\npinger_enable off\naccess_log none\ncoredump_dir %s\n%s",
		filepath.Join(d.Dir, "cache.log"), d.Dir, config)))
	return addr
}

func varnish(t *testing.T, config, server string) string {
	t.Helper()
	program, d, addr := testkit.Program(t, "varnishd"), testkit.NewDaemon(t), testkit.FreeAddr(t)
	host, port, _ := strings.Cut(server, ":")
	config = strings.NewReplacer("10.0.0.5", host, "8000", port).Replace(config)
	d.Start(t, addr, program, "-F", "-j", "none", "-n", filepath.Join(d.Dir, "work"), "-a", addr, "-s", "malloc,16m",
		"-f", d.Write(t, "default.vcl", config))
	return addr
}

// caddy speaks HTTPS, and so HTTP/2, under every name, with a certificate that nobody knows.
func caddy(t *testing.T, config, server string) string {
	t.Helper()
	program, d, addr := testkit.Program(t, "caddy"), testkit.NewDaemon(t), testkit.FreeAddr(t)
	id := newIdentity(t, -time.Hour, time.Hour)
	cert, key := d.Write(t, "cert.pem", string(id.cert)), d.Write(t, "key.pem", string(id.key))
	host, port, _ := strings.Cut(addr, ":")
	site := fmt.Sprintf(":%s {\n\tbind %s\n\ttls %s %s", port, host, cert, key)
	server = strings.Replace(server, "unix:", "unix/", 1)
	config = strings.NewReplacer(sampleServer, server, sampleName, site).Replace(config)
	d.Start(t, addr, program, "run", "--config", d.Write(t, "Caddyfile",
		fmt.Sprintf("{\n\tadmin off\n\tauto_https off\n\tstorage file_system %s\n}\n%s", d.Dir, config)))
	return "https://" + addr
}

var proxyPrograms = map[string]proxy{"nginx": nginx, "haproxy": haproxy, "caddy": caddy}

// through is the server as its clients see it behind a proxy, whose name they do not check.
func (p *process) through(t *testing.T, addr string) *process {
	t.Helper()
	behind := &process{t: t, url: "http://" + addr, http: p.http, log: p.log}
	if strings.HasPrefix(addr, "https://") {
		behind.url = addr
		behind.http = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
		t.Cleanup(behind.http.CloseIdleConnections)
	}
	testkit.Eventually(t, 10*time.Second, "the proxy reaches the server", func() bool {
		status, _ := behind.request("GET", shared.PathReady, "")
		return status == http.StatusOK
	})
	return behind
}

// TestProxies has a stream come through each proxy with the README's file for it: every
// state at once, beats, the end, and what a client gets that comes back.
func TestProxies(t *testing.T) {
	t.Parallel()
	for name, run := range proxyPrograms {
		for _, over := range []string{"tcp", "unix"} {
			t.Run(name+" over "+over, func(t *testing.T) {
				t.Parallel()
				args := []string{"--data-dir", t.TempDir(), "--workers", "0", "--heartbeat", "1s",
					"--trusted-proxies", "127.0.0.1", "--insecure-no-auth"}
				server := ""
				if over == "unix" {
					server = "unix:" + filepath.Join(testkit.NewDaemon(t).Dir, "http.sock")
					args = append(args, "--addr", server)
				}
				p := start(t, args...)
				if over == "unix" { // whoever runs it would put it into the proxy's group
					if err := os.Chmod(strings.TrimPrefix(server, "unix:"), 0o666); err != nil {
						t.Fatal(err)
					}
				} else {
					server = strings.TrimPrefix(p.url, "http://")
				}
				checkStreams(t, p.through(t, run(t, sample(t, name), server)))
			})
		}
	}
}

// TestProxiesUnderAPublicName has a browser post through each proxy, whether it passes on
// the Host that it was asked for or one of its own: from our own page, and from others.
func TestProxiesUnderAPublicName(t *testing.T) {
	t.Parallel()
	const name, origin = "audits.example", "https://audits.example"
	ownHost := map[string]*strings.Replacer{
		"nginx":   strings.NewReplacer("proxy_set_header Host $http_host;", ""),
		"haproxy": strings.NewReplacer("option httpchk", "http-request set-header Host 127.0.0.1\n    option httpchk"),
		"caddy":   strings.NewReplacer(sampleServer, sampleServer+" {\n\t\theader_up Host 127.0.0.1\n\t}"),
	}
	for proxy, run := range proxyPrograms {
		for _, passed := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s passing Host %v", proxy, passed), func(t *testing.T) {
				t.Parallel()
				p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--trusted-proxies", "127.0.0.1",
					"--public-url", origin, "--insecure-no-auth")
				config := sample(t, proxy)
				if !passed {
					config = ownHost[proxy].Replace(config)
				}
				behind := p.through(t, run(t, config, strings.TrimPrefix(p.url, "http://")))
				for from, want := range map[string]int{
					origin: 201, "": 201, "http://audits.example": 403, "https://evil.example": 403, "null": 403,
				} {
					if got := behind.postAs(name, from); got != want {
						t.Errorf("from %q: got %d, want %d", from, got, want)
					}
				}
				want := 403
				if !passed {
					want = 201 // the proxy has told apart which names are ours
				}
				if got := behind.postAs("evil.example", ""); got != want {
					t.Errorf("under another name: got %d, want %d", got, want)
				}
			})
		}
	}
}

// TestSmugglingThroughProxies sends what two sides may read in different ways through each
// proxy: whatever the server takes for a request, the proxy has taken for one too, and answers.
func TestSmugglingThroughProxies(t *testing.T) {
	t.Parallel()
	for name, run := range proxyPrograms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--trusted-proxies", "127.0.0.1",
				"--insecure-no-auth", "--log-level", "debug")
			behind := p.through(t, run(t, sample(t, name), strings.TrimPrefix(p.url, "http://")))
			answers := make([]chan int, len(ambiguous))
			for i, row := range ambiguous {
				answers[i] = make(chan int, 1)
				conn := behind.connect(t)
				own := strings.ReplaceAll(row.send, "/hidden", fmt.Sprintf("/hid%03d", i)) // of the same length
				go func() { _, _ = io.WriteString(conn, own) }()
				go func() {
					answers[i] <- strings.Count(strings.TrimSuffix(readAnswers(conn, "GET"), ", "+staysOpen), ", ")
				}()
			}
			for i, row := range ambiguous {
				second := <-answers[i]
				if seen := p.log.Count(fmt.Sprintf("path=/hid%03d ", i)); seen > second {
					t.Errorf("%s: the server saw %d requests more, and the proxy %d", row.name, seen, second)
				}
			}
			if status, _ := behind.request("GET", shared.PathReady, ""); status != 200 {
				t.Errorf("afterwards others get %d", status)
			}
		})
	}
}

// connect opens a connection on which bytes are sent as they are, for twenty seconds.
func (p *process) connect(t *testing.T) net.Conn {
	t.Helper()
	scheme, addr, _ := strings.Cut(p.url, "://")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if scheme == "https" {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

// postAs starts an audit as a page of an origin does that asked for host.
func (p *process) postAs(host, origin string) (status int) {
	p.t.Helper()
	body := strings.NewReader(`{"url":"x","kind":"external"}`)
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url+shared.PathAudits, body)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Host = host
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	res, err := p.http.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = res.Body.Close() // only the status is of interest
	return res.StatusCode
}

func checkStreams(t *testing.T, p *process) {
	t.Helper()
	a := p.create(`{"url":"x","kind":"external"}`)
	s := p.stream(shared.PathStream(a.AuditID), "")
	first, err := s.NextProgress()
	if err != nil {
		t.Fatal(err)
	}
	for _, progress := range []int{40, 41, 42} {
		begun := time.Now()
		p.request("PATCH", shared.PathProgress(a.AuditID), fmt.Sprintf(`{"progress":%d}`, progress))
		got, err := s.NextProgress()
		if err != nil || got.Progress != progress {
			t.Fatalf("progress %d: got %+v, %v", progress, got, err)
		}
		if took := time.Since(begun); took > 5*time.Second { // a buffer would fill in minutes
			t.Errorf("progress %d was held back for %v", progress, took)
		}
	}
	testkit.Eventually(t, 10*time.Second, "two heartbeats", func() bool { return len(s.Heartbeats()) >= 2 })

	again := p.stream(shared.PathStream(a.AuditID), fmt.Sprint(first.Revision))
	if got, err := again.NextProgress(); err != nil || got.Progress != 42 {
		t.Errorf("who comes back: got %+v, %v", got, err)
	}
	p.request("PATCH", shared.PathProgress(a.AuditID), `{"status":"completed"}`)
	last, err := s.NextProgress()
	if err != nil || last.Status != shared.StatusCompleted {
		t.Fatalf("the last state: got %+v, %v", last, err)
	}
	_, err = s.NextProgress()
	if end, _ := s.End(); !errors.Is(err, ssetest.ErrEnded) || end.Reason != shared.EndFinished {
		t.Errorf("the end: got %v, %+v", err, end)
	}
	if res := p.open(shared.PathStream(a.AuditID), s.LastEventID()); res.StatusCode != http.StatusNoContent {
		t.Errorf("after the end: got %s, want 204", res.Status)
	}
}

// namesClients is a file for HAProxy that speaks the PROXY protocol, and takes its client
// for whom a header says.
const namesClients = `
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend web
    bind :80
    http-request set-src hdr(Client)
    default_backend atalaya
backend atalaya
    http-reuse never
    server one 10.0.0.5:8000 `

// TestProxyProtocol has HAProxy name clients in both versions, to each writer and through
// TLS: a client is who it is, and no one else's bound counts for it.
func TestProxyProtocol(t *testing.T) {
	t.Parallel()
	id := newIdentity(t, -time.Hour, time.Hour)
	for _, tc := range []struct {
		name, say string
		flags     []string
	}{
		{"version 1", "send-proxy", []string{"--stream-writer", string(stream.WriterEpoll)}},
		{"version 2", "send-proxy-v2", []string{"--stream-writer", string(stream.WriterEpoll)}},
		{"conn", "send-proxy-v2", []string{"--stream-writer", string(stream.WriterConn)}},
		{"nethttp", "send-proxy-v2", []string{"--stream-writer", string(stream.WriterNetHTTP)}},
		{"TLS", "send-proxy-v2 ssl verify none", id.write(t).flags()},
		{"HTTP/2", "send-proxy-v2 proto h2", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := start(t, append(tc.flags, "--data-dir", t.TempDir(), "--workers", "0", "--heartbeat", "1s",
				"--trusted-proxies", "127.0.0.1", "--insecure-no-auth", "--max-streams-per-ip", "2")...)
			_, server, _ := strings.Cut(p.url, "://")
			behind := p.through(t, haproxy(t, namesClients+tc.say+"\n", server))
			checkStreams(t, behind)
			behind.create(`{"url":"y","kind":"external"}`)
			for _, client := range []struct {
				addr string
				want int
			}{
				{"203.0.113.5", 200}, {"203.0.113.5", 200}, {"203.0.113.5", 429},
				{"2001:db8::5", 200}, {"2001:db8::6", 200}, {"2001:db8::7", 429},
				{"203.0.113.6", 200},
			} {
				req := behind.ask(shared.PathStream(2), "")
				req.Header.Set("Client", client.addr)
				req.Header.Set("X-Forwarded-For", net.IPv4bcast.String()) // from no proxy of ours
				res, err := behind.http.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer res.Body.Close()
				if res.StatusCode != client.want {
					t.Errorf("a stream of %s: got %d, want %d", client.addr, res.StatusCode, client.want)
				}
			}
		})
	}
}
