package crawl

import (
	"cmp"
	"hash/maphash"
	"iter"
	"net/url"
)

// NoDepth is the depth of a URL that no link leads to, such as one that only a
// sitemap names. It is handed out after every linked one, and no maximum depth
// keeps it back.
const NoDepth = -1

const (
	// maxKnown bounds the URLs a frontier remembers, and maxKnownBytes what their text
	// may take together. Beyond that new ones are forgotten, and only counted.
	maxKnown      = 200_000
	maxKnownBytes = 24 << 20
)

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
	ReasonPrivate Reason = "private" // its address is none that we may connect to: ErrBlockedAddress
	ReasonScope   Reason = "scope"   // it left the site
	ReasonStopped Reason = "stopped" // the crawl ended before its turn
	ReasonBusy    Reason = "busy"    // the site kept asking for a pause (429, 503)

	ReasonExcluded Reason = "excluded" // not among the paths that were asked for: Paths
)

// Unvisited is a known URL that was not handed out, and why.
type Unvisited struct {
	Item
	Reason Reason
}

// Frontier is the memory of a crawl: every URL known, in the order in which they
// are to be visited. It is a pure value without clock or locks and not safe for
// concurrent use: one goroutine owns it and feeds it what the others find.
//
// A URL takes some 60 bytes beside its text, so that a site of a hundred thousand
// addresses takes no more memory than its larger pages do.
type Frontier struct {
	limit, maxDepth int
	known           map[string]entryID
	entries         []entry // as discovered
	wires           map[entryID]string
	referrers       names
	text            textBlocks

	// Waiting entries by depth, and those with NoDepth. An entry that moved to a
	// smaller depth stays behind where it was and is passed over there.
	levels   map[int][]entryID
	unlinked []entryID
	depth    int // no level is below this one

	waiting, taken int
	forgotten      map[uint64]struct{} // hashes of the URLs that found the memory full
	seed           maphash.Seed        // of those hashes
}

// entryID is the place of an entry in Frontier.entries.
type entryID int32

// entry is what is known of a URL. What most have in common, or few have at all,
// stands elsewhere.
type entry struct {
	url      string
	referrer int32 // in Frontier.referrers
	depth    int32
	state    entryState
	skipped  Reason
	linked   bool
}

type entryState uint8

const (
	entryWaiting entryState = iota
	entryTaken
	entryTooDeep
	entrySkipped
)

// NewFrontier returns an empty frontier that hands out at most limit URLs and
// none deeper than maxDepth clicks; 0 means no bound.
func NewFrontier(limit, maxDepth int) *Frontier {
	return &Frontier{
		limit: limit, maxDepth: maxDepth,
		known: map[string]entryID{}, wires: map[entryID]string{}, levels: map[int][]entryID{},
		forgotten: map[uint64]struct{}{}, seed: maphash.MakeSeed(),
	}
}

// Add makes a URL known and reports whether it was new. A known one keeps its
// first referrer and takes the smaller depth: also one handed out already, and
// one that was too deep and no longer is. A link to a URL with NoDepth gives it
// its depth and referrer.
func (f *Frontier) Add(it Item) bool {
	id, isNew := f.entryOf(it)
	if id < 0 {
		return false
	}
	if !isNew && !f.improve(id, it) {
		return false
	}
	e := &f.entries[id]
	switch {
	case e.state != entryWaiting && e.state != entryTooDeep:
	case f.tooDeep(int(e.depth)):
		e.state = entryTooDeep
	default:
		if isNew || e.state == entryTooDeep {
			f.waiting++
		}
		e.state = entryWaiting
		f.enqueue(id)
	}
	return isNew
}

// Link notes that a page links to a URL, other than by a redirect. One that is not
// known stays unknown.
func (f *Frontier) Link(url string) {
	if id, known := f.known[url]; known {
		f.entries[id].linked = true
	}
}

// Linked reports whether [Frontier.Link] was called for a URL once it was known.
func (f *Frontier) Linked(url string) bool {
	id, known := f.known[url]
	return known && f.entries[id].linked
}

func (f *Frontier) enqueue(id entryID) {
	depth := int(f.entries[id].depth)
	if depth == NoDepth {
		f.unlinked = append(f.unlinked, id)
		return
	}
	f.levels[depth] = append(f.levels[depth], id)
	f.depth = min(f.depth, depth)
}

// entryOf returns the entry of a URL, new or known; -1 when the memory is full.
func (f *Frontier) entryOf(it Item) (id entryID, isNew bool) {
	if id, known := f.known[it.URL]; known {
		return id, false
	}
	if len(f.entries) >= maxKnown || f.text.kept+len(it.URL)+len(it.Wire) > maxKnownBytes {
		if len(f.forgotten) < maxKnown {
			f.forgotten[maphash.String(f.seed, it.URL)] = struct{}{}
		}
		return -1, false
	}
	id = entryID(len(f.entries))
	url := f.text.keep(it.URL)
	f.known[url] = id
	f.entries = append(f.entries, entry{url: url, depth: int32(it.Depth), referrer: f.referrers.number(it.Referrer)})
	f.spell(id, it.Wire)
	return id, true
}

// spell keeps how the link to a URL spelt it.
func (f *Frontier) spell(id entryID, wire string) {
	if wire == "" {
		delete(f.wires, id)
		return
	}
	f.wires[id] = f.text.keep(wire)
}

func (f *Frontier) item(id entryID) Item {
	e := &f.entries[id]
	return Item{URL: e.url, Depth: int(e.depth), Referrer: f.referrers.list[e.referrer], Wire: f.wires[id]}
}

// improve reports whether it is a better way to a URL, and takes it: fewer clicks, or
// a sitemap for what is too deep.
func (f *Frontier) improve(id entryID, it Item) bool {
	e := &f.entries[id]
	switch {
	case it.Depth == NoDepth:
		if e.state != entryTooDeep {
			return false
		}
	case e.depth == NoDepth:
		if f.tooDeep(it.Depth) {
			return false
		}
		e.referrer = f.referrers.number(it.Referrer)
		f.spell(id, it.Wire)
	case it.Depth >= int(e.depth):
		return false
	}
	e.depth = int32(it.Depth)
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
		id, rest := f.popWaiting(f.levels[f.depth], f.depth)
		if id >= 0 {
			f.levels[f.depth] = rest
			return f.take(id), true
		}
		delete(f.levels, f.depth)
	}
	var id entryID
	id, f.unlinked = f.popWaiting(f.unlinked, NoDepth)
	return f.take(id), true
}

// popWaiting returns the first entry of a level that still waits there, and the rest;
// -1 when there is none.
func (f *Frontier) popWaiting(level []entryID, depth int) (entryID, []entryID) {
	for i, id := range level {
		if e := &f.entries[id]; e.state == entryWaiting && int(e.depth) == depth {
			return id, level[i+1:]
		}
	}
	return -1, nil
}

func (f *Frontier) take(id entryID) Item {
	f.entries[id].state = entryTaken
	f.waiting--
	f.taken++
	return f.item(id)
}

// Skip marks a URL as not to be handed out. One that was handed out already (and
// turned out to leave the site, say) stays counted and gets the reason.
func (f *Frontier) Skip(it Item, r Reason) {
	id, isNew := f.entryOf(it)
	if id < 0 {
		return
	}
	if !isNew {
		f.improve(id, it)
		if f.entries[id].state == entryWaiting {
			f.waiting--
		}
	}
	f.entries[id].state, f.entries[id].skipped = entrySkipped, r
}

// Find returns what is known about a URL.
func (f *Frontier) Find(url string) (Item, bool) {
	if id, known := f.known[url]; known {
		return f.item(id), true
	}
	return Item{}, false
}

// Discovered returns how many URLs are known, skipped ones included.
func (f *Frontier) Discovered() int { return len(f.entries) }

// Forgotten returns how many URLs found the memory full. It counts no further than to
// 200,000.
func (f *Frontier) Forgotten() int { return len(f.forgotten) }

// Taken returns how many URLs were handed out.
func (f *Frontier) Taken() int { return f.taken }

// LimitReached reports whether Next hands out nothing more because of the limit.
func (f *Frontier) LimitReached() bool { return f.limit > 0 && f.taken >= f.limit }

// Unvisited goes over every known URL that was not visited, in order of discovery.
// Those still waiting have ReasonLimit if the limit is reached, else ReasonStopped.
func (f *Frontier) Unvisited() iter.Seq[Unvisited] {
	return func(yield func(Unvisited) bool) {
		for i := range f.entries {
			id := entryID(i)
			if r := f.whyUnvisited(&f.entries[id]); r != "" && !yield(Unvisited{f.item(id), r}) {
				return
			}
		}
	}
}

// whyUnvisited is empty for an entry that was visited.
func (f *Frontier) whyUnvisited(e *entry) Reason {
	switch e.state {
	case entryTaken:
	case entryTooDeep:
		return ReasonDepth
	case entrySkipped:
		return e.skipped
	case entryWaiting:
		if f.LimitReached() {
			return ReasonLimit
		}
		return ReasonStopped
	}
	return ""
}
