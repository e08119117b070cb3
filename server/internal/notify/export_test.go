package notify

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
)

// Trust has a poster believe a certificate of a test.
func (p *Poster) Trust(c *x509.Certificate) {
	roots := x509.NewCertPool()
	roots.AddCert(c)
	p.client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}
