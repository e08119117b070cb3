package audit

import (
	"cmp"
	"maps"
	"slices"

	"atalaya/shared"
)

// Ids of the caps, in reports.
const (
	capSearchBlocked = "search-engines-blocked"
	capHomeNoindex   = "home-noindex"
	capSiteFailing   = "site-failing"
	capAIBlocked     = "ai-search-blocked"
	capNeedsJS       = "content-needs-js"
	capElsewhere     = "canonical-elsewhere"
	capSeenInPart    = "seen-in-part"
	capAIMainBlocked = "ai-main-blocked"
	capNotHTTPS      = "not-https"
)

// The checks behind the caps.
const (
	checkNeedsJS       = "content-needs-js"
	checkHTTP5xx       = "http-5xx"
	checkTimeout       = "fetch-timeout"
	checkFetchFailed   = "fetch-failed"
	checkNoindex       = "page-noindex"
	checkCanonical     = "canonical-conflict"
	checkSearchBlocked = "robots-blocks-search"
	checkAIBlocked     = "ai-search-bot-blocked"
	checkNotHTTPS      = "not-https"
)

// fairSample is how many pages speak for a site of any size: they are those nearest to
// home.
const fairSample = 50

// capFacts are the faults that limit the whole score.
type capFacts struct {
	// SearchBlocked: robots.txt keeps a classic search engine off the home page.
	SearchBlocked bool
	// HomeNoindex: the home page asks not to be indexed.
	HomeNoindex bool
	// AIBlocked: robots.txt keeps every search agent of the AI engines off the
	// site. AIMainBlocked: at least one of the three that matter most.
	AIBlocked, AIMainBlocked bool
	// Analysed counts pages, NeedJS those whose text needs JavaScript, and Elsewhere those
	// that name a page of another host as the one to show: what is not shown from here is
	// not judged either, and must not look good by that.
	Analysed, NeedJS, Elsewhere int
	// Fetched counts fetched URLs. Broken are those with 5xx or no answer, by the check
	// that says so; each has one.
	Fetched int
	Broken  map[string]int
	// Unseen counts the addresses of the site that were left out. It is known at the end.
	Unseen int
	// NotHTTPS: the home page is public and served without TLS.
	NotHTTPS bool
}

// addBroken counts a fetched URL that a visitor could not open.
func (f *capFacts) addBroken(id string) {
	if f.Broken == nil {
		f.Broken = map[string]int{}
	}
	f.Broken[id]++
}

// broken counts the fetched URLs that a visitor could not open.
func (f capFacts) broken() (n int) {
	for _, pages := range f.Broken {
		n += pages
	}
	return n
}

// seenInPart reports whether most of the site was left out and the rest is too little to
// judge it by.
func (f capFacts) seenInPart() bool { return f.Analysed < fairSample && f.Analysed < f.Unseen }

// list gives the caps that apply, each with the checks and the number of pages that set it.
func (f capFacts) list() []shared.Cap {
	failing := slices.Sorted(maps.Keys(f.Broken))
	var caps []shared.Cap
	for _, c := range []struct {
		applies bool
		cap     shared.Cap
	}{
		{f.SearchBlocked, shared.Cap{ID: capSearchBlocked, Limit: 30, Checks: []string{checkSearchBlocked}}},
		{f.HomeNoindex, shared.Cap{ID: capHomeNoindex, Limit: 30, Checks: []string{checkNoindex}, Pages: 1}},
		{f.broken()*100 > f.Fetched*30, shared.Cap{ID: capSiteFailing, Limit: 40, Checks: failing, Pages: f.broken()}},
		{f.AIBlocked, shared.Cap{ID: capAIBlocked, Limit: 60, Checks: []string{checkAIBlocked}}},
		{f.NeedJS*2 > f.Analysed, shared.Cap{ID: capNeedsJS, Limit: 60, Checks: []string{checkNeedsJS}, Pages: f.NeedJS}},
		{f.Elsewhere*2 > f.Analysed, shared.Cap{
			ID: capElsewhere, Limit: 60, Checks: []string{checkCanonical}, Pages: f.Elsewhere,
		}},
		{f.seenInPart(), shared.Cap{ID: capSeenInPart, Limit: 74, Checks: []string{}}},
		{f.AIMainBlocked, shared.Cap{ID: capAIMainBlocked, Limit: 85, Checks: []string{checkAIBlocked}}},
		{f.NotHTTPS, shared.Cap{ID: capNotHTTPS, Limit: 90, Checks: []string{checkNotHTTPS}}},
	} {
		if c.applies {
			caps = append(caps, c.cap)
		}
	}
	return caps
}

// mended is what the facts are once the check passes everywhere.
func (f capFacts) mended(id string) capFacts {
	switch id {
	case checkSearchBlocked:
		f.SearchBlocked = false
	case checkNoindex:
		f.HomeNoindex = false
	case checkAIBlocked:
		f.AIBlocked, f.AIMainBlocked = false, false
	case checkNeedsJS:
		f.NeedJS = 0
	case checkCanonical:
		f.Elsewhere = 0
	case checkNotHTTPS:
		f.NotHTTPS = false
	default:
		f.Broken = maps.Clone(f.Broken)
		delete(f.Broken, id)
	}
	return f
}

// priceCaps sorts the caps, the lowest first, and says what each costs of the raw score:
// how much higher the score could be if it and all lower ones were lifted than with the
// lower ones lifted alone. What all of them cost adds up.
func priceCaps(raw int64, caps []shared.Cap) []shared.Cap {
	priced := append([]shared.Cap{}, caps...)
	slices.SortFunc(priced, func(a, b shared.Cap) int {
		return cmp.Or(cmp.Compare(a.Limit, b.Limit), cmp.Compare(a.ID, b.ID))
	})
	above := raw
	for i := len(priced) - 1; i >= 0; i-- {
		below := min(above, int64(priced[i].Limit)*unit/100)
		priced[i].PointsLost = int(above - below)
		above = below
	}
	return priced
}
