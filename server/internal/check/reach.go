package check

import (
	"net/http"

	"atalaya/shared"
)

// unreachableRule is about sites that have no start page: nothing else can be said of
// them.
var unreachableRule = Check{
	ID: "site-unreachable", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
	Source: "RFC 9110 section 15", Site: &SiteRule{startKnown, siteUnreachable},
}

// Start is what asking for the start page led to.
type Start struct {
	Probe
	// Hops are the redirects on the way, MediaType what came at their end.
	Hops      []Hop
	MediaType string
}

// startKnown applies when the start page was asked for, now or by an earlier attempt.
func startKnown(s *site) Reason {
	if s.Start == nil && !s.hasHome() {
		return NotAsked
	}
	return applies
}

// hasHome reports whether the start page was read.
func (s *site) hasHome() bool { return s.homePage() != nil }

func siteUnreachable(s *site) (int, []Fault) {
	if s.hasHome() {
		return fullMarks, nil
	}
	hops := make([]string, len(s.Start.Hops))
	for i, h := range s.Start.Hops {
		hops[i] = h.line()
	}
	ev := s.Start.evidence()
	if s.Start.Status == http.StatusOK && s.Start.Failure == "" {
		ev = append(ev, fact("found-type", s.Start.MediaType))
	}
	return 0, []Fault{{Evidence: append(ev, listEvidence("hop", hops, len(hops))...)}}
}
