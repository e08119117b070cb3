package check

import (
	"net/url"
	"strings"

	"atalaya/shared"
)

var hygieneRule = Check{
	ID: "url-hygiene", Category: shared.CategoryCrawlability, Severity: shared.SeverityNotice,
	Source: "Google Search Central: URL structure", Page: &PageRule{ownAddress, urlHygiene},
}

// ownAddress applies to pages that search engines list under the address that they have.
var ownAddress = unless((*Page).canonicalElsewhere, Canonicalised, indexable)

// What an address may have at most.
const (
	longAddress    = 115 // characters
	manyParameters = 3
)

// urlHygiene finds addresses that are hard to pass on, or that give one page many names. A
// letter that is escaped counts as one: people see it so.
func urlHygiene(p *Page) *Fault {
	u, err := url.Parse(p.final())
	if err != nil {
		return nil
	}
	var ev []shared.Evidence
	if n := characters(readable(u)); n > longAddress {
		ev = append(ev, number("length", n))
	}
	if strings.ContainsAny(u.Path, " \t\r\n") {
		ev = append(ev, fact("in-address", "%20"))
	}
	if strings.Contains(u.Path, "//") && !strings.Contains(u.Path, "://") { // the address of another page may be a part
		ev = append(ev, fact("in-address", "//"))
	}
	ev = append(ev, sessionEvidence(u)...)
	if n := len(parameters(u)); n > manyParameters {
		ev = append(ev, number("parameters", n))
	}
	if ev == nil {
		return nil
	}
	return &Fault{Evidence: ev}
}

// readable is an address as browsers show it.
func readable(u *url.URL) string {
	shown := u.Scheme + "://" + u.Host + u.Path
	if u.RawQuery == "" {
		return shown
	}
	query, err := url.QueryUnescape(u.RawQuery)
	if err != nil {
		query = u.RawQuery
	}
	return shown + "?" + query
}

// parameters are those of the query, of which empty ones are none.
func parameters(u *url.URL) (names []string) {
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		if name, _, _ := strings.Cut(part, "="); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// sessions are the parameters that servers name a visit with, in lower case.
var sessions = []string{"jsessionid", "phpsessid", "aspsessionid", "sessionid", "session_id", "oscsid", "zenid"}

// sessionEvidence names the parameters that are another for every visitor.
func sessionEvidence(u *url.URL) (ev []shared.Evidence) {
	names := parameters(u)
	if _, after, found := strings.Cut(u.Path, ";"); found { // of Java: /page;jsessionid=…
		name, _, _ := strings.Cut(after, "=")
		names = append(names, name)
	}
	for _, name := range names {
		for _, session := range sessions {
			if strings.HasPrefix(strings.ToLower(name), session) {
				ev = append(ev, fact("in-address", cutMarked(name, maxAnchor)))
			}
		}
	}
	return ev
}
