package check

import (
	"bytes"
	"net/url"
	"slices"

	"atalaya/shared"
)

// llmsRule is about a file that nobody has to have: it does not apply to a site without.
var llmsRule = Check{
	ID: "llms-txt", Category: shared.CategoryAIAccess, Severity: shared.SeverityNotice,
	Source: "llmstxt.org; Lighthouse: llms-txt", Site: &SiteRule{hasLLMs, llmsTxt},
}

// LLMs is what a site answers to /llms.txt, a short guide to it in Markdown.
type LLMs struct {
	Probe
	// HTML is true when a web page came instead.
	HTML bool
	// Heading is its first heading of the first level.
	Heading string
	// Links are the first distinct addresses that it leads to. LinkTotal counts all links,
	// whether or not they can be opened.
	Links     []string
	LinkTotal int
	// Answers are what those within the site answered that no page links to.
	Answers []ExternalLink
}

// Bounds of what is read of a llms.txt.
const (
	MaxLLMs      = 1 << 20 // bytes
	maxLLMsLinks = 1_000
)

// ReadLLMs reads the body of a llms.txt. resolve makes an absolute URL of what it links to.
func ReadLLMs(p Probe, body []byte, resolve func(ref string) (*url.URL, error)) *LLMs {
	l := &LLMs{Probe: p}
	if !p.reached() {
		return l
	}
	if l.HTML = isHTMLType("", body); l.HTML {
		return l
	}
	seen := map[string]bool{}
	for line := range bytes.Lines(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))) {
		if text, is := bytes.CutPrefix(bytes.TrimSpace(line), []byte("# ")); is && l.Heading == "" {
			l.Heading = sanitise(string(text), maxText)
		}
		for ref, rest := nextLink(line); rest != nil; ref, rest = nextLink(rest) {
			l.LinkTotal++
			u, err := resolve(string(ref))
			if err == nil && !seen[u.String()] && len(l.Links) < maxLLMsLinks {
				seen[u.String()] = true
				l.Links = append(l.Links, u.String())
			}
		}
	}
	return l
}

// nextLink is the target of the first link of a line of Markdown, [text](target "title"),
// and what follows it; nil when there is none.
func nextLink(line []byte) (ref, rest []byte) {
	_, after, found := bytes.Cut(line, []byte("]("))
	if !found {
		return nil, nil
	}
	end := closingBracket(after)
	if end < 0 {
		return nil, nil
	}
	if fields := bytes.Fields(after[:end]); len(fields) > 0 {
		ref = bytes.Trim(fields[0], "<>")
	}
	return ref, after[end:]
}

// closingBracket is the place of the bracket that closes one before s; -1 for none.
func closingBracket(s []byte) int {
	open := 1
	for i, c := range s {
		switch c {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return i
			}
		}
	}
	return -1
}

// hasLLMs applies when there is a llms.txt, or something is wrong with asking for it. A
// site that shows a page for every address, or sends its readers to one, has none: that is
// the finding of soft-404.
func hasLLMs(s *site) Reason {
	switch l := s.Probes.LLMs; {
	case l == nil:
		return NotAsked
	case l.Failure != "":
		return NoAnswer
	case l.Status >= 500, l.reached() && !(l.HTML && (l.FinalURL != "" || s.showsAnything())):
		return applies
	}
	return LLMsAbsent
}

// llmsTxt grades by what is left to readers: nothing of what cannot be read, little of
// what has no heading or leads nowhere, half of what has broken links.
func llmsTxt(s *site) (int, []Fault) {
	l := s.Probes.LLMs
	switch {
	case !l.reached():
		return 0, []Fault{{Evidence: l.evidence()}}
	case l.HTML:
		return 0, []Fault{{Evidence: append(l.evidence(), fact("found-type", "text/html"))}}
	}
	mark := fullMarks
	ev := []shared.Evidence{fact("url", l.final())}
	if l.Heading == "" {
		mark, ev = 1, append(ev, fact("missing", "# …"))
	}
	if l.LinkTotal == 0 {
		mark, ev = 1, append(ev, fact("missing", "[…](…)"))
	}
	if broken := s.brokenAmong(l.Links); len(broken) > 0 {
		mark, ev = min(mark, 2), append(ev, listEvidence("target", broken, len(broken))...)
	}
	if mark == fullMarks {
		return mark, nil
	}
	return mark, []Fault{{Evidence: ev}}
}

// brokenAmong are those of some addresses that are known to lead to an error, with their
// answer.
func (s *site) brokenAmong(urls []string) (broken []string) {
	byURL, external := s.pagesByURL(), map[string]ExternalLink{}
	for _, l := range slices.Concat(s.External, s.Probes.LLMs.Answers) {
		external[l.URL] = l
	}
	for _, u := range urls {
		answer := external[u]
		if f := byURL[u]; f != nil {
			answer = ExternalLink{Status: f.Status}
		}
		if dead, _ := Broken(answer); dead {
			broken = append(broken, u+" ("+answerText(answer.Status, answer.Failure)+")")
		}
	}
	return broken
}
