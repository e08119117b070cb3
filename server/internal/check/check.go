package check

import (
	"cmp"
	"slices"

	"atalaya/shared"
)

// Check is one question to a page or to the site. Exactly one of Page and Site
// is set.
type Check struct {
	// ID is stable: it is stored, and texts are found by it.
	ID       string
	Category shared.Category
	// Severity is that of a finding, unless the finding says otherwise. A check
	// of severity info states facts: it has findings but never fails.
	Severity shared.Severity
	// Source says where the rule comes from. Reports will show it.
	Source string

	Page *PageRule
	Site *SiteRule

	// Step is set for checks that are the steps of one scale.
	Step Step
}

// Step makes a page check a part of an item of the score, which several checks share: were
// each scored alone, a page that gains the first and lacks the second would lose by it.
type Step struct {
	// Item is the id of the check whose severity the item has. It is empty for a check that
	// is scored alone.
	Item string
	// Percent is what a page that fails the check still earns of the item.
	Percent int
}

// PageRule answers a check for one page.
type PageRule struct {
	// Applies gives the reason why the check does not apply, or "".
	Applies func(*Page) Reason
	// Run gives the fault, or nil when the page passes. It is asked only when
	// the check applies.
	Run func(*Page) *Fault
}

// SiteRule answers a check for the whole site.
type SiteRule struct {
	Applies func(*site) Reason
	// Run gives the grade in quarters, 0 to 4, and the faults, the gravest
	// first. A grade below 4 is a failure.
	Run func(*site) (grade int, faults []Fault)
}

// Fault is what a rule found.
type Fault struct {
	// Severity replaces the check's own when set.
	Severity shared.Severity
	Evidence []shared.Evidence
}

// Reason is a stable code that says why a check does not apply; the words are
// in package shared/text.
type Reason string

// The reasons.
const (
	applies Reason = ""

	NoAnswer       Reason = "no-answer"       // the request got no answer
	NotOK          Reason = "not-ok"          // the status is not 200
	NotHTML        Reason = "not-html"        // the content is not HTML
	IsAlias        Reason = "alias"           // analysed under its final URL
	RateLimited    Reason = "rate-limited"    // 429: the site slowed us down
	AddressBlocked Reason = "address-blocked" // we refuse to connect to private addresses
	Noindex        Reason = "noindex"         // the page is kept out of search on purpose
	Canonicalised  Reason = "canonicalised"   // another URL is the canonical one
	SentOn         Reason = "sent-on"         // the page sends its readers on to another one
	NoRedirect     Reason = "no-redirect"
	NoTitle        Reason = "no-title"
	NoDescription  Reason = "no-description"
	NoCanonical    Reason = "no-canonical"
	NoLinks        Reason = "no-links"
	Listing        Reason = "listing"  // the page mainly consists of links
	NeedsJS        Reason = "needs-js" // the text only appears with JavaScript

	NoImages        Reason = "no-images"
	NoControls      Reason = "no-controls" // no form to fill in
	NoHeadings      Reason = "no-headings"
	NoViewport      Reason = "no-viewport"
	NoFrames        Reason = "no-frames"
	NoTables        Reason = "no-tables" // or none that is there for data beyond doubt
	NoHTTPS         Reason = "no-https"
	LocalSite       Reason = "local-site"       // not for the public
	NotLinked       Reason = "not-linked"       // known from a sitemap alone
	NoSignals       Reason = "no-signals"       // no Content-Signal in robots.txt
	NoNoindex       Reason = "no-noindex"       // no page asks search engines to leave it out
	NoHreflang      Reason = "no-hreflang"      // no page names versions in other languages
	PartRead        Reason = "part-read"        // the page was not read to its end
	NotArticle      Reason = "not-article"      // too short, or not mainly paragraphs under one heading
	TooLittleText   Reason = "too-little-text"  // for shares of words
	LanguageUnknown Reason = "language-unknown" // not said, or not one whose words are known
	NoDate          Reason = "no-date"          // the page has no date of its own
	NoJSONLD        Reason = "no-jsonld"        // no block of JSON-LD, or none that can be read
	NoKnownType     Reason = "no-known-type"    // JSON-LD of no type whose properties are known
	NoHeadline      Reason = "no-headline"      // or none long enough to be looked for in the text

	RobotsUnknown      Reason = "robots-unknown"     // robots.txt was not asked for
	RobotsAbsent       Reason = "robots-absent"      // there is no robots.txt
	RobotsUnreachable  Reason = "robots-unreachable" // robots.txt gave no usable answer
	SitemapAbsent      Reason = "sitemap-absent"
	NoLastMod          Reason = "no-lastmod"          // no entry of a sitemap has a date
	Incomplete         Reason = "incomplete"          // the audit did not see the whole site
	TooFewPages        Reason = "too-few-pages"       // nothing to compare
	NoExternal         Reason = "no-external-links"   // or none gave a clear answer
	LinksUnchecked     Reason = "links-unchecked"     // external links were not fetched
	NoResources        Reason = "no-resources"        // or none gave a clear answer
	ResourcesUnchecked Reason = "resources-unchecked" // what pages load was not all asked for
	NoFragments        Reason = "no-fragments"        // no link to a place of a page that was read
	LLMsAbsent         Reason = "llms-txt-absent"     // nobody needs to have one
	NotAsked           Reason = "not-asked"           // the request that it needs was not made
)

// Reasons lists every reason; an [Outcome] holds an index into it.
var Reasons = [...]Reason{
	NoAnswer, NotOK, NotHTML, IsAlias, RateLimited, AddressBlocked, Noindex, Canonicalised, NoRedirect, NoTitle,
	NoDescription, NoCanonical, NoLinks, Listing, NeedsJS, RobotsUnknown, RobotsAbsent, RobotsUnreachable,
	SitemapAbsent, Incomplete, TooFewPages, NoExternal, LinksUnchecked,
	NoImages, NoControls, NoHeadings, NoViewport, NoFrames, NoTables, NoHTTPS, LocalSite, NoHreflang,
	NotLinked, NoSignals, NoNoindex, NoLastMod,
	PartRead, NotArticle, TooLittleText, LanguageUnknown, NoDate, NoJSONLD, NoKnownType, NoHeadline,
	NotAsked, LLMsAbsent, NoResources, ResourcesUnchecked, NoFragments,
	SentOn,
}

// Outcome is the result of one page check: pass, fail or the reason why it does
// not apply. The zero value is a pass.
type Outcome uint8

const (
	passed Outcome = iota
	failed
	notApplicable // + index in Reasons
)

func notApplicableFor(r Reason) Outcome {
	return notApplicable + Outcome(slices.Index(Reasons[:], r))
}

// Result is the outcome without its reason.
func (o Outcome) Result() shared.Outcome {
	switch o {
	case passed:
		return shared.OutcomePass
	case failed:
		return shared.OutcomeFail
	}
	return shared.OutcomeNotApplicable
}

// Reason says why the check does not apply; it is empty when it does.
func (o Outcome) Reason() Reason {
	if i := int(o) - int(notApplicable); 0 <= i && i < len(Reasons) {
		return Reasons[i]
	}
	return applies
}

// Conditions that several checks share.

// answered applies when there is an answer to judge.
func answered(p *Page) Reason {
	switch {
	case p.Failure == FailBlocked:
		return AddressBlocked
	case p.Status == 0 || p.Failure != "":
		return NoAnswer
	}
	return applies
}

// isHTML applies to pages that were read.
func isHTML(p *Page) Reason {
	switch {
	case p.HTML:
		return applies
	case p.Alias:
		return IsAlias
	case p.Status != 200 || p.Failure != "":
		return cmp.Or(answered(p), NotOK)
	}
	return NotHTML
}

// unless is a condition that applies where base does, but for pages of which lacking is
// true: to those it does not for the reason given.
func unless(lacking func(*Page) bool, why Reason, base func(*Page) Reason) func(*Page) Reason {
	return func(p *Page) Reason {
		if r := base(p); r != applies {
			return r
		}
		if lacking(p) {
			return why
		}
		return applies
	}
}

// isSeen applies to pages that somebody sees: not to those that send everybody on at once,
// which search engines take for permanent redirects.
var isSeen = unless(func(p *Page) bool { return p.Refresh != nil && p.Refresh.Seconds == 0 }, SentOn, isHTML)

// indexable applies to pages that search engines may list.
var indexable = unless(func(p *Page) bool { return p.Noindex }, Noindex, isSeen)
