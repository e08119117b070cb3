package check

import (
	"cmp"
	"slices"
	"strings"

	"atalaya/shared"
)

// anchorTextPoor finds links whose text says nothing of where they lead.
func anchorTextPoor(p *Page) *Fault { return writtenFault("address", p.Generic) }

// hasOnwardLinks applies to pages that search engines may list and that lead somewhere.
var hasOnwardLinks = unless(func(p *Page) bool { return len(p.Links) == 0 }, NoLinks, indexable)

// internalNofollow finds pages that tell search engines not to follow links within the
// site: all of them, or single ones.
func internalNofollow(p *Page) *Fault {
	var ev []shared.Evidence
	for _, d := range p.Directives {
		if d.isForSearch() && d.Value == "nofollow" {
			ev = append(ev, d.evidence())
		}
	}
	var found []string
	for _, l := range p.Links {
		if l.NoFollow && isSameSite(l.URL, p.final()) && !isForVisitorsOnly(l.URL) {
			found = append(found, l.described())
		}
	}
	ev = append(ev, listEvidence("address", found, len(found))...)
	if ev == nil {
		return nil
	}
	return &Fault{Evidence: ev}
}

// isSameSite reports whether two addresses are of one host, or of a host and one below it.
func isSameSite(a, b string) bool {
	a, b = strings.TrimPrefix(hostOf(a), "www."), strings.TrimPrefix(hostOf(b), "www.")
	return a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a)
}

// visitorPlaces are the names of what search engines have no use for: sites keep them away
// from it on purpose.
var visitorPlaces = strings.Fields("account admin basket cart checkout compare log-in login logout my-account " +
	"password register search sign-in sign-up signin signup user users wishlist wp-admin wp-login.php")

// isForVisitorsOnly reports whether an address looks like a form, an order or a choice of a
// visitor: the same page with another order or filter has a query.
func isForVisitorsOnly(raw string) bool {
	if strings.Contains(raw, "?") {
		return true
	}
	for part := range strings.SplitSeq(raw, "/") {
		if slices.Contains(visitorPlaces, strings.ToLower(part)) {
			return true
		}
	}
	return false
}

// manyLinks is how many targets a page may link to before none of them counts for much.
const manyLinks = 300

func tooManyLinks(p *Page) *Fault {
	n := 0
	for i := range p.Links {
		if p.Links[i].Kind == LinkAnchor {
			n++
		}
	}
	if n <= manyLinks {
		return nil
	}
	return &Fault{Evidence: []shared.Evidence{number("count", n)}}
}

// hasWholeText applies to pages that search engines may list, and that were read whole.
func hasWholeText(p *Page) Reason { return cmp.Or(indexable(p), wasReadWhole(p)) }

// deadEnd finds pages that lead nowhere within the site. The start page of a site of one
// page is none, and links that only scripts follow are a finding of their own.
func deadEnd(p *Page) *Fault {
	if p.Home || p.UncrawlableTotal > 0 || slices.ContainsFunc(p.Links, p.leadsOn) {
		return nil
	}
	return &Fault{}
}

// leadsOn reports whether a link leads to another page of the site.
func (p *Page) leadsOn(l Link) bool {
	return l.URL != p.final() && l.URL != p.URL && isSameSite(l.URL, p.final())
}
