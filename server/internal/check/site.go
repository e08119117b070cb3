package check

import (
	"cmp"
	"slices"
	"time"

	"atalaya/shared"
)

// SiteInput is all that is known of a site when its pages are done.
type SiteInput struct {
	// Home is the URL the seed ended at.
	Home string
	// Start is what asking for the start page led to; nil when an earlier attempt did so.
	Start   *Start
	Robots  RobotsFacts
	Sitemap SitemapFacts
	// Pages are the facts of every fetched URL, in any order.
	Pages []Facts
	// Forbidden are the URLs of the site that robots.txt keeps us off, in any order.
	Forbidden []ForbiddenURL
	// External are the external links that were asked for; ExternalDone is
	// false when that stage did not run.
	External     []ExternalLink
	ExternalDone bool
	// Resources are what pages load, with their markup in the place of a link's text;
	// ResourcesDone is false when some of it was not asked for. Withheld is what robots.txt
	// keeps us off.
	Resources, Withheld []ExternalLink
	ResourcesDone       bool
	// Fragments are links to places within pages: URL is that of the page, empty where it is
	// the one that has the link, with # and the fragment as written. FragmentsDone is false
	// when there are more than are known.
	Fragments     []ExternalLink
	FragmentsDone bool
	Probes        Probes
	// Complete is true when no page of the site was left out. A page that was cut makes
	// the site incomplete too: what it leads to and what it says are not all known.
	Complete bool
}

// The states of robots.txt, by RFC 9309: a 4xx is absent, a 5xx or no answer is
// unreachable.
const (
	StateFound       = "found"
	StateAbsent      = "absent"
	StateUnreachable = "unreachable"
)

// RobotsFacts describe the robots.txt that governs the home page.
type RobotsFacts struct {
	URL string
	// State is one of the State constants; empty when it was not asked for.
	State   string
	Status  int
	Failure string
	TTFB    time.Duration
	// Problems are in order of lines.
	Problems []Problem
	// Signals are its Content-Signal lines.
	Signals []Signal
	// Rules answers for single URLs; nil allows all.
	Rules Robots
}

// ForbiddenURL is a URL that was not fetched. Referrer is the first page seen linking to
// it; empty when it is known from a sitemap.
type ForbiddenURL struct{ URL, Referrer string }

// Signal is a line of robots.txt that says what may be done with the content.
type Signal struct {
	Line   int
	Agents []string // of the group it stands in
	Text   string   // the line
	// Values has yes or no for search, ai-input and ai-train, as far as they are named.
	Values map[string]string
}

// Robots are the rules of a robots.txt.
type Robots interface {
	// Query says whether the crawler with the product token may fetch the
	// absolute URL, and which rule decided.
	Query(agent, url string) Decision
	// CrawlDelay is the pause between two requests that is asked of the crawler, and the
	// line that says so; 0, 0 for none.
	CrawlDelay(agent string) (time.Duration, int)
}

// Decision is the answer of robots.txt.
type Decision struct {
	Allowed bool
	// Agent is the group that decided: the token, "*", or empty when none did.
	Agent string
	// Line and Rule are those of the deciding rule; 0 and empty when none
	// matched.
	Line int
	Rule string
}

// Problem is a fault in robots.txt or in a sitemap.
type Problem struct {
	File string
	Line int // 0: the whole file
	// Kind is the reader's word for the fault, such as "misspelt" or "syntax".
	Kind string
	Text string
}

// The kinds of sitemap problem that checks treat apart.
const (
	ProblemNotSitemap = "not-sitemap" // something else answered
	ProblemCap        = "cap"         // our own limit, not the site's fault
)

// SitemapFacts describe the sitemaps that were tried.
type SitemapFacts struct {
	// Unread is true when the reading was stopped: then nothing is known of them.
	Unread bool
	Files  []SitemapFile
	// URLs are the entries in canonical form.
	URLs     []string
	Problems []Problem
	// Dates are those of the entries that have one. ReadAt is when the sitemaps were read;
	// with a zero time no date lies in the future.
	Dates  []SitemapDate
	ReadAt time.Time
}

// SitemapDate says when a page was changed last.
type SitemapDate struct {
	URL  string
	Text string // as written
}

// SitemapFile is one file that was asked for.
type SitemapFile struct {
	URL     string
	Status  int
	Failure string
}

// ExternalLink is the answer of a link target outside the site.
type ExternalLink struct {
	URL     string
	Status  int
	Failure string
	// FailureDetail is what the site, or its certificate, says beside the failure.
	FailureDetail string
	// Pages link to it; Count is how many do, Text the text of one link.
	Pages []string
	Count int
	Text  string
}

// site is SiteInput made ready for the checks.
type site struct {
	SiteInput // Pages are sorted by URL, each URL once
	// listed are the pages that stand for themselves in a search index: one per
	// final URL, indexable, canonical.
	listed []*Facts
	// stopped is asked in long loops, and ends them: the answer counts for nothing then.
	stopped func() bool
}

func newSite(in SiteInput) *site {
	s := &site{SiteInput: in}
	s.Pages = slices.Clone(in.Pages)
	slices.SortStableFunc(s.Pages, func(a, b Facts) int { return cmp.Compare(a.URL, b.URL) })
	s.Pages = slices.CompactFunc(s.Pages, func(a, b Facts) bool { return a.URL == b.URL })
	seen := map[string]bool{}
	for i := range s.Pages {
		f := &s.Pages[i]
		s.Complete = s.Complete && f.Cut == ""
		own := f.Refresh == "" && (f.Canonical == "" || f.Canonical == f.final())
		if f.Analysed && !f.Noindex && own && !seen[f.final()] {
			seen[f.final()] = true
			s.listed = append(s.listed, f)
		}
	}
	return s
}

// fullMarks is the grade of a check that found nothing.
const fullMarks = 4

// grade gives the quarters for bad of total: none is full marks, up to a tenth
// is half, up to a third is a quarter, more is nothing.
func grade(bad, total int) int {
	switch {
	case bad == 0:
		return fullMarks
	case bad*10 <= total:
		return 2
	case bad*3 <= total:
		return 1
	}
	return 0
}

// enoughPages applies when all pages are known and there are some to compare.
func enoughPages(s *site) Reason {
	if !s.Complete {
		return Incomplete
	}
	if len(s.listed) < 2 {
		return TooFewPages
	}
	return applies
}

// cluster is a group of pages that share something, sorted by URL.
type cluster []*Facts

// clustersBy groups the pages that have the same key, and counts those that are not alone.
// Pages with the zero key have none.
func clustersBy[K comparable](pages []*Facts, key func(*Facts) K) (clusters []cluster, grouped int) {
	var none K
	byKey := map[K]cluster{}
	for _, f := range pages {
		if k := key(f); k != none {
			byKey[k] = append(byKey[k], f)
		}
	}
	for _, c := range byKey {
		if len(c) > 1 {
			clusters = append(clusters, c)
			grouped += len(c)
		}
	}
	return clusters, grouped
}

// clusterFaults gives one fault per cluster, the largest first.
func clusterFaults(clusters []cluster) []Fault {
	slices.SortFunc(clusters, func(a, b cluster) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a[0].URL, b[0].URL))
	})
	faults := make([]Fault, 0, len(clusters))
	for _, c := range clusters {
		urls := make([]string, len(c))
		for i, f := range c {
			urls[i] = f.final()
		}
		ev := []shared.Evidence{fact("title", c[0].Title), number("count", len(c))}
		faults = append(faults, Fault{Evidence: append(ev, listEvidence("page", urls, len(urls))...)})
	}
	return faults
}
