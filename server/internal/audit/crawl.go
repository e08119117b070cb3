package audit

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"

	"atalaya/server/internal/crawl"
	"atalaya/shared"
)

const (
	// fetchers are the pages of one audit in work at the same time. The limits of
	// a host are narrower; the rest serves the site's other hosts, and parsing.
	fetchers = 8
	// silentAfter is how long a crawl goes on without a single answer.
	silentAfter = 5 * time.Minute
	// lookEvery is how often a crawl without news says what it waits for.
	lookEvery = 5 * time.Second
)

// crawl visits the site breadth first until nothing is left or the limit is
// reached, and then what only the sitemap names.
//
// Pages arrive in any order, and are checked, saved and shown as they do. Only
// their links wait: they join the frontier in the order in which the pages were
// handed out. So which pages are visited, at what depth, and from where they are
// linked depends on the site alone, not on who answers first; and an audit taken
// up again, whose stored pages are not fetched but only followed, goes the same
// way.
func (r *run) crawl(ctx context.Context) error {
	r.rec.enter(shared.StageCrawl, "Fetching the pages of "+r.home.Host)
	inner, done := context.WithCancel(ctx)
	c := newCollector(r)
	var workers sync.WaitGroup
	for range fetchers {
		workers.Go(func() { c.fetcher(inner) })
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
		if a.visit != nil && r.see(context.WithoutCancel(ctx), a.visit, nothing) == nil {
			delete(c.out, a.n)
		}
	}
	for _, item := range c.out {
		r.frontier.Skip(item, crawl.ReasonStopped)
	}
	return err
}

// collector hands out URLs and takes in pages.
type collector struct {
	run      *run
	todo     chan task
	arrivals chan arrival

	handed   int                // tasks handed out
	followed int                // tasks whose links have joined the frontier
	settled  map[int]arrival    // arrived, but not yet followed
	out      map[int]crawl.Item // tasks under way
	sitemap  map[string]bool    // its URLs that no link has led to so far
	added    bool               // the sitemap's URLs have joined the frontier
	news     time.Time          // when a page arrived last
	answer   time.Time          // when the site answered last
}

func newCollector(r *run) *collector {
	return &collector{
		run: r, todo: make(chan task), arrivals: make(chan arrival),
		settled: map[int]arrival{}, out: map[int]crawl.Item{}, sitemap: map[string]bool{},
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

// collect is the loop of the crawl stage. It alone touches the frontier.
func (c *collector) collect(ctx context.Context) error {
	for _, e := range c.run.sitemaps.Entries {
		if u := e.URL.String(); !c.run.knows(u) {
			c.sitemap[u] = true
		}
	}
	c.news, c.answer = time.Now(), time.Now()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var next task
	ready := false
	for {
		if !ready {
			next, ready = c.next()
		}
		if !ready && len(c.out) == 0 {
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
			if err := c.arrive(ctx, a); err != nil {
				return err
			}
		case now := <-look.C:
			if now.Sub(c.answer) > silentAfter {
				return errSilent
			}
			c.explain(now)
		}
	}
}

// next gives the next URL to fetch. Those visited by an earlier attempt are
// passed over: only their links count.
func (c *collector) next() (task, bool) {
	for {
		item, ok := c.run.frontier.Next()
		if !ok {
			if c.added || len(c.out) > 0 {
				return task{}, false
			}
			c.addSitemap()
			continue
		}
		t := task{c.handed, item}
		c.handed++
		v := c.run.earlier[item.URL]
		if v == nil {
			c.out[t.n] = item
			return t, true
		}
		c.follow(arrival{task: t, visit: v})
		c.show(nothing)
	}
}

// addSitemap adds what only the sitemap names, when every link was followed.
func (c *collector) addSitemap() {
	c.added = true
	for _, e := range c.run.sitemaps.Entries {
		c.add(crawl.Item{URL: e.URL.String(), Depth: crawl.NoDepth})
	}
}

// arrive takes in what came of a task.
func (c *collector) arrive(ctx context.Context, a arrival) error {
	if a.err != nil {
		return ended(ctx, a.err)
	}
	delete(c.out, a.n)
	c.news = time.Now()
	if a.skipped != "" {
		c.run.frontier.Skip(a.item, a.skipped)
	} else if a.visit.page.Status != 0 {
		c.answer = c.news
	}
	c.follow(a)
	if a.visit == nil {
		c.show(nothing)
		return nil
	}
	return c.run.see(ctx, a.visit, func(b *board) {
		b.say("Fetched " + a.visit.page.URL)
		c.count(b)
	})
}

// follow lets links join the frontier in the order of their tasks. A redirect
// counts as a click, so that no URL joins a level of depth already begun.
func (c *collector) follow(a arrival) {
	c.settled[a.n] = a
	for {
		a, ok := c.settled[c.followed]
		if !ok {
			return
		}
		delete(c.settled, c.followed)
		c.followed++
		if a.visit == nil {
			continue
		}
		depth := a.item.Depth
		if depth != crawl.NoDepth {
			depth++
		}
		for _, u := range a.visit.links {
			c.add(crawl.Item{URL: u, Depth: depth, Referrer: a.item.URL})
		}
	}
}

// add makes a URL known. What robots.txt of the home page's origin forbids is
// not handed out, so it takes nothing of the page limit.
func (c *collector) add(item crawl.Item) {
	r := c.run
	if r.knows(item.URL) {
		r.frontier.Add(item)
		return
	}
	delete(c.sitemap, item.URL)
	if r.forbidden(item.URL) {
		r.frontier.Skip(item, crawl.ReasonRobots)
		return
	}
	r.frontier.Add(item)
}

// show counts on the board.
func (c *collector) show(more func(*board)) {
	c.run.rec.update(func(b *board) {
		more(b)
		c.count(b)
	})
}

// count shows how much is done of how much there seems to be.
func (c *collector) count(b *board) {
	discovered := c.run.frontier.Discovered() + len(c.sitemap)
	b.know(discovered)
	b.reach(c.run.frontier.Taken()-len(c.out), min(c.run.limit, discovered))
}

// explain says what a crawl without news waits for.
func (c *collector) explain(now time.Time) {
	if now.Sub(c.news) < lookEvery {
		return
	}
	host := c.run.home.Host
	text := fmt.Sprintf("Waiting for %s: no answer for %d s", host, int(now.Sub(c.news).Seconds()))
	pace := c.run.engine.limits.Pace(host)
	switch left := pace.PausedUntil.Sub(now); {
	case left > 0:
		text = fmt.Sprintf("Waiting: %s asked for a pause of another %d s", host, int(left.Seconds())+1)
	case pace.Rate < 1/lookEvery.Seconds():
		text = fmt.Sprintf("Waiting: %s asks for %.0f s between two requests", host, 1/pace.Rate)
	}
	c.show(func(b *board) { b.say(text) })
}

// fetcher works off tasks until there are no more.
func (c *collector) fetcher(ctx context.Context) {
	for t := range c.todo {
		a := arrival{task: t}
		a.err = guard(func() error { return c.fetch(ctx, &a) })
		c.arrivals <- a
	}
}

// fetch makes one visit, if robots.txt of the URL's origin allows it.
func (c *collector) fetch(ctx context.Context, a *arrival) error {
	r := c.run
	u, err := crawl.Canonical(nil, a.item.URL)
	if err != nil {
		a.skipped = crawl.ReasonScope
		return nil
	}
	allowed, err := r.robots.Allowed(ctx, u)
	if err != nil {
		return err
	}
	if !allowed.Allowed {
		a.skipped = crawl.ReasonRobots
		return nil
	}
	redirected := false
	follow := r.allowed(ctx)
	res, err := r.engine.fetcher.Fetch(ctx, crawl.Request{
		URL: u,
		Follow: func(next *url.URL) bool {
			redirected = r.scope.Contains(next) && follow(next)
			return redirected
		},
		// What a redirect leads to is fetched under its own URL.
		WantBody: func(status int, contentType string) bool {
			return !redirected && crawl.HTMLBody(status, contentType)
		},
	})
	if err != nil {
		return err
	}
	a.visit = r.engine.visit(asked{Item: a.item, alias: redirected}, res, r.scope, time.Now())
	return nil
}

// knows reports whether the frontier has met the URL.
func (r *run) knows(u string) bool {
	_, known := r.frontier.Find(u)
	return known
}

// forbidden reports whether robots.txt of the home page's origin, the only one
// sure to be read, keeps us off the URL.
func (r *run) forbidden(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != r.home.Scheme || u.Host != r.home.Host {
		return false
	}
	return !r.homeRobots.Query(crawl.Product, u).Allowed
}
