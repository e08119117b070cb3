package check

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"atalaya/shared"
)

// namesCanonical applies when a page names a canonical URL.
func namesCanonical(s *site) Reason {
	if slices.ContainsFunc(s.Pages, func(f Facts) bool { return f.Analysed && f.Canonical != "" }) {
		return applies
	}
	return NoCanonical
}

// maxCanonicals bounds how many canonical URLs are asked for.
const maxCanonicals = 100

// UnseenCanonicals are the canonical URLs that nobody asked for as a page of the site, those
// that most pages name first.
func UnseenCanonicals(pages []Facts) []string {
	seen, counts := make(map[string]bool, len(pages)), map[string]int{}
	for i := range pages {
		seen[pages[i].URL] = true
	}
	for i := range pages {
		if f := &pages[i]; f.Analysed && f.Canonical != "" && f.Canonical != f.final() && !seen[f.Canonical] {
			counts[f.Canonical]++
		}
	}
	unseen := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	return unseen[:min(len(unseen), maxCanonicals)]
}

// canonicalBroken finds canonical URLs that are no page to show instead, and as a lesser
// fault those that name yet another one. Of those that were not fetched nothing is known.
func canonicalBroken(s *site) (int, []Fault) {
	byURL := s.pagesByURL()
	for i := range s.Probes.Canonicals {
		f := &s.Probes.Canonicals[i]
		byURL[f.URL] = f
	}
	var faults []Fault
	total := 0
	for i := range s.Pages {
		f := &s.Pages[i]
		if !f.Analysed || f.Canonical == "" {
			continue
		}
		total++
		to := byURL[f.Canonical]
		if to == nil || f.Canonical == f.final() {
			continue
		}
		severity, why := shared.Severity(""), to.unlisted()
		if why == nil {
			severity, why = shared.SeverityWarning, to.canonicalChain(byURL)
		}
		if why != nil {
			ev := []shared.Evidence{fact("page", f.final()), fact("target", f.Canonical)}
			faults = append(faults, Fault{Severity: severity, Evidence: append(ev, why...)})
		}
	}
	slices.SortStableFunc(faults, func(a, b Fault) int { return cmp.Compare(a.Severity, b.Severity) }) // errors first
	return grade(len(faults), total), faults
}

// canonicalChain are the canonical URLs that a canonical URL leads on to, one after the
// other, and what is wrong with the last; nil when it names itself, or none. In a circle
// the last one was there before.
func (f *Facts) canonicalChain(byURL map[string]*Facts) (chain []shared.Evidence) {
	seen := map[string]bool{f.final(): true}
	for len(chain) < maxListed && f.Canonical != "" && f.Canonical != f.final() {
		chain = append(chain, fact("canonical", f.Canonical))
		next := byURL[f.Canonical]
		if seen[f.Canonical] || next == nil {
			return chain
		}
		if why := next.unlisted(); why != nil {
			return append(chain, why...)
		}
		seen[next.final()] = true
		f = next
	}
	return chain
}

// unlisted says why search engines do not list the URL; nil when they may.
func (f *Facts) unlisted() []shared.Evidence {
	switch {
	case f.isElsewhere():
		return f.elsewhere()
	case f.Noindex:
		return []shared.Evidence{fact("directive", "noindex")}
	}
	return nil
}

func (s *site) pagesByURL() map[string]*Facts {
	byURL := make(map[string]*Facts, len(s.Pages))
	for i := range s.Pages {
		byURL[s.Pages[i].URL] = &s.Pages[i]
	}
	return byURL
}

// sitemapBadURL finds entries that a sitemap should not have: search engines do not list
// them. Of those that were neither fetched nor forbidden nothing is known.
func sitemapBadURL(s *site) (int, []Fault) {
	byURL, blocked := s.pagesByURL(), map[string]Decision{}
	for _, b := range s.blockedAddresses() {
		blocked[b.URL] = b.by
	}
	var faults []Fault
	total := 0
	for _, u := range slices.Compact(slices.Sorted(slices.Values(s.Sitemap.URLs))) {
		f := byURL[u]
		d, isBlocked := blocked[u]
		if f == nil && !isBlocked {
			continue
		}
		total++
		why := d.evidence()
		if !isBlocked {
			why = f.unfitForSitemap()
		}
		if why != nil {
			faults = append(faults, Fault{Evidence: append([]shared.Evidence{fact("page", u)}, why...)})
		}
	}
	return grade(len(faults), total), faults
}

// unfitForSitemap says why a sitemap should not list the URL; nil when it may.
func (f *Facts) unfitForSitemap() []shared.Evidence {
	if why := f.unlisted(); why != nil {
		return why
	}
	if f.Canonical != "" && f.Canonical != f.final() {
		return []shared.Evidence{fact("canonical", f.Canonical)}
	}
	return nil
}

// robotsBlocksPage finds addresses that the site links to or lists, and robots.txt keeps
// search engines off.
func robotsBlocksPage(s *site) (int, []Fault) {
	var faults []Fault
	for _, b := range s.blockedAddresses() {
		ev := append([]shared.Evidence{fact("page", b.URL)}, b.by.evidence()...)
		if b.Referrer != "" {
			ev = append(ev, fact("referrer", b.Referrer))
		}
		faults = append(faults, Fault{Evidence: ev})
	}
	return grade(len(faults), len(s.addresses())), faults
}

// blockedAddress is one that search engines may not fetch.
type blockedAddress struct {
	ForbiddenURL
	by Decision
}

// maxAsked bounds how many addresses robots.txt is asked about: rules and addresses both
// come from the site.
const maxAsked = 5_000

// blockedAddresses are those of the site that Googlebot may not fetch. That it may not
// fetch the home page is a finding of its own.
func (s *site) blockedAddresses() (blocked []blockedAddress) {
	for _, a := range s.addresses() {
		if s.stopped() {
			break
		}
		if d := s.query("Googlebot", a.URL); !d.Allowed && d.Line > 0 {
			blocked = append(blocked, blockedAddress{a, d})
		}
	}
	return blocked
}

// addresses are those that the robots.txt of the home page speaks of, beside it, whether
// they were fetched or forbidden, in order.
func (s *site) addresses() []ForbiddenURL {
	all := slices.Clone(s.Forbidden)
	for i := range s.Pages {
		all = append(all, ForbiddenURL{URL: s.Pages[i].URL})
	}
	origin := originOf(s.Home)
	all = slices.DeleteFunc(all, func(a ForbiddenURL) bool { return a.URL == s.Home || originOf(a.URL) != origin })
	slices.SortStableFunc(all, func(a, b ForbiddenURL) int { return cmp.Compare(a.URL, b.URL) })
	all = slices.CompactFunc(all, func(a, b ForbiddenURL) bool { return a.URL == b.URL })
	return all[:min(len(all), maxAsked)]
}

// movedFrom is a page that links to the address, if it has moved for good. Other redirects
// may lead elsewhere tomorrow, and a loop leads nowhere: there is nothing to link to in their
// place.
func (p *Page) movedFrom() string {
	if len(p.Hops) == 0 || p.Failure != "" {
		return ""
	}
	switch p.Hops[0].Status {
	case http.StatusMovedPermanently, http.StatusPermanentRedirect:
		return p.Referrer
	}
	return ""
}

// hasLinkedPages applies to sites with links within.
func hasLinkedPages(s *site) Reason {
	if slices.ContainsFunc(s.Pages, func(f Facts) bool { return f.Linked }) {
		return applies
	}
	return NoLinks
}

// linkToRedirect finds links within the site to addresses that have moved for good.
func linkToRedirect(s *site) (int, []Fault) {
	var faults []Fault
	total := 0
	for i := range s.Pages {
		f := &s.Pages[i]
		if !f.Linked {
			continue
		}
		total++
		if f.MovedFrom != "" && f.FinalURL != "" {
			faults = append(faults, Fault{Evidence: []shared.Evidence{
				fact("url", f.URL), fact("final-url", f.FinalURL), fact("referrer", f.MovedFrom),
			}})
		}
	}
	return grade(len(faults), total), faults
}

// hasAssets applies when scripts or styles of the site are known, be it by their addresses
// alone. What other sites serve has a robots.txt of its own.
func hasAssets(s *site) Reason {
	switch r := robotsFound(s); {
	case r != applies:
		return r
	case len(s.assets()) > 0:
		return applies
	case !s.ResourcesDone:
		return ResourcesUnchecked
	}
	return NoResources
}

// assets are the scripts and styles at the origin that the robots.txt of the home page
// speaks of, those of most pages first.
func (s *site) assets() []ExternalLink {
	origin := originOf(s.Home)
	own := slices.DeleteFunc(slices.Concat(s.Resources, s.Withheld), func(l ExternalLink) bool {
		return !isAsset(l.Text) || originOf(l.URL) != origin
	})
	slices.SortFunc(own, func(a, b ExternalLink) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.URL, b.URL))
	})
	return own[:min(len(own), maxAsked)]
}

// isAsset reports whether markup loads what decides how a page looks.
func isAsset(markup string) bool {
	return markup == "script src" || strings.HasPrefix(markup, "link ") && hasWord(markup, "stylesheet")
}

// robotsBlocksAssets finds scripts and styles that Googlebot may not fetch: it judges pages
// as they look.
func robotsBlocksAssets(s *site) (int, []Fault) {
	assets := s.assets()
	var faults []Fault
	for _, l := range assets {
		if s.stopped() {
			break
		}
		if d := s.query("Googlebot", l.URL); !d.Allowed && d.Line > 0 {
			ev := append([]shared.Evidence{fact("url", l.URL), fact("markup", l.Text)}, d.evidence()...)
			faults = append(faults, Fault{Evidence: append(ev, l.pagesEvidence()...)})
		}
	}
	return grade(len(faults), len(assets)), faults
}

// hasNoindex applies when a page was read that asks to be left out of search.
func hasNoindex(s *site) Reason {
	if r := robotsFound(s); r != applies {
		return r
	}
	if s.noindexed() == 0 {
		return NoNoindex
	}
	return applies
}

// noindexed counts the pages that ask search engines to leave them out.
func (s *site) noindexed() (n int) {
	for i := range s.Pages {
		if s.Pages[i].Analysed && s.Pages[i].Noindex {
			n++
		}
	}
	return n
}

// noindexBlocked finds pages whose noindex search engines never see, as robots.txt keeps
// them off the page: its address may be listed all the same.
func noindexBlocked(s *site) (int, []Fault) {
	byURL := s.pagesByURL()
	var faults []Fault
	for _, b := range s.blockedAddresses() {
		if f := byURL[b.URL]; f != nil && f.Analysed && f.Noindex {
			ev := []shared.Evidence{fact("page", b.URL), fact("directive", "noindex"), fact("agent", "Googlebot")}
			faults = append(faults, Fault{Evidence: append(ev, b.by.evidence()...)})
		}
	}
	return grade(len(faults), s.noindexed()), faults
}
