package check

import (
	"slices"
	"strings"

	"atalaya/shared"
)

// Probes are the answers to requests that were made for checks alone: no page leads
// there. Of what was not asked for, nothing is known.
type Probes struct {
	// Insecure is the start page by http; nil when it was not asked for.
	Insecure *Probe
	// LLMs is /llms.txt; nil when it was not asked for.
	LLMs *LLMs
	// Icon is /favicon.ico; nil when it was not asked for, or something else came.
	Icon *Probe
	// Markdown is the start page as Markdown; nil when it was not asked for so.
	Markdown *Twin
	// Missing are addresses that no page has.
	Missing []Missing
	// Canonicals are what canonical URLs of the site answered that no page links to.
	Canonicals []Facts
	// Agents are the start page in the name of AI agents. Control is it in our own, asked
	// for afterwards; nil when nothing was to be compared.
	Agents  []AgentProbe
	Control *AgentProbe
}

// Probe is what one such request led to.
type Probe struct {
	URL string
	// FinalURL is where redirects led, followed or not; empty when nowhere else.
	FinalURL string
	// Status is 0 when no answer came. Failure is then the class of error, and Detail what
	// the site, or its certificate, says beside it.
	Status          int
	Failure, Detail string
}

// reached reports whether the probe ended at a page that browsers show.
func (p *Probe) reached() bool { return p.Failure == "" && p.Status/100 == 2 }

// answeredProbe applies when a probe was made and the site said anything to it.
func answeredProbe(p *Probe) Reason {
	switch {
	case p == nil:
		return NotAsked
	case p.Failure != "":
		return NoAnswer
	}
	return applies
}

// evidence is the probe and what came of it.
func (p *Probe) evidence() []shared.Evidence {
	ev := []shared.Evidence{fact("url", p.URL)}
	if p.FinalURL != "" {
		ev = append(ev, fact("final-url", p.FinalURL))
	}
	if p.Failure != "" {
		return append(ev, failureEvidence(p.Failure, p.Detail)...)
	}
	return append(ev, number("status", p.Status))
}

// insecureAnswered applies to sites of https whose addresses of http answered.
func insecureAnswered(s *site) Reason {
	if !isHTTPS(s.Home) {
		return NoHTTPS
	}
	return answeredProbe(s.Probes.Insecure)
}

// httpNoRedirect finds sites that show their start page to readers who came by http.
func httpNoRedirect(s *site) (int, []Fault) {
	p := s.Probes.Insecure
	if !p.reached() || !strings.HasPrefix(p.final(), "http://") {
		return fullMarks, nil
	}
	return 0, []Fault{{Evidence: p.evidence()}}
}

// final is the URL that the answer belongs to.
func (p *Probe) final() string {
	if p.FinalURL != "" {
		return p.FinalURL
	}
	return p.URL
}

// namesIcon reports whether a page names an icon.
func namesIcon(s *site) bool {
	return slices.ContainsFunc(s.Pages, func(f Facts) bool { return f.Icon })
}

// iconKnown applies when a page names an icon, or the site was asked for the one that browsers
// look for.
func iconKnown(s *site) Reason {
	if namesIcon(s) {
		return applies
	}
	return answeredProbe(s.Probes.Icon)
}

// faviconMissing finds sites without a picture for tabs, bookmarks and results.
func faviconMissing(s *site) (int, []Fault) {
	if namesIcon(s) || s.Probes.Icon.reached() {
		return fullMarks, nil
	}
	return 0, []Fault{{Evidence: s.Probes.Icon.evidence()}}
}
