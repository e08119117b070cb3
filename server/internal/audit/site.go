package audit

import (
	"net/url"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
)

// site is what the discover stage finds out about a site, and the crawl adds: what its
// sitemaps say. When that stage is stopped early, its result is a site known in part:
// without robots, or even without home.
type site struct {
	// seed is the URL asked for, home the page that it leads to.
	seed, home *url.URL
	// start is what asking for seed led to; nil when an earlier attempt did so.
	start    *check.Start
	scope    crawl.Scope
	robots   *crawl.Robots // of home's origin
	sitemaps *crawl.Sitemaps
	// sitemapsRead says that sitemaps holds them: they are read beside the crawl.
	sitemapsRead bool
	// probes are the answers to requests that were made for checks alone.
	probes check.Probes
	// paths are those that were asked for.
	paths crawl.Paths
	// frontier holds what is to be visited, from home on.
	frontier *crawl.Frontier
}

func newSite(pageLimit, maxDepth int) *site {
	return &site{sitemaps: &crawl.Sitemaps{}, frontier: crawl.NewFrontier(pageLimit, maxDepth)}
}

// setHome settles which page is the home page, and so which URLs belong to the site.
func (s *site) setHome(home *url.URL) { s.home, s.scope = home, crawl.NewScope(home) }

// openFrontier makes the home page the first page to visit. A seed that only led
// there is known, but takes nothing of the page limit.
func (s *site) openFrontier() {
	if seed := s.seed.String(); seed != s.home.String() {
		s.frontier.Skip(crawl.Item{URL: seed}, crawl.ReasonScope)
	}
	s.frontier.Add(crawl.Item{URL: s.home.String()})
}

// offer has the frontier hand out a URL that it does not know, if its path was asked for.
func (s *site) offer(item crawl.Item) {
	if u, err := url.Parse(item.URL); err == nil && !s.paths.Want(u) {
		s.frontier.Skip(item, crawl.ReasonExcluded)
		return
	}
	s.frontier.Add(item)
}

// knows reports whether the frontier has met the URL.
func (s *site) knows(u string) bool {
	_, known := s.frontier.Find(u)
	return known
}

// forbids reports whether robots.txt of the home page's origin, the only one sure
// to be read, keeps us off the URL.
func (s *site) forbids(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != s.home.Scheme || u.Host != s.home.Host {
		return false
	}
	return !s.robots.Query(crawl.Product, u).Allowed
}
