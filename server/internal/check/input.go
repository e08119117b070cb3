package check

import (
	"errors"
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

	// Status is the HTTP status, 0 when no answer came. Failure is the class of error
	// of a fetch without a usable answer, one of the Fail constants, and FailureDetail
	// what the site, or its certificate, says beside it. Answer says what the status
	// means to a visitor; of the Answer constants, checks tell those apart that are odd.
	Status                         int
	Failure, FailureDetail, Answer string
	// Attempts is how often the request was sent, TTFB how long the last one
	// took until its first byte, without any waiting of our own.
	Attempts int
	TTFB     time.Duration
	// FetchedAt is when the answer came. With a zero time no date of a page is too old.
	FetchedAt time.Time
	// Hops are the redirects on the way, in order.
	Hops []Hop
	// CertificateFrom and CertificateTo are the days between which the certificate of the
	// server is good; zero without one.
	CertificateFrom, CertificateTo time.Time

	// Of Header, Cache-Control, Content-Encoding, Content-Security-Policy, Content-Type, Etag,
	// Expires, Last-Modified, Link, Refresh, Strict-Transport-Security, Tdm-Reservation, Vary,
	// X-Content-Type-Options and X-Robots-Tag are read.
	Header http.Header
	// ContentType is the media type of the body in lower case, without parameters, and
	// DeclaredType that of the header: another one where the header is wrong.
	ContentType, DeclaredType string
	// Body is the decoded body as sent, in any charset. Truncated says that it
	// was cut at a limit.
	Body      []byte
	Truncated bool

	// Alias is true when the page behind FinalURL is analysed under another
	// URL: then only the checks of the fetch itself apply.
	Alias bool

	// Stopped is asked now and then while the page is read, and ends the reading: what was
	// read by then is of no use. Nil for never.
	Stopped func() bool

	// Resolve makes an absolute http(s) URL of a reference in its canonical form.
	// encoding is that of the document, in which browsers escape a query; empty for
	// references that stand in no document. It must not keep base. Its error wraps
	// [ErrTooLong] where a browser would open the reference all the same. Defaults to
	// plain URL resolution without fragment.
	Resolve func(base *url.URL, ref, encoding string) (*url.URL, error)
}

// ErrTooLong says that an address is longer than those that are read. What it leads to
// stays unknown, and so the page counts as cut.
var ErrTooLong = errors.New("the address is too long")

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
	FailTLSName   = "tls-name"
	FailTLSDate   = "tls-date"
	FailTLSChain  = "tls-chain"
	FailLoop      = "redirect-loop"
	FailRedirects = "too-many-redirects"
	FailBlocked   = "blocked-address"
	FailRedirect  = "bad-redirect"
	FailEncoding  = "bad-encoding"
	FailOther     = "other"
)

// The answers that are neither a page, nor a redirect, nor an error.
const (
	AnswerNoContent    = "no-content"
	AnswerNowhere      = "nowhere"
	AnswerChoices      = "choices"
	AnswerNotModified  = "not-modified"
	AnswerOther3xx     = "other-3xx"
	AnswerUnknownClass = "unknown-class"
)

// final is the URL the content belongs to.
func (in *Input) final() string {
	if in.FinalURL != "" {
		return in.FinalURL
	}
	return in.URL
}

func (in *Input) isStopped() bool { return in.Stopped != nil && in.Stopped() }

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
