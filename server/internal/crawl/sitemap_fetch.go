package crawl

import (
	"context"
	"io"
	"net/url"
)

// maxAllSitemapProblems bounds Sitemaps.Problems.
const maxAllSitemapProblems = 1000

// Sitemaps is everything the sitemaps of a site say.
type Sitemaps struct {
	Files    []SitemapFile    // in the order they were fetched
	Entries  []SitemapEntry   // pages of the site, each once, in order; not all when a problem is a SitemapCap
	Problems []SitemapProblem // at most 1,000
}

// SitemapFile is one file that was asked for.
type SitemapFile struct {
	URL     string
	Status  int
	Failure *Failure // no complete answer
}

// Sitemaps fetches the given sitemaps and, breadth first, those their indexes
// name, each once. Sitemaps and pages outside the scope are a problem of the file
// that names them and are not followed; a root may lie anywhere, because
// robots.txt vouches for it, and so may the sitemaps on its host. An error is
// returned only when ctx ended.
func (f *Fetcher) Sitemaps(ctx context.Context, roots []*url.URL, scope Scope, lim SitemapLimits) (*Sitemaps, error) {
	w := &sitemapWalk{
		fetcher: f, scope: scope, lim: lim.withDefaults(), files: map[string]bool{}, pages: map[string]bool{},
	}
	for _, root := range roots {
		if !w.enqueue(root.String(), root, 0) {
			break
		}
	}
	for len(w.queue) > 0 {
		next := w.queue[0]
		w.queue = w.queue[1:]
		if err := w.readFile(ctx, next); err != nil {
			return nil, err
		}
	}
	return &w.set, nil
}

type sitemapWalk struct {
	fetcher *Fetcher
	scope   Scope
	lim     SitemapLimits
	queue   []queuedSitemap
	files   map[string]bool // queued or read
	pages   map[string]bool
	set     Sitemaps
}

type queuedSitemap struct {
	url   *url.URL
	depth int
}

// enqueue reports whether there is room for more files.
func (w *sitemapWalk) enqueue(namedBy string, u *url.URL, depth int) bool {
	key := u.String()
	if w.files[key] {
		return true
	}
	if len(w.queue)+len(w.set.Files) >= w.lim.Files {
		w.reachCap(namedBy, "more sitemap files than are read")
		return false
	}
	w.files[key] = true
	w.queue = append(w.queue, queuedSitemap{u, depth})
	return true
}

func (w *sitemapWalk) addProblem(p SitemapProblem) {
	if len(w.set.Problems) < maxAllSitemapProblems {
		p.Text = cutBytes(p.Text, 200)
		w.set.Problems = append(w.set.Problems, p)
	}
}

func (w *sitemapWalk) reachCap(file, text string) {
	w.addProblem(SitemapProblem{File: file, Kind: SitemapCap, Text: text})
}

func (w *sitemapWalk) readFile(ctx context.Context, at queuedSitemap) error {
	var (
		index    bool
		entries  []SitemapEntry
		problems []SitemapProblem
	)
	res, err := w.fetcher.Fetch(ctx, Request{
		URL: at.url,
		// One byte more than the parser's own limit, so that the parser finds the file
		// too large and says so.
		MaxBody: w.lim.Bytes + 1,
		sink: func(body io.Reader) {
			entries = nil
			index, problems = ParseSitemap(body, at.url, w.lim, func(e SitemapEntry) bool {
				entries = append(entries, e)
				return true
			})
		},
	})
	if err != nil {
		return err
	}
	switch {
	case res.Status/100 != 2: // of a second attempt; the first one may have begun well
		index, entries, problems = false, nil, nil
	case res.Failure != nil: // what the parser said of a body that broke off is the failure over again
		problems = nil
	}
	w.files[res.FinalURL.String()] = true
	w.set.Files = append(w.set.Files, SitemapFile{
		URL: at.url.String(), Status: res.Status, Failure: res.Failure,
	})
	for _, p := range problems {
		w.addProblem(p)
	}
	if index {
		w.takeFiles(at, entries)
	} else {
		w.takePages(entries)
	}
	return nil
}

func (w *sitemapWalk) takeFiles(at queuedSitemap, entries []SitemapEntry) {
	for _, e := range entries {
		p := SitemapProblem{File: e.File, Line: e.Line, Text: e.URL.String()}
		switch {
		case p.Text == e.File:
			p.Kind = SitemapLoop
		case at.depth >= w.lim.Depth:
			p.Kind = SitemapDepth
		case !w.scope.Contains(e.URL) && e.URL.Host != at.url.Host:
			p.Kind = SitemapForeignHost
		case w.enqueue(e.File, e.URL, at.depth+1):
			continue
		default:
			return
		}
		w.addProblem(p)
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
