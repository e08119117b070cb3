package stream

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"atalaya/shared"
)

// preferWait reads the preference wait=N of RFC 7240 from all Prefer headers,
// cut to [shared.PollWaitMax]. The first occurrence counts. What is malformed
// is as good as absent, as the RFC says: 0.
func preferWait(h http.Header) time.Duration {
	for _, line := range h.Values("Prefer") {
		for _, preference := range shared.SplitUnquoted(line, ',') {
			name, value, _ := strings.Cut(shared.SplitUnquoted(preference, ';')[0], "=")
			if !strings.EqualFold(strings.TrimSpace(name), "wait") {
				continue
			}
			seconds, err := strconv.ParseUint(unquote(strings.TrimSpace(value)), 10, 31)
			if err != nil {
				return 0
			}
			return min(time.Duration(seconds)*time.Second, shared.PollWaitMax)
		}
	}
	return 0
}

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}
