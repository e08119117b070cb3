package check

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"atalaya/shared"
)

// agentsRefusedRule is about what robots.txt does not say: a firewall that keeps out
// agents whom robots.txt lets in.
var agentsRefusedRule = Check{
	ID: "ai-bot-http-blocked", Category: shared.CategoryAIAccess, Severity: shared.SeverityError,
	Source: "OpenAI, Anthropic and Perplexity: documentation of their crawlers",
	Site:   &SiteRule{triedAgents, agentsRefused},
}

// AgentProbe is the start page as it is shown to an agent.
type AgentProbe struct {
	Probe
	// Agent is the product token; empty for ourselves.
	Agent string
	// Challenge is the sign of a page that wants its reader to prove something first; empty
	// for none.
	Challenge string
}

// TriedAgents are the agents in whose name the start page is asked for: the ones whose
// answers most people see.
func TriedAgents() []Agent {
	return slices.DeleteFunc(slices.Clone(Agents), func(a Agent) bool { return !a.Main })
}

// UserAgent is the header that requests in the agent's name have. Firewalls know agents by
// their token; the version and the address beside it change from month to month.
func (a Agent) UserAgent() string {
	return "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; " + a.Token + "/1.0)"
}

// maxChallenge is how much of a page is searched for signs, in bytes.
const maxChallenge = 64 << 10

// challengeSigns are parts of the pages by which firewalls make readers prove that they
// are people, in lower case.
var challengeSigns = []string{
	"cf-chl-", "cdn-cgi/challenge-platform", "attention required! | cloudflare", "<title>just a moment...",
	"_incapsula_resource", "captcha-delivery.com", "px-captcha", "token.awswaf.com", "sucuri_cloudproxy",
	"ddos-guard", "anubis_challenge", "hcaptcha.com/1/api.js", "recaptcha/api.js",
	"verify you are human", "verifica que eres humano", "verifique que es un ser humano", "verifique que usted es humano",
	"bestätigen sie, dass sie ein mensch sind", "vérifiez que vous êtes humain", "confirmez que vous êtes humain",
	"verifique se você é humano", "confirme que é humano", "verifica di essere umano", "conferma di essere umano",
}

// ChallengeOf is the sign of a challenge in an answer; empty when there is none. Pages
// with text have some of them as well: what counts is that only the agent sees it.
func ChallengeOf(header http.Header, body []byte) string {
	if strings.EqualFold(header.Get("Cf-Mitigated"), "challenge") {
		return "cf-mitigated: challenge"
	}
	text := bytes.ToLower(body[:min(len(body), maxChallenge)])
	for _, sign := range challengeSigns {
		if bytes.Contains(text, []byte(sign)) {
			return sign
		}
	}
	return ""
}

// isRefused reports whether an agent was not shown what we are. The control is what we
// were shown at the same time: where that is an error as well, the site has another
// trouble.
func (a *AgentProbe) isRefused(control *AgentProbe) bool {
	return !a.reached() || a.Challenge != "" && a.Challenge != control.Challenge
}

// IsSuspicious reports whether an answer needs a control: it may be that of a refusal.
func (a *AgentProbe) IsSuspicious() bool { return a.isRefused(&AgentProbe{}) }

func triedAgents(s *site) Reason {
	p := &s.Probes
	switch suspicious := slices.ContainsFunc(p.Agents, func(a AgentProbe) bool { return a.IsSuspicious() }); {
	case len(p.Agents) == 0, suspicious && p.Control == nil:
		return NotAsked
	case suspicious && !p.Control.reached():
		return NoAnswer
	}
	return applies
}

func agentsRefused(s *site) (int, []Fault) {
	var faults []Fault
	for _, a := range s.Probes.Agents {
		if !a.IsSuspicious() || !a.isRefused(s.Probes.Control) {
			continue
		}
		ev := append([]shared.Evidence{fact("agent", a.Agent)}, a.evidence()...)
		if a.Challenge != "" {
			ev = append(ev, fact("challenge", a.Challenge))
		}
		faults = append(faults, Fault{Evidence: append(ev, number("status-to-us", s.Probes.Control.Status))})
	}
	switch len(faults) {
	case 0:
		return fullMarks, nil
	case len(s.Probes.Agents):
		return 0, faults
	}
	return 1, faults
}
