package doctor

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"atalaya/shared"
)

// answerWithin bounds the wait for an answer that is no stream.
const answerWithin = 10 * time.Second

// Server is a server as its users reach it.
type Server struct {
	base     string // its address, without a slash at its end
	token    string // for servers that ask for one
	readOnly bool
	http     *http.Client
}

// NewServer is the server at an address such as https://audits.example. token may be
// empty. A server that is readOnly gets no audit for a trial.
func NewServer(address, token string, readOnly bool) *Server {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	return &Server{
		base: strings.TrimSuffix(address, "/"), token: token, readOnly: readOnly,
		http: &http.Client{
			Transport: transport,
			// Where a browser is sent on to is another address to examine.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Examine looks at one part after the other. A server that is not reached, or is not
// ready, is examined no further.
func (s *Server) Examine(ctx context.Context) []Diagnosis {
	ready, reach := s.reach(ctx)
	if reach.State != OK {
		return []Diagnosis{reach}
	}
	return append([]Diagnosis{reach, s.version(ready), s.ownOrigin(ctx), s.strangeOrigin(ctx), s.strangeHost(ctx),
		s.compression(ctx)}, s.streams(ctx)...)
}

// answer is an answer that is no stream.
type answer struct {
	status int
	proto  string
	header http.Header
	body   []byte
	took   time.Duration
}

// problem is the body of an error answer; the zero value if it is none of ours.
func (a answer) problem() (p shared.Problem) {
	_ = json.Unmarshal(a.body, &p) // a proxy's own page is no problem of ours
	return p
}

// request is a request with a token, if there is one. change may be nil.
func (s *Server) request(
	ctx context.Context, method, path, body string, change func(*http.Request),
) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.base+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	if change != nil {
		change(r)
	}
	return r, nil
}

// ask sends a request and reads the answer, each within bounds.
func (s *Server) ask(
	ctx context.Context, method, path, body string, change func(*http.Request),
) (a answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	r, err := s.request(ctx, method, path, body, change)
	if err != nil {
		return a, err
	}
	begun := time.Now()
	response, err := s.http.Do(r)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	a = answer{status: response.StatusCode, proto: response.Proto, header: response.Header, took: time.Since(begun)}
	a.body, err = io.ReadAll(io.LimitReader(response.Body, shared.MaxBody))
	return a, err
}

const partReach = "reach"

// reach asks whether the server is ready.
func (s *Server) reach(ctx context.Context) (answer, Diagnosis) {
	a, err := s.ask(ctx, http.MethodGet, shared.PathReady, "", nil)
	if err != nil {
		return a, unreached(s.base, err)
	}
	var parts struct{ Status, Detail string }
	ours := json.Unmarshal(a.body, &parts) == nil && parts.Status != ""
	switch p := a.problem(); {
	case a.status >= 300 && a.status < 400:
		return a, Fault(partReach, "examine that address, and give it to people",
			"%s sends on to %q", s.base, a.header.Get("Location"))
	case p.Code == shared.CodeForbiddenHost:
		return a, Fault(partReach, cureHost, "the server is asked by a name that it does not serve")
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		return a, Fault(partReach, "give a token that may read, in ATALAYA_TOKEN", "the answer is %d", a.status)
	case a.status == http.StatusServiceUnavailable && ours:
		return a, Fault(partReach, "see the parts in "+shared.PathReady+", and the server's log",
			"the server is not ready: %q", parts.Detail)
	case a.status >= 500:
		return a, Fault(partReach, "see whether the server runs, and whether the proxy asks at its --addr",
			"a proxy answers %d: it does not reach the server", a.status)
	case a.status != http.StatusOK || !ours:
		return a, Fault(partReach, "let the proxy pass every path on to the server's --addr",
			"something answers %d, and it is not Atalaya", a.status)
	}
	return a, Well(partReach, "%s is ready, and answers in %s", s.base, short(a.took))
}

// unreached says why there is no answer.
func unreached(base string, err error) Diagnosis {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		dns       *net.DNSError
		timeout   net.Error
	)
	switch {
	case errors.As(err, &authority), errors.As(err, &name), errors.As(err, &invalid):
		return Fault(partReach, "serve a certificate for this name with its whole chain, and renew it in time",
			"browsers do not trust the certificate of %s: %v", base, errors.Unwrap(err))
	case errors.As(err, &dns):
		return Fault(partReach, "look at the spelling, and at the DNS records of the name",
			"the name in %s has no address", base)
	case errors.Is(err, syscall.ECONNREFUSED):
		return Fault(partReach, "start the server, or the proxy before it", "nobody listens at %s", base)
	case errors.As(err, &timeout) && timeout.Timeout():
		return Fault(partReach, "look for a firewall on the way, and at the proxy's log",
			"%s does not answer within %v", base, answerWithin)
	}
	return Fault(partReach, "look at the log of the server and of the proxy", "%s cannot be asked: %v", base, err)
}

// short is a duration for people.
func short(d time.Duration) string {
	if d < time.Second {
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}
