package check

import (
	"strings"

	"atalaya/shared"
)

var aboutRule = Check{
	ID: "about-contact-missing", Category: shared.CategoryContent, Severity: shared.SeverityNotice,
	Source: "Google Search Central: people-first content", Site: &SiteRule{aboutKnown, aboutMissing},
}

// Contact says whether a page leads its readers to those behind the site.
type Contact uint8

// What is known of a page's way to those behind the site.
const (
	ContactUnknown Contact = iota // the page was not asked, or speaks a language of no list
	ContactNone
	ContactFound
)

// contactOf is asked of the start page alone: what leads to those behind a site stands
// there, if only in its footer.
func (p *Page) contactOf() Contact {
	switch {
	case !p.Home || !p.HTML:
		return ContactUnknown
	case p.Direct:
		return ContactFound
	}
	for _, l := range p.Links {
		if leadsToContact(l.URL) || saysContact(l.Text) {
			return ContactFound
		}
	}
	if !p.knowsLanguage() || p.Cut != "" {
		return ContactUnknown
	}
	return ContactNone
}

// leadsToContact judges by the last part of an address.
func leadsToContact(address string) bool {
	name := lastName(address)
	return aboutWords[name] || saysContact(name)
}

// contactText is how many words a link to such a page may have.
const contactText = 5

// saysContact reports whether a short text, that of a link or a title, names a page about
// those behind the site.
func saysContact(text string) bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !isWordRune(r) })
	if len(words) > contactText {
		return false
	}
	for _, word := range words {
		if contactWords[word] {
			return true
		}
	}
	return false
}

// aboutPages is how many pages a site has at least that should say whose it is in one of
// them.
const aboutPages = 5

// aboutKnown applies when such a page was found, or would have been.
func aboutKnown(s *site) Reason {
	switch contact := s.contact(); {
	case contact == ContactFound:
		return applies
	case !s.Complete:
		return Incomplete
	case len(s.listed) < aboutPages:
		return TooFewPages
	case contact == ContactUnknown:
		return LanguageUnknown
	}
	return applies
}

// contact is the best that any page says: the start page by its links, every page by its
// own address and title.
func (s *site) contact() Contact {
	best := ContactUnknown
	for i := range s.Pages {
		f := &s.Pages[i]
		if f.Analysed && !f.Home && (leadsToContact(f.final()) || saysContact(f.Title)) {
			return ContactFound
		}
		best = max(best, f.Contact)
	}
	return best
}

func aboutMissing(s *site) (int, []Fault) {
	if s.contact() == ContactFound {
		return fullMarks, nil
	}
	return 0, []Fault{{Evidence: []shared.Evidence{fact("page", s.Home), fact("tried", "about, contact, imprint")}}}
}
