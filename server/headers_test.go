package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"atalaya/shared"
)

// strictPolicy is that of whatever is no page.
const strictPolicy = "default-src 'none'; frame-ancestors 'none'"

// TestEveryAnswerIsHardened asks for every route over TLS, as an admin and as nobody, and for
// what is refused before it comes to a route.
func TestEveryAnswerIsHardened(t *testing.T) {
	t.Parallel()
	const host = "audits.example"
	m := newTeam(t, "--public-url", "https://"+host, "--trusted-proxies", "127.0.0.1")
	ask := func(who, method, path, body string, change func(*http.Request)) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, method, m.url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		r.Header.Set("X-Forwarded-Proto", "https")
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		authorize(r, m.tokens[who])
		change(r)
		res, err := m.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		what := who + " " + method + " " + path + " " + res.Status
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "same-origin",
			"Strict-Transport-Security": "max-age=15552000",
		} {
			if r.Host != host && name == "Strict-Transport-Security" {
				want = ""
			}
			if got := strings.Join(res.Header.Values(name), "|"); got != want {
				t.Errorf("%s: %s is %q, want %q", what, name, got, want)
			}
		}
		policy := strings.Join(res.Header.Values("Content-Security-Policy"), "|")
		ofPages := strings.HasPrefix(policy, "default-src 'self'; ") && !strings.Contains(policy, "unsafe-inline")
		if policy != strictPolicy && (forOthers(path) || !ofPages) {
			t.Errorf("%s: the policy is %q", what, policy)
		}
		if policy == strictPolicy && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: a page may load nothing", what)
		}
	}
	as := func(*http.Request) {}
	for route, row := range routeTable {
		method, _, _ := strings.Cut(route, " ")
		for _, who := range []string{"none", "admin"} {
			ask(who, method, strings.ReplaceAll(row.path, "{id}", m.startsAs("auditor")), row.body, as)
		}
	}
	ask("admin", "POST", "/api", "", as)
	ask("admin", "GET", "/api/", "", as)
	ask("admin", "PUT", shared.PathAudits, "", as)
	ask("admin", "GET", "/sse/audits/1000/progress", "", as)
	ask("admin", "GET", shared.PathAudits, "", func(r *http.Request) { r.Host = "evil.example" })
	ask("admin", "GET", shared.PathAudits, "", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") })
}

// forOthers is true of what is no page, and is not loaded by one.
func forOthers(path string) bool {
	return forPrograms(path) && path != shared.PathReference ||
		path == shared.PathMetrics || path == shared.PathHealth || path == shared.PathReady
}
