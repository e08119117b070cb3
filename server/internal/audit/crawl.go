package audit

import (
	"context"
	"net/url"
	"sync"
	"time"

	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

const (
	// fetchers is how many pages of one audit are fetched and parsed at the same
	// time. The limits of one host are narrower; the rest serves the site's other
	// hosts, and parsing.
	fetchers = 8
	// silentAfter is how long a crawl goes on without a single answer.
	silentAfter = 5 * time.Minute
	// busyPatience is how long a crawl goes on with a site that does nothing but ask for
	// pauses.
	busyPatience = 3 * time.Minute
	// busyRetries is how often an address is asked again after the pause that its
	// answer asked for.
	busyRetries = 2
	// maxWaiting is how many bytes of links may wait for those of an earlier page.
	// Beyond it no further page is asked for: a page that never ends must not have the
	// whole site pile up behind it.
	maxWaiting = 16 << 20
	// lookEvery is how often a crawl looks whether the site has fallen silent.
	lookEvery = 5 * time.Second
)

// crawl visits the site breadth first until nothing is left or the limit is
// reached, and then what only the sitemap names.
//
// Pages arrive in any order, and are checked, saved and shown as they do. Only
// their links wait: they join the frontier in the order in which the pages were
// handed out. So which pages are visited, at what depth, and from where they are
// linked depends on the site alone, not on which answer comes first. An audit that
// is taken up again goes the same way: its stored pages are not fetched, but their
// links are followed.
//
// The sitemaps are read beside it, so that a slow one holds nobody up: what they name is
// not needed before the last link is followed.
func (r *run) crawl(ctx context.Context, s *site, book *book) error {
	r.rec.enter(shared.StageCrawl, work.Say("fetching-pages", s.home.Host))
	// Only now, so that robots.txt and the sitemaps are read again in any case.
	r.countBytes(book.recalled)
	inner, done := context.WithCancel(ctx)
	c := newCollector(r, s, book)
	var workers sync.WaitGroup
	workers.Go(func() { c.sitemaps <- r.readSitemaps(inner, s) })
	c.hire = func(n int) {
		for range n {
			workers.Go(func() { c.fetchTasks(inner) })
		}
	}
	if r.trial.on() {
		c.hire(suspectFetchers)
	} else {
		c.hire(fetchers)
	}
	err := c.collect(ctx)
	done()
	close(c.todo)
	go func() {
		workers.Wait()
		close(c.arrivals)
	}()
	for a := range c.arrivals {
		// An answer that came while we stopped is worth keeping.
		if a.visit != nil && !a.visit.busy && r.takeVisit(context.WithoutCancel(ctx), book, a.visit, noChange) == nil {
			delete(c.inFlight, a.n)
		}
	}
	for n, item := range c.inFlight {
		reason := crawl.ReasonStopped
		if c.retries[n] > 0 { // its answer asked for a pause that we did not sit out
			reason = crawl.ReasonBusy
		}
		s.frontier.Skip(item, reason)
	}
	return err
}

// collector hands out URLs and takes in pages.
type collector struct {
	run      *run
	site     *site
	book     *book
	todo     chan task
	arrivals chan arrival
	sitemaps chan sitemapsRead // gets one value, which never waits
	hire     func(n int)       // has n more goroutines fetch tasks

	handed      int                // tasks handed out
	followed    int                // tasks whose links have joined the frontier
	again       []task             // tasks to be handed out once more
	retries     map[int]int        // how often each was handed out again
	busy        bool               // the last answer asked for a pause
	unfollowed  map[int]arrival    // tasks that arrived and whose links have not
	waiting     int                // bytes of those links
	inFlight    map[int]crawl.Item // tasks handed out that have not arrived
	sitemapOnly map[string]bool    // URLs of the sitemap that no link has led to so far
	awaiting    bool               // nothing but the sitemaps is missing
	added       bool               // the sitemap's URLs have joined the frontier
	lastAnswer  time.Time          // of the site
}

func newCollector(r *run, s *site, book *book) *collector {
	return &collector{
		run: r, site: s, book: book,
		todo: make(chan task), arrivals: make(chan arrival), sitemaps: make(chan sitemapsRead, 1),
		unfollowed: map[int]arrival{}, inFlight: map[int]crawl.Item{}, sitemapOnly: map[string]bool{},
		retries: map[int]int{},
	}
}

// task is the n-th URL handed out.
type task struct {
	n    int
	item crawl.Item
}

// arrival is what came of a task: a visit, or a reason why there is none.
type arrival struct {
	task
	visit   *visit
	skipped crawl.Reason
	err     error
}

// waiting is how many bytes of links wait with an arrival.
func (a arrival) waiting() (bytes int) {
	if a.visit == nil {
		return 0
	}
	for _, l := range a.visit.links {
		bytes += len(l)
	}
	for _, t := range a.visit.texts {
		bytes += len(t)
	}
	return bytes
}

// collect is the loop of the crawl stage. It alone touches the frontier.
func (c *collector) collect(ctx context.Context) error {
	c.lastAnswer = time.Now()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var next task
	ready := false
	for {
		if !ready {
			next, ready = c.nextTask(ctx)
		}
		switch {
		case ctx.Err() != nil: // nextTask may take long, and look at nothing but this
			return context.Cause(ctx)
		case !ready && len(c.inFlight) == 0 && c.added:
			return nil
		}
		todo := c.todo
		if !ready {
			todo = nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case todo <- next:
			ready = false
		case a := <-c.arrivals:
			if err := c.takeArrival(ctx, a); err != nil {
				return err
			}
			if c.run.trial.pass() {
				c.hire(fetchers - suspectFetchers)
			}
		case read := <-c.sitemaps:
			if err := c.takeSitemaps(ctx, read); err != nil {
				return err
			}
		case now := <-tick.C:
			switch silence := now.Sub(c.lastAnswer); {
			case c.awaiting: // the reading has bounds of its own
			case c.busy && silence > c.run.busyPatience:
				return errBusy
			case silence > silentAfter:
				return errSilent
			}
		}
	}
}

// nextTask gives the next URL to fetch. URLs visited by an earlier attempt are
// passed over: only their links count.
func (c *collector) nextTask(ctx context.Context) (task, bool) {
	if len(c.again) > 0 {
		t := c.again[0]
		c.again = c.again[1:]
		return t, true
	}
	for ctx.Err() == nil && c.waiting <= maxWaiting {
		item, ok := c.site.frontier.Next()
		if !ok {
			switch {
			case c.added || len(c.inFlight) > 0:
				return task{}, false
			case !c.site.sitemapsRead:
				c.awaitSitemaps()
				return task{}, false
			}
			c.addSitemapURLs(ctx)
			continue
		}
		t := task{c.handed, item}
		c.handed++
		if v := c.book.stored[item.URL]; v != nil {
			if v, err := v.withLinks(); err == nil {
				c.followLinks(ctx, arrival{task: t, visit: v})
				c.show(noChange)
				continue
			}
		}
		c.inFlight[t.n] = item
		return t, true
	}
	return task{}, false
}

// sitemapsRead is what came of reading the sitemaps.
type sitemapsRead struct {
	set *crawl.Sitemaps
	err error
}

// readSitemaps reads those that robots.txt names, and those at the usual places.
func (r *run) readSitemaps(ctx context.Context, s *site) (read sitemapsRead) {
	read.err = guard(func() (err error) {
		read.set, err = r.fetcher.SitemapsOf(ctx, s.robots, s.home, s.scope, crawl.SitemapLimits{})
		return err
	})
	return read
}

// awaitSitemaps says that they alone are missing.
func (c *collector) awaitSitemaps() {
	if !c.awaiting {
		c.awaiting = true
		c.show(func(b *board) { b.say(work.Say("waiting-for-sitemaps", c.site.home.Host)) })
	}
}

// takeSitemaps takes in what the sitemaps say. What they alone name is counted at once,
// and visited when every link was followed.
func (c *collector) takeSitemaps(ctx context.Context, read sitemapsRead) error {
	if read.err != nil {
		return causeOr(ctx, read.err)
	}
	c.site.sitemaps, c.site.sitemapsRead, c.awaiting = read.set, true, false
	c.lastAnswer = time.Now()
	for _, e := range read.set.Entries {
		if u := e.URL.String(); !c.site.knows(u) {
			c.sitemapOnly[u] = true
		}
	}
	c.show(noChange)
	return nil
}

// addSitemapURLs adds what only the sitemap names, when every link was followed.
func (c *collector) addSitemapURLs(ctx context.Context) {
	c.added = true
	for _, e := range c.site.sitemaps.Entries {
		c.addURL(ctx, crawl.Item{URL: e.URL.String(), Wire: e.Wire, Depth: crawl.NoDepth})
	}
}

// takeArrival takes in what came of a task.
func (c *collector) takeArrival(ctx context.Context, a arrival) error {
	if a.err != nil {
		return causeOr(ctx, a.err)
	}
	if a.visit != nil && a.visit.busy {
		c.busy = true
		if c.retries[a.n] < busyRetries {
			c.retries[a.n]++
			c.again = append(c.again, a.task)
			return nil
		}
		a.visit, a.skipped = nil, crawl.ReasonBusy
	}
	delete(c.inFlight, a.n)
	if a.skipped != "" {
		c.site.frontier.Skip(a.item, a.skipped)
	} else if a.visit.page.Status != 0 {
		c.lastAnswer, c.busy = time.Now(), false
	}
	c.followLinks(ctx, a)
	if a.visit == nil {
		c.show(noChange)
		return nil
	}
	return c.run.takeVisit(ctx, c.book, a.visit, func(b *board) {
		b.say(work.Say("fetched", a.visit.page.URL))
		c.showCounts(b)
	})
}

// clickFrom is the depth of what a page of the depth given links to.
func clickFrom(depth int) int {
	if depth == crawl.NoDepth {
		return depth
	}
	return depth + 1
}

// followLinks lets links join the frontier in the order of their tasks. A redirect
// counts as a click, so that no URL joins a level of depth already begun.
func (c *collector) followLinks(ctx context.Context, a arrival) {
	c.unfollowed[a.n] = a
	c.waiting += a.waiting()
	for {
		a, ok := c.unfollowed[c.followed]
		if !ok {
			return
		}
		delete(c.unfollowed, c.followed)
		c.waiting -= a.waiting()
		c.followed++
		if a.visit == nil {
			continue
		}
		depth := clickFrom(a.item.Depth)
		for _, u := range a.visit.links {
			c.addURL(ctx, crawl.Item{URL: u, Wire: a.visit.wires[u], Depth: depth, Referrer: a.item.URL})
			if redirect := a.visit.facts.FinalURL != ""; !redirect && u != a.item.URL {
				c.site.frontier.Link(u)
			}
		}
	}
}

// addURL makes a URL known. What robots.txt of the home page's origin forbids is
// not handed out, so it takes nothing of the page limit. Thousands of links and of rules
// take seconds: once ctx has ended nothing is handed out, and nobody needs to know why.
func (c *collector) addURL(ctx context.Context, item crawl.Item) {
	s := c.site
	if s.knows(item.URL) {
		s.frontier.Add(item)
		return
	}
	delete(c.sitemapOnly, item.URL)
	if ctx.Err() == nil && s.forbids(item.URL) {
		s.frontier.Skip(item, crawl.ReasonRobots)
		return
	}
	s.offer(item)
}

// show changes the board and brings its counts up to date.
func (c *collector) show(change func(*board)) {
	c.run.rec.update(func(b *board) {
		change(b)
		c.showCounts(b)
	})
}

// showCounts shows how much is done of how much there seems to be.
func (c *collector) showCounts(b *board) {
	discovered := c.site.frontier.Discovered() + len(c.sitemapOnly)
	b.setDiscovered(discovered)
	b.reach(c.site.frontier.Taken()-len(c.inFlight), min(c.run.pageLimit, discovered))
}

// fetchTasks works off tasks until there are no more.
func (c *collector) fetchTasks(ctx context.Context) {
	for t := range c.todo {
		a := arrival{task: t}
		a.err = guard(func() error { return c.fetch(ctx, &a) })
		c.arrivals <- a
	}
}

// refusedBy says whether a robots.txt that refuses a URL was read at all.
func refusedBy(robots *crawl.Robots) crawl.Reason {
	if robots.Blocked() {
		return crawl.ReasonPrivate
	}
	return crawl.ReasonRobots
}

// fetch makes one visit, if robots.txt of the URL's origin allows it.
func (c *collector) fetch(ctx context.Context, a *arrival) error {
	r := c.run
	u, err := a.item.Address()
	if err != nil {
		a.skipped = crawl.ReasonScope
		return nil //nolint:nilerr // an address that is none is skipped, which is no failure of the audit
	}
	robots, err := r.robots.Get(ctx, u)
	if err != nil {
		return err
	}
	if !robots.Query(crawl.Product, u).Allowed {
		a.skipped = refusedBy(robots)
		return nil
	}
	redirected, returned := false, false
	follow := r.followAllowed(ctx)
	res, err := r.fetcher.Fetch(ctx, crawl.Request{
		URL: u, MaxBody: r.trial.maxBody(),
		Follow: func(next *url.URL) bool {
			redirected = c.site.scope.Contains(next) && follow(next)
			returned = redirected && next.String() == a.item.URL
			return redirected
		},
		// What a redirect leads to is fetched under its own URL, unless it leads back to
		// this one, as that of a page does that wants its own cookie.
		WantBody: func(status int, contentType string) bool {
			return (!redirected || returned) && crawl.HTMLBody(status, contentType)
		},
	})
	if err != nil {
		return err
	}
	alias := redirected && (!returned || res.Failure != nil)
	a.visit, err = r.readAnswer(ctx, asked{Item: a.item, alias: alias}, res, c.site.scope)
	return err
}
