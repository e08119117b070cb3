package check

import (
	"net/url"
	"strconv"
	"strings"

	"atalaya/shared"
)

var crawlability = []Check{
	{
		ID: "robots-txt-unreachable", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
		Source: "RFC 9309 section 2.3.1.4", Site: &SiteRule{robotsAsked, robotsUnreachable},
	},
	{
		ID: "robots-txt-invalid", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "RFC 9309 section 2.2", Site: &SiteRule{robotsFound, robotsInvalid},
	},
	{
		ID: "robots-blocks-search", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
		Source: "Google Search Central: robots.txt", Site: &SiteRule{robotsAnswered, robotsBlocksSearch},
	},
	{
		ID: "page-noindex", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "Google Search Central: robots meta tag", Page: &PageRule{isHTML, pageNoindex},
	},
	{
		ID: "http-4xx", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
		Source: "RFC 9110 section 15.5", Page: &PageRule{notRateLimited, http4xx},
	},
	{
		ID: "http-5xx", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
		Source: "RFC 9110 section 15.6", Page: &PageRule{answered, http5xx},
	},
	{
		ID: "fetch-timeout", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
		Source: "RFC 9110", Page: &PageRule{reachable, fetchTimeout},
	},
	{
		ID: "redirect-chain", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "Google Search Central: redirects", Page: &PageRule{redirected, redirectChain},
	},
	{
		ID: "redirect-loop", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
		Source: "RFC 9110 section 15.4", Page: &PageRule{anyRedirect, redirectLoop},
	},
	{
		ID: "canonical-missing", Category: shared.CategoryCrawlability, Severity: shared.SeverityNotice,
		Source: "RFC 6596", Page: &PageRule{indexable, canonicalMissing},
	},
	{
		ID: "canonical-conflict", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "RFC 6596; Google Search Central: canonical URLs", Page: &PageRule{hasCanonical, canonicalConflict},
	},
	{
		ID: "sitemap-missing", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "sitemaps.org", Site: &SiteRule{always, sitemapMissing},
	},
	{
		ID: "sitemap-invalid", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
		Source: "sitemaps.org protocol", Site: &SiteRule{hasSitemap, sitemapInvalid},
	},
	{
		ID: "page-orphan", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "Google Search Central: crawlable links", Site: &SiteRule{orphansKnown, pageOrphan},
	},
}

func pageNoindex(p *Page) *Fault {
	if !p.Noindex {
		return nil
	}
	f := &Fault{}
	if p.Home {
		f.Severity = shared.SeverityError
	}
	for _, d := range p.Directives {
		if d.Value != "noindex" && d.Value != "none" {
			continue
		}
		place := "X-Robots-Tag"
		if d.Source == "meta" {
			place = "meta"
		}
		if d.Agent != "" || d.Source == "meta" {
			place += " " + agentOrRobots(d.Agent)
		}
		f.Evidence = append(f.Evidence, fact("directive", place+": "+d.Value))
	}
	return f
}

func agentOrRobots(agent string) string {
	if agent == "" {
		return "robots"
	}
	return agent
}

func notRateLimited(p *Page) Reason {
	if p.Status == 429 {
		return RateLimited
	}
	return answered(p)
}

func http4xx(p *Page) *Fault {
	if p.Status/100 != 4 {
		return nil
	}
	return &Fault{Evidence: p.fetchEvidence()}
}

func http5xx(p *Page) *Fault {
	if p.Status/100 != 5 {
		return nil
	}
	return &Fault{Evidence: p.fetchEvidence()}
}

// reachable applies to whatever could have answered; a redirect loop is a check
// of its own.
func reachable(p *Page) Reason {
	switch p.Failure {
	case FailBlocked:
		return AddressBlocked
	case FailLoop, FailRedirects:
		return NoAnswer
	}
	return applies
}

func fetchTimeout(p *Page) *Fault {
	if p.Failure == "" {
		return nil
	}
	return &Fault{Evidence: p.fetchEvidence()}
}

// fetchEvidence says how the request ended and where the link to it stands.
func (p *Page) fetchEvidence() []shared.Evidence {
	var ev []shared.Evidence
	if p.Status != 0 {
		ev = append(ev, number("status", p.Status))
	}
	if p.Failure != "" {
		ev = append(ev, fact("failure", p.Failure))
	}
	if p.Attempts > 1 {
		ev = append(ev, number("attempts", p.Attempts))
	}
	if p.TTFB > 0 {
		ev = append(ev, number("ms", int(p.TTFB.Milliseconds())))
	}
	if p.FinalURL != "" && p.FinalURL != p.URL {
		ev = append(ev, fact("final-url", p.FinalURL))
	}
	if p.Referrer != "" {
		ev = append(ev, fact("referrer", p.Referrer))
	}
	return ev
}

func anyRedirect(p *Page) Reason {
	if len(p.Hops) == 0 && p.Failure != FailLoop && p.Failure != FailRedirects {
		return NoRedirect
	}
	return applies
}

func redirected(p *Page) Reason {
	if len(p.Hops) == 0 {
		return NoRedirect
	}
	return answered(p)
}

func redirectChain(p *Page) *Fault {
	if len(p.Hops) < 2 {
		return nil
	}
	return &Fault{Evidence: p.hopEvidence()}
}

func redirectLoop(p *Page) *Fault {
	if p.Failure != FailLoop && p.Failure != FailRedirects {
		return nil
	}
	return &Fault{Evidence: p.hopEvidence()}
}

func (p *Page) hopEvidence() []shared.Evidence {
	hops := make([]string, len(p.Hops))
	for i, h := range p.Hops {
		hops[i] = strconv.Itoa(h.Status) + " " + h.Location
	}
	ev := listEvidence("hop", hops, len(hops))
	if p.Referrer != "" {
		ev = append(ev, fact("referrer", p.Referrer))
	}
	return ev
}

func canonicalMissing(p *Page) *Fault {
	if len(p.Canonicals) > 0 {
		return nil
	}
	return &Fault{}
}

func hasCanonical(p *Page) Reason {
	if r := isHTML(p); r != applies {
		return r
	}
	if len(p.Canonicals) == 0 {
		return NoCanonical
	}
	return applies
}

// canonicalConflict finds values that contradict each other, are not absolute
// or lead to another host. With and without www. count as one host: choosing
// between them is what a canonical URL is for.
func canonicalConflict(p *Page) *Fault {
	bad := len(p.canonicalValues()) > 1
	host := bareHost(p.final())
	for _, c := range p.Canonicals {
		u, err := url.Parse(c.Href)
		bad = bad || err != nil || !u.IsAbs() || c.URL == "" || bareHost(c.URL) != host
	}
	if !bad {
		return nil
	}
	f := &Fault{}
	for _, c := range p.Canonicals[:min(len(p.Canonicals), maxListed)] {
		f.Evidence = append(f.Evidence, fact("canonical-"+c.Source, c.Href))
	}
	return f
}

// bareHost is the host of a URL without port and www.
func bareHost(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}
