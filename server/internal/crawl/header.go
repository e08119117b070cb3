package crawl

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// keptHeaders are the response headers that are read, or that a check of the
// catalogue will read; all others are dropped at once.
var keptHeaders = []string{
	"Content-Type", "Link", "Location", "Retry-After", "X-Robots-Tag",

	"Cache-Control", "Etag", "Expires", "Last-Modified", // no-cache-validators
	"Cf-Mitigated", "Server", // ai-bot-http-blocked
	"Content-Encoding", "Content-Length", "Vary", // no-compression
	"Content-Language",              // lang-mismatch
	"Content-Signal",                // content-signal-restrictive
	"Refresh",                       // redirect-temporary
	"Www-Authenticate",              // paywall-or-login-wall
	"Strict-Transport-Security",     // hsts-missing
	"Tdm-Policy", "Tdm-Reservation", // ai-meta-optout
	"Content-Security-Policy", "Content-Security-Policy-Report-Only", // security-headers-missing
	"Permissions-Policy", "Referrer-Policy", "X-Content-Type-Options", "X-Frame-Options",
}

const (
	maxHeaderValues = 20
	maxHeaderValue  = 4 << 10
)

func selectHeaders(all http.Header) http.Header {
	kept := http.Header{}
	for _, name := range keptHeaders {
		values := all[name]
		for _, v := range values[:min(len(values), maxHeaderValues)] {
			kept[name] = append(kept[name], cutBytes(v, maxHeaderValue))
		}
	}
	return kept
}

// mediaType returns the type of a Content-Type value in lower case, without
// parameters; also of values whose parameters are malformed.
func mediaType(value string) string {
	if t, _, err := mime.ParseMediaType(value); err == nil {
		return t
	}
	t, _, _ := strings.Cut(value, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// retryAfter reads both forms of Retry-After (RFC 9110 section 10.2.3). It
// returns 0 for no value, a past date or nonsense, and at most a day.
func retryAfter(value string, now time.Time) time.Duration {
	const longest = 24 * time.Hour
	value = strings.TrimSpace(value)
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longest)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), longest)
	}
	return 0
}
