package access

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestParseOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"https://status.example":        "https://status.example",
		"HTTPS://Status.Example":        "https://status.example",
		"https://status.example:443":    "https://status.example",
		"http://status.example:80":      "http://status.example",
		"http://status.example:443":     "http://status.example:443",
		"https://status.example:8443":   "https://status.example:8443",
		"https://status.example:":       "https://status.example",
		"http://[::1]:3000":             "http://[::1]:3000",
		"http://[::1]":                  "http://[::1]",
		"*":                             "",
		"null":                          "",
		"https://*.example":             "",
		"https://status.example/":       "",
		"https://status.example?":       "",
		"https://status.example#":       "",
		"https://ana@status.example":    "",
		"https://":                      "",
		"status.example":                "",
		"ftp://status.example":          "",
		"https://españa.example":        "",
		"https://xn--espaa-rta.example": "https://xn--espaa-rta.example",
	} {
		if got, ok := ParseOrigin(text); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, %v; want %q", text, got, ok, want)
		}
	}
}

func TestReaders(t *testing.T) {
	const friend, stranger = "https://status.example", "https://evil.example"
	for _, tc := range []struct {
		name, method, path, host, origin string
		asks                             string // Access-Control-Request-Method
		passed, allowed                  bool
		status                           int
	}{
		{"a friend reads", "GET", "/api/v1/audits", "", friend, "", true, true, 200},
		{"a friend streams", "GET", "/sse/audits", "", friend, "", true, true, 200},
		{"a friend asks for the head", "HEAD", "/api/v1/audits", "", friend, "", true, true, 200},
		{"a friend asks before", "OPTIONS", "/api/v1/audits", "", friend, "GET", false, true, 204},
		{"a friend asks before writing", "OPTIONS", "/api/v1/audits", "", friend, "POST", false, true, 204},
		{"a friend asks for nothing", "OPTIONS", "/api/v1/audits", "", friend, "", false, false, 403},
		{"a friend writes", "POST", "/api/v1/audits", "", friend, "", false, false, 403},
		{"a friend patches", "PATCH", "/api/v1/audits/1/progress", "", friend, "", false, false, 403},
		{"a friend reads a page", "GET", "/basic", "", friend, "", false, false, 403},
		{"a friend reads the metrics", "GET", "/metrics", "", friend, "", false, false, 403},
		{"a friend through another name", "GET", "/api/v1/audits", "evil.example", friend, "", false, true, 403},
		{"a stranger reads", "GET", "/api/v1/audits", "", stranger, "", false, false, 403},
		{"a stranger asks before", "OPTIONS", "/api/v1/audits", "", stranger, "GET", false, false, 403},
		{"a friend's namesake", "GET", "/api/v1/audits", "", "http://status.example", "", false, false, 403},
		{"a sandboxed page", "GET", "/api/v1/audits", "", "null", "", false, false, 403},
		{"a program", "GET", "/api/v1/audits", "", "", "", true, false, 200},
	} {
		t.Run(tc.name, func(t *testing.T) {
			readers := Readers{Origins: []string{friend}, May: func(path string) bool {
				return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/sse/")
			}}
			g := NewGuard(nil, readers, func(w http.ResponseWriter, _ *http.Request, _ error) {
				w.WriteHeader(http.StatusForbidden)
			})
			r := httptest.NewRequest(tc.method, tc.path, nil)
			if r.Host = "127.0.0.1:8000"; tc.host != "" {
				r.Host = tc.host
			}
			if tc.origin != "" {
				r.Header.Set("Origin", tc.origin)
				r.Header.Set("Sec-Fetch-Site", "cross-site")
				r.Header.Set("Sec-Fetch-Mode", "cors")
			}
			if tc.asks != "" {
				r.Header.Set("Access-Control-Request-Method", tc.asks)
			}
			w, passed := httptest.NewRecorder(), false
			g.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed = true })).ServeHTTP(w, r)
			if passed != tc.passed || w.Code != tc.status {
				t.Errorf("passed %v with %d, want %v with %d", passed, w.Code, tc.passed, tc.status)
			}
			want := ""
			if tc.allowed {
				want = friend
			}
			if got := w.Header().Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("allowed origin %q, want %q", got, want)
			}
			if got := w.Header().Get("Access-Control-Allow-Methods"); tc.status == 204 && got != "GET, HEAD" {
				t.Errorf("allowed methods %q", got)
			}
			if w.Header().Get("Access-Control-Allow-Credentials") != "" {
				t.Error("credentials are allowed")
			}
			if got := w.Header().Get("Vary"); readers.May(tc.path) != (got == "Origin") {
				t.Errorf("Vary is %q", got)
			}
		})
	}
}
