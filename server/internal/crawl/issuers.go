package crawl

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// maxIssuers is how many certificates are fetched that a server left out of its chain,
	// and maxChain how many are looked at on the way up.
	maxIssuers = 3
	maxChain   = 10
	// maxIssuer bounds the bytes of an answer with certificates, and issuerTimeout the
	// time to fetch it.
	maxIssuer     = 64 << 10
	issuerTimeout = 5 * time.Second
	// issuerFresh is how long certificates are kept, and issuerRetry how long those that
	// could not be had are not asked for again.
	issuerFresh = 24 * time.Hour
	issuerRetry = 5 * time.Minute
	// maxIssuersKnown bounds what is kept: few authorities issue most certificates.
	maxIssuersKnown = 256
)

// issuers are the intermediate certificates that servers should have sent and did not,
// by the address that the certificate below names (RFC 5280, section 4.2.2.1). They are
// not trusted: they only lead up to a root that is.
type issuers struct {
	mu    sync.Mutex
	known map[string]issuer
}

// issuer is what was found at an address: mostly one certificate, or a bundle in which it
// may be.
type issuer struct {
	certificates []*x509.Certificate // none: they could not be had
	until        time.Time
}

func newIssuers() *issuers { return &issuers{known: map[string]issuer{}} }

// climb goes up from the first of the certificates that a server sent: through the
// others, and through those known by their address, which it returns. missing is the
// address of the one that would come next; "" when nothing says where it is.
func (s *issuers) climb(sent []*x509.Certificate) (learnt []*x509.Certificate, missing string) {
	at, fetched := sent[0], 0
	for range maxChain {
		if bytes.Equal(at.RawIssuer, at.RawSubject) {
			break
		}
		if c := issuerAmong(slices.Concat(sent[1:], learnt), at); c != nil {
			at = c
			continue
		}
		address := issuerAddress(at)
		if address == "" || fetched == maxIssuers {
			break
		}
		found, known := s.find(address)
		if !known {
			return learnt, address
		}
		if issuerAmong(found, at) == nil {
			break
		}
		learnt = append(learnt, found...)
		fetched++
	}
	return learnt, ""
}

func issuerAmong(found []*x509.Certificate, of *x509.Certificate) *x509.Certificate {
	for _, c := range found {
		if bytes.Equal(c.RawSubject, of.RawIssuer) {
			return c
		}
	}
	return nil
}

// issuerAddress is where a certificate says that the one above it is; "" for nowhere.
// Only http will do, because https would need a certificate in turn.
func issuerAddress(c *x509.Certificate) string {
	for _, address := range c.IssuingCertificateURL {
		if strings.HasPrefix(address, "http://") {
			return address
		}
	}
	return ""
}

func (s *issuers) find(address string) (found []*x509.Certificate, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.known[address]
	return i.certificates, time.Now().Before(i.until)
}

func (s *issuers) remember(address string, found []*x509.Certificate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= maxIssuersKnown {
		clear(s.known)
	}
	keep := issuerFresh
	if len(found) == 0 {
		keep = issuerRetry
	}
	s.known[address] = issuer{found, time.Now().Add(keep)}
}

// completeChain fetches the certificates that a server left out of its chain, as
// browsers do, and reports whether its failure is thereby mended. The caller holds no
// turn: the authority may live at the same address.
func (f *Fetcher) completeChain(ctx context.Context, failure *Failure) bool {
	var unverified *tls.CertificateVerificationError
	if failure == nil || failure.Class != FailTLSChain || !errors.As(failure.Err, &unverified) {
		return false
	}
	sent := unverified.UnverifiedCertificates
	for range maxIssuers {
		_, missing := f.issuers.climb(sent)
		if missing == "" {
			break
		}
		found := f.fetchIssuer(ctx, missing)
		if ctx.Err() != nil {
			return false
		}
		f.issuers.remember(missing, found)
	}
	return f.verify(sent, "") == nil
}

// fetchIssuer returns the certificates at address.
func (f *Fetcher) fetchIssuer(ctx context.Context, address string) []*x509.Certificate {
	u, err := Resolve(nil, address, "")
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, issuerTimeout)
	defer cancel()
	res, err := f.Fetch(ctx, Request{
		URL: u, MaxBody: maxIssuer, NoRetry: true,
		Follow: func(next *url.URL) bool { return next.Scheme == "http" },
	})
	if err != nil || res.Failure != nil || res.Status != 200 {
		return nil
	}
	return readCertificates(res.Body)
}
