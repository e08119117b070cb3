package check

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"atalaya/shared"
)

var crawlability = []Check{
	unreachableRule,
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
		ID: "robots-blocks-page", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "RFC 9309 section 2.2", Site: &SiteRule{robotsFound, robotsBlocksPage},
	},
	{
		ID: "robots-blocks-assets", Category: shared.CategoryCrawlability, Severity: shared.SeverityNotice,
		Source: "Google Search Central: robots.txt", Site: &SiteRule{hasAssets, robotsBlocksAssets},
	},
	{
		ID: "page-noindex", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "Google Search Central: robots meta tag", Page: &PageRule{isHTML, pageNoindex},
	},
	{
		ID: "noindex-blocked-conflict", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "Google Search Central: block indexing", Site: &SiteRule{hasNoindex, noindexBlocked},
	},
	{
		ID: "nosnippet", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "Google Search Central: robots meta tag, AI features", Page: &PageRule{indexable, noSnippet},
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
		Source: "RFC 9110", Page: &PageRule{inTime, unfetched},
	},
	{
		ID: "fetch-failed", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
		Source: "RFC 9110; Fetch standard", Page: &PageRule{mayFail, unfetched},
	},
	{
		ID: "http-odd-status", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "RFC 9110 section 15; Fetch standard", Page: &PageRule{answered, oddStatus},
	},
	{
		ID: "http-odd-encoding", Category: shared.CategoryCrawlability, Severity: shared.SeverityNotice,
		Source: "RFC 9110 sections 8.4 and 12.5.3", Page: &PageRule{pageAnswered, oddEncoding},
	},
	{
		ID: "content-type-mismatch", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "MIME Sniffing standard; RFC 9110 section 8.3", Page: &PageRule{declaredHTML, typeMismatch},
	},
	softRule,
	{
		ID: "redirect-chain", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "Google Search Central: redirects", Page: &PageRule{redirected, redirectChain},
	},
	{
		ID: "redirect-loop", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
		Source: "RFC 9110 section 15.4", Page: &PageRule{anyRedirect, redirectLoop},
	},
	{
		ID: "redirect-temporary", Category: shared.CategoryCrawlability, Severity: shared.SeverityNotice,
		Source: "Google Search Central: redirects", Page: &PageRule{movedSomehow, redirectTemporary},
	},
	{
		ID: "canonical-missing", Category: shared.CategoryCrawlability, Severity: shared.SeverityNotice,
		Source: "RFC 6596", Page: &PageRule{indexable, canonicalMissing},
	},
	{
		ID: "canonical-broken", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
		Source: "RFC 6596; Google Search Central: canonical URLs", Site: &SiteRule{namesCanonical, canonicalBroken},
	},
	{
		ID: "canonical-conflict", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "RFC 6596; Google Search Central: canonical URLs", Page: &PageRule{hasCanonical, canonicalConflict},
	},
	{
		ID: "sitemap-missing", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "sitemaps.org", Site: &SiteRule{sitemapsRead, sitemapMissing},
	},
	{
		ID: "sitemap-invalid", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
		Source: "sitemaps.org protocol", Site: &SiteRule{hasSitemap, sitemapInvalid},
	},
	{
		ID: "sitemap-bad-url", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "Google Search Central: sitemaps", Site: &SiteRule{hasSitemapURLs, sitemapBadURL},
	},
	{
		ID: "sitemap-lastmod-bad", Category: shared.CategoryCrawlability, Severity: shared.SeverityNotice,
		Source: "sitemaps.org protocol; W3C: date and time formats", Site: &SiteRule{hasLastMod, sitemapLastMod},
	},
	{
		ID: "page-orphan", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
		Source: "Google Search Central: crawlable links", Site: &SiteRule{orphansKnown, pageOrphan},
	},
	{
		ID: "page-deep", Category: shared.CategoryCrawlability, Severity: shared.SeverityNotice,
		Source: "Google Search Central: site structure", Page: &PageRule{linkedPage, pageDeep},
	},
	hygieneRule,
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
		if d.isForSearch() && (d.Value == "noindex" || d.Value == "none") {
			f.Evidence = append(f.Evidence, d.evidence())
		}
	}
	return f
}

// evidence says what a directive is, where it stands and whom it speaks to.
func (d Directive) evidence() shared.Evidence {
	place := "X-Robots-Tag"
	if d.Source == "meta" {
		place = "meta"
	}
	if d.Agent != "" || d.Source == "meta" {
		place += " " + agentOrRobots(d.Agent)
	}
	return fact("directive", place+": "+d.Value)
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

// inTime applies to what answered, or took too long to: every other failure is a fault
// of another check.
func inTime(p *Page) Reason {
	if p.Failure == FailTimeout {
		return applies
	}
	return answered(p)
}

// mayFail applies to what answered, or failed in a way that is no check of its own:
// timeouts and redirect loops are.
func mayFail(p *Page) Reason {
	switch p.Failure {
	case "", FailTimeout, FailBlocked, FailLoop, FailRedirects:
		return answered(p)
	}
	return applies
}

// unfetched finds requests without a usable answer.
func unfetched(p *Page) *Fault {
	if p.Failure == "" {
		return nil
	}
	return &Fault{Evidence: p.fetchEvidence()}
}

// oddStatus finds answers that are neither a page, nor a redirect, nor an error: they
// lead nowhere, and no other check speaks of them.
func oddStatus(p *Page) *Fault {
	switch p.Answer {
	case AnswerNoContent, AnswerNowhere, AnswerChoices, AnswerNotModified, AnswerOther3xx, AnswerUnknownClass:
		return &Fault{Evidence: append([]shared.Evidence{fact("answer", p.Answer)}, p.fetchEvidence()...)}
	}
	return nil
}

// pageAnswered applies to a URL that answered 200 itself.
func pageAnswered(p *Page) Reason {
	switch r := answered(p); {
	case r != applies:
		return r
	case p.Alias:
		return IsAlias
	case p.Status != http.StatusOK:
		return NotOK
	}
	return applies
}

// oddEncoding finds content codings that nobody asked for, and words that name none.
// Browsers read such pages, but not every crawler does.
func oddEncoding(p *Page) *Fault {
	odd := slices.DeleteFunc(p.codings(), func(name string) bool {
		return name == "gzip" || name == "x-gzip" || name == "identity"
	})
	if len(odd) == 0 {
		return nil
	}
	return &Fault{Evidence: append(listEvidence("encoding", odd, len(odd)), p.referrerEvidence()...)}
}

// codings are the words of the Content-Encoding header, in lower case.
func (p *Page) codings() []string {
	var names []string
	for _, value := range p.Header["Content-Encoding"] {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// declaredHTML applies to what its header calls HTML.
func declaredHTML(p *Page) Reason {
	switch r := pageAnswered(p); {
	case r != applies:
		return r
	case p.DeclaredType != "text/html" && p.DeclaredType != "application/xhtml+xml":
		return NotHTML
	}
	return applies
}

// typeMismatch finds bytes of another format that are labelled as HTML. They are no
// page, so no other check has anything to say about them.
func typeMismatch(p *Page) *Fault {
	if p.ContentType == p.DeclaredType {
		return nil
	}
	return &Fault{Evidence: append(
		[]shared.Evidence{fact("declared-type", p.DeclaredType), fact("found-type", p.ContentType)}, p.referrerEvidence()...)}
}

// fetchEvidence says how the request ended and where the link to it stands.
func (p *Page) fetchEvidence() []shared.Evidence {
	var ev []shared.Evidence
	if p.Status != 0 {
		ev = append(ev, number("status", p.Status))
	}
	ev = append(ev, failureEvidence(p.Failure, p.FailureDetail)...)
	if p.Attempts > 1 {
		ev = append(ev, number("attempts", p.Attempts))
	}
	if p.TTFB > 0 {
		ev = append(ev, number("ms", int(p.TTFB.Milliseconds())))
	}
	if p.FinalURL != "" && p.FinalURL != p.URL {
		ev = append(ev, fact("final-url", p.FinalURL))
	}
	return append(ev, p.referrerEvidence()...)
}

// failureEvidence says what went wrong, and what makes this case different from others
// of its class.
func failureEvidence(class, detail string) []shared.Evidence {
	var ev []shared.Evidence
	if class != "" {
		ev = append(ev, fact("failure", class))
	}
	if detail != "" {
		ev = append(ev, fact("detail", detail))
	}
	return ev
}

// referrerEvidence says where the link to the page stands.
func (p *Page) referrerEvidence() []shared.Evidence {
	if p.Referrer == "" {
		return nil
	}
	return []shared.Evidence{fact("referrer", p.Referrer)}
}

func canonicalMissing(p *Page) *Fault {
	if len(p.Canonicals) > 0 {
		return nil
	}
	return &Fault{}
}

var hasCanonical = unless(func(p *Page) bool { return len(p.Canonicals) == 0 }, NoCanonical, isHTML)

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
	return bareName(u)
}

// noSnippet finds pages that search engines may list but not quote. Answers that AI makes
// of their index need the right to quote.
func noSnippet(p *Page) *Fault {
	var ev []shared.Evidence
	for _, d := range p.Directives {
		if d.isForSearch() && d.forbidsSnippets() {
			ev = append(ev, d.evidence())
		}
	}
	if p.MainWords > 0 && 10*p.UnquotedWords >= 9*p.MainWords {
		ev = append(ev, fact("directive", "data-nosnippet"))
	}
	if ev == nil {
		return nil
	}
	return &Fault{Evidence: ev}
}

func (d Directive) forbidsSnippets() bool {
	return d.Value == "nosnippet" || strings.ReplaceAll(d.Value, " ", "") == "max-snippet:0"
}

// linkedPage applies to pages that are to be found, and that links lead to.
var linkedPage = unless(func(p *Page) bool { return p.Depth < 0 }, NotLinked, indexable)

// deep is how many clicks away from the start a page may be.
const deep = 4

func pageDeep(p *Page) *Fault {
	if p.Depth <= deep {
		return nil
	}
	return &Fault{Evidence: append([]shared.Evidence{number("clicks", p.Depth)}, p.referrerEvidence()...)}
}

// bareName is the host name of u without the www in front.
func bareName(u *url.URL) string { return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.") }
