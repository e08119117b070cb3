package audit

import (
	"fmt"
	"net/http"
	"net/url"

	"atalaya/server/internal/crawl"
	"atalaya/shared"
)

// refusal says in plain words why a site cannot be audited. It becomes the
// audit's error_message.
type refusal struct{ text string }

func (r *refusal) Error() string { return r.text }

func refuse(format string, args ...any) *refusal {
	return &refusal{cutRunes(fmt.Sprintf(format, args...), shared.MaxErrorMessage)}
}

// internalFault stands for errors that say nothing to a user.
var internalFault = refuse(
	"The audit could not be finished because of an internal error. The server's log has the details.")

// refuseUnanswered explains a request that got no answer.
func refuseUnanswered(u *url.URL, f *crawl.Failure) *refusal {
	host := u.Host
	switch f.Class {
	case crawl.FailDNS:
		return refuse("%s could not be found: the name has no address (DNS). Check the spelling.", host)
	case crawl.FailRefused:
		return refuse("%s refused the connection: no web server answers there.", host)
	case crawl.FailTimeout:
		return refuse("%s did not answer in time.", host)
	case crawl.FailTLS:
		return refuse("No secure connection to %s could be made: %s.", host, f.Text)
	case crawl.FailBlocked:
		return refuse(
			"%s leads to a private network address or an unusual port, which this server may not audit.", host)
	case crawl.FailReset:
		return refuse("%s closed the connection without an answer.", host)
	case crawl.FailLoop:
		return refuse("%s redirects in a circle and never arrives at a page.", u)
	case crawl.FailRedirects:
		return refuse("%s redirects too many times.", u)
	}
	return refuse("%s could not be fetched: %s.", u, f.Text)
}

// refuseClosed explains a robots.txt that gives no rules. RFC 9309, section
// 2.3.1.4: while it cannot be reached, a crawler must assume that nothing may be
// fetched.
func refuseClosed(u *url.URL, robots *crawl.Robots) *refusal {
	switch f := robots.Failure; {
	case f == nil:
		return refuse(
			"%s answered %s. Until it gives an answer, crawlers must not fetch any page of the site (RFC 9309).",
			robots.URL, statusText(robots.Status))
	case f.Class == crawl.FailTimeout || f.Class == crawl.FailReset:
		return refuse(
			"%s gave no answer. Until it does, crawlers must not fetch any page of the site (RFC 9309).", robots.URL)
	default:
		return refuseUnanswered(u, f)
	}
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
	case res.Next != nil:
		return refuse("%s redirects to %s, where robots.txt does not allow crawlers.", at, res.Next)
	case res.Status != http.StatusOK:
		return refuse("%s answered %s. The start page must answer 200 OK.", at, statusText(res.Status))
	case res.ContentType == "":
		return refuse("%s is not an HTML page.", at)
	}
	return refuse("%s is not an HTML page but %s.", at, storable(res.ContentType, 100))
}

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return fmt.Sprintf("%d %s", status, text)
	}
	return fmt.Sprint(status)
}
