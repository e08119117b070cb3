package check

import "atalaya/shared"

// markdownRule is about a form of pages that nobody has to offer: it states a fact.
var markdownRule = Check{
	ID: "markdown-twin", Category: shared.CategoryAIAccess, Severity: shared.SeverityInfo,
	Source: "llmstxt.org; RFC 7763: text/markdown", Site: &SiteRule{markdownAsked, markdownTwin},
}

// Markdown is the media type that agents ask for who would rather read Markdown than HTML.
const Markdown = "text/markdown"

// Twin is what a site answers to a request for its start page as Markdown.
type Twin struct {
	Probe
	// MediaType is that of its header.
	MediaType string
}

// markdownAsked applies to sites that answered such a request, be it with the same page.
func markdownAsked(s *site) Reason {
	if s.Probes.Markdown == nil {
		return NotAsked
	}
	return answeredProbe(&s.Probes.Markdown.Probe)
}

func markdownTwin(s *site) (int, []Fault) {
	twin := s.Probes.Markdown
	if !twin.reached() || twin.MediaType != Markdown {
		return fullMarks, nil
	}
	return fullMarks, []Fault{{Evidence: append(twin.evidence(), fact("found-type", twin.MediaType))}}
}
