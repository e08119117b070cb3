package crawl

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"time"
)

// newTLSConfig returns how a Fetcher speaks TLS: as browsers do. They go on offering
// key exchange with RSA, which Go no longer does unless it is named.
func newTLSConfig() *tls.Config {
	suites := []uint16{
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA,
	}
	for _, s := range tls.CipherSuites() {
		suites = append(suites, s.ID)
	}
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		CipherSuites: suites,
		NextProtos:   []string{"h2", "http/1.1"},
		// dialTLS sets VerifyConnection, which does what this leaves out. Package tls
		// itself takes no intermediate certificates but those that the server sends.
		InsecureSkipVerify: true,
	}
}

// dialTLS connects to address through the guard, and verifies the certificate of the
// server for its host.
func (f *Fetcher) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	// The transport lets a connection come to its end although nobody waits any more.
	ctx, cancel := context.WithTimeout(ctx, f.config.Timeout)
	defer cancel()
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	conn, err := f.dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := f.tls.Clone()
	config.ServerName = host
	config.VerifyConnection = func(state tls.ConnectionState) error {
		return f.verify(state.PeerCertificates, host) // not state.ServerName, which is empty for an address
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return secure, nil
}

// verify judges the certificates that a server sent, the first of them its own,
// together with the intermediate ones that are known from elsewhere. An empty host
// stands for any.
func (f *Fetcher) verify(sent []*x509.Certificate, host string) error {
	intermediates := x509.NewCertPool()
	learnt, _ := f.issuers.climb(sent)
	for _, c := range slices.Concat(sent[1:], learnt) {
		intermediates.AddCert(c)
	}
	_, err := sent[0].Verify(x509.VerifyOptions{Roots: f.config.Roots, Intermediates: intermediates, DNSName: host})
	if err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: sent, Err: err}
	}
	return nil
}

// classifyTLS says which part of a secure connection is at fault: the name in the
// certificate, its dates, who vouches for it, or else the handshake. Its Detail is the
// same each time it is asked for.
func classifyTLS(err error) *Failure {
	var (
		name       x509.HostnameError
		invalid    x509.CertificateInvalidError
		unverified *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &name):
		return quoteFailure(FailTLSName, err, "no secure connection: the certificate is for %s", namesOf(name.Certificate))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		const day = time.DateOnly
		valid := invalid.Cert.NotBefore.UTC().Format(day) + " – " + invalid.Cert.NotAfter.UTC().Format(day)
		return quoteFailure(FailTLSDate, err, "no secure connection: the certificate is valid %s", valid)
	case errors.As(err, &unverified):
		return quoteFailure(FailTLSChain, err, "no secure connection: the certificate comes from %s, which is not trusted",
			unverified.UnverifiedCertificates[0].Issuer.String())
	}
	return quoteFailure(FailTLS, err, "no secure connection: %s", rootText(err))
}

// namesOf lists what a certificate is for, the first few.
func namesOf(c *x509.Certificate) string {
	const shown = 5
	names := slices.Clone(c.DNSNames[:min(len(c.DNSNames), shown)])
	for _, ip := range c.IPAddresses[:min(len(c.IPAddresses), shown-len(names))] {
		names = append(names, ip.String())
	}
	switch {
	case len(names) == 0:
		return c.Subject.String() // browsers do not look at it, but it says whose it is
	case len(c.DNSNames)+len(c.IPAddresses) > len(names):
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}
