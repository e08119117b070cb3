package check

import (
	"slices"
	"strconv"
	"strings"

	"atalaya/shared"
)

var metadata = []Check{
	{
		ID: "title-missing", Category: shared.CategoryMetadata, Severity: shared.SeverityError,
		Source: "HTML standard: the title element", Page: &PageRule{isSeen, titleMissing},
	},
	{
		ID: "title-length", Category: shared.CategoryMetadata, Severity: shared.SeverityNotice,
		Source: "common practice", Page: &PageRule{hasTitle, titleLength},
	},
	{
		ID: "title-duplicate", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
		Source: "Google Search Central: title links", Site: &SiteRule{enoughPages, titleDuplicate},
	},
	{
		ID: "multiple-titles", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
		Source: "HTML standard: the title element", Page: &PageRule{hasTitle, multipleTitles},
	},
	{
		ID: "description-missing", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
		Source: "Google Search Central: snippets", Page: &PageRule{indexable, descriptionMissing},
	},
	{
		ID: "description-length", Category: shared.CategoryMetadata, Severity: shared.SeverityNotice,
		Source: "common practice", Page: &PageRule{hasDescription, descriptionLength},
	},
	{
		ID: "description-duplicate", Category: shared.CategoryMetadata, Severity: shared.SeverityNotice,
		Source: "Google Search Central: snippets", Site: &SiteRule{enoughDescriptions, descriptionDuplicate},
	},
	{
		ID: "h1-missing", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
		Source: "HTML standard: headings and outlines", Page: &PageRule{isSeen, h1Missing},
	},
	{
		ID: "h1-multiple", Category: shared.CategoryMetadata, Severity: shared.SeverityNotice,
		Source: "HTML standard: headings and outlines", Page: &PageRule{hasHeadings, h1Multiple},
	},
	{
		ID: "og-incomplete", Category: shared.CategoryMetadata, Severity: shared.SeverityNotice,
		Source: "ogp.me", Page: &PageRule{indexable, ogIncomplete},
	},
	{
		ID: "favicon-missing", Category: shared.CategoryMetadata, Severity: shared.SeverityNotice,
		Source: "Google Search Central: favicon in search results", Site: &SiteRule{iconKnown, faviconMissing},
	},
	{
		ID: "lang-missing", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
		Source: "WCAG 2.2 success criterion 3.1.1; BCP 47", Page: &PageRule{isSeen, langMissing},
	},
	{
		ID: "charset-problem", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
		Source: "HTML standard: character encodings; RFC 9110 section 8.3.2", Page: &PageRule{isSeen, charsetProblem},
	},
	hreflangRule,
	{
		ID: "viewport-missing", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
		Source: "Lighthouse: viewport; Google Search Central: mobile-first indexing",
		Page:   &PageRule{isSeen, viewportMissing},
	},
}

// Lengths, as [columns] counts them, within which results show a title or a description
// whole and usefully.
const (
	titleMin, titleMax             = 15, 65
	descriptionMin, descriptionMax = 50, 165
)

func titleMissing(p *Page) *Fault {
	if p.Title != "" {
		return nil
	}
	return &Fault{Evidence: p.headingEvidence()}
}

// headingEvidence is the first heading: what could stand in for what is missing.
func (p *Page) headingEvidence() []shared.Evidence {
	for _, h := range p.Headings {
		if h.Text != "" {
			return []shared.Evidence{fact("heading", "h"+strconv.Itoa(h.Level)+": "+h.Text)}
		}
	}
	return nil
}

var hasTitle = unless(func(p *Page) bool { return p.Title == "" }, NoTitle, isSeen)

func titleLength(p *Page) *Fault { return lengthFault("title", p.Title, titleMin, titleMax) }

func multipleTitles(p *Page) *Fault {
	if len(p.Titles) < 2 {
		return nil
	}
	return &Fault{Evidence: listEvidence("title", p.Titles, len(p.Titles))}
}

// lengthFault finds a text whose length is not from min to max columns.
func lengthFault(name, text string, min, max int) *Fault {
	n := columns(text)
	if min <= n && n <= max {
		return nil
	}
	return &Fault{Evidence: []shared.Evidence{number("length", n), fact(name, text)}}
}

func descriptionMissing(p *Page) *Fault {
	if p.Description != "" {
		return nil
	}
	return &Fault{}
}

var hasDescription = unless(func(p *Page) bool { return p.Description == "" }, NoDescription, indexable)

func descriptionLength(p *Page) *Fault {
	return lengthFault("description", p.Description, descriptionMin, descriptionMax)
}

func h1Missing(p *Page) *Fault {
	if slices.ContainsFunc(p.Headings, func(h Heading) bool { return h.Level == 1 && h.Text != "" }) {
		return nil
	}
	return &Fault{Evidence: p.headingEvidence()}
}

// h1Multiple finds main headings that differ. Pages have the same one twice where one is for
// phones and the other for desktops.
func h1Multiple(p *Page) *Fault {
	var texts []string
	for _, h := range p.Headings {
		if h.Level == 1 && h.Text != "" && !h.Silent && !slices.Contains(texts, h.Text) {
			texts = append(texts, h.Text)
		}
	}
	if len(texts) < 2 {
		return nil
	}
	return &Fault{Evidence: listEvidence("main-heading", texts, len(texts))}
}

func ogIncomplete(p *Page) *Fault {
	f := &Fault{}
	for _, name := range [...]string{"og:title", "og:description", "og:image", "og:url"} {
		if !slices.ContainsFunc(p.OG, func(o Property) bool { return o.Name == name && o.Content != "" }) {
			f.Evidence = append(f.Evidence, fact("missing", name))
		}
	}
	if f.Evidence == nil {
		return nil
	}
	return f
}

func langMissing(p *Page) *Fault {
	switch {
	case p.Lang == "":
		return &Fault{}
	case !isLanguageTag(p.Lang):
		return &Fault{Evidence: []shared.Evidence{fact("lang", p.Lang)}}
	}
	return nil
}

// isLanguageTag checks the form of a BCP 47 tag: a language of 2 to 8 letters
// (or the private x and the old i), then parts of 1 to 8 letters and digits.
func isLanguageTag(tag string) bool {
	parts := strings.Split(tag, "-")
	for i, part := range parts {
		if len(part) == 0 || len(part) > 8 {
			return false
		}
		for j := range len(part) {
			if c := part[j]; !isASCIIWord(c) || i == 0 && c <= '9' {
				return false
			}
		}
	}
	first := strings.ToLower(parts[0])
	return len(first) >= 2 || (first == "x" || first == "i") && len(parts) > 1
}

func titleDuplicate(s *site) (int, []Fault) {
	clusters, bad := clustersBy(s.listed, func(f *Facts) string { return strings.ToLower(f.Title) })
	return grade(bad, len(s.listed)), clusterFaults(clusters)
}

// enoughDescriptions applies when all pages are known and some have descriptions to compare.
func enoughDescriptions(s *site) Reason {
	if r := enoughPages(s); r != applies {
		return r
	}
	if s.described() < 2 {
		return TooFewPages
	}
	return applies
}

// described is how many of the listed pages have a description.
func (s *site) described() (n int) {
	for _, f := range s.listed {
		if f.Description != 0 {
			n++
		}
	}
	return n
}

func descriptionDuplicate(s *site) (int, []Fault) {
	clusters, bad := clustersBy(s.listed, func(f *Facts) uint64 { return f.Description })
	return grade(bad, s.described()), clusterFaults(clusters)
}

// viewportMissing finds pages that phones show as small as on a desktop.
func viewportMissing(p *Page) *Fault {
	value := strings.ToLower(p.Viewport)
	switch {
	case value == "":
		return &Fault{}
	case !strings.Contains(value, "width") && !strings.Contains(value, "initial-scale"):
		return &Fault{Evidence: []shared.Evidence{fact("viewport", p.Viewport)}}
	}
	return nil
}
