package audit

import (
	"context"
	"slices"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
)

const (
	// maxResources is how many of the addresses that pages load are asked for, those of
	// most pages first.
	maxResources = 1_000
	// resourceTime bounds how long they are asked for.
	resourceTime = 3 * time.Minute
)

// checkResources asks for what pages and their style sheets load as for links to other
// sites, each address once: what was asked for already is not asked for again, and within
// the site robots.txt is asked first.
func (r *run) checkResources(ctx context.Context, s *site, b *book, o *outside) error {
	r.say(work.Say("checking-resources", len(b.loads.targets)))
	sheets, err := r.readSheets(ctx, s, &b.loads)
	if err != nil {
		return err
	}
	all := sortedLinks(b.loads.targets)
	limited, done := context.WithTimeout(ctx, resourceTime)
	defer done()
	known, unknown := splitKnown(all, b.facts, slices.Concat(o.links, sheets))
	o.resources = known
	var toAsk []check.ExternalLink
	toAsk, o.withheld = r.splitAllowed(limited, s, unknown[:min(len(unknown), maxResources)])
	asked := 0
	var fault error
	for a := range r.askHosts(limited, groupByHost(toAsk)) {
		if a.err != nil {
			if limited.Err() == nil {
				fault = a.err
				done()
			}
			continue
		}
		asked++
		if !s.owns(a.link) {
			o.heard.note(a)
		}
		o.resources = append(o.resources, a.link)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	o.resourcesDone = limited.Err() == nil && asked == len(toAsk) && len(unknown) <= maxResources && !b.loads.incomplete
	if o.heard.isNothing() {
		o.done, o.resourcesDone = false, false
		o.resources = slices.DeleteFunc(o.resources, func(l check.ExternalLink) bool { return l.Status == 0 && !s.owns(l) })
	}
	return fault
}

// owns reports whether an address is within the site.
func (s *site) owns(l check.ExternalLink) bool {
	u, err := crawl.Canonical(nil, l.URL)
	return err == nil && s.scope.Contains(u)
}

// splitKnown answers from pages that were visited and links that were asked for.
func splitKnown(
	all []check.ExternalLink, pages []check.Facts, links []check.ExternalLink,
) (known, unknown []check.ExternalLink) {
	answers := make(map[string]check.ExternalLink, len(pages)+len(links))
	for i := range pages {
		if f := &pages[i]; f.Analysed || f.Status >= 400 && f.Status != 429 {
			answers[f.URL] = check.ExternalLink{Status: f.Status}
		}
	}
	for _, l := range links {
		answers[l.URL] = l
	}
	for _, l := range all {
		a, answered := answers[l.URL]
		if !answered {
			unknown = append(unknown, l)
			continue
		}
		l.Status, l.Failure, l.FailureDetail = a.Status, a.Failure, a.FailureDetail
		known = append(known, l)
	}
	return known, unknown
}

// splitAllowed tells what may be asked for from what robots.txt keeps us off within the site.
// What it says is not known of all when ctx ends.
func (r *run) splitAllowed(
	ctx context.Context, s *site, links []check.ExternalLink,
) (allowed, withheld []check.ExternalLink) {
	for _, l := range links {
		u, err := crawl.Canonical(nil, l.URL)
		if err != nil || ctx.Err() != nil { // many rules and addresses take seconds
			continue
		}
		if !s.scope.Contains(u) {
			allowed = append(allowed, l)
			continue
		}
		switch d, err := r.robots.Allowed(ctx, u); {
		case err != nil:
		case d.Allowed:
			allowed = append(allowed, l)
		default:
			withheld = append(withheld, l)
		}
	}
	return allowed, withheld
}
