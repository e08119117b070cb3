package audit

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// visit is one fetched URL: what users see of it, what its checks said, and
// where it leads. It is final once made.
type visit struct {
	page     shared.Page
	findings []shared.Finding
	facts    check.Facts
	// links are the URLs of the site it leads to, in order of appearance: the
	// target of its redirect, or those of its links.
	links []string
	// texts are those of its links; nil for a redirect.
	texts []string
	// wires are the spellings of those links and outward ones whose page spelt them
	// otherwise; usually nil.
	wires map[string]string
	// outward are its links to other sites.
	outward []outward
	// loads is what it loads, with the markup that says so in the place of a text.
	loads []outward
	// fragments are the places within pages of the site that its links lead to: the address
	// of the page, empty for its own, with # and the fragment.
	fragments []outward
	// stored is the state of a visit of an earlier attempt, in place of its links: most of
	// those are the same on every page, and packed they take a tenth. See withLinks.
	stored []byte

	tally  tally // of this page alone
	needJS bool
	// broken is the check that says so when a visitor would meet an error of the server, or
	// no answer.
	broken string
	// cut says that a bound of ours left out a part of the page, and with it
	// perhaps links.
	cut bool
	// busy says that the site asked for a pause instead of answering. Such a visit is
	// not kept.
	busy bool
	// halfRead says that the reading of the page was stopped. Such a visit is not kept
	// either.
	halfRead bool
}

// outward is a link to another site.
type outward = work.TextLink

// newVisit reads an answer. It is parsed once, for all checks of a page.
func newVisit(a asked, res *crawl.Result, scope crawl.Scope, now time.Time) *visit {
	wires := map[string]string{}
	p := check.Parse(pageInput(a, res, wires, now))
	checked := check.RunPage(p)
	v := &visit{
		findings: checked.Findings, facts: checked.Facts, page: publicPage(a, res, p, now),
		cut: p.Cut != "", busy: isBusy(res), halfRead: p.Cut == check.CutStop,
	}
	for _, f := range v.findings {
		v.page.Findings.Add(f.Severity, 1)
	}
	if len(wires) > 0 {
		v.wires = wires
	}
	v.sortLinks(p, res, scope)
	v.keepFragments(p)
	for _, l := range p.Resources {
		v.loads = append(v.loads, outward{URL: cmp.Or(wires[l.URL], l.URL), Text: l.Markup})
	}
	v.derive()
	return v
}

// isBusy reports whether an answer asks for a pause.
func isBusy(res *crawl.Result) bool {
	return res.Failure == nil && (res.Status == http.StatusTooManyRequests ||
		res.Status == http.StatusServiceUnavailable && res.RetryAfter > 0)
}

// publicPage is what users see of a page. A redirect shows its own status, not that of the
// page it led to, which has its own line.
func publicPage(a asked, res *crawl.Result, p *check.Page, now time.Time) shared.Page {
	v := shared.Page{
		URL: a.URL, Depth: a.Depth, Referrer: a.Referrer,
		Status: res.Status, Failure: failureClass(res.Failure),
		MS: int(res.TTFB.Milliseconds()), Bytes: len(res.Body),
		ContentType: storable(res.ContentType, shared.MaxMessage), FinalURL: p.FinalURL,
		Title: storable(p.Title, shared.MaxMessage), Words: p.MainWords,
		Analysed: p.Analysed(), FetchedAt: shared.At(now),
		Redirects: redirectsOf(res), Headers: shownHeaders(a, res),
	}
	if f := res.Failure; f != nil {
		if f.Class != crawl.FailEncoding { // then a whole answer came
			v.Status = 0
		}
		return v
	}
	if len(res.Hops) > 0 && a.alias {
		v.Status, v.Bytes = res.Hops[0].Status, 0
	}
	if res.Next != nil {
		v.FinalURL = res.Next.String()
	}
	return v
}

// sortLinks sorts the page's links into those of the site and others.
func (v *visit) sortLinks(p *check.Page, res *crawl.Result, scope crawl.Scope) {
	switch {
	case res.Next != nil && scope.Contains(res.Next):
		v.links = []string{res.Next.String()}
		v.spell(res.Next, res.NextWire)
		return
	case res.Next != nil: // whoever follows the link ends up at the other site
		v.outward = []outward{{URL: cmp.Or(res.NextWire, res.Next).String()}}
		return
	case ledNowhere(res.Failure):
		return
	case p.Alias && p.FinalURL != "":
		v.links = []string{p.FinalURL}
		v.spell(res.FinalURL, res.Base)
		return
	}
	for _, l := range p.Links {
		switch {
		case len(l.URL) > crawl.MaxURLLength: // its normal form has more escapes than were written
		case scope.ContainsAddress(l.URL):
			v.links, v.texts = append(v.links, l.URL), append(v.texts, storable(l.Text, maxLinkText))
		default:
			v.outward = append(v.outward, outward{URL: cmp.Or(v.wires[l.URL], l.URL), Text: storable(l.Text, maxLinkText)})
		}
	}
}

// keepFragments keeps the links to places within pages of the site.
func (v *visit) keepFragments(p *check.Page) {
	if len(p.Fragments) == 0 {
		return
	}
	own := make(map[string]bool, len(v.links)+1)
	own[""] = true
	for _, l := range v.links {
		own[l] = true
	}
	for _, f := range p.Fragments {
		if own[f.URL] {
			v.fragments = append(v.fragments, outward{URL: f.URL + "#" + f.ID, Text: storable(f.Text, maxLinkText)})
		}
	}
}

// spell keeps how a redirect spelt its target.
func (v *visit) spell(target, wire *url.URL) {
	if wire != nil && wire.String() != target.String() {
		v.wires = map[string]string{target.String(): wire.String()}
	}
}

// ledNowhere reports whether redirects ended without a page, in a circle too: where we
// gave up following them is no page of the site, and the link has its one finding.
func ledNowhere(f *crawl.Failure) bool {
	if f == nil {
		return false
	}
	return f.Class == crawl.FailLoop || f.Class == crawl.FailRedirects || f.Class == crawl.FailRedirect
}

// maxLinkText is how much of a link's text is kept, in characters.
const maxLinkText = 100

// derive fills in what follows from the facts.
func (v *visit) derive() {
	v.tally = make(tally, len(check.PageChecks()))
	weight := pageWeight(v.facts.Depth)
	grades := map[string]stepGrade{}
	for i, c := range check.PageChecks() {
		outcome := v.facts.Outcomes[i].Result()
		if outcome == shared.OutcomeNotApplicable {
			continue
		}
		grade := int64(unit)
		if outcome == shared.OutcomeFail {
			grade = int64(c.Step.Percent) * unit / 100
		}
		if c.Step.Item == "" {
			v.tally.add(c.ID, weight, grade)
			continue
		}
		v.tally.line(c.ID).count(grade < unit)
		if g, known := grades[c.Step.Item]; !known || grade < g.grade {
			grades[c.Step.Item] = stepGrade{c.ID, grade}
		}
	}
	for _, g := range grades {
		v.tally.line(g.check).score(weight, g.grade)
	}
	v.needJS = v.failed(checkNeedsJS)
	v.broken = v.brokenBy()
}

// brokenBy is the check that says why a visitor could not open the URL; empty when one could.
func (v *visit) brokenBy() string {
	switch {
	case v.failed(checkHTTP5xx):
		return checkHTTP5xx
	case v.failed(checkTimeout):
		return checkTimeout
	case v.failed(checkFetchFailed) && stopsVisitor(v.page.Failure):
		return checkFetchFailed
	}
	return ""
}

// stepGrade is what a page earns of an item, by the check that decides it: the one that
// leaves it the least.
type stepGrade struct {
	check string
	grade int64
}

// stopsVisitor reports whether a browser would show its own page of error. What is odd
// about an answer that came, such as a coding that we do not know, may not stop it.
func stopsVisitor(failure string) bool {
	switch failure {
	case check.FailEncoding, check.FailRedirect, check.FailOther:
		return false
	}
	return failure != ""
}

// checkUnreachable is the one check of a site without a start page.
const checkUnreachable = "site-unreachable"

// failed reports whether a page check failed.
func (v *visit) failed(id string) bool {
	l := v.tally[id]
	return l != nil && l.Failed > 0
}
