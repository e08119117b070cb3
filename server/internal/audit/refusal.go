package audit

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// refusal says in plain words why a site cannot be audited. It becomes the
// audit's error_message.
type refusal struct{ said work.Sentence }

func (r *refusal) Error() string { return r.said.Text }

// refuse makes the sentence with a key of package text.
func refuse(key string, args ...any) *refusal {
	said := work.Say(key, args...)
	said.Text = cutRunes(said.Text, shared.MaxErrorMessage)
	return &refusal{said}
}

// internalFault stands for errors that say nothing to a user.
var internalFault = refuse("internal-error")

// refuseUnanswered explains a request that got no answer.
func refuseUnanswered(u *url.URL, f *crawl.Failure) *refusal {
	host := u.Host
	switch f.Class {
	case crawl.FailDNS:
		return refuse("no-address", host)
	case crawl.FailRefused:
		return refuse("connection-refused", host)
	case crawl.FailTimeout:
		return refuse("no-answer-in-time", host)
	case crawl.FailTLS:
		return refuse("not-secure", host, f.Detail)
	case crawl.FailTLSName:
		return refuse("wrong-certificate", host, f.Detail)
	case crawl.FailTLSDate:
		return refuse("outdated-certificate", host, f.Detail)
	case crawl.FailTLSChain:
		return refuse("untrusted-certificate", host, f.Detail)
	case crawl.FailBlocked:
		return refuse("private-address", host)
	case crawl.FailReset:
		return refuse("connection-closed", host)
	case crawl.FailLoop:
		return refuse("redirect-circle", u)
	case crawl.FailRedirects:
		return refuse("too-many-redirects", u)
	}
	switch {
	case f.Class == crawl.FailEncoding:
		return refuse("bad-encoding", u, f.Detail)
	case errors.Is(f, crawl.ErrBadRedirect):
		return refuse("bad-redirect", u, f.Detail)
	case errors.Is(f, crawl.ErrHeadersTooLarge):
		return refuse("headers-too-large", u)
	case errors.Is(f, crawl.ErrNotHTTP):
		return refuse("not-http", u)
	}
	return refuse("not-fetched", u, f.Detail)
}

// refuseClosed explains a robots.txt that gives no rules. RFC 9309, section
// 2.3.1.4: while it cannot be reached, a crawler must assume that nothing may be
// fetched.
func refuseClosed(u *url.URL, robots *crawl.Robots) *refusal {
	switch f := robots.Failure; {
	case f == nil:
		return refuse("robots-status", robots.URL, statusText(robots.Status))
	case f.Class == crawl.FailTimeout || f.Class == crawl.FailReset:
		return refuse("robots-silent", robots.URL)
	case f.Class == crawl.FailEncoding:
		return refuse("bad-encoding", robots.URL, f.Detail)
	default:
		return refuseUnanswered(u, f)
	}
}

// refuseRedirect explains a redirect that must not be followed: its target lies where
// we may not connect to, or its robots.txt keeps us out.
func refuseRedirect(from, to *url.URL, robots *crawl.Robots) *refusal {
	switch {
	case robots.State != crawl.RobotsUnreachable:
		return refuse("redirect-forbidden", from, to)
	case robots.Blocked():
		return refuse("redirect-private", from, to)
	}
	return refuseClosed(to, robots)
}

// refuseHome explains an answer that is no start page.
func refuseHome(res *crawl.Result) *refusal {
	at := res.URL
	if res.FinalURL != nil {
		at = res.FinalURL
	}
	switch {
	case res.Failure != nil:
		return refuseUnanswered(at, res.Failure)
	case res.Status != http.StatusOK:
		return refuse("home-status", at, statusText(res.Status))
	case res.ContentType == "":
		return refuse("home-not-html", at)
	}
	return refuse("home-type", at, storable(res.ContentType, 100))
}

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return fmt.Sprintf("%d %s", status, text)
	}
	return fmt.Sprint(status)
}
