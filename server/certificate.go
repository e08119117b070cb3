package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificateLook is how often, at most, handshakes look whether the files of the
// certificate have changed.
const certificateLook = time.Second

// certificate is the pair of --tls-cert and --tls-key. A renewed pair is taken
// from the next handshake on, without a signal: handshakes look at the files
// themselves, so whatever renews them needs to know nothing of us. A pair that
// cannot be used (half replaced, expired, gone) changes nothing; it is logged
// once and looked at again until it can.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu     sync.Mutex
	pair   *tls.Certificate
	looked time.Time
	seen   stamp // the files as last read, well or not
	failed bool  // … and it was not well
}

// stamp tells two states of the files apart.
type stamp struct{ cert, key fileStamp }

type fileStamp struct {
	size, changed int64
}

// newCertificate reads the pair for the first time. Its error is one line for the
// operator.
func newCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log, looked: time.Now()}
	err := c.read()
	return c, err
}

// read takes the pair as it is now, if it can be used.
func (c *certificate) read() (err error) {
	c.seen = c.stamp()
	defer func() { c.failed = err != nil }()
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("--tls-cert %s with --tls-key %s: %w", c.certFile, c.keyFile, err)
	}
	switch now := time.Now(); {
	case now.After(pair.Leaf.NotAfter):
		return fmt.Errorf("--tls-cert %s: the certificate expired at %s", c.certFile,
			pair.Leaf.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(pair.Leaf.NotBefore):
		return fmt.Errorf("--tls-cert %s: the certificate is not valid before %s", c.certFile,
			pair.Leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	c.pair = &pair
	return nil
}

// stamp leaves out a file that cannot be looked at; reading it says why.
func (c *certificate) stamp() (s stamp) {
	for name, to := range map[string]*fileStamp{c.certFile: &s.cert, c.keyFile: &s.key} {
		if info, err := os.Stat(name); err == nil {
			*to = fileStamp{info.Size(), info.ModTime().UnixNano()}
		}
	}
	return s
}

// forHandshake is tls.Config.GetCertificate.
func (c *certificate) forHandshake(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) >= certificateLook {
		c.looked = time.Now()
		c.look()
	}
	return c.pair, nil
}

func (c *certificate) look() {
	changed := c.stamp() != c.seen
	if !changed && !c.failed {
		return
	}
	switch err := c.read(); {
	case err == nil:
		c.log.Info("certificate read anew", "not_after", c.pair.Leaf.NotAfter)
	case changed:
		c.log.Error("the new certificate cannot be used; the old one stays", "err", err)
	}
}

// expires is when the certificate in use does.
func (c *certificate) expires() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pair.Leaf.NotAfter
}
