package audit

import (
	"cmp"
	"slices"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/shared"
)

// book gathers what the end of an audit needs of its pages. What it holds does
// not depend on the order in which they arrive.
type book struct {
	facts []check.Facts
	// samples are the findings of each check that a report shows.
	samples map[string][]sample
	// reasons count why a page check did not apply, by check.
	reasons map[string]map[check.Reason]int
	targets map[string]*target
}

// target is where links to other sites lead.
type target struct {
	count int      // pages that link to it
	pages []string // the first of them by URL
	text  string   // of the link on the first
}

// maxTargetPages is how many linking pages are kept by name.
const maxTargetPages = 20

func newBook() book {
	return book{
		samples: map[string][]sample{},
		reasons: map[string]map[check.Reason]int{},
		targets: map[string]*target{},
	}
}

func (k *book) add(v *visit) {
	k.facts = append(k.facts, v.facts)
	for _, f := range v.findings {
		k.samples[f.CheckID] = keep(k.samples[f.CheckID], sample{v.page.Depth, f})
	}
	for i, c := range check.PageChecks() {
		if why := v.facts.Outcomes[i].Reason(); why != "" {
			if k.reasons[c.ID] == nil {
				k.reasons[c.ID] = map[check.Reason]int{}
			}
			k.reasons[c.ID][why]++
		}
	}
	for _, o := range v.outward {
		t := k.targets[o.URL]
		if t == nil {
			t = &target{}
			k.targets[o.URL] = t
		}
		t.add(v.page.URL, o.Text)
	}
}

func (t *target) add(page, text string) {
	t.count++
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

// reason is the most frequent reason why a page check applied nowhere.
func (k *book) reason(id string) check.Reason {
	var best check.Reason
	most := 0
	for why, n := range k.reasons[id] {
		if n > most || n == most && why < best {
			best, most = why, n
		}
	}
	return best
}

// sample is a finding and the depth of its page.
type sample struct {
	depth   int
	finding shared.Finding
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

// keep inserts s in order and drops the last beyond what a report shows.
func keep(samples []sample, s sample) []sample {
	i, _ := slices.BinarySearchFunc(samples, s, sample.compare)
	if i == shared.MaxSamples {
		return samples
	}
	samples = slices.Insert(samples, i, s)
	return samples[:min(len(samples), shared.MaxSamples)]
}

// chosen are the n targets to check: those that most pages link to.
func (k *book) chosen(n int) []string {
	urls := make([]string, 0, len(k.targets))
	for u := range k.targets {
		urls = append(urls, u)
	}
	slices.SortFunc(urls, func(a, b string) int {
		return cmp.Or(cmp.Compare(k.targets[b].count, k.targets[a].count), cmp.Compare(a, b))
	})
	return urls[:min(len(urls), n)]
}
