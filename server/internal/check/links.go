package check

import (
	"cmp"
	"slices"
	"strings"

	"atalaya/shared"
)

var links = []Check{
	{
		ID: "broken-external", Category: shared.CategoryLinks, Severity: shared.SeverityWarning,
		Source: "RFC 9110 section 15", Site: &SiteRule{externalChecked, brokenExternal},
	},
	resourceRule,
	fragmentRule,
	{
		ID: "link-to-redirect", Category: shared.CategoryLinks, Severity: shared.SeverityNotice,
		Source: "Google Search Central: redirects and Google Search", Site: &SiteRule{hasLinkedPages, linkToRedirect},
	},
	{
		ID: "link-malformed", Category: shared.CategoryLinks, Severity: shared.SeverityWarning,
		Source: "URL standard", Page: &PageRule{hasReferences, linkMalformed},
	},
	{
		ID: "link-not-crawlable", Category: shared.CategoryLinks, Severity: shared.SeverityWarning,
		Source: "Google Search Central: crawlable links; Lighthouse: crawlable-anchors",
		Page:   &PageRule{hasLinks, linkNotCrawlable},
	},
	{
		ID: "localhost-link", Category: shared.CategoryLinks, Severity: shared.SeverityError,
		Source: "RFC 1918; RFC 6761; SEOnaut", Page: &PageRule{linksInPublic, localhostLink},
	},
	{
		ID: "anchor-text-poor", Category: shared.CategoryLinks, Severity: shared.SeverityNotice,
		Source: "Lighthouse: link-text; WCAG 2.2 success criterion 2.4.4", Page: &PageRule{hasLinkElements, anchorTextPoor},
	},
	{
		ID: "internal-nofollow", Category: shared.CategoryLinks, Severity: shared.SeverityNotice,
		Source: "Google Search Central: qualify your outbound links", Page: &PageRule{hasOnwardLinks, internalNofollow},
	},
	{
		ID: "too-many-links", Category: shared.CategoryLinks, Severity: shared.SeverityNotice,
		Source: "common practice", Page: &PageRule{hasOnwardLinks, tooManyLinks},
	},
	{
		ID: "dead-end", Category: shared.CategoryLinks, Severity: shared.SeverityNotice,
		Source: "Google Search Central: crawlable links", Page: &PageRule{hasWholeText, deadEnd},
	},
}

// Broken says whether an external link leads nowhere. Sites often refuse
// unknown clients although the page exists (with 401, 403, 429 or 503, or by dropping
// the connection), or with a status of their own invention such as 999: such answers
// verify nothing and are never called broken. A 204 is a living page, and 300 shows one.
func Broken(l ExternalLink) (broken, verified bool) {
	switch l.Failure {
	case "":
	case FailDNS, FailRefused, FailTLS, FailTLSName, FailTLSDate, FailTLSChain, FailLoop, FailRedirects:
		return true, true
	default:
		return false, false
	}
	switch l.Status {
	case 404, 410, 500, 502:
		return true, true
	}
	return false, l.Status/100 == 2 || l.Status == 300
}

func externalChecked(s *site) Reason {
	if !s.ExternalDone {
		return LinksUnchecked
	}
	if !slices.ContainsFunc(s.External, func(l ExternalLink) bool { _, ok := Broken(l); return ok }) {
		return NoExternal
	}
	return applies
}

func brokenExternal(s *site) (int, []Fault) {
	dead, verified := brokenLinks(s.External)
	faults := make([]Fault, 0, len(dead))
	for _, l := range dead {
		faults = append(faults, l.fault("text"))
	}
	return grade(len(dead), verified), faults
}

// brokenLinks are those that lead nowhere, the ones that most pages have first, and how many
// gave a clear answer.
func brokenLinks(all []ExternalLink) (dead []ExternalLink, verified int) {
	for _, l := range all {
		broken, ok := Broken(l)
		if ok {
			verified++
		}
		if broken {
			dead = append(dead, l)
		}
	}
	slices.SortFunc(dead, func(a, b ExternalLink) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.URL, b.URL))
	})
	return dead, verified
}

// fault shows the answer and the pages; text is the name that [ExternalLink.Text] goes by.
func (l ExternalLink) fault(text string) Fault {
	ev := []shared.Evidence{fact("url", l.URL)}
	if l.Failure != "" {
		ev = append(ev, failureEvidence(l.Failure, l.FailureDetail)...)
	} else {
		ev = append(ev, number("status", l.Status))
	}
	if l.Text != "" {
		ev = append(ev, fact(text, l.Text))
	}
	return Fault{Evidence: append(ev, l.pagesEvidence()...)}
}

// pagesEvidence names the pages that have the link.
func (l ExternalLink) pagesEvidence() []shared.Evidence {
	pages := slices.Sorted(slices.Values(l.Pages))
	return listEvidence("page", pages, max(l.Count, len(pages)))
}

// hasReferences applies to pages that lead anywhere, or try to.
var hasReferences = unless(func(p *Page) bool {
	return len(p.Links) == 0 && p.UnopenableTotal == 0
}, NoLinks, isHTML)

// linkMalformed finds references that no browser can open, whatever makes them.
func linkMalformed(p *Page) *Fault {
	if p.UnopenableTotal == 0 {
		return nil
	}
	refs := make([]string, len(p.Unopenable))
	for i, u := range p.Unopenable {
		refs[i] = u.Ref
		if u.Text != "" {
			refs[i] += " (" + u.Text + ")"
		}
	}
	return &Fault{Evidence: append([]shared.Evidence{number("count", p.UnopenableTotal)},
		listEvidence("address", refs, p.UnopenableTotal)...)}
}

var hasLinks = unless(func(p *Page) bool {
	return len(p.Links) == 0 && p.UncrawlableTotal == 0
}, NoLinks, isHTML)

func linkNotCrawlable(p *Page) *Fault {
	if p.UncrawlableTotal == 0 {
		return nil
	}
	return &Fault{Evidence: append([]shared.Evidence{number("count", p.UncrawlableTotal)},
		listEvidence("markup", p.Uncrawlable, p.UncrawlableTotal)...)}
}

// linksInPublic applies to pages with links that everybody can reach.
func linksInPublic(p *Page) Reason {
	switch r := isHTML(p); {
	case r != applies:
		return r
	case isPrivateHost(hostOf(p.final())):
		return LocalSite
	case len(p.Links) == 0:
		return NoLinks
	}
	return applies
}

// localhostLink finds links that lead to the reader's own machine or network. One whose
// text is its address means that: manuals have them.
func localhostLink(p *Page) *Fault {
	var found []string
	for _, l := range p.Links {
		if host := hostOf(l.URL); isPrivateHost(host) && !strings.Contains(strings.ToLower(l.Text), host) {
			found = append(found, l.described())
		}
	}
	if found == nil {
		return nil
	}
	return &Fault{Evidence: append([]shared.Evidence{number("count", len(found))},
		listEvidence("address", found, len(found))...)}
}

// described is a link as written, with its text.
func (l Link) described() string {
	if l.Text == "" {
		return l.Ref
	}
	return l.Ref + " (" + l.Text + ")"
}
