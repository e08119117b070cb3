package pages

import (
	"net/http"
	"regexp"
	"strconv"
)

// The policy allows what the app does and nothing else: its own files, the
// compiling of WebAssembly, requests to its own origin. No inline script or
// style is ever needed.
const (
	policyStart = "default-src 'self'; script-src 'self' "
	policyEnd   = "; style-src 'self'; img-src 'self' data:; " +
		"connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

	policyStrict = policyStart + "'wasm-unsafe-eval'" + policyEnd
	// policyOlder is for browsers that run the program but do not know the keyword
	// for it, of which they complain: for them the older word stands in its place.
	policyOlder = policyStart + "'unsafe-eval'" + policyEnd
)

// policyFor chooses the policy for a User-Agent. Whoever lies about it lowers only
// his own guard.
func policyFor(userAgent string) string {
	if knowsNoWasmKeyword(userAgent) {
		return policyOlder
	}
	return policyStrict
}

// Chromium knows 'wasm-unsafe-eval' from version 97 on, Safari from 16 on. Firefox
// lets every policy compile WebAssembly until it knows the keyword.
const (
	chromiumWithKeyword = 97
	safariWithKeyword   = 16
)

var (
	chromiumVersion = regexp.MustCompile(`Chrom(?:e|ium)/([0-9]{1,4})\.`)
	safariVersion   = regexp.MustCompile(`AppleWebKit/.* Version/([0-9]{1,4})\..*Safari/`)
	// iosVersion tells the engine of every browser on a phone of Apple's.
	iosVersion = regexp.MustCompile(`(?:iPhone|iPad|iPod).* OS ([0-9]{1,4})_.*AppleWebKit/`)
)

func knowsNoWasmKeyword(userAgent string) bool {
	if m := chromiumVersion.FindStringSubmatch(userAgent); m != nil {
		return below(m[1], chromiumWithKeyword)
	}
	for _, version := range [...]*regexp.Regexp{iosVersion, safariVersion} {
		if m := version.FindStringSubmatch(userAgent); m != nil {
			return below(m[1], safariWithKeyword)
		}
	}
	return false
}

func below(digits string, first int) bool {
	n, err := strconv.Atoi(digits)
	return err == nil && n < first
}

// secure restricts what a page may do. Package access adds what every answer has.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policyFor(r.UserAgent()))
		next.ServeHTTP(w, r)
	})
}
