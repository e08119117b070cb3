package pages

import (
	"net/http/httptest"
	"strings"
	"testing"

	"atalaya/shared"
)

// Only browsers that run the program and do not know the keyword get the wider
// policy.
func TestPolicyFitsTheBrowser(t *testing.T) {
	const (
		windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
		mac     = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
	)
	for name, tt := range map[string]struct {
		userAgent string
		older     bool
	}{
		"Chrome 90":          {windows + "Chrome/90.0.4430.93 Safari/537.36", true},
		"headless Chrome 90": {windows + "HeadlessChrome/90.0.4427.0 Safari/537.36", true},
		"Edge 96":            {windows + "Chrome/96.0.4664.55 Safari/537.36 Edg/96.0.1054.43", true},
		"Chrome 97":          {windows + "Chrome/97.0.4692.71 Safari/537.36", false},
		"Chrome 156":         {windows + "Chrome/156.0.0.0 Safari/537.36", false},
		"Safari 15":          {mac + "Version/15.6.1 Safari/605.1.15", true},
		"Safari 16":          {mac + "Version/16.0 Safari/605.1.15", false},
		"Chrome on iOS 15": {"Mozilla/5.0 (iPhone; CPU iPhone OS 15_4 like Mac OS X) AppleWebKit/605.1.15 " +
			"(KHTML, like Gecko) CriOS/120.0.6099.119 Mobile/15E148 Safari/604.1", true},
		"Chrome on iOS 17": {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 " +
			"(KHTML, like Gecko) CriOS/90.0.4430.78 Mobile/15E148 Safari/604.1", false},
		"Firefox 100": {"Mozilla/5.0 (X11; Linux x86_64; rv:100.0) Gecko/20100101 Firefox/100.0", false},
		"nothing":     {"", false},
		"a long one":  {"Chrome/" + strings.Repeat("9", 5000) + ".0", false},
	} {
		got := policyFor(tt.userAgent)
		if wide := strings.Contains(got, " 'unsafe-eval'"); wide != tt.older {
			t.Errorf("%s: got %q", name, got)
		}
		if narrow := strings.Contains(got, " 'wasm-unsafe-eval'"); narrow == tt.older || strings.Contains(got, "unsafe-inline") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// A cache must not give the page of one browser to another.
func TestPagesVaryByBrowser(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	r := httptest.NewRequestWithContext(t.Context(), "GET", shared.PathPage(id), nil)
	r.Header.Set("User-Agent", "HeadlessChrome/90.0.4427.0")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if got := w.Header().Get("Content-Security-Policy"); got != policyOlder {
		t.Errorf("got the policy %q", got)
	}
	if got := strings.Join(w.Header().Values("Vary"), ", "); !strings.Contains(got, "User-Agent") {
		t.Errorf("got Vary %q", got)
	}
}
