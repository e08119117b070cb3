package audit

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/shared"
)

// siteInput is what the site-wide checks look at.
func (r *run) siteInput(complete bool) check.SiteInput {
	in := check.SiteInput{
		Pages: r.book.facts, External: r.external, ExternalDone: r.externalDone, Complete: complete,
	}
	if r.home != nil {
		in.Home = r.home.String()
	}
	if r.homeRobots != nil {
		in.Robots = robotsFacts(r.homeRobots)
	}
	for _, f := range r.sitemaps.Files {
		in.Sitemap.Files = append(in.Sitemap.Files, check.SitemapFile{
			URL: f.URL, Status: f.Status, Failure: class(f.Failure), Count: f.Count,
		})
	}
	for _, e := range r.sitemaps.Entries {
		in.Sitemap.URLs = append(in.Sitemap.URLs, e.URL.String())
	}
	for _, p := range r.sitemaps.Problems {
		in.Sitemap.Problems = append(in.Sitemap.Problems, check.Problem{
			File: p.File, Line: p.Line, Kind: string(p.Kind), Text: p.Text,
		})
	}
	return in
}

func robotsFacts(robots *crawl.Robots) check.RobotsFacts {
	f := check.RobotsFacts{
		URL: robots.URL, State: string(robots.State), Status: robots.Status,
		Failure: class(robots.Failure), TTFB: robots.TTFB, Rules: rules{robots},
	}
	for _, p := range robots.Problems {
		f.Problems = append(f.Problems, check.Problem{File: robots.URL, Line: p.Line, Kind: string(p.Kind), Text: p.Text})
	}
	return f
}

// rules lets the checks ask a robots.txt.
type rules struct{ robots *crawl.Robots }

func (r rules) Query(agent, raw string) check.Decision {
	u, err := url.Parse(raw)
	if err != nil {
		return check.Decision{Allowed: true}
	}
	return check.Decision(r.robots.Query(agent, u))
}

func class(f *crawl.Failure) string {
	if f == nil {
		return ""
	}
	return string(f.Class)
}

// notHTTPS reports whether a public site's home page came without TLS. An
// address, a loopback name and the names reserved for tests and local networks
// (RFC 6761, RFC 6762, RFC 8375) cannot be expected to have it.
func notHTTPS(home *url.URL) bool {
	host := home.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || home.Scheme != "http" || crawl.IsLoopback(home) {
		return false
	}
	labels := strings.Split(host, ".")
	switch labels[len(labels)-1] {
	case "test", "example", "invalid", "local", "internal", "arpa":
		return false
	}
	return len(labels) > 1
}

// unvisited counts the URLs found but not fetched, by reason, in a fixed order.
func (r *run) unvisited() []shared.Unvisited {
	for _, e := range r.sitemaps.Entries {
		if u := e.URL.String(); !r.knows(u) {
			r.frontier.Add(crawl.Item{URL: u, Depth: crawl.NoDepth})
		}
	}
	counts := map[crawl.Reason]int{}
	for _, u := range r.frontier.Unvisited() {
		counts[u.Reason]++
	}
	out := []shared.Unvisited{}
	for _, reason := range [...]crawl.Reason{crawl.ReasonLimit, crawl.ReasonDepth, crawl.ReasonStopped, crawl.ReasonRobots} {
		if n := counts[reason]; n > 0 {
			out = append(out, shared.Unvisited{Reason: string(reason), Count: n})
		}
	}
	return out
}

// overLimit reports whether a limit of ours left URLs unvisited.
func overLimit(left []shared.Unvisited) bool {
	for _, u := range left {
		if u.Reason == string(crawl.ReasonLimit) || u.Reason == string(crawl.ReasonDepth) {
			return true
		}
	}
	return false
}

// summary is the last message of an audit.
func (r *run) summary(reason string, pages int) string {
	text := fmt.Sprintf("%d pages analysed", pages)
	if pages == 1 {
		text = "1 page analysed"
	}
	switch reason {
	case reasonLimit:
		text += fmt.Sprintf("; stopped at the limit of %d URLs", r.limit)
	case reasonTime:
		text += "; stopped at the time limit"
	case reasonCancelled:
		text += "; cancelled"
	case reasonSite:
		text += "; stopped because the site gave no answer any more"
	}
	return text
}
