package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"atalaya/shared"
)

func robotsAsked(s *site) Reason {
	if s.Robots.State == "" {
		return RobotsUnknown
	}
	return applies
}

// robotsAnswered applies when the rules are known, be it that there are none.
func robotsAnswered(s *site) Reason {
	if s.Robots.State == StateUnreachable {
		return RobotsUnreachable
	}
	return robotsAsked(s)
}

func robotsFound(s *site) Reason {
	if s.Robots.State == StateAbsent {
		return RobotsAbsent
	}
	return robotsAnswered(s)
}

func robotsUnreachable(s *site) (int, []Fault) {
	if s.Robots.State != StateUnreachable {
		return fullMarks, nil
	}
	ev := []shared.Evidence{fact("url", s.Robots.URL)}
	if s.Robots.Status != 0 {
		ev = append(ev, number("status", s.Robots.Status))
	}
	if s.Robots.Failure != "" {
		ev = append(ev, fact("failure", s.Robots.Failure))
	}
	if s.Robots.TTFB > 0 {
		ev = append(ev, number("ms", int(s.Robots.TTFB.Milliseconds())))
	}
	return 0, []Fault{{Evidence: ev}}
}

func robotsInvalid(s *site) (int, []Fault) {
	problems := s.Robots.Problems
	if len(problems) == 0 {
		return fullMarks, nil
	}
	ev := append([]shared.Evidence{fact("url", s.Robots.URL)}, problemEvidence(problems)...)
	return 2, []Fault{{Evidence: ev}}
}

// problemEvidence names each problem by its kind, with the line it stands on.
func problemEvidence(problems []Problem) []shared.Evidence {
	var ev []shared.Evidence
	for i, p := range problems {
		if i == maxListed {
			return append(ev, number("more", len(problems)-i))
		}
		v := p.Text
		if p.Line > 0 {
			v = fmt.Sprintf("%d: %s", p.Line, p.Text)
		}
		ev = append(ev, fact(p.Kind, v))
	}
	return ev
}

func robotsBlocksSearch(s *site) (int, []Fault) {
	var faults []Fault
	for _, agent := range [...]string{"Googlebot", "Bingbot"} {
		if d := s.query(agent, s.Home); !d.Allowed {
			faults = append(faults, Fault{Evidence: append([]shared.Evidence{fact("agent", agent)}, d.evidence()...)})
		}
	}
	return fullMarks - 2*len(faults), faults
}

func (s *site) query(agent, url string) Decision {
	if s.Robots.Rules == nil {
		return Decision{Allowed: true}
	}
	return s.Robots.Rules.Query(agent, url)
}

func (d Decision) evidence() []shared.Evidence {
	if d.Line == 0 {
		return nil
	}
	return []shared.Evidence{number("line", d.Line), fact("rule", d.Rule)}
}

// longDelay is a pause that leaves a crawler less than 9,000 pages a day.
const longDelay = 10 * time.Second

// crawlDelayHigh finds the lines that ask search engines for long pauses. Google reads none
// of them.
func crawlDelayHigh(s *site) (int, []Fault) {
	var faults []Fault
	byLine := map[int]int{} // the index of its fault
	_, forAll := s.crawlDelay("*")
	for _, agent := range append([]Agent{{Token: "*"}}, Agents...) {
		d, line := s.crawlDelay(agent.Token)
		if d <= longDelay || agent.Tier != TierSearch || agent.Token == "Googlebot" || line == forAll && agent.Token != "*" {
			continue
		}
		i, known := byLine[line]
		if !known {
			i = len(faults)
			byLine[line] = i
			rule := "Crawl-delay: " + strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
			faults = append(faults, Fault{Evidence: []shared.Evidence{number("line", line), fact("rule", rule)}})
		}
		faults[i].Evidence = append(faults[i].Evidence, fact("agent", agent.Token))
	}
	if faults == nil {
		return fullMarks, nil
	}
	return 2, faults
}

func (s *site) crawlDelay(agent string) (time.Duration, int) {
	if s.Robots.Rules == nil {
		return 0, 0
	}
	return s.Robots.Rules.CrawlDelay(agent)
}

func hasSignals(s *site) Reason {
	if r := robotsFound(s); r != applies {
		return r
	}
	if len(s.Robots.Signals) == 0 {
		return NoSignals
	}
	return applies
}

// contentSignalRestrictive finds lines that keep the content out of search results or
// answers. What they say of training is the owner's free choice.
func contentSignalRestrictive(s *site) (int, []Fault) {
	var faults []Fault
	for _, line := range s.Robots.Signals {
		if !line.isForReaders() || line.Values["search"] != "no" && line.Values["ai-input"] != "no" {
			continue
		}
		ev := []shared.Evidence{number("line", line.Line), fact("rule", line.Text)}
		if len(line.Agents) > 0 {
			ev = append(ev, fact("agent", strings.Join(line.Agents, ", ")))
		}
		faults = append(faults, Fault{Evidence: ev})
	}
	if faults == nil {
		return fullMarks, nil
	}
	return 0, faults
}

// isForReaders reports whether a signal is for others than those who train models.
func (s Signal) isForReaders() bool {
	return len(s.Agents) == 0 || slices.ContainsFunc(s.Agents, func(token string) bool {
		a, known := agentNamed(token)
		return !known || a.Tier != TierTraining
	})
}
