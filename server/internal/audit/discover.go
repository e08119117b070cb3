package audit

import (
	"context"
	"net/url"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// discover finds out whether the site may and can be audited, and takes in its start
// page. The site it gives is known in part when the error is not nil.
func (r *run) discover(ctx context.Context, book *book) (*site, error) {
	s := newSite(r.pageLimit, r.maxDepth)
	s.paths = crawl.NewPaths(r.job.Include, r.job.Exclude)
	r.rec.enter(shared.StageDiscover, work.Say("reading-robots"))
	if err := r.askPermission(ctx, s, len(book.stored) > 0); err != nil {
		return s, err
	}
	r.reach(1, 2)
	if err := r.fetchHome(ctx, s, book); err != nil {
		return s, err
	}
	robots, err := r.robots.Get(ctx, s.home)
	if err != nil {
		return s, causeOr(ctx, err)
	}
	s.robots = robots
	r.reach(2, 2)
	return s, nil
}

// askPermission reads the seed URL and asks its robots.txt. resumed says that
// earlier attempts left pages.
func (r *run) askPermission(ctx context.Context, s *site, resumed bool) error {
	seed, err := crawl.ParseSeed(r.job.URL)
	if err != nil {
		return refuse("bad-address", storable(r.job.URL, shared.MaxArg))
	}
	s.seed = seed
	robots, err := r.robots.Get(ctx, seed)
	if err != nil {
		return causeOr(ctx, err)
	}
	switch {
	case robots.State != crawl.RobotsUnreachable:
	case resumed:
		return errSilent // the pages of earlier attempts are worth a report
	default:
		return refuseClosed(seed, robots)
	}
	allowed, err := r.robots.Allowed(ctx, seed)
	if err != nil {
		return causeOr(ctx, err)
	}
	if !allowed.Allowed {
		return refuse("robots-forbids", crawl.Product, seed, allowed.Line, storable(allowed.Rule, 100))
	}
	return nil
}

// fetchHome takes in the page the seed leads to. Where the seed redirects to another
// site, that one is audited.
func (r *run) fetchHome(ctx context.Context, s *site, book *book) error {
	if home := storedHome(s.seed, book); home != nil {
		s.setHome(home)
		r.openFrontier(s)
		return nil
	}
	r.say(work.Say("fetching-home", s.seed))
	res, err := r.askHome(ctx, s.seed)
	if err != nil {
		return causeOr(ctx, err)
	}
	s.start = startOf(res)
	s.setHome(s.seed)
	if res.Failure == nil && res.Next == nil {
		s.setHome(res.FinalURL)
	}
	if s.home.String() != s.seed.String() {
		from := asked{Item: crawl.Item{URL: s.seed.String()}, alias: true}
		moved, err := r.readAnswer(ctx, from, res, s.scope)
		if err != nil {
			return err
		}
		if err := r.takeVisit(ctx, book, moved, noChange); err != nil {
			return err
		}
		res.URL, res.Hops = s.home, nil
	}
	home, err := r.readAnswer(ctx, asked{Item: crawl.Item{URL: s.home.String()}, home: true}, res, s.scope)
	if err != nil {
		return err
	}
	if err := r.takeVisit(ctx, book, home, func(b *board) { b.setDiscovered(1) }); err != nil {
		return err
	}
	if !home.page.Analysed {
		return r.refuseStart(ctx, res)
	}
	book.stored[home.page.URL] = home
	r.openFrontier(s)
	return nil
}

// refuseStart says why there is no start page.
func (r *run) refuseStart(ctx context.Context, res *crawl.Result) error {
	if res.Next == nil {
		return refuseHome(res)
	}
	robots, err := r.robots.Get(ctx, res.Next)
	if err != nil {
		return causeOr(ctx, err)
	}
	return refuseRedirect(res.FinalURL, res.Next, robots)
}

// askHome asks for the start page, and again after each pause that the site asks for,
// as long as it is short.
func (r *run) askHome(ctx context.Context, seed *url.URL) (res *crawl.Result, err error) {
	for range 1 + busyRetries {
		res, err = r.fetcher.Fetch(ctx, crawl.Request{
			URL: seed, Follow: r.followAllowed(ctx), WantBody: crawl.HTMLBody, MaxBody: r.trial.maxBody(),
		})
		if err != nil || !isBusy(res) || res.RetryAfter > r.busyPatience {
			return res, err
		}
		r.say(work.Say("waiting-for-pause", seed.Host, int(res.RetryAfter.Seconds())+1))
	}
	return res, nil
}

// storedHome gives the home page's URL when the visit of the seed, and of what it
// led to, are stored; nil when the seed must be fetched.
func storedHome(seed *url.URL, book *book) *url.URL {
	v := book.stored[seed.String()]
	if v != nil && v.page.FinalURL != "" {
		v = book.stored[v.page.FinalURL]
	}
	if v == nil || !v.facts.Home || !v.page.Analysed {
		return nil
	}
	home, err := crawl.Canonical(nil, v.page.URL)
	if err != nil {
		return nil
	}
	return home
}

// openFrontier opens the site's frontier and shows what follows from its home page.
func (r *run) openFrontier(s *site) {
	s.openFrontier()
	r.rec.update(func(b *board) {
		b.caps.NotHTTPS = check.LacksHTTPS(s.home)
		b.setDiscovered(s.frontier.Discovered())
	})
}
