package check

import (
	"fmt"
	"slices"
	"strings"

	"atalaya/shared"
)

var aiAccess = []Check{
	{
		ID: "ai-search-bot-blocked", Category: shared.CategoryAIAccess, Severity: shared.SeverityError,
		Source: "OpenAI, Anthropic, Perplexity and Google: documentation of their crawlers",
		Site:   &SiteRule{robotsAnswered, aiSearchBlocked},
	},
	{
		ID: "ai-user-fetch-blocked", Category: shared.CategoryAIAccess, Severity: shared.SeverityWarning,
		Source: "OpenAI, Anthropic, Perplexity and Google: documentation of their crawlers",
		Site:   &SiteRule{robotsAnswered, aiUserBlocked},
	},
	{
		ID: "ai-training-policy", Category: shared.CategoryAIAccess, Severity: shared.SeverityInfo,
		Source: "robots.txt of the site", Site: &SiteRule{robotsAnswered, aiTrainingPolicy},
	},
	{
		ID: "ai-meta-optout", Category: shared.CategoryAIAccess, Severity: shared.SeverityWarning,
		Source: "W3C TDM Reservation Protocol; the agents' own documents", Page: &PageRule{indexable, aiMetaOptOut},
	},
	{
		ID: "content-signal-restrictive", Category: shared.CategoryAIAccess, Severity: shared.SeverityWarning,
		Source: "contentsignals.org", Site: &SiteRule{hasSignals, contentSignalRestrictive},
	},
	{
		ID: "content-needs-js", Category: shared.CategoryAIAccess, Severity: shared.SeverityError,
		Source: "OpenAI, Anthropic: their fetchers do not run scripts",
		Page:   &PageRule{indexable, contentNeedsJS},
	},
	loginWallRule,
	hiddenTextRule,
	llmsRule,
	markdownRule,
	agentsRefusedRule,
	{
		ID: "crawl-delay-high", Category: shared.CategoryAIAccess, Severity: shared.SeverityNotice,
		Source: "the crawlers' own documents; RFC 9309 section 2.2.4", Site: &SiteRule{robotsFound, crawlDelayHigh},
	},
}

// maxRobotsSample bounds how many pages each agent is asked about: rules and
// pages both come from the site.
const maxRobotsSample = 500

// blockedAgent is an agent that may not read the site.
type blockedAgent struct {
	Agent
	by Decision
	// pages of sample are blocked; both are 0 when the home page is.
	pages, sample int
}

// blocked lists the agents of a tier, in the order of the table, that may fetch
// neither the home page nor at least half of the pages seen.
func (s *site) blocked(tier Tier) (blocked []blockedAgent, total int) {
	var sample []string
	for _, f := range s.listed {
		if len(sample) < maxRobotsSample && bareHost(f.final()) == bareHost(s.Home) {
			sample = append(sample, f.final())
		}
	}
	for _, a := range Agents {
		if a.Tier != tier {
			continue
		}
		total++
		if d := s.query(a.Token, s.Home); !d.Allowed {
			blocked = append(blocked, blockedAgent{Agent: a, by: d})
			continue
		}
		if d, n := s.blockedPages(a, sample); n > 0 && 2*n >= len(sample) {
			blocked = append(blocked, blockedAgent{a, d, n, len(sample)})
		}
	}
	return blocked, total
}

// blockedPages counts the pages an agent may not fetch; the decision is that of
// the first of them.
func (s *site) blockedPages(a Agent, pages []string) (first Decision, n int) {
	for _, u := range pages {
		if s.stopped() {
			break
		}
		if d := s.query(a.Token, u); !d.Allowed {
			if n == 0 {
				first = d
			}
			n++
		}
	}
	return first, n
}

func (b blockedAgent) fault() Fault {
	ev := []shared.Evidence{fact("agent", b.Token), fact("vendor", b.Vendor)}
	if b.sample > 0 {
		ev = append(ev, fact("blocked-pages", fmt.Sprintf("%d / %d", b.pages, b.sample)))
	}
	return Fault{Evidence: append(ev, b.by.evidence()...)}
}

// aiSearchBlocked grades by what is lost: 0 when no answer engine may read the
// site, 1 when one of the main three may not, 2 when only others may not.
func aiSearchBlocked(s *site) (int, []Fault) {
	blocked, total := s.blocked(TierSearch)
	mark := fullMarks
	var faults []Fault
	for _, b := range blocked {
		faults = append(faults, b.fault())
		mark = min(mark, 2)
		if b.Main {
			mark = 1
		}
	}
	if len(blocked) == total {
		mark = 0
	}
	return mark, faults
}

func aiUserBlocked(s *site) (int, []Fault) {
	blocked, total := s.blocked(TierUser)
	var faults []Fault
	for _, b := range blocked {
		faults = append(faults, b.fault())
	}
	switch n := len(blocked); {
	case n == 0:
		return fullMarks, nil
	case n == total:
		return 0, faults
	case 2*n >= total:
		return 1, faults
	}
	return 2, faults
}

// aiTrainingPolicy states which agents may train on the site. It never fails: both
// answers are the owner's right.
func aiTrainingPolicy(s *site) (int, []Fault) {
	var ev []shared.Evidence
	var allowed []string
	for _, a := range Agents {
		if a.Tier != TierTraining {
			continue
		}
		d := s.query(a.Token, s.Home)
		if d.Allowed {
			allowed = append(allowed, a.Token)
			continue
		}
		name := "blocked"
		if d.Agent == "*" {
			name = "blocked-by-wildcard"
		}
		ev = append(ev, fact(name, fmt.Sprintf("%s (%d: %s)", a.Token, d.Line, cutMarked(d.Rule, 40))))
	}
	if len(allowed) > 0 {
		ev = append([]shared.Evidence{fact("allowed", strings.Join(allowed, ", "))}, ev...)
	}
	return fullMarks, []Fault{{Evidence: append(ev, fact("reviewed", AgentsReviewed))}}
}

// What a page without its scripts must lack, and have, to be called empty.
const (
	fewWords       = 50
	hardlyAny      = 10    // words: a notice that the page is loading
	muchScript     = 2_048 // bytes of inline code
	noscriptNotice = 3     // words: below, it is a tracking pixel
)

// needsJS reports whether the page shows its text only to readers that run
// scripts: hardly any words where they should stand, and a sign that scripts bring
// them. Much code alone is no sign: short pages of plain text carry it too.
func (p *Page) needsJS() bool {
	switch {
	case p.Scripts == 0 || p.VisibleWords >= fewWords:
		return false
	case p.AppRoot != "":
		return p.RootWords < hardlyAny && p.MainWords-p.RootWords < hardlyAny
	case p.MainWords >= hardlyAny || p.hasHeading():
		return false
	}
	return p.NoscriptWords >= noscriptNotice || p.ScriptBytes >= muchScript && p.MainWords == 0
}

// hasHeading reports whether a heading has text.
func (p *Page) hasHeading() bool {
	return slices.ContainsFunc(p.Headings, func(h Heading) bool { return h.Text != "" })
}

func contentNeedsJS(p *Page) *Fault {
	if !p.needsJS() {
		return nil
	}
	ev := []shared.Evidence{number("words", p.VisibleWords), number("scripts", p.Scripts)}
	if p.AppRoot != "" {
		ev = append(ev, fact("marker", p.AppRoot))
	}
	if p.NoscriptWords >= noscriptNotice {
		ev = append(ev, number("noscript-words", p.NoscriptWords))
	}
	if p.ScriptBytes > 0 {
		ev = append(ev, number("script-bytes", p.ScriptBytes))
	}
	return &Fault{Evidence: ev}
}

// aiMetaOptOut finds pages that ask AI services to leave them out.
func aiMetaOptOut(p *Page) *Fault {
	var ev []shared.Evidence
	for _, d := range p.Directives {
		if d.isOptOut() {
			ev = append(ev, d.evidence())
		}
	}
	if p.Reserved != "" {
		ev = append(ev, fact("directive", p.Reserved+" tdm-reservation: 1"))
	}
	if ev == nil {
		return nil
	}
	return &Fault{Evidence: ev}
}

// isOptOut reports whether a directive is about AI, or speaks to one of its agents alone.
func (d Directive) isOptOut() bool {
	if d.Value == "noai" || d.Value == "noimageai" {
		return true
	}
	agent, known := agentNamed(d.Agent)
	return known && agent.isAI() && (d.Value == "noindex" || d.Value == "none" || d.forbidsSnippets())
}
