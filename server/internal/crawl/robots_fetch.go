package crawl

import (
	"context"
	"net/url"
	"sync"
)

// RobotsFrom reads the answer to a request for robots.txt as RFC 9309 section
// 2.3.1 says: 2xx has rules; 4xx, and redirects without end, mean that there are
// none; anything else means that nothing may be crawled.
func RobotsFrom(res *Result) *Robots {
	r := &Robots{}
	class := FailureClass("")
	if res.Failure != nil {
		class = res.Failure.Class
	}
	switch {
	case class == FailLoop || class == FailRedirects:
		r.State = RobotsAbsent
	case class != "" || res.Status >= 500:
		r.State = RobotsUnreachable
	case res.Status >= 200 && res.Status < 300:
		r = ParseRobots(res.Body)
	default:
		r.State = RobotsAbsent
	}
	r.URL, r.Status, r.Failure = res.URL.String(), res.Status, res.Failure
	r.TTFB = res.TTFB
	return r
}

// Blocked reports whether robots.txt was not asked for at all, because its host is at an
// address that we may not connect to. Then there is no rule of the site behind a refusal.
func (r *Robots) Blocked() bool { return r.Failure != nil && r.Failure.Class == FailBlocked }

// Robots fetches the robots.txt of u's origin. It returns an error only when ctx
// ended.
func (f *Fetcher) Robots(ctx context.Context, u *url.URL) (*Robots, error) {
	res, err := f.Fetch(ctx, Request{URL: originURL(u, "/robots.txt"), MaxBody: MaxRobots + 1})
	if err != nil {
		return nil, err
	}
	return RobotsFrom(res), nil
}

// maxRobotsCached bounds the memory a site with endless subdomains can take;
// beyond it, files are fetched again when they are needed again.
const maxRobotsCached = 64

// RobotsCache answers from the robots.txt of each origin, fetched once. Keep one
// per audit: RFC 9309 section 2.4 forbids using a copy for longer than a day. It
// is safe for concurrent use.
type RobotsCache struct {
	fetcher *Fetcher

	mu      sync.Mutex
	origins map[string]*robotsEntry
}

type robotsEntry struct {
	turn   chan struct{} // holds one token while a goroutine reads or fetches robots
	robots *Robots
}

// NewRobotsCache returns an empty cache that fetches with f.
func NewRobotsCache(f *Fetcher) *RobotsCache {
	return &RobotsCache{fetcher: f, origins: map[string]*robotsEntry{}}
}

// Get returns the robots.txt of u's origin and tells the host's limits what
// Crawl-delay it asks of us. It blocks while the file is fetched and returns an
// error only when ctx ended.
func (c *RobotsCache) Get(ctx context.Context, u *url.URL) (*Robots, error) {
	e := c.entry(u.Scheme + "://" + u.Host)
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if e.robots != nil {
		return e.robots, nil
	}
	r, err := c.fetcher.Robots(ctx, u)
	if err != nil {
		return nil, err
	}
	delay, _ := r.CrawlDelay(Product)
	c.fetcher.config.Limits.SetCrawlDelay(u.Host, delay)
	e.robots = r
	return r, nil
}

// Allowed reports whether we ourselves may fetch the canonical URL u. It blocks
// and fails as Get does.
func (c *RobotsCache) Allowed(ctx context.Context, u *url.URL) (Decision, error) {
	r, err := c.Get(ctx, u)
	if err != nil {
		return Decision{}, err
	}
	return r.Query(Product, u), nil
}

func (c *RobotsCache) entry(origin string) *robotsEntry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.origins[origin]
	if e == nil {
		if len(c.origins) >= maxRobotsCached {
			for other := range c.origins {
				delete(c.origins, other)
				break
			}
		}
		e = &robotsEntry{turn: make(chan struct{}, 1)}
		c.origins[origin] = e
	}
	return e
}
