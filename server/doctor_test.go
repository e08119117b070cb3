package main

import (
	"encoding/json"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/doctor"
	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// examined runs atalaya doctor and returns its exit code and what it says of each part.
func examined(t *testing.T, args ...string) (code int, parts map[string]doctor.Diagnosis) {
	t.Helper()
	out, err := runWith(t, nil, append([]string{"doctor", "--json"}, args...)...)
	var said struct{ Parts []doctor.Diagnosis }
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	parts = map[string]doctor.Diagnosis{}
	for _, d := range said.Parts {
		if parts[d.Part] = d; d.Says == "" || d.Cure == "" && (d.State == doctor.Broken || d.State == doctor.Warning) {
			t.Errorf("no words, or no cure: %+v", d)
		}
	}
	return exitCode(err), parts
}

// TestDoctorOfAWellServer examines servers at work on both databases, straight and through
// nginx with the README's file for it, and leaves nothing behind.
func TestDoctorOfAWellServer(t *testing.T) {
	t.Parallel()
	for name, database := range map[string][]string{
		"sqlite":     {"--data-dir", t.TempDir()},
		"postgresql": {"--database-url", pgtest.Database(t)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, append(database, "--workers", "0", "--heartbeat", "1s", "--trusted-proxies", "127.0.0.1", "--insecure-no-auth")...)
			_, addr, _ := strings.Cut(p.url, "://")
			through := p.through(t, nginx(t, sample(t, "nginx"), addr))
			for _, url := range []string{p.url, through.url} {
				code, parts := examined(t, append(database, "--addr", addr, "--workers", "0", url)...)
				if code != 0 {
					t.Errorf("%s: exit code %d", url, code)
				}
				for _, part := range []string{
					"database", "migrations", "writes", "listener", "reach", "http", "origin", "other sites", "host",
					"compression", "stream", "clock", "round trip", "idle cut-off",
				} {
					if d := parts[part]; d.State != doctor.OK {
						t.Errorf("%s, %s: %+v, want ok", url, part, d)
					}
				}
			}
			var list struct{ Audits []any }
			if _, body := p.request("GET", shared.PathAudits, ""); json.Unmarshal(body, &list) != nil || len(list.Audits) > 0 {
				t.Errorf("what it made is still there: %s", body)
			}
		})
	}
}

// TestDoctorFindsWhatProxiesDo examines a server behind files for nginx each of which has
// one mistake that people make.
func TestDoctorFindsWhatProxiesDo(t *testing.T) {
	t.Parallel()
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--heartbeat", "5s", "--trusted-proxies", "127.0.0.1",
		"--insecure-no-auth")
	_, addr, _ := strings.Cut(p.url, "://")
	const host = "proxy_set_header Host $http_host;"
	for name, tc := range map[string]struct {
		location string // in the server's place
		part     string
		state    doctor.State
		says     string
	}{
		"buffering": {
			host + "proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;", "stream", doctor.Broken, "held back"},
		"idle time-out": {host + "proxy_read_timeout 1s;", "idle cut-off", doctor.Broken, "is cut off after"},
		"compressed stream": {
			host + "gzip_types text/event-stream; gzip_proxied any; gzip_min_length 1;", "stream", doctor.Broken, "compressed"},
		"nothing compressed": {host + `proxy_set_header Accept-Encoding "";`, "compression", doctor.Warning, "nothing is"},
		"its own Host":       {"", "origin", doctor.Broken, "Host and Origin differ"},
		"no Origin": {host + `proxy_set_header Origin ""; proxy_set_header Sec-Fetch-Site "";`,
			"other sites", doctor.Broken, "pages of other sites are answered"},
		"any Host": {"proxy_set_header Host $server_addr:$server_port;", "host", doctor.Warning, "whatever name"},
		"strange name": {
			"proxy_set_header Host audits.example;", "reach", doctor.Broken, "a name that it does not serve"},
		"sent on":     {"return 301 https://audits.example$request_uri;", "reach", doctor.Broken, `"https://audits.example/readyz"`},
		"another":     {`return 200 "It works!";`, "reach", doctor.Broken, "it is not Atalaya"},
		"no password": {"return 403;", "reach", doctor.Broken, "the answer is 403"},
		"nobody":      {"proxy_pass http://" + testkit.FreeAddr(t) + ";", "reach", doctor.Broken, "a proxy answers 502"},
		"no streams":  {host + "} location /sse/ { return 404;", "stream", doctor.Broken, "a stream is refused with 404"},
		"other type":  {host + `} location /sse/ { return 200 "audits";`, "stream", doctor.Broken, "a stream arrives as"},
		"no changes":  {host + `if ($request_method = PATCH) { return 405; }`, "round trip", doctor.Skipped, "cannot be changed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			location := tc.location
			if !strings.Contains(location, "proxy_pass") && !strings.HasPrefix(location, "return") {
				location = "proxy_pass http://" + sampleServer + ";" + location
			}
			behind := nginx(t, "server { "+sampleNginx+" location / {"+location+"} }", addr)
			code, parts := examined(t, "--data-dir", t.TempDir(), "http://"+behind)
			if d := parts[tc.part]; d.State != tc.state || !strings.Contains(d.Says, tc.says) {
				t.Errorf("got %+v, want %s with %q; all: %v", d, tc.state, tc.says, parts)
			}
			if want := map[bool]int{true: exitFailed}[tc.state == doctor.Broken]; code != want {
				t.Errorf("exit code %d, want %d: %v", code, want, parts)
			}
		})
	}
}

// TestDoctorOnlyReads watches a server without making an audit.
func TestDoctorOnlyReads(t *testing.T) {
	t.Parallel()
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--heartbeat", "1s")
	code, parts := examined(t, "--data-dir", t.TempDir(), "--read-only", p.url+"/")
	if code != 0 || parts["round trip"].State != doctor.Skipped || parts["idle cut-off"].State != doctor.OK {
		t.Errorf("exit code %d: %v", code, parts)
	}
	if next := p.create(`{"url":"x","kind":"external"}`).AuditID; next != 1 {
		t.Errorf("%d audits were made", next-1)
	}
}

// TestDoctorOfThisMachine looks at what a server needs before it is started.
func TestDoctorOfThisMachine(t *testing.T) {
	t.Parallel()
	file := configFile(t, "")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for _, tc := range []struct {
		args  []string
		part  string
		state doctor.State
		says  string
	}{
		{[]string{"--data-dir", t.TempDir()}, "database", doctor.OK, "the first start makes it"},
		{[]string{"--data-dir", "/not/there"}, "database", doctor.OK, "the first start makes it"},
		{[]string{"--data-dir", file}, "database", doctor.Broken, "not a directory"},
		{[]string{"--database-url", "postgres://a:s3cret@" + testkit.FreeAddr(t) + "/a"}, "database", doctor.Broken,
			"connection refused"},
		{[]string{"--addr", testkit.FreeAddr(t)}, "listener", doctor.Warning, "nobody listens"},
		{[]string{"--addr", "unix:" + file + ".sock"}, "listener", doctor.Warning, "nobody listens"},
		{[]string{"--addr", listener.Addr().String()}, "listener", doctor.OK, "somebody listens"},
		{[]string{"--tls-cert", file, "--tls-key", file}, "certificate", doctor.Broken, "--tls-cert"},
		{newIdentity(t, -time.Hour, time.Hour).write(t).flags(), "certificate", doctor.Warning, "ends in"},
		{[]string{"http://" + testkit.FreeAddr(t)}, "reach", doctor.Broken, "nobody listens"},
		{[]string{"--data-dir", t.TempDir(), "http://atalaya-doctor.invalid"}, "reach", doctor.Broken, "has no address"},
	} {
		code, parts := examined(t, tc.args...)
		if d := parts[tc.part]; d.State != tc.state || !strings.Contains(d.Says, tc.says) || strings.Contains(d.Says, "s3cret") {
			t.Errorf("%v: got %+v, want %s with %q", tc.args, d, tc.state, tc.says)
		}
		if want := map[bool]int{true: exitFailed}[tc.state == doctor.Broken]; code != want {
			t.Errorf("%v: exit code %d, want %d: %v", tc.args, code, want, parts)
		}
	}
	for _, args := range [][]string{
		{"ftp://a.example"}, {"a.example"}, {"https://a:b@a.example"}, {"https://a.example/audits/7"}, {"http://a", "http://b"},
	} {
		if out, err := runWith(t, nil, append([]string{"doctor"}, args...)...); exitCode(err) != exitUsage {
			t.Errorf("%v: %v, %s", args, err, out)
		}
	}
	if _, err := os.Stat("/not/there"); err == nil {
		t.Error("it made a folder")
	}
}

// TestDoctorInWords shows cures beside what is broken.
func TestDoctorInWords(t *testing.T) {
	t.Parallel()
	out, err := runWith(t, nil, "doctor", "--data-dir", t.TempDir(), "http://"+testkit.FreeAddr(t))
	if exitCode(err) != exitFailed || !strings.Contains(out, "broken   reach         nobody listens at http://127.0.0.1:") ||
		!strings.Contains(out, "\n                       → start the server, or the proxy before it\n") {
		t.Errorf("%v:\n%s", err, out)
	}
}
