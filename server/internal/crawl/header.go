package crawl

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"atalaya/shared"
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

// extractType returns the media type of the Content-Type headers as the Fetch standard
// extracts it: of several, also those that a proxy joined with commas, the last valid
// one counts. essence is in lower case, without parameters, and "" when none is valid.
// value is the header that a reader of a single one understands: with the charset,
// which is kept from an earlier one of the same type.
func extractType(values []string) (essence, value string) {
	label := ""
	for _, part := range shared.SplitUnquoted(strings.Join(values, ","), ',') {
		fields := shared.SplitUnquoted(part, ';')
		name := strings.ToLower(strings.Trim(fields[0], " \t\r\n"))
		if !isMediaType(name) || name == "*/*" {
			continue
		}
		if name != essence {
			label = ""
		}
		essence = name
		for _, field := range fields[1:] {
			key, v, ok := strings.Cut(strings.Trim(field, " \t\r\n"), "=")
			v = strings.ReplaceAll(strings.Trim(v, `" `+"\t"), `\`, "")
			if ok && strings.EqualFold(key, "charset") && v != "" {
				label = v
				break
			}
		}
	}
	switch {
	case len(values) == 1 && (essence == "" || isPlainType(values[0])):
		return essence, values[0]
	case essence != "" && label != "":
		return essence, mime.FormatMediaType(essence, map[string]string{"charset": label})
	}
	return essence, essence
}

// isPlainType reports whether every reader understands the value alike.
func isPlainType(value string) bool {
	_, _, err := mime.ParseMediaType(value)
	return err == nil && !strings.Contains(value, ",")
}

func isMediaType(name string) bool {
	kind, sub, ok := strings.Cut(name, "/")
	return ok && isToken(kind) && isToken(sub)
}

func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
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
