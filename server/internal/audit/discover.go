package audit

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"atalaya/server/internal/crawl"
	"atalaya/shared"
)

// discover finds out whether the site may and can be audited, takes in its start
// page, and reads its sitemaps.
func (r *run) discover(ctx context.Context) error {
	r.rec.enter(shared.StageDiscover, "Reading robots.txt")
	seed, err := crawl.ParseSeed(r.job.URL)
	if err != nil {
		return refuse("%.200q is not an address that can be audited.", r.job.URL)
	}
	r.seed = seed
	robots, err := r.robots.Get(ctx, seed)
	if err != nil {
		return ended(ctx, err)
	}
	switch {
	case robots.State != crawl.RobotsUnreachable:
	case len(r.earlier) > 0:
		return errSilent // the pages of earlier attempts are worth a report
	default:
		return closedByRobots(seed, robots)
	}
	allowed, err := r.robots.Allowed(ctx, seed)
	if err != nil {
		return ended(ctx, err)
	}
	if !allowed.Allowed {
		return refuse("robots.txt of %s does not let %s fetch %s (line %d: %s).",
			seed.Host, crawl.Product, seed, allowed.Line, plain(allowed.Rule, 100))
	}
	r.progress(1, 4)
	if err := r.start(ctx); err != nil {
		return err
	}
	r.progress(2, 4)
	if r.homeRobots, err = r.robots.Get(ctx, r.home); err != nil {
		return ended(ctx, err)
	}
	return r.readSitemaps(ctx)
}

// start takes in the page the seed leads to. Where the seed redirects to another
// site, that one is audited.
func (r *run) start(ctx context.Context) error {
	if v := r.earlier[r.seed.String()]; v != nil && r.resumeAt(v) {
		return nil
	}
	r.say("Fetching %s", r.seed)
	res, err := r.engine.fetcher.Fetch(ctx, crawl.Request{
		URL: r.seed, Follow: r.allowed(ctx), WantBody: crawl.HTMLBody,
	})
	if err != nil {
		return ended(ctx, err)
	}
	r.home = r.seed
	if res.Failure == nil && res.Next == nil {
		r.home = res.FinalURL
	}
	r.scope = crawl.NewScope(r.home)
	if r.home.String() != r.seed.String() {
		from := asked{Item: crawl.Item{URL: r.seed.String()}, alias: true}
		if err := r.see(ctx, r.engine.visit(from, res, r.scope, time.Now()), nothing); err != nil {
			return err
		}
		res.URL, res.Hops = r.home, nil
	}
	home := r.engine.visit(asked{Item: crawl.Item{URL: r.home.String()}, home: true}, res, r.scope, time.Now())
	if err := r.see(ctx, home, nothing); err != nil {
		return err
	}
	if !home.page.Analysed {
		return notHome(res)
	}
	r.earlier[home.page.URL] = home
	r.begin()
	return nil
}

// resumeAt goes on from the stored visit of the seed, if what it led to is
// stored as well.
func (r *run) resumeAt(v *visit) bool {
	if v.page.FinalURL != "" {
		v = r.earlier[v.page.FinalURL]
	}
	if v == nil || !v.facts.Home || !v.page.Analysed {
		return false
	}
	home, err := crawl.Canonical(nil, v.page.URL)
	if err != nil {
		return false
	}
	r.home, r.scope = home, crawl.NewScope(home)
	r.begin()
	return true
}

// begin opens the frontier at the home page. A seed that only led there is known,
// but takes nothing of the page limit.
func (r *run) begin() {
	if seed := r.seed.String(); seed != r.home.String() {
		r.frontier.Skip(crawl.Item{URL: seed}, crawl.ReasonScope)
	}
	r.frontier.Add(crawl.Item{URL: r.home.String()})
	r.rec.update(func(b *board) {
		b.caps.NotHTTPS = notHTTPS(r.home)
		b.know(r.frontier.Discovered())
	})
}

// allowed follows redirects as far as robots.txt lets us.
func (r *run) allowed(ctx context.Context) func(*url.URL) bool {
	return func(next *url.URL) bool {
		d, err := r.robots.Allowed(ctx, next)
		return err == nil && d.Allowed
	}
}

// readSitemaps reads those that robots.txt names, and the one at the usual place.
func (r *run) readSitemaps(ctx context.Context) error {
	r.say("Reading the sitemap")
	var roots []*url.URL
	for _, line := range r.homeRobots.Sitemaps {
		if u, err := crawl.Canonical(r.home, line.Value); err == nil {
			roots = append(roots, u)
		}
	}
	if u, err := crawl.Canonical(r.home, "/sitemap.xml"); err == nil {
		roots = append(roots, u)
	}
	sitemaps, err := r.engine.fetcher.Sitemaps(ctx, roots, r.scope, crawl.SitemapLimits{})
	if err != nil {
		return ended(ctx, err)
	}
	r.sitemaps = sitemaps
	r.progress(4, 4)
	return nil
}

// ended tells the end of ctx, whose cause matters, from other errors.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// progress shows that done of total parts of the stage are behind us.
func (r *run) progress(done, total int) {
	r.rec.update(func(b *board) { b.reach(done, total) })
}

func (r *run) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.rec.update(func(b *board) { b.say(text) })
}

func nothing(*board) {}
