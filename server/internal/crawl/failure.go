package crawl

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"
)

// FailureClass says in one word why a fetch has no usable answer.
type FailureClass string

const (
	FailDNS       FailureClass = "dns"                // the host name has no address
	FailRefused   FailureClass = "refused"            // nothing listens
	FailTimeout   FailureClass = "timeout"            // no complete answer within Config.Timeout
	FailTLS       FailureClass = "tls"                // no encryption could be agreed on
	FailTLSName   FailureClass = "tls-name"           // the certificate is for another host
	FailTLSDate   FailureClass = "tls-date"           // the certificate is out of date, or not valid yet
	FailTLSChain  FailureClass = "tls-chain"          // the certificate comes from nobody who is trusted
	FailBlocked   FailureClass = "blocked-address"    // refused by us: ErrBlockedAddress
	FailReset     FailureClass = "reset"              // the connection ended before the answer did
	FailRedirects FailureClass = "too-many-redirects" // more than Config.MaxRedirects
	FailLoop      FailureClass = "redirect-loop"      // a redirect leads back to where it came from
	FailRedirect  FailureClass = "bad-redirect"       // a redirect to what is no URL to fetch
	FailEncoding  FailureClass = "bad-encoding"       // the body is not in the coding it claims, or in one unknown to us
	FailOther     FailureClass = "other"
)

// Failure is why a fetch has no usable answer. Text is a sentence part for
// people, at most 300 bytes.
type Failure struct {
	Class FailureClass
	Text  string
	Err   error // the cause; nil for redirects
	// Detail is what the system, a library or the site said, in Text without our words
	// around it. It is there where it says what no class and no error does: for FailTLS
	// and its like, ErrBadRedirect, FailEncoding, and FailOther without an error of ours.
	Detail string
}

// Errors that a Failure of class FailOther may wrap.
var (
	ErrBadRedirect     = errors.New("the redirect leads to what is no URL to fetch")
	ErrHeadersTooLarge = errors.New("the response headers are too large")
	ErrNotHTTP         = errors.New("the answer is not HTTP")
)

func (f *Failure) Error() string { return string(f.Class) + ": " + f.Text }

// Unwrap returns the cause, for errors.Is(err, ErrBlockedAddress).
func (f *Failure) Unwrap() error { return f.Err }

func newFailure(class FailureClass, err error, format string, args ...any) *Failure {
	return &Failure{Class: class, Text: cutBytes(fmt.Sprintf(format, args...), 300), Err: err}
}

// quoteFailure has something of others as the one argument of its text.
func quoteFailure(class FailureClass, err error, format, detail string) *Failure {
	f := newFailure(class, err, format, detail)
	f.Detail = cutBytes(detail, 300)
	return f
}

// classifyError says in our words what the transport said in its own. answered tells
// whether the response headers had arrived.
func classifyError(err error, answered bool, timeout time.Duration) *Failure {
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.Is(err, ErrBlockedAddress):
		return newFailure(FailBlocked, err, "%s", guardText(err))
	case errors.Is(err, errCoding):
		return newFailure(FailEncoding, err, "%s", err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return newFailure(FailDNS, err, "the host name %s has no address", dns.Name)
	case errors.As(err, &dns):
		return newFailure(FailDNS, err, "the host name %s could not be resolved: %s", dns.Name, dns.Err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		if answered {
			return newFailure(FailTimeout, err, "the answer was not complete within %v", timeout)
		}
		return newFailure(FailTimeout, err, "no answer within %v", timeout)
	case isTLS(err):
		return classifyTLS(err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return newFailure(FailRefused, err, "the connection was refused")
	case isReset(err):
		return newFailure(FailReset, err, "the connection was closed before the answer was complete")
	case strings.Contains(err.Error(), "response headers exceeded"),
		strings.Contains(err.Error(), "header list larger"):
		return newFailure(FailOther, fmt.Errorf("%w: %w", ErrHeadersTooLarge, err), "the response headers are too large")
	case strings.Contains(err.Error(), "malformed HTTP"), strings.Contains(err.Error(), "readLoopPeekFailLocked"):
		return newFailure(FailOther, fmt.Errorf("%w: %w", ErrNotHTTP, err), "the answer is not HTTP")
	}
	return quoteFailure(FailOther, err, "%s", rootText(err))
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func isTLS(err error) bool {
	var (
		record tls.RecordHeaderError
		alert  tls.AlertError
		verify *tls.CertificateVerificationError
	)
	text := err.Error()
	return errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &verify) ||
		strings.Contains(text, "tls: ") || strings.Contains(text, "HTTP response to HTTPS client")
}

// guardText is what the guard said, without the dialer's words around it.
func guardText(err error) string {
	var op *net.OpError
	for errors.As(err, &op) {
		err = op.Err
	}
	return err.Error()
}

// rootText is the innermost error, without the addresses and operations that the
// net package wraps around it.
func rootText(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
