package crawl

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// maxAllSitemapProblems bounds Sitemaps.Problems without those that say that a sitemap,
// or a part of one, was not read: they must not drown in what is wrong with entries.
const maxAllSitemapProblems = 1000

// Sitemaps is everything the sitemaps of a site say.
type Sitemaps struct {
	Files    []SitemapFile    // in the order they were fetched
	Entries  []SitemapEntry   // pages of the site, each once, in order; not all when a problem is a SitemapCap
	Problems []SitemapProblem // bounded; those that say what was not read are all there
}

// SitemapFile is one file that was asked for.
type SitemapFile struct {
	URL     string
	NamedBy string // the index or robots.txt that names it; "" for a root or a usual place
	Status  int
	Failure *Failure // no complete answer
}

// SitemapsOf fetches the sitemaps of a site: those that its robots.txt names, and
// /sitemap.xml of home's origin; where none is named and that is none, the places
// where common systems put theirs. Otherwise it is as Sitemaps.
func (f *Fetcher) SitemapsOf(
	ctx context.Context, robots *Robots, home *url.URL, scope Scope, lim SitemapLimits,
) (*Sitemaps, error) {
	w := newSitemapWalk(f, scope, lim)
	for _, named := range robots.Sitemaps {
		u, err := resolve(home, named, "")
		if err != nil {
			w.addProblem(SitemapProblem{File: robots.URL, Kind: SitemapBadURL, Text: err.Error() + ": " + named})
			continue
		}
		w.enqueue(&queuedSitemap{url: u, namedBy: robots.URL})
	}
	isNamed := len(w.queue) > 0
	for _, path := range [...]string{"/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml"} {
		if path != "/sitemap.xml" && (isNamed || w.usable > 0) {
			break
		}
		u := originURL(home, path)
		w.enqueue(&queuedSitemap{url: u, quiet: path != "/sitemap.xml"})
		if err := w.run(ctx); err != nil {
			return nil, err
		}
	}
	return w.end(), nil
}

// Sitemaps fetches the given sitemaps and, breadth first, those their indexes
// name, each once. Sitemaps and pages outside the scope are a problem of the file
// that names them and are not followed; a root may lie anywhere, because
// robots.txt vouches for it, and so may the sitemaps on its host. A sitemap that
// gives nothing to read is a problem of the file that names it. An error is
// returned only when ctx ended.
func (f *Fetcher) Sitemaps(ctx context.Context, roots []*url.URL, scope Scope, lim SitemapLimits) (*Sitemaps, error) {
	w := newSitemapWalk(f, scope, lim)
	for _, root := range roots {
		w.enqueue(&queuedSitemap{url: root})
	}
	if err := w.run(ctx); err != nil {
		return nil, err
	}
	return w.end(), nil
}

type sitemapWalk struct {
	fetcher *Fetcher
	scope   Scope
	lim     SitemapLimits
	left    time.Duration // of SitemapLimits.Time
	bytes   int64         // uncompressed, of all files
	usable  int           // files that were sitemaps
	silent  bool          // a file has timed out: no second attempts from here on
	over    bool          // a bound of the whole walk was reached

	queue []*queuedSitemap
	files map[string]*queuedSitemap // queued or read, by every URL they have
	pages map[string]bool
	set   Sitemaps
	count map[problemSource]int

	links  []sitemapLink // from index to file, each pair once
	linked map[[2]*queuedSitemap]bool
}

// problemSource is what problems are counted by: one file must not use up the room of
// the others.
type problemSource struct {
	file string
	kind SitemapProblemKind
}

type queuedSitemap struct {
	url     *url.URL
	namedBy string
	line    int
	depth   int
	quiet   bool // a guess: whatever is there is no fault
}

// sitemapLink is an entry of an index that names a file known already.
type sitemapLink struct {
	from, to *queuedSitemap
	problem  SitemapProblem
}

func newSitemapWalk(f *Fetcher, scope Scope, lim SitemapLimits) *sitemapWalk {
	w := &sitemapWalk{
		fetcher: f, scope: scope, lim: lim.withDefaults(),
		files: map[string]*queuedSitemap{}, pages: map[string]bool{}, count: map[problemSource]int{},
		linked: map[[2]*queuedSitemap]bool{},
	}
	w.left = w.lim.Time
	return w
}

// enqueue reports whether there is room for more files.
func (w *sitemapWalk) enqueue(q *queuedSitemap) bool {
	key := Normal(q.url).String()
	if w.files[key] != nil {
		return true
	}
	if len(w.queue)+len(w.set.Files) >= w.lim.Files {
		w.reachCap(cmp.Or(q.namedBy, key), "more sitemap files than are read")
		return false
	}
	w.files[key] = q
	w.queue = append(w.queue, q)
	return true
}

func (w *sitemapWalk) addProblem(p SitemapProblem) {
	source := problemSource{p.File, p.Kind}
	unread := p.Cuts() || p.Kind == SitemapUnreadable
	if w.count[source] == maxSitemapProblems || !unread && len(w.set.Problems) >= maxAllSitemapProblems {
		return
	}
	w.count[source]++
	p.Text = cutBytes(p.Text, 200)
	w.set.Problems = append(w.set.Problems, p)
}

func (w *sitemapWalk) reachCap(file, text string) {
	w.addProblem(SitemapProblem{File: file, Kind: SitemapCap, Text: text})
}

// run reads what is queued, and what that names, within the bounds of the walk.
func (w *sitemapWalk) run(ctx context.Context) error {
	for len(w.queue) > 0 && !w.over {
		next := w.queue[0]
		w.queue = w.queue[1:]
		cut, err := w.readFile(ctx, next)
		file := Normal(next.url).String()
		switch {
		case err != nil:
			return err
		case w.left <= 0 && (cut || len(w.queue) > 0):
			w.over = true
			w.reachCap(file, fmt.Sprintf("reading the sitemaps takes longer than %v", w.lim.Time))
		case w.bytes >= w.lim.All:
			w.over = true
			w.reachCap(file, fmt.Sprintf("the sitemaps are larger than %d bytes", w.lim.All))
		}
	}
	return nil
}

// readFile reads one file. cut says that the time was over before its end.
func (w *sitemapWalk) readFile(ctx context.Context, at *queuedSitemap) (cut bool, err error) {
	var (
		index    bool
		entries  []SitemapEntry
		problems []SitemapProblem
		read     int64
	)
	file := Normal(at.url)
	lim := w.lim
	lim.Bytes = min(lim.Bytes, lim.All-w.bytes)
	res, err := w.fetcher.Fetch(ctx, Request{
		URL: at.url, NoRetry: w.silent, left: &w.left,
		// One byte more than the parser's own limit, so that the parser finds the file
		// too large and says so.
		MaxBody: lim.Bytes + 1,
		sink: func(body io.Reader) {
			entries = nil
			counted := &countingReader{r: body}
			index, problems = ParseSitemap(counted, file, lim, func(e SitemapEntry) bool {
				entries = append(entries, e)
				return true
			})
			read = counted.n
		},
	})
	if err != nil {
		return false, err
	}
	if res.Status == http.StatusTooManyRequests || res.Status == http.StatusServiceUnavailable {
		w.left -= res.RetryAfter
	}
	cut = w.left <= 0 && res.Failure != nil
	if w.bytes += read; w.bytes >= w.lim.All {
		problems = slices.DeleteFunc(problems, func(p SitemapProblem) bool { return p.Kind == SitemapTooLarge })
	}
	w.silent = w.silent || res.Failure != nil && res.Failure.Class == FailTimeout
	switch {
	case res.Status/100 != 2: // of a second attempt; the first one may have begun well
		index, entries, problems = false, nil, nil
	case res.Failure != nil: // what the parser said of a body that broke off is the failure over again
		problems = nil
	}
	w.files[res.FinalURL.String()] = cmp.Or(w.files[res.FinalURL.String()], at)
	w.set.Files = append(w.set.Files, SitemapFile{
		URL: file.String(), NamedBy: at.namedBy, Status: res.Status, Failure: res.Failure,
	})
	if !cut { // which would be no fault of the site
		w.judge(at, res, problems)
	}
	if index {
		w.takeFiles(at, entries)
	} else {
		w.takePages(entries)
	}
	return cut, nil
}

// judge takes in what is wrong with a file, and with naming it.
func (w *sitemapWalk) judge(at *queuedSitemap, res *Result, problems []SitemapProblem) {
	other := slices.ContainsFunc(problems, func(p SitemapProblem) bool { return p.Kind == SitemapNotSitemap })
	good := res.Status/100 == 2 && res.Failure == nil && !other
	if good {
		w.usable++
	}
	if !at.quiet || good {
		for _, p := range problems {
			w.addProblem(p)
		}
	}
	if good || at.namedBy == "" {
		return
	}
	why := "is no sitemap"
	switch {
	case res.Failure != nil:
		why = "gives no answer (" + string(res.Failure.Class) + ")"
	case res.Status/100 != 2:
		why = fmt.Sprintf("answers %d", res.Status)
	}
	w.addProblem(SitemapProblem{
		File: at.namedBy, Line: at.line, Kind: SitemapUnreadable, Text: cutBytes(at.url.String(), 150) + " " + why,
	})
}

func (w *sitemapWalk) takeFiles(at *queuedSitemap, entries []SitemapEntry) {
	for _, e := range entries {
		p := SitemapProblem{File: e.File, Line: e.Line, Text: e.URL.String()}
		wire, err := resolve(nil, cmp.Or(e.Wire, p.Text), "")
		if err != nil {
			continue
		}
		known := w.files[p.Text]
		switch {
		case known == at:
			p.Kind = SitemapLoop
		case known != nil:
			w.link(sitemapLink{at, known, p})
			continue
		case at.depth >= w.lim.Depth:
			p.Kind = SitemapDepth
		case !w.scope.Contains(e.URL) && e.URL.Host != Normal(at.url).Host:
			p.Kind = SitemapForeignHost
		case w.enqueue(&queuedSitemap{url: wire, namedBy: e.File, line: e.Line, depth: at.depth + 1}):
			w.link(sitemapLink{from: at, to: w.files[p.Text]})
			continue
		default:
			return
		}
		w.addProblem(p)
	}
}

// link keeps that an index names a file, once however often it does.
func (w *sitemapWalk) link(l sitemapLink) {
	if pair := [2]*queuedSitemap{l.from, l.to}; !w.linked[pair] {
		w.linked[pair] = true
		w.links = append(w.links, l)
	}
}

func (w *sitemapWalk) takePages(entries []SitemapEntry) {
	for _, e := range entries {
		key := e.URL.String()
		switch {
		case w.pages[key]:
		case !w.scope.Contains(e.URL):
			w.addProblem(SitemapProblem{File: e.File, Line: e.Line, Kind: SitemapForeignHost, Text: key})
		case len(w.set.Entries) >= w.lim.Entries:
			w.reachCap(e.File, "more entries than are read")
			return
		default:
			w.pages[key] = true
			w.set.Entries = append(w.set.Entries, e)
		}
	}
}

// end adds the loops, of any length, and returns all that was found. An index that
// names a file known already closes a loop if that file leads back to it.
func (w *sitemapWalk) end() *Sitemaps {
	leads := map[*queuedSitemap][]*queuedSitemap{}
	for _, l := range w.links {
		leads[l.from] = append(leads[l.from], l.to)
	}
	reached := map[*queuedSitemap]map[*queuedSitemap]bool{}
	for _, l := range w.links {
		if l.problem.Text == "" {
			continue
		}
		if reached[l.to] == nil {
			reached[l.to] = map[*queuedSitemap]bool{}
			reach(l.to, leads, reached[l.to])
		}
		if reached[l.to][l.from] {
			l.problem.Kind = SitemapLoop
			w.addProblem(l.problem)
		}
	}
	return &w.set
}

// reach marks what can be reached from a file. The files of a walk are few.
func reach(from *queuedSitemap, leads map[*queuedSitemap][]*queuedSitemap, marked map[*queuedSitemap]bool) {
	for _, to := range leads[from] {
		if !marked[to] {
			marked[to] = true
			reach(to, leads, marked)
		}
	}
}
