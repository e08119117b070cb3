package crawl

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"atalaya/server/internal/netname"
)

// ParseSeed returns the canonical seed URL for what a person typed. A bare host,
// with or without port and path, gets https://; loopback names and addresses get
// http://, because that is what a server under development speaks.
//
// The error is one of ErrNoHost, ErrScheme, ErrUserinfo, ErrTooLong, ErrSyntax
// (also for control characters anywhere), with the input quoted.
func ParseSeed(raw string) (*url.URL, error) {
	u, err := parseSeed(strings.TrimSpace(raw))
	if err != nil {
		return nil, urlError(raw, err)
	}
	return u, nil
}

func parseSeed(s string) (*url.URL, error) {
	if s == "" {
		return nil, ErrNoHost
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, isControl) {
		return nil, ErrSyntax
	}
	scheme, rest := cutScheme(s)
	if scheme == "http" || scheme == "https" {
		return canonicalSeed(s, strings.TrimLeft(rest, `/\`))
	}
	authority := s
	if i := strings.IndexAny(s, `/\?#`); i >= 0 {
		authority = s[:i]
	}
	if scheme != "" && !startsWithPort(rest) {
		// "me:secret@host" is a bare host with a password; "mailto:me@host" is not.
		if strings.Contains(authority, "@") && scheme != "mailto" {
			return nil, ErrUserinfo
		}
		return nil, ErrScheme
	}
	s = strings.TrimPrefix(s, "//")
	if s == "" || strings.IndexByte(`/\?#`, s[0]) >= 0 {
		return nil, ErrNoHost
	}
	u, err := canonicalSeed("https://"+s, s)
	if err == nil && netname.IsLoopback(u.Hostname()) {
		return canonicalSeed("http://"+s, s)
	}
	return u, err
}

// canonicalSeed refuses user info, which a link may carry: what a person typed is
// shown to others.
func canonicalSeed(s, afterScheme string) (*url.URL, error) {
	authority := afterScheme
	if i := strings.IndexAny(authority, `/\?#`); i >= 0 {
		authority = authority[:i]
	}
	if strings.Contains(authority, "@") {
		return nil, ErrUserinfo
	}
	u, err := resolve(nil, s, "")
	if err != nil {
		return nil, err
	}
	return Normal(u), nil
}

func startsWithPort(s string) bool {
	port := s
	if i := strings.IndexAny(s, `/\?#`); i >= 0 {
		port = s[:i]
	}
	return port != "" && strings.Trim(port, "0123456789") == ""
}
