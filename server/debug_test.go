package main

import (
	"net/http"
	"strings"
	"testing"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// TestDebugAddr asks for profiles at their own port, as a program and as a page that
// was made to resolve to this machine, and finds none at the other port.
func TestDebugAddr(t *testing.T) {
	debug := testkit.FreeAddr(t)
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--debug-addr", debug)
	get := func(host, path string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+debug+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		res, err := p.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	for _, path := range []string{
		"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/goroutine?debug=1", "/debug/pprof/cmdline",
		"/debug/pprof/profile?seconds=1",
	} {
		if res := get("", path); res.StatusCode != 200 {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	if res := get("evil.example", "/debug/pprof/"); res.StatusCode != 403 {
		t.Errorf("by another name: %s", res.Status)
	}
	if res := get("", shared.PathAudits); res.StatusCode != 404 {
		t.Errorf("the API at the port of profiles: %s", res.Status)
	}
	if status, _ := p.request("GET", "/debug/pprof/", ""); status != 404 {
		t.Errorf("profiles at the port of the server: %d", status)
	}
	if p.stop(); !strings.Contains(p.log.String(), "http://"+debug+"/debug/pprof/") {
		t.Error("the log does not say where the profiles are")
	}
}

func TestDebugAddrInUse(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	addr := strings.TrimPrefix(p.url, "http://")
	_, err := debugListener(t.Context(), addr)
	if err == nil || !strings.Contains(err.Error(), "give another --debug-addr") {
		t.Errorf("got %v", err)
	}
}
