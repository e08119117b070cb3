package doctor

import (
	"context"
	"net/http"
	"net/url"

	"atalaya/server/internal/netname"
	"atalaya/shared"
)

// strange is a name that no server has (RFC 2606).
const strange = "atalaya-doctor.invalid"

const cureHost = "let the proxy pass on the Host that it was asked for " +
	"(nginx: proxy_set_header Host $http_host; Apache: ProxyPreserveHost On)"

const aList = shared.PathAudits + "?limit=1"

// version looks at what the connection speaks.
func (s *Server) version(ready answer) Diagnosis {
	const part = "http"
	u, err := url.Parse(s.base)
	switch {
	case err != nil || netname.IsLoopback(u.Hostname()):
		return Well(part, "%s, on this machine", ready.proto)
	case u.Scheme != "https":
		return Warn(part, "serve HTTPS: with --tls-cert and --tls-key, or by the proxy",
			"nothing is encrypted, so browsers neither install the app nor let tabs share a stream")
	case ready.proto != "HTTP/2.0":
		return Warn(part, "switch HTTP/2 on in the proxy",
			"%s, over which a browser has six connections to a server and other tabs wait", ready.proto)
	}
	return Well(part, "%s, encrypted", ready.proto)
}

// ownOrigin asks as the app's own page does.
func (s *Server) ownOrigin(ctx context.Context) Diagnosis {
	const part = "origin"
	a, err := s.ask(ctx, http.MethodGet, aList, "", func(r *http.Request) {
		r.Header.Set("Origin", r.URL.Scheme+"://"+r.URL.Host)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	})
	switch code := a.problem().Code; {
	case err != nil:
		return silent(part, err)
	case code == shared.CodeForbiddenOrigin || code == shared.CodeForbiddenHost:
		return Fault(part, cureHost, "the server takes its own pages for those of another site: Host and Origin differ")
	case a.status == http.StatusUnauthorized:
		return Skip(part, "the server asks for a token: give one in ATALAYA_TOKEN")
	case a.status != http.StatusOK:
		return Fault(part, "see the server's log", "the list of audits answers %d", a.status)
	}
	return Well(part, "the server knows its own pages by their Origin")
}

// strangeOrigin asks as the page of another site would.
func (s *Server) strangeOrigin(ctx context.Context) Diagnosis {
	const part = "other sites"
	a, err := s.ask(ctx, http.MethodGet, aList, "", func(r *http.Request) {
		r.Header.Set("Origin", "https://"+strange)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
	})
	switch {
	case err != nil:
		return silent(part, err)
	case a.status == http.StatusOK:
		return Fault(part, "let the proxy pass on the headers Origin and Sec-Fetch-Site",
			"pages of other sites are answered: what tells them apart does not arrive")
	}
	return Well(part, "pages of other sites are refused")
}

// strangeHost asks by a name that an attacker's DNS could point here.
func (s *Server) strangeHost(ctx context.Context) Diagnosis {
	const part = "host"
	a, err := s.ask(ctx, http.MethodGet, aList, "", func(r *http.Request) { r.Host = strange })
	if err == nil && a.status == http.StatusOK {
		return Warn(part, "name the address in --public-url, or let the proxy serve its own names only",
			"whatever name the server is asked by, it answers: a page elsewhere may point a name of its own here")
	}
	return Well(part, "names that are not the server's are refused")
}

// compression asks for a large answer as browsers do.
func (s *Server) compression(ctx context.Context) Diagnosis {
	const part = "compression"
	a, err := s.ask(ctx, http.MethodGet, shared.PathAPI+"/openapi.json", "", func(r *http.Request) {
		r.Header.Set("Accept-Encoding", "gzip, br")
	})
	encoding := a.header.Get("Content-Encoding")
	switch {
	case err != nil:
		return silent(part, err)
	case encoding == "":
		return Warn(part, "let the proxy pass on Accept-Encoding, or compress by itself (never text/event-stream)",
			"nothing is compressed, so the app takes several times as long to load")
	}
	return Well(part, "answers are compressed (%q)", encoding)
}

// silent says that a server which had answered did not do so again.
func silent(part string, err error) Diagnosis {
	return Fault(part, "see the log of the server and of the proxy", "there is no answer this time: %v", err)
}
