package check

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"atalaya/shared"
)

// Of a headline only words of wordLetters or more are looked for, and of fewer than
// headlineWords such words nothing is said.
const (
	wordLetters   = 4
	headlineWords = 3
)

// hasHeadline applies to pages that were read whole and whose markup states a headline long
// enough to be looked for in the text.
func hasHeadline(p *Page) Reason {
	switch r := hasJSONLD(p); {
	case r != applies:
		return r
	case p.Cut != "" || p.Prose.Cut:
		return PartRead
	case p.needsJS():
		return NeedsJS
	case !slices.ContainsFunc(p.Items, Item.statesHeadline):
		return NoHeadline
	}
	return applies
}

// statesHeadline reports whether the item is one of the page's own with such a headline.
func (it Item) statesHeadline() bool {
	return !it.Nested && !it.Foreign && len(headlineParts(it.headline)) >= headlineWords
}

// structuredDataMismatch finds headlines of which the page shows less than half, in whatever
// order: sites cut them and add their own name.
func structuredDataMismatch(p *Page) *Fault {
	text := p.shown()
	for _, it := range p.Items {
		if it.statesHeadline() && !isShown(text, headlineParts(it.headline)) {
			return &Fault{Evidence: []shared.Evidence{fact("headline", it.headline)}}
		}
	}
	return nil
}

// headlineParts are the words of a headline that can be looked for, in lower case. Scripts
// without spaces have none.
func headlineParts(headline string) (words []string) {
	for word := range strings.FieldsFuncSeq(strings.ToLower(headline), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if r, _ := utf8.DecodeRuneInString(word); unspacedWeight(r) == 0 && utf8.RuneCountInString(word) >= wordLetters {
			words = append(words, word)
		}
	}
	return words
}

// shown is all that the page shows, in lower case: its title, its headings, which have the
// texts of images, and its visible text.
func (p *Page) shown() string {
	var b strings.Builder
	b.WriteString(p.Title)
	for _, h := range p.Headings {
		b.WriteString("\n" + h.Text)
	}
	for _, text := range [...][]byte{p.Prose.Main, p.Prose.Apart, p.Prose.Rest} {
		b.WriteByte('\n')
		b.Write(text)
	}
	return strings.ToLower(b.String())
}

// isShown reports whether half of the words or more stand in a text.
func isShown(text string, words []string) bool {
	found := 0
	for _, word := range words {
		if strings.Contains(text, word) {
			found++
		}
	}
	return 2*found >= len(words)
}
