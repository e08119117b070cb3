package crawl

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Product is our product token: the name robots.txt addresses us by.
const Product = "AtalayaBot"

// DefaultUserAgent is the User-Agent header unless configured otherwise.
const DefaultUserAgent = Product + "/1.0 (+https://github.com/atalaya-audit/atalaya)"

const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// longestRetryWait is the Retry-After beyond which a fetch is not tried again:
// the pause still holds for the host, but the page is reported as it is.
const longestRetryWait = 30 * time.Second

// Config says how a Fetcher behaves. The zero value is the polite default.
type Config struct {
	UserAgent    string        // Defaults to DefaultUserAgent
	AllowPrivate bool          // allow every address and port. Defaults to false
	Timeout      time.Duration // per request, connecting to last byte. Defaults to 15 s
	MaxBody      int64         // decoded bytes. Defaults to 10 MiB
	MaxHeader    int64         // bytes of response headers. Defaults to 64 KiB
	MaxRedirects int           // Defaults to 10
	RetryWait    time.Duration // before the second attempt. Defaults to 1 s
	Limits       *Limits       // shared by everything in the process. Defaults to NewLimits(0, 0)
	Resolver     *net.Resolver // Defaults to net.DefaultResolver

	// Roots are the authorities that certificates must come from. Defaults to those of
	// the system; tests have their own.
	Roots *x509.CertPool
}

// Fetcher asks sites for URLs. It is safe for concurrent use; one per process is
// enough.
type Fetcher struct {
	config    Config
	dialer    *net.Dialer
	tls       *tls.Config
	issuers   *issuers
	transport *http.Transport
	lenient   *http.Transport // for what transport does not read
	count     func(bytes int) // nil: nobody counts
	own       OwnHeaders
	slowly    *slowly // nil: as fast as the limits allow
}

// NewFetcher returns a Fetcher; Close it to free idle connections.
func NewFetcher(c Config) *Fetcher { return newFetcher(c, guardOf(c.AllowPrivate)) }

func newFetcher(c Config, guard func(netip.AddrPort) error) *Fetcher {
	c.UserAgent = cmp.Or(c.UserAgent, DefaultUserAgent)
	c.Timeout = cmp.Or(c.Timeout, 15*time.Second)
	c.MaxBody = cmp.Or(c.MaxBody, 10<<20)
	c.MaxHeader = cmp.Or(c.MaxHeader, 64<<10)
	c.MaxRedirects = cmp.Or(c.MaxRedirects, 10)
	c.RetryWait = cmp.Or(c.RetryWait, time.Second)
	if c.Limits == nil {
		c.Limits = NewLimits(0, 0)
	}
	if c.Limits.lookUp == nil {
		resolver := cmp.Or(c.Resolver, net.DefaultResolver)
		c.Limits.lookUp = func(ctx context.Context, name string) ([]netip.Addr, error) {
			return resolver.LookupNetIP(ctx, "ip", name)
		}
	}
	dialer := newDialer(guard, c.Resolver)
	dialer.Timeout = c.Timeout
	f := &Fetcher{config: c, dialer: dialer, tls: newTLSConfig(), issuers: newIssuers()}
	f.transport = &http.Transport{
		Proxy:                  nil, // a proxy would resolve and connect behind the guard's back
		DialContext:            dialer.DialContext,
		DialTLSContext:         f.dialTLS,
		ForceAttemptHTTP2:      true, // a custom DialContext turns it off otherwise
		DisableCompression:     true, // we ask for gzip ourselves, to bound and count it
		MaxResponseHeaderBytes: c.MaxHeader,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    c.Limits.parallel,
		IdleConnTimeout:        30 * time.Second,
	}
	f.lenient = f.newLenientTransport()
	return f
}

// Close closes idle connections. Fetches under way go on.
func (f *Fetcher) Close() { f.transport.CloseIdleConnections() }

// Counting returns a fetcher that shares everything with f and tells count how many
// bytes of bodies come, while they are read. They are counted decoded, so that a
// compression bomb counts as what it becomes; count is called by several goroutines.
func (f *Fetcher) Counting(count func(bytes int)) *Fetcher {
	counting := *f
	counting.count = count
	return &counting
}

// Sending returns a fetcher that shares everything with f and sends headers of its own.
func (f *Fetcher) Sending(own OwnHeaders) *Fetcher {
	sending := *f
	sending.own = own
	return &sending
}

// Slowed returns a fetcher that shares everything with f, its limits too, and asks no host
// more often than perSecond.
func (f *Fetcher) Slowed(perSecond float64) *Fetcher {
	slowed := *f
	slowed.slowly = newSlowly(perSecond)
	return &slowed
}

// Limits returns the limits the fetcher takes its turns from.
func (f *Fetcher) Limits() *Limits { return f.config.Limits }

// Fetch asks for req.URL: it waits for the host's turn, follows redirects (a turn
// each), and tries once more after a 5xx, a timeout or a reset, but not after 429.
// Cookies that a redirect sets are kept to the end of the fetch, as some pages are
// only shown to those who bring them back.
// It returns an error only when ctx ended; everything the site did is in Result.
func (f *Fetcher) Fetch(ctx context.Context, req Request) (*Result, error) {
	req.Method = cmp.Or(req.Method, http.MethodGet)
	req.UserAgent = cmp.Or(req.UserAgent, f.config.UserAgent)
	req.Accept = cmp.Or(req.Accept, accept)
	req.MaxBody = cmp.Or(req.MaxBody, f.config.MaxBody)

	res := &Result{URL: req.URL, FinalURL: Normal(req.URL), Base: req.URL}
	var cookies fetchCookies
	asked := map[string]bool{cookies.request(req.URL): true}
	for {
		if err := f.attempt(ctx, req, res, &cookies); err != nil {
			return nil, fmt.Errorf("crawl: fetch %s: %w", res.FinalURL, err)
		}
		if res.Failure != nil || res.Answer() != AnswerRedirect {
			return res, nil //nolint:nilerr // a failure of the site is a result
		}
		location := res.location
		wire, err := resolveLocation(res.Base, location)
		hop := Hop{URL: res.FinalURL.String(), Status: res.Status, Location: cutBytes(location, maxHeaderValue)}
		if err != nil {
			res.Hops = append(res.Hops, hop)
			res.Failure = quoteFailure(FailRedirect, fmt.Errorf("%w: %w", ErrBadRedirect, err),
				"redirects to %q, which is no URL to fetch", cutBytes(location, 200))
			return res, nil
		}
		next := Normal(wire)
		hop.Location = next.String()
		res.Hops = append(res.Hops, hop)
		request := cookies.request(wire)
		switch {
		case asked[request]:
			res.Failure = newFailure(FailLoop, nil, "redirects in a circle: %s leads back to %s", hop.URL, hop.Location)
			return res, nil
		case len(res.Hops) > f.config.MaxRedirects:
			res.Failure = newFailure(FailRedirects, nil, "more than %d redirects", f.config.MaxRedirects)
			return res, nil
		case req.Follow != nil && !req.Follow(next):
			res.Next, res.NextWire = next, wire
			return res, nil
		}
		asked[request] = true
		res.FinalURL, res.Base = next, wire
	}
}

// attempt asks for res.Base, at most twice, each time once more in another way where that
// may mend what failed.
func (f *Fetcher) attempt(ctx context.Context, req Request, res *Result, cookies *fetchCookies) error {
	for res.Attempts = 1; ; res.Attempts++ {
		if err := f.takeTurn(ctx, req, res, cookies); err != nil {
			return err
		}
		if hasBadHead(res.Failure) || f.completeChain(ctx, res.Failure) {
			req.lenient = hasBadHead(res.Failure)
			if err := f.takeTurn(ctx, req, res, cookies); err != nil {
				return err
			}
		}
		if req.NoRetry || res.Attempts == 2 || !isWorthRetry(res) || req.left != nil && *req.left <= 0 {
			return nil
		}
		if err := sleep(ctx, f.config.RetryWait); err != nil {
			return err
		}
	}
}

// takeTurn makes one request, when it is the host's turn.
func (f *Fetcher) takeTurn(ctx context.Context, req Request, res *Result, cookies *fetchCookies) error {
	if err := f.slowly.wait(ctx, res.FinalURL.Host); err != nil {
		return err
	}
	release, err := f.config.Limits.Acquire(ctx, res.FinalURL.Host)
	if err != nil {
		return err
	}
	res.clearResponse()
	f.requestOnce(ctx, req, res, cookies)
	release(f.outcomeOf(req, res))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// outcomeOf is what a request told about its host. A sitemap that begins and does not end
// is a fault of that file: the pages of the site must not be slowed down for it. What is
// said to another's name is not said to us.
func (f *Fetcher) outcomeOf(req Request, res *Result) Outcome {
	if req.UserAgent != f.config.UserAgent {
		return Outcome{}
	}
	gaveUp := res.Failure != nil && (res.Failure.Class == FailTimeout || res.Failure.Class == FailReset) &&
		(req.sink == nil || res.Status == 0)
	return Outcome{Status: res.Status, RetryAfter: res.RetryAfter, Took: res.TTFB, GaveUp: gaveUp}
}

func isWorthRetry(res *Result) bool {
	if res.RetryAfter > longestRetryWait {
		return false
	}
	if res.Failure != nil {
		return res.Failure.Class == FailTimeout || res.Failure.Class == FailReset
	}
	return res.Status/100 == 5
}

// requestOnce makes one HTTP request and fills res with what came back.
func (f *Fetcher) requestOnce(ctx context.Context, req Request, res *Result, cookies *fetchCookies) {
	timeout := f.config.Timeout
	if req.left != nil {
		timeout = min(timeout, *req.left)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := time.Now()
	defer func() {
		res.Duration = time.Since(start)
		if req.left != nil {
			*req.left -= res.Duration
		}
	}()

	// The transport may call these after the response was returned.
	var wrote, first atomic.Int64
	r := (&http.Request{
		Method: req.Method, URL: requestURL(res.Base), Host: res.Base.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"User-Agent":      {req.UserAgent},
			"Accept":          {req.Accept},
			"Accept-Encoding": {"gzip"},
		},
	}).WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest:         func(httptrace.WroteRequestInfo) { wrote.Store(int64(time.Since(start))) },
		GotFirstResponseByte: func() { first.Store(int64(time.Since(start))) },
	}))
	f.own.add(r.Header, res.Base)
	if sent := cookies.header(res.Base); sent != "" {
		if own := r.Header.Get("Cookie"); own != "" {
			sent = own + "; " + sent
		}
		r.Header.Set("Cookie", sent)
	}
	transport := f.transport
	if req.lenient {
		transport = f.lenient
	}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		res.Failure = classifyError(err, false, f.config.Timeout)
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode < 100 {
		// net/http takes any three digits for a status, and 0 stands for no answer.
		res.Failure = newFailure(FailOther, ErrNotHTTP, "the answer is not HTTP: its status is %03d", resp.StatusCode)
		return
	}
	res.TTFB = max(0, time.Duration(first.Load()-wrote.Load()))
	readHead(resp, res)
	cookies.take(res.Base, resp)
	f.readBody(resp, req, res)
}

// requestURL returns what net/http makes the request line of from: the path as it is
// spelt, also where net/url would spell it otherwise.
func requestURL(u *url.URL) *url.URL {
	if u.Opaque == "" {
		return u
	}
	r := &url.URL{Scheme: u.Scheme, Host: u.Host, Opaque: wirePath(u), RawQuery: u.RawQuery, ForceQuery: u.ForceQuery}
	if strings.HasPrefix(r.Opaque, "//") {
		r.Opaque = u.Opaque // the absolute form, as net/http takes "//" for a host
	}
	return r
}

// readHead copies what is kept of a response beside its body.
func readHead(resp *http.Response, res *Result) {
	res.Status = resp.StatusCode
	res.Header = selectHeaders(resp.Header)
	res.location = resp.Header.Get("Location")
	declared, value := extractType(resp.Header["Content-Type"])
	res.ContentType, res.Declared = declared, declared
	if value != "" {
		res.Header.Set("Content-Type", cutBytes(value, maxHeaderValue))
	}
	res.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	if resp.TLS != nil && len(resp.TLS.PeerCertificates) > 0 {
		res.TLSIssued, res.TLSExpires = resp.TLS.PeerCertificates[0].NotBefore, resp.TLS.PeerCertificates[0].NotAfter
	}
}

// readBody reads the body, where it is wanted.
func (f *Fetcher) readBody(resp *http.Response, req Request, res *Result) {
	switch {
	case res.Answer() == AnswerRedirect:
		// A short rest is worth reading: it keeps the connection for the next hop.
		n, _ := io.CopyN(io.Discard, resp.Body, 16<<10)
		f.countBytes(int(n))
		return
	case req.Method == http.MethodHead:
		return
	case req.WantBody != nil && !req.WantBody(res.Status, res.ContentType):
		return
	}
	sink := req.sink
	if res.Status/100 != 2 {
		sink = nil
	}
	if err := decodeBody(resp, req.MaxBody, sink, f.countBytes, res); err != nil {
		res.Failure = classifyError(err, true, f.config.Timeout)
		if res.Failure.Class == FailEncoding {
			res.Failure.Detail = res.Encoding
		}
	}
	if sink == nil {
		res.ContentType = sniffType(res.Declared, res.Body)
	}
}

func (f *Fetcher) countBytes(n int) {
	if f.count != nil && n > 0 {
		f.count(n)
	}
}

// originURL returns a URL of the same origin with the given path.
func originURL(u *url.URL, path string) *url.URL {
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: path}
}
