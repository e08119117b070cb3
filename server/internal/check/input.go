package check

import (
	"net/http"
	"net/url"
	"time"
)

// Input is one fetched URL: what was asked, what came back, and where it stands
// in the site.
type Input struct {
	// URL is what was asked for and FinalURL where redirects led; empty means
	// the same. Both are absolute.
	URL, FinalURL string
	// Home is true for the page the audit starts from.
	Home bool
	// Depth is the number of clicks from the seed; -1 for a URL known only from
	// a sitemap.
	Depth int
	// Referrer is the first page seen linking here.
	Referrer string

	// Status is the HTTP status, 0 when no answer came. Failure is then the
	// class of error, one of the Fail constants.
	Status  int
	Failure string
	// Attempts is how often the request was sent, TTFB how long the last one
	// took until its first byte, without any waiting of our own.
	Attempts int
	TTFB     time.Duration
	// Hops are the redirects on the way, in order.
	Hops []Hop

	// Of Header, Content-Type, Link, Refresh and X-Robots-Tag are read.
	Header http.Header
	// ContentType is the media type in lower case, without parameters.
	ContentType string
	// Body is the decoded body as sent, in any charset. Truncated says that it
	// was cut at a limit.
	Body      []byte
	Truncated bool

	// Alias is true when the page behind FinalURL is analysed under another
	// URL: then only the checks of the fetch itself apply.
	Alias bool

	// Resolve makes an absolute http(s) URL of a reference in its canonical form.
	// encoding is that of the document, in which browsers escape a query; empty for
	// references that stand in no document. It must not keep base. Defaults to plain URL
	// resolution without fragment.
	Resolve func(base *url.URL, ref, encoding string) (*url.URL, error)
}

// Hop is one redirect.
type Hop struct {
	URL      string
	Status   int
	Location string
}

// The classes of failure that checks tell apart.
const (
	FailTimeout   = "timeout"
	FailReset     = "reset"
	FailDNS       = "dns"
	FailRefused   = "refused"
	FailTLS       = "tls"
	FailLoop      = "redirect-loop"
	FailRedirects = "too-many-redirects"
	FailBlocked   = "blocked-address"
	FailRedirect  = "bad-redirect"
	FailEncoding  = "bad-encoding"
	FailOther     = "other"
)

// final is the URL the content belongs to.
func (in *Input) final() string {
	if in.FinalURL != "" {
		return in.FinalURL
	}
	return in.URL
}

// resolve is the default of Input.Resolve.
func resolve(base *url.URL, href, _ string) (*url.URL, error) {
	u, err := url.Parse(href)
	if err != nil {
		return nil, err
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "" && u.Opaque == "" {
		u.Path = "/"
	}
	return u, nil
}
