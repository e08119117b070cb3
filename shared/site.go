package shared

import (
	"net/url"
	"strings"
)

// SiteName is the part of an audit's URL that people call the site: host and port,
// without www. What is no URL, as external workers may name their work, stays
// itself.
func SiteName(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	return strings.TrimPrefix(u.Host, "www.")
}
