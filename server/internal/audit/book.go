package audit

import (
	"cmp"
	"maps"
	"slices"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// book gathers what the end of an audit needs of its pages. What it holds does
// not depend on the order in which they arrive.
type book struct {
	// stored are the visits that need not be made again, by URL: those of earlier
	// attempts and, once it was fetched, the home page.
	stored map[string]*visit
	// recalled is how many bytes earlier attempts read for theirs.
	recalled int

	facts []check.Facts
	// samples are the findings of each check that a report shows.
	samples map[string][]sample
	// reasons count why a page check did not apply, by check.
	reasons map[string]map[check.Reason]int
	targets map[string]*target
	// loads is what pages load, fragments the places within pages that links lead to.
	loads, fragments addresses
	// cut are the URLs of pages that a bound of ours left a part of out.
	cut []string
	// leads remembers which pages link to which.
	leads linkLog
}

// target is what several pages link to or load.
type target struct {
	count int      // pages that link to it
	pages []string // the first of them by URL
	text  string   // of the link on the first
}

// maxTargetPages is how many linking pages are kept by name.
const maxTargetPages = 20

func newBook() *book {
	return &book{
		stored:  map[string]*visit{},
		leads:   newLinkLog(),
		samples: map[string][]sample{},
		reasons: map[string]map[check.Reason]int{},
		targets: map[string]*target{},
		loads:   addresses{targets: map[string]*target{}}, fragments: addresses{targets: map[string]*target{}},
	}
}

// add takes a visit into the book.
func (b *book) add(v *visit) {
	b.facts = append(b.facts, v.facts)
	b.leads.add(v.page.URL, v.links)
	if v.cut {
		b.cut = append(b.cut, v.page.URL)
	}
	for _, f := range v.findings {
		b.samples[f.CheckID] = keepSample(b.samples[f.CheckID], sample{v.page.Depth, f, work.GroupKey(&f)})
	}
	for i, c := range check.PageChecks() {
		if why := v.facts.Outcomes[i].Reason(); why != "" {
			if b.reasons[c.ID] == nil {
				b.reasons[c.ID] = map[check.Reason]int{}
			}
			b.reasons[c.ID][why]++
		}
	}
	for _, o := range v.outward {
		t := b.targets[o.URL]
		if t == nil {
			t = &target{}
			b.targets[o.URL] = t
		}
		t.add(v.page.URL, o.Text)
	}
	for _, o := range v.loads {
		b.loads.add(v.page.URL, o)
	}
	for _, o := range v.fragments {
		b.fragments.add(v.page.URL, o)
	}
}

// Bounds of addresses.
const (
	maxAddresses    = 20_000
	maxAddressBytes = 4 << 20
)

// addresses are what the pages of a site have in common: most name the same. What is beyond
// their bounds is not known, and then they are incomplete.
type addresses struct {
	targets    map[string]*target
	bytes      int
	incomplete bool
}

// add notes that a page names an address.
func (l *addresses) add(page string, o outward) {
	if t := l.at(o.URL); t != nil {
		t.add(page, o.Text)
	}
}

// at is the target at an address; nil when there is no room for another one.
func (l *addresses) at(address string) *target {
	t := l.targets[address]
	if t == nil {
		if len(l.targets) >= maxAddresses || l.bytes+len(address) > maxAddressBytes {
			l.incomplete = true
			return nil
		}
		l.bytes += len(address)
		t = &target{}
		l.targets[address] = t
	}
	return t
}

// inherit notes that what all pages with a target load loads something in turn. Pages that
// load it by several ways are counted by the one that most have.
func (l *addresses) inherit(from string, o outward) {
	source, t := l.targets[from], l.at(o.URL)
	if source == nil || t == nil || source == t {
		return
	}
	for _, page := range source.pages {
		t.keep(page, o.Text)
	}
	t.count = max(t.count, source.count)
}

func (t *target) add(page, text string) {
	t.count++
	t.keep(page, text)
}

// keep keeps a page by name, if it is among the first.
func (t *target) keep(page, text string) {
	i, known := slices.BinarySearch(t.pages, page)
	if known || i == maxTargetPages {
		return
	}
	if i == 0 {
		t.text = text
	}
	t.pages = slices.Insert(t.pages, i, page)
	t.pages = t.pages[:min(len(t.pages), maxTargetPages)]
}

// mainReason is the most frequent reason why a page check did not apply.
func (b *book) mainReason(id string) check.Reason {
	var best check.Reason
	most := 0
	for why, n := range b.reasons[id] {
		if n > most || n == most && why < best {
			best, most = why, n
		}
	}
	return best
}

// sample is a finding with the depth of its page and the key of its group.
type sample struct {
	depth   int
	finding shared.Finding
	group   uint64
}

// compare puts the pages nearest to home first; those without a way from home
// come last.
func (s sample) compare(o sample) int {
	return cmp.Or(
		cmp.Compare(clicks(s.depth), clicks(o.depth)),
		cmp.Compare(s.finding.PageURL, o.finding.PageURL))
}

func clicks(depth int) int {
	if depth == crawl.NoDepth {
		return shared.MaxDepthMax + 1
	}
	return depth
}

// keepSample inserts s in order, as the only one of its group, and drops the last beyond
// what a report shows. A group that was dropped may come back with a page nearer to home.
func keepSample(samples []sample, s sample) []sample {
	if old := slices.IndexFunc(samples, func(o sample) bool { return o.group == s.group }); old >= 0 {
		if s.compare(samples[old]) >= 0 {
			return samples
		}
		samples = slices.Delete(samples, old, old+1)
	}
	i, _ := slices.BinarySearchFunc(samples, s, sample.compare)
	if i == shared.MaxSamples {
		return samples
	}
	samples = slices.Insert(samples, i, s)
	return samples[:min(len(samples), shared.MaxSamples)]
}

// externalLinks are the links to other sites, those that most pages carry first.
func (b *book) externalLinks() []check.ExternalLink { return sortedLinks(b.targets) }

// sortedLinks are targets as links, those that most pages have first.
func sortedLinks(targets map[string]*target) []check.ExternalLink {
	urls := slices.SortedFunc(maps.Keys(targets), func(x, y string) int {
		return cmp.Or(cmp.Compare(targets[y].count, targets[x].count), cmp.Compare(x, y))
	})
	links := make([]check.ExternalLink, len(urls))
	for i, u := range urls {
		t := targets[u]
		links[i] = check.ExternalLink{URL: u, Count: t.count, Pages: t.pages, Text: t.text}
	}
	return links
}
