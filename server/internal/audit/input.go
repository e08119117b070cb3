package audit

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
)

// This file holds all that is copied from package crawl to package check, which do
// not know each other.

// asked is what was to be fetched, and the place it has in the site.
type asked struct {
	crawl.Item
	home bool
	// alias is true for a redirect: what it led to is analysed under its own URL.
	alias bool
	// stopped ends the reading of the page; nil for never.
	stopped func() bool
}

// pageInput copies an answer for the checks of a page. The checks know URLs by their
// normal form; wires gets the spelling of those that the page spells otherwise.
func pageInput(a asked, res *crawl.Result, wires map[string]string, now time.Time) check.Input {
	page := ""
	if res.Base != nil {
		page = res.FinalURL.String()
	}
	in := check.Input{
		URL: a.URL, Home: a.home, Depth: a.Depth, Referrer: a.Referrer, Alias: a.alias,
		Status: res.Status, Failure: failureClass(res.Failure), FailureDetail: failureDetail(res.Failure),
		Answer: string(res.Answer()), Attempts: res.Attempts, TTFB: res.TTFB, FetchedAt: now,
		Header: res.Header, ContentType: res.ContentType, DeclaredType: res.Declared,
		Body: res.Body, Truncated: res.Truncated, Stopped: a.stopped,
		Resolve: func(base *url.URL, ref, encoding string) (*url.URL, error) {
			if base != nil && res.Base != nil && base.String() == page {
				base = res.Base
			}
			wire, err := crawl.Resolve(base, ref, encoding)
			if errors.Is(err, crawl.ErrTooLong) {
				err = fmt.Errorf("%w: %w", check.ErrTooLong, err)
			}
			if err != nil {
				return nil, err
			}
			u := crawl.Normal(wire)
			if s, key := wire.String(), u.String(); s != key && wires[key] == "" {
				wires[key] = s
			}
			return u, nil
		},
	}
	if final := res.FinalURL; final != nil && final.String() != a.URL {
		in.FinalURL = final.String()
	}
	in.Hops = hopsOf(res)
	in.CertificateFrom, in.CertificateTo = res.TLSIssued, res.TLSExpires
	return in
}

func hopsOf(res *crawl.Result) (hops []check.Hop) {
	for _, h := range res.Hops {
		hops = append(hops, check.Hop(h))
	}
	return hops
}

// startOf copies what asking for the start page led to.
func startOf(res *crawl.Result) *check.Start {
	return &check.Start{Probe: *probeOf(res), Hops: hopsOf(res), MediaType: res.ContentType}
}

// outside is what the links stage leaves: how the targets of links to other sites
// answered.
type outside struct {
	links []check.ExternalLink
	// unasked are the targets that were not asked: beyond the budget, or out of time.
	unasked []check.ExternalLink
	// done is false when the stage did not run to its end.
	done bool
	// resources are how what pages load answered; resourcesDone is false when some of it
	// was not asked for.
	resources     []check.ExternalLink
	resourcesDone bool
	// heard is whether anything outside answered.
	heard hearing
	// withheld is what pages load that robots.txt keeps us off.
	withheld []check.ExternalLink
}

// noteUnasked keeps those of all links that have no answer.
func (o *outside) noteUnasked(all []check.ExternalLink) {
	asked := make(map[string]bool, len(o.links))
	for _, l := range o.links {
		asked[l.URL] = true
	}
	for _, l := range all {
		if !asked[l.URL] {
			o.unasked = append(o.unasked, l)
		}
	}
}

// siteInput copies what is known of a site for the checks of the whole site.
// complete says that no page of it was left out.
func siteInput(s *site, b *book, o outside, complete bool) check.SiteInput {
	pages := b.facts
	for i := range pages {
		pages[i].Linked = s.frontier.Linked(pages[i].URL)
	}
	in := check.SiteInput{
		Pages: pages, External: o.links, ExternalDone: o.done, Complete: complete, Probes: s.probes,
		Start: s.start, Resources: o.resources, ResourcesDone: o.resourcesDone, Withheld: o.withheld,
		Fragments: sortedLinks(b.fragments.targets), FragmentsDone: !b.fragments.incomplete,
	}
	if s.home != nil {
		in.Home = s.home.String()
	}
	if s.robots != nil {
		in.Robots = robotsFacts(s.robots)
	}
	for u := range s.frontier.Unvisited() {
		if u.Reason == crawl.ReasonRobots {
			in.Forbidden = append(in.Forbidden, check.ForbiddenURL{URL: u.URL, Referrer: u.Referrer})
		}
	}
	in.Sitemap.Unread, in.Sitemap.ReadAt = !s.sitemapsRead, time.Now()
	for _, f := range s.sitemaps.Files {
		in.Sitemap.Files = append(in.Sitemap.Files, check.SitemapFile{
			URL: f.URL, Status: f.Status, Failure: failureClass(f.Failure),
		})
	}
	for _, e := range s.sitemaps.Entries {
		in.Sitemap.URLs = append(in.Sitemap.URLs, e.URL.String())
		if e.LastMod != "" {
			in.Sitemap.Dates = append(in.Sitemap.Dates, check.SitemapDate{URL: e.URL.String(), Text: e.LastMod})
		}
	}
	for _, p := range s.sitemaps.Problems {
		in.Sitemap.Problems = append(in.Sitemap.Problems, check.Problem{
			File: p.File, Line: p.Line, Kind: sitemapProblem(p.Kind), Text: p.Text,
		})
	}
	return in
}

func robotsFacts(robots *crawl.Robots) check.RobotsFacts {
	f := check.RobotsFacts{
		URL: robots.URL, State: robotsState(robots.State), Status: robots.Status,
		Failure: failureClass(robots.Failure), TTFB: robots.TTFB, Rules: rules{robots},
	}
	for _, p := range robots.Problems {
		f.Problems = append(f.Problems, check.Problem{
			File: robots.URL, Line: p.Line, Kind: string(p.Kind), Text: p.Text,
		})
	}
	for _, line := range robots.Signals {
		f.Signals = append(f.Signals, check.Signal(line))
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

func (r rules) CrawlDelay(agent string) (time.Duration, int) { return r.robots.CrawlDelay(agent) }

// failureClass gives the checks' word for the class of a failure, and "" for none.
func failureClass(f *crawl.Failure) string {
	if f == nil {
		return ""
	}
	switch f.Class {
	case crawl.FailDNS:
		return check.FailDNS
	case crawl.FailRefused:
		return check.FailRefused
	case crawl.FailTimeout:
		return check.FailTimeout
	case crawl.FailTLS:
		return check.FailTLS
	case crawl.FailTLSName:
		return check.FailTLSName
	case crawl.FailTLSDate:
		return check.FailTLSDate
	case crawl.FailTLSChain:
		return check.FailTLSChain
	case crawl.FailBlocked:
		return check.FailBlocked
	case crawl.FailReset:
		return check.FailReset
	case crawl.FailRedirects:
		return check.FailRedirects
	case crawl.FailLoop:
		return check.FailLoop
	case crawl.FailRedirect:
		return check.FailRedirect
	case crawl.FailEncoding:
		return check.FailEncoding
	case crawl.FailOther:
	}
	return check.FailOther
}

// failureDetail is what the site says beside the class of a failure.
func failureDetail(f *crawl.Failure) string {
	if f == nil {
		return ""
	}
	return f.Detail
}

// robotsState gives the checks' word for what asking for robots.txt led to.
func robotsState(s crawl.RobotsState) string {
	switch s {
	case crawl.RobotsFound:
		return check.StateFound
	case crawl.RobotsAbsent:
		return check.StateAbsent
	case crawl.RobotsUnreachable:
	}
	return check.StateUnreachable // nothing may be fetched while the state is in doubt
}

// sitemapProblem gives the checks' word for a fault of a sitemap. Two kinds are
// treated apart by the checks; the others are only shown.
func sitemapProblem(k crawl.SitemapProblemKind) string {
	switch k {
	case crawl.SitemapNotSitemap:
		return check.ProblemNotSitemap
	case crawl.SitemapCap:
		return check.ProblemCap
	}
	return string(k)
}
