package crawl

import (
	"cmp"
	"net/url"
)

// NoDepth is the depth of a URL that no link leads to, such as one that only a
// sitemap names. It is handed out after every linked one, and no maximum depth
// keeps it back.
const NoDepth = -1

// maxKnown bounds the URLs a frontier remembers; beyond it new ones are not
// taken up.
const maxKnown = 200_000

// Item is a URL with the way that leads to it.
type Item struct {
	URL      string // canonical
	Depth    int    // clicks from the seed URL, or NoDepth
	Referrer string // the first page found to link here; "" for the seed URL
	Wire     string // as the first link spelt it (see Resolve), where that differs; else ""
}

// Address returns the URL to ask for.
func (it Item) Address() (*url.URL, error) { return Resolve(nil, cmp.Or(it.Wire, it.URL), "") }

// Reason says why a known URL was not visited.
type Reason string

const (
	ReasonLimit   Reason = "limit"   // the page limit was reached first
	ReasonDepth   Reason = "depth"   // deeper than the maximum depth
	ReasonRobots  Reason = "robots"  // robots.txt forbids it
	ReasonScope   Reason = "scope"   // it left the site
	ReasonStopped Reason = "stopped" // the crawl ended before its turn
	ReasonBusy    Reason = "busy"    // the site kept asking for a pause (429, 503)
)

// Unvisited is a known URL that was not handed out, and why.
type Unvisited struct {
	Item
	Reason Reason
}

// Frontier is the memory of a crawl: every URL known, in the order in which they
// are to be visited. It is a pure value without clock or locks and not safe for
// concurrent use: one goroutine owns it and feeds it what the others find.
type Frontier struct {
	limit, maxDepth int
	known           map[string]*entry
	order           []*entry // as discovered

	// Waiting entries by depth, and those with NoDepth. An entry that moved to a
	// smaller depth stays behind where it was and is passed over there.
	levels   map[int][]*entry
	unlinked []*entry
	depth    int // no level is below this one

	waiting, taken int
	overflowed     int // additions that found the memory full
}

type entry struct {
	Item
	state  entryState
	reason Reason // of a skipped one
}

type entryState int

const (
	entryWaiting entryState = iota
	entryTaken
	entryTooDeep
	entrySkipped
)

// NewFrontier returns an empty frontier that hands out at most limit URLs and
// none deeper than maxDepth clicks; 0 means no bound.
func NewFrontier(limit, maxDepth int) *Frontier {
	return &Frontier{limit: limit, maxDepth: maxDepth, known: map[string]*entry{}, levels: map[int][]*entry{}}
}

// Add makes a URL known and reports whether it was new. A known one keeps its
// first referrer and takes the smaller depth: also one handed out already, and
// one that was too deep and no longer is. A link to a URL with NoDepth gives it
// its depth and referrer.
func (f *Frontier) Add(it Item) bool {
	e, isNew := f.entryOf(it)
	if e == nil {
		return false
	}
	if !isNew && !f.improve(e, it) {
		return false
	}
	switch {
	case e.state != entryWaiting && e.state != entryTooDeep:
	case f.tooDeep(e.Depth):
		e.state = entryTooDeep
	default:
		if isNew || e.state == entryTooDeep {
			f.waiting++
		}
		e.state = entryWaiting
		f.enqueue(e)
	}
	return isNew
}

func (f *Frontier) enqueue(e *entry) {
	if e.Depth == NoDepth {
		f.unlinked = append(f.unlinked, e)
		return
	}
	f.levels[e.Depth] = append(f.levels[e.Depth], e)
	f.depth = min(f.depth, e.Depth)
}

// entryOf returns the entry of a URL, new or known; nil when the memory is full.
func (f *Frontier) entryOf(it Item) (e *entry, isNew bool) {
	if e := f.known[it.URL]; e != nil {
		return e, false
	}
	if len(f.order) >= maxKnown {
		f.overflowed++
		return nil, false
	}
	e = &entry{Item: it}
	f.known[it.URL] = e
	f.order = append(f.order, e)
	return e, true
}

// improve reports whether it is a better way to e, and takes it: fewer clicks, or
// a sitemap for what is too deep.
func (f *Frontier) improve(e *entry, it Item) bool {
	switch {
	case it.Depth == NoDepth:
		if e.state != entryTooDeep {
			return false
		}
	case e.Depth == NoDepth:
		if f.tooDeep(it.Depth) {
			return false
		}
		e.Referrer, e.Wire = it.Referrer, it.Wire
	case it.Depth >= e.Depth:
		return false
	}
	e.Depth = it.Depth
	return true
}

func (f *Frontier) tooDeep(depth int) bool { return f.maxDepth > 0 && depth > f.maxDepth }

// Next hands out the waiting URL with the fewest clicks, in order of discovery;
// false when none is waiting or the limit is reached.
func (f *Frontier) Next() (Item, bool) {
	if f.waiting == 0 || f.LimitReached() {
		return Item{}, false
	}
	for ; len(f.levels) > 0; f.depth++ {
		e, rest := popWaiting(f.levels[f.depth], f.depth)
		if e != nil {
			f.levels[f.depth] = rest
			return f.take(e), true
		}
		delete(f.levels, f.depth)
	}
	var e *entry
	e, f.unlinked = popWaiting(f.unlinked, NoDepth)
	return f.take(e), true
}

// popWaiting returns the first entry of a level that still waits there, and the rest.
func popWaiting(level []*entry, depth int) (*entry, []*entry) {
	for i, e := range level {
		if e.state == entryWaiting && e.Depth == depth {
			return e, level[i+1:]
		}
	}
	return nil, nil
}

func (f *Frontier) take(e *entry) Item {
	e.state = entryTaken
	f.waiting--
	f.taken++
	return e.Item
}

// Skip marks a URL as not to be handed out. One that was handed out already (and
// turned out to leave the site, say) stays counted and gets the reason.
func (f *Frontier) Skip(it Item, r Reason) {
	e, isNew := f.entryOf(it)
	if e == nil {
		return
	}
	if !isNew {
		f.improve(e, it)
		if e.state == entryWaiting {
			f.waiting--
		}
	}
	e.state, e.reason = entrySkipped, r
}

// Find returns what is known about a URL.
func (f *Frontier) Find(url string) (Item, bool) {
	if e := f.known[url]; e != nil {
		return e.Item, true
	}
	return Item{}, false
}

// Discovered returns how many URLs are known, skipped ones included.
func (f *Frontier) Discovered() int { return len(f.order) }

// Overflowed returns how often a new URL found the memory full, and so was forgotten.
func (f *Frontier) Overflowed() int { return f.overflowed }

// Taken returns how many URLs were handed out.
func (f *Frontier) Taken() int { return f.taken }

// LimitReached reports whether Next hands out nothing more because of the limit.
func (f *Frontier) LimitReached() bool { return f.limit > 0 && f.taken >= f.limit }

// Unvisited returns every known URL that was not visited, in order of discovery.
// Those still waiting have ReasonLimit if the limit is reached, else ReasonStopped.
func (f *Frontier) Unvisited() []Unvisited {
	var list []Unvisited
	for _, e := range f.order {
		reason := e.reason
		switch e.state {
		case entryTaken:
			continue
		case entryTooDeep:
			reason = ReasonDepth
		case entryWaiting:
			reason = ReasonStopped
			if f.LimitReached() {
				reason = ReasonLimit
			}
		}
		list = append(list, Unvisited{Item: e.Item, Reason: reason})
	}
	return list
}
