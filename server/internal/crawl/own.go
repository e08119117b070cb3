package crawl

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// OwnHeaders go with every request of one audit to one host and to no other, as the
// password of a staging site does. The zero value has none.
type OwnHeaders struct {
	// Site names the host: requests to its name and port, by its scheme or, where that is
	// http, by https at the usual ports.
	Site   *url.URL
	Header http.Header
}

// ErrOwnHeader is wrapped by what [ParseOwnHeaders] refuses.
var ErrOwnHeader = errors.New("no header that may be sent")

// keptToUs are the headers that the crawl itself answers for.
var keptToUs = []string{
	"Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Range", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "User-Agent",
}

// ParseOwnHeaders reads lines of the form "Name: value". Its errors, which wrap
// [ErrOwnHeader], name no value.
func ParseOwnHeaders(lines []string) (http.Header, error) {
	header := http.Header{}
	for i, line := range lines {
		name, value, found := strings.Cut(line, ":")
		name, value = http.CanonicalHeaderKey(name), strings.Trim(value, " \t")
		switch {
		case !found || !httpguts.ValidHeaderFieldName(name):
			return nil, fmt.Errorf("%w: the %d. is not of the form Name: value", ErrOwnHeader, i+1)
		case !httpguts.ValidHeaderFieldValue(value):
			return nil, fmt.Errorf("%w: %s has a value with control characters", ErrOwnHeader, name)
		case slices.Contains(keptToUs, name) || strings.HasPrefix(name, "Proxy-"):
			return nil, fmt.Errorf("%w: %s is not for you to set", ErrOwnHeader, name)
		}
		header.Add(name, value)
	}
	return header, nil
}

// add puts the headers into those of a request for u, if u is on their host.
func (o OwnHeaders) add(into http.Header, u *url.URL) {
	if o.Site != nil && o.covers(u) {
		maps.Copy(into, o.Header)
	}
}

func (o OwnHeaders) covers(u *url.URL) bool {
	if !strings.EqualFold(u.Hostname(), o.Site.Hostname()) || u.Port() != o.Site.Port() {
		return false
	}
	return u.Scheme == o.Site.Scheme || u.Scheme == "https" && u.Port() == ""
}
