package crawl

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// rootsOf are roots that trust the certificate of a test server.
func rootsOf(server *httptest.Server) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return roots
}

// authority signs certificates, as a root or below one.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// certify makes a certificate for key, signed by the authority; a nil one stands for the
// certificate itself.
func (a *authority) certify(t *testing.T, key crypto.Signer, c x509.Certificate) *x509.Certificate {
	t.Helper()
	c.SerialNumber = big.NewInt(time.Now().UnixNano())
	if c.NotAfter.IsZero() {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	parent, signer := &c, key
	if a != nil {
		parent, signer = a.certificate, crypto.Signer(a.key)
	}
	der, err := x509.CreateCertificate(rand.Reader, &c, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// newAuthority makes an authority below another, or a root; its certificate says that
// the one above lies at above.
func newAuthority(t *testing.T, name string, signer *authority, above ...string) *authority {
	t.Helper()
	key := newKey(t)
	return &authority{key: key, certificate: signer.certify(t, key, x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, IssuingCertificateURL: above,
	})}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// serveTLS answers with "in" behind a chain of certificates.
func serveTLS(t *testing.T, key crypto.Signer, config *tls.Config, chain ...*x509.Certificate) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "in")
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of our hanging up
	sent := tls.Certificate{PrivateKey: key}
	for _, c := range chain {
		sent.Certificate = append(sent.Certificate, c.Raw)
	}
	config.Certificates = []tls.Certificate{sent}
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// library serves what is put into it, and counts what is asked for.
type library struct {
	url   string
	files map[string][]byte
	asked atomic.Int32
}

func newLibrary(t *testing.T) *library {
	l := &library{files: map[string][]byte{}}
	l.url = serve(t, func(w http.ResponseWriter, r *http.Request) {
		l.asked.Add(1)
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/low", http.StatusFound)
		case "/endless":
			for line := make([]byte, 32<<10); ; {
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		default:
			w.Write(l.files[r.URL.Path])
		}
	}).URL
	return l
}

// bundle is the envelope in which authorities send certificates, that of PKCS #7.
func bundle(t *testing.T, certificates ...*x509.Certificate) []byte {
	t.Helper()
	var all []byte
	for _, c := range certificates {
		all = append(all, c.Raw...)
	}
	type content struct {
		Type asn1.ObjectIdentifier
	}
	type signed struct {
		Version      int
		Digests      []asn1.ObjectIdentifier `asn1:"set"`
		Content      content
		Certificates asn1.RawValue
		Signers      []asn1.ObjectIdentifier `asn1:"set"`
	}
	der, err := asn1.Marshal(struct {
		Type    asn1.ObjectIdentifier
		Content signed `asn1:"explicit,tag:0"`
	}{signedData, signed{
		Version: 1, Content: content{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: all},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// What is no certificate, in any form, gives none.
func TestReadCertificatesTakesWhatItFinds(t *testing.T) {
	c := newAuthority(t, "Root", nil).certificate
	many := make([]*x509.Certificate, maxBundle+5)
	for i := range many {
		many[i] = c
	}
	whole := bundle(t, c)
	for name, test := range map[string]struct {
		body []byte
		want int
	}{
		"nothing": {nil, 0}, "a page": {[]byte("<!doctype html>"), 0}, "a certificate": {c.Raw, 1},
		"a bundle": {whole, 1}, "an empty bundle": {bundle(t), 0}, "too many": {bundle(t, many...), maxBundle},
		"half a bundle": {whole[:len(whole)/2], 0}, "PEM of nothing": {pem.EncodeToMemory(&pem.Block{Type: "PKCS7"}), 0},
	} {
		if got := readCertificates(test.body); len(got) != test.want {
			t.Errorf("%s: %d certificates, want %d", name, len(got), test.want)
		}
	}
}

func FuzzReadCertificates(f *testing.F) {
	f.Add([]byte("0\x0f\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02\xa0\x02"))
	f.Fuzz(func(_ *testing.T, body []byte) { readCertificates(body) })
}

var loopback = []net.IP{net.IPv4(127, 0, 0, 1)}

// What browsers accept is no failure: a chain that lacks its middle, and a server that
// knows no other key exchange than that of RSA.
func TestFetchAcceptsWhatBrowsersAccept(t *testing.T) {
	lib := newLibrary(t)
	root := newAuthority(t, "Root", nil)
	high := newAuthority(t, "High", root)
	low := newAuthority(t, "Low", high, lib.url+"/high")
	lib.files["/high"] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: high.certificate.Raw})
	lib.files["/low"] = low.certificate.Raw
	lib.files["/other.p7c"] = bundle(t, newAuthority(t, "Other", nil).certificate)
	lib.files["/both.p7c"] = bundle(t, newAuthority(t, "Other", nil).certificate, high.certificate, low.certificate)
	lib.files["/pem.p7c"] = pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: bundle(t, low.certificate)})
	roots := x509.NewCertPool()
	roots.AddCert(root.certificate)

	key := newKey(t)
	leaf := func(above ...string) *x509.Certificate {
		return low.certify(t, key, x509.Certificate{IPAddresses: loopback, IssuingCertificateURL: above})
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	rsaLeaf := root.certify(t, rsaKey, x509.Certificate{IPAddresses: loopback})
	rsaOnly := &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}}

	for _, tt := range []struct {
		name  string
		url   string
		class FailureClass
		asked int32 // of the library
	}{
		{"a whole chain", serveTLS(t, key, &tls.Config{}, leaf(), low.certificate, high.certificate), "", 0},
		{"one missing", serveTLS(t, key, &tls.Config{}, leaf(), low.certificate), "", 1},
		{"two missing", serveTLS(t, key, &tls.Config{}, leaf(lib.url+"/low")), "", 2},
		{"two in another place", serveTLS(t, key, &tls.Config{}, leaf("ldap://x/", lib.url+"/moved")), "", 3},
		{"two in a bundle", serveTLS(t, key, &tls.Config{}, leaf(lib.url+"/both.p7c")), "", 1},
		{"one in a bundle, one beside it", serveTLS(t, key, &tls.Config{}, leaf(lib.url+"/pem.p7c")), "", 2},
		{"in no bundle", serveTLS(t, key, &tls.Config{}, leaf(lib.url+"/other.p7c")), FailTLSChain, 1},
		{"RSA key exchange", serveTLS(t, rsaKey, rsaOnly, rsaLeaf), "", 0},
		{"missing and nobody says where", serveTLS(t, key, &tls.Config{}, leaf()), FailTLSChain, 0},
		{"missing and not there", serveTLS(t, key, &tls.Config{}, leaf(lib.url+"/nothing")), FailTLSChain, 1},
		{"missing and without end", serveTLS(t, key, &tls.Config{}, leaf(lib.url+"/endless")), FailTLSChain, 1},
		{"missing and behind TLS", serveTLS(t, key, &tls.Config{}, leaf("https://127.0.0.1:1/low")), FailTLSChain, 0},
	} {
		f := testFetcher(t, Config{Roots: roots})
		lib.asked.Store(0)
		for range 2 { // what was learnt, or could not be, is not asked for again
			res := fetch(t, f, Request{URL: mustURL(t, tt.url), NoRetry: true})
			if tt.class != "" {
				wantFailure(t, res, tt.class, "Low")
			} else if res.Failure != nil || string(res.Body) != "in" {
				t.Errorf("%s: %q, %v", tt.name, res.Body, res.Failure)
			}
			f.transport.CloseIdleConnections()
		}
		if got := lib.asked.Load(); got != tt.asked {
			t.Errorf("%s: asked %d times, want %d", tt.name, got, tt.asked)
		}
	}
}

// A chain may not lead up for ever, nor to where the guard lets nobody go.
func TestAnIssuerIsFetchedWithinBounds(t *testing.T) {
	lib := newLibrary(t)
	root := newAuthority(t, "Root", nil)
	roots := x509.NewCertPool()
	roots.AddCert(root.certificate)
	key := newKey(t)

	top := root
	for _, name := range []string{"4", "3", "2", "1"} {
		next := newAuthority(t, name, top, lib.url+"/"+top.certificate.Subject.CommonName)
		lib.files["/"+name] = next.certificate.Raw
		top = next
	}
	deep := serveTLS(t, key, &tls.Config{}, top.certify(t, key, x509.Certificate{
		IPAddresses: loopback, IssuingCertificateURL: []string{lib.url + "/1"},
	}))
	res := fetch(t, testFetcher(t, Config{Roots: roots}), Request{URL: mustURL(t, deep), NoRetry: true})
	wantFailure(t, res, FailTLSChain, "CN=1")
	if got := lib.asked.Load(); got != maxIssuers {
		t.Errorf("%d certificates fetched, want %d", got, maxIssuers)
	}

	lib.asked.Store(0)
	middle := newAuthority(t, "middle", root)
	lib.files["/middle"] = middle.certificate.Raw
	site := serveTLS(t, key, &tls.Config{}, middle.certify(t, key, x509.Certificate{
		IPAddresses: loopback, IssuingCertificateURL: []string{lib.url + "/middle"},
	}))
	forbidden := netip.MustParseAddrPort(strings.TrimPrefix(lib.url, "http://"))
	f := guardedFetcher(t, Config{Roots: roots}, func(to netip.AddrPort) error {
		if to == forbidden {
			return ErrBlockedAddress
		}
		return nil
	})
	res = fetch(t, f, Request{URL: mustURL(t, site), NoRetry: true})
	wantFailure(t, res, FailTLSChain, "CN=middle")
	if lib.asked.Load() != 0 {
		t.Error("the guard was passed by")
	}
}

func TestATLSFailureSaysWhichPartIsAtFault(t *testing.T) {
	root := newAuthority(t, "Root", nil)
	stranger := newAuthority(t, "Stranger", nil)
	roots := x509.NewCertPool()
	roots.AddCert(root.certificate)
	key := newKey(t)
	day := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	many := []string{"a.example", "b.example", "c.example", "d.example", "e.example", "f.example"}

	for _, tt := range []struct {
		name   string
		signer *authority
		leaf   x509.Certificate
		config *tls.Config
		class  FailureClass
		detail string
	}{
		{"another name", root, x509.Certificate{DNSNames: many}, &tls.Config{}, FailTLSName,
			"a.example, b.example, c.example, d.example, e.example, …"},
		{"no name", root, x509.Certificate{Subject: pkix.Name{CommonName: "127.0.0.1"}}, &tls.Config{}, FailTLSName, "CN=127.0.0.1"},
		{"another address", root, x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 2)}}, &tls.Config{},
			FailTLSName, "127.0.0.2"},
		{"expired", root, x509.Certificate{IPAddresses: loopback, NotBefore: day, NotAfter: day.AddDate(0, 3, 0)}, &tls.Config{},
			FailTLSDate, "2020-01-02 – 2020-04-02"},
		{"not valid yet", root, x509.Certificate{IPAddresses: loopback, NotBefore: day.AddDate(90, 0, 0),
			NotAfter: day.AddDate(91, 0, 0)},
			&tls.Config{}, FailTLSDate, "2110-01-02 – 2111-01-02"},
		{"unknown authority", stranger, x509.Certificate{IPAddresses: loopback}, &tls.Config{}, FailTLSChain, "CN=Stranger"},
		{"its own authority", nil, x509.Certificate{IPAddresses: loopback, Subject: pkix.Name{CommonName: "Me"}}, &tls.Config{},
			FailTLSChain, "CN=Me"},
		{"an old version", root, x509.Certificate{IPAddresses: loopback},
			&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
			FailTLS, "tls: protocol version not supported"},
		{"RC4", root, x509.Certificate{IPAddresses: loopback},
			&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}},
			FailTLS, "tls: handshake failure"},
	} {
		site := serveTLS(t, key, tt.config, tt.signer.certify(t, key, tt.leaf))
		res := fetch(t, testFetcher(t, Config{Roots: roots}), Request{URL: mustURL(t, site), NoRetry: true})
		if f := res.Failure; f == nil || f.Class != tt.class || f.Detail != tt.detail || !strings.Contains(f.Text, tt.detail) {
			t.Errorf("%s: %+v, want %s %q", tt.name, f, tt.class, tt.detail)
		}
	}
}
