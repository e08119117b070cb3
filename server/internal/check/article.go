package check

import (
	"bytes"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"atalaya/shared"
)

// What makes a page an article: one main heading, and enough words of which most stand
// in paragraphs.
const (
	articleWords      = 300
	paragraphsPercent = 60
)

// article applies to pages that tell something at length.
func article(p *Page) Reason {
	if r := hasOwnText(p); r != applies {
		return r
	}
	switch {
	case p.Cut != "" && p.Cut != CutLinks:
		return PartRead
	case p.isCover(), p.isManual(), p.mainHeadings() != 1, p.MainWords < articleWords,
		100*p.ParagraphWords < paragraphsPercent*p.MainWords, p.isMail():
		return NotArticle
	}
	return applies
}

// isCover reports whether a page is the start page of a site and does not call itself an
// article: it introduces a site or a person, who are their own author and quote nobody.
func (p *Page) isCover() bool {
	isArticle := func(name string) bool {
		return strings.HasSuffix(name, "Article") || strings.HasSuffix(name, "Posting")
	}
	return p.Home &&
		!slices.ContainsFunc(p.OG, func(o Property) bool { return o.Name == "og:type" && strings.EqualFold(o.Content, "article") }) &&
		!slices.ContainsFunc(p.Items, func(it Item) bool { return slices.ContainsFunc(it.Types, isArticle) })
}

// isManual reports whether a page is one of a manual, which is looked up and not read: it is
// named after a command and its section, or shows how the command is called.
func (p *Page) isManual() bool {
	return hasSection(p.Title) || slices.ContainsFunc(p.Headings, func(h Heading) bool {
		return h.Level == 1 && hasSection(h.Text) || synopses[strings.ToLower(h.Text)]
	})
}

// isMail reports whether a page shows a mail, as archives of lists do: a line of it names
// who sent it.
func (p *Page) isMail() bool {
	for line := range lines(p.Prose.Main) {
		name, sender, found := bytes.Cut(line, []byte(":"))
		if found && senderWords[string(bytes.ToLower(bytes.TrimSpace(name)))] && bytes.IndexByte(sender, '@') >= 0 {
			return true
		}
	}
	return false
}

// hasSection reports whether a title begins with the name of a page of a manual, such as
// git-mv(1).
func hasSection(title string) bool {
	name, rest, found := strings.Cut(title, "(")
	return found && name != "" && !strings.ContainsAny(name, " \t") &&
		len(rest) >= 2 && '1' <= rest[0] && rest[0] <= '9' && strings.Contains(rest[:min(len(rest), 5)], ")")
}

func (p *Page) mainHeadings() (n int) {
	for _, h := range p.Headings {
		if h.Level == 1 && h.Text != "" {
			n++
		}
	}
	return n
}

// knownArticle applies to articles in a language whose words are known.
var knownArticle = unless(func(p *Page) bool { return !p.knowsLanguage() }, LanguageUnknown, article)

func noQuantities(p *Page) *Fault {
	if p.Prose.Cut || hasQuantity(p.Prose.Main) || hasQuantity(p.Prose.Apart) {
		return nil
	}
	return &Fault{Evidence: []shared.Evidence{number("words", p.MainWords)}}
}

// hasQuantity reports whether a text has a number with a unit, a percentage, an amount of
// money or a year.
func hasQuantity(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) {
			continue
		}
		start := i
		for i < len(text) && (isDigit(text[i]) || isInNumber(text, i)) {
			i++
		}
		if isQuantity(text[:start], text[start:i], text[i:]) {
			return true
		}
	}
	return false
}

// isInNumber reports whether the mark at i stands between two digits.
func isInNumber(text []byte, i int) bool {
	return (text[i] == '.' || text[i] == ',') && i+1 < len(text) && isDigit(text[i+1])
}

// isQuantity judges a number by what stands around it.
func isQuantity(before, digits, after []byte) bool {
	if r, _ := utf8.DecodeLastRune(bytes.TrimRight(before, " ")); unicode.Is(unicode.Sc, r) {
		return true
	}
	if r, _ := utf8.DecodeLastRune(before); isWordRune(r) {
		return false // a part of a name
	}
	if isYear(digits, after) {
		return true
	}
	after = bytes.TrimLeftFunc(after, unicode.IsSpace)
	r, size := utf8.DecodeRune(after)
	if unicode.Is(unicode.Sc, r) || r == '%' || r == '‰' || r == '°' || r == '×' {
		return true
	}
	if (r == '-' || r == '‑') && size < len(after) { // a 5-minute walk
		after = after[size:]
	}
	end := bytes.IndexFunc(after, func(r rune) bool { return !unicode.IsLetter(r) && r != '/' && r != '²' && r != '³' })
	if end < 0 {
		end = len(after)
	}
	if end > maxUnit {
		return false
	}
	return units[strings.ToLower(string(after[:end]))] || startsWithUnit(after)
}

// maxUnit is a length in bytes that no unit has.
const maxUnit = 32

// isYear reports whether a number is one of four digits that may be a year.
func isYear(digits, after []byte) bool {
	if r, _ := utf8.DecodeRune(after); len(digits) != len("2006") || bytes.ContainsAny(digits, ".,") || isWordRune(r) {
		return false
	}
	n := smallNumber(digits)
	return 1000 <= n && n <= lastYear
}

func startsWithUnit(s []byte) bool {
	return slices.ContainsFunc(unitPhrases, func(unit string) bool {
		return len(s) >= len(unit) && strings.EqualFold(string(s[:len(unit)]), unit)
	})
}

// noSources finds an article that neither links to another site nor cites anything.
func noSources(p *Page) *Fault {
	if p.Outbound > 0 || p.Citation != "" {
		return nil
	}
	links := 0
	for _, l := range p.Links {
		if l.Main {
			links++
		}
	}
	return &Fault{Evidence: []shared.Evidence{number("links", links)}}
}

// authorPlaces and datePlaces are where authors and dates are looked for, as evidence.
var (
	authorPlaces = []string{
		`<meta name="author">`, `rel="author"`, `class="author"`, `class="byline"`, `itemprop="author"`, "JSON-LD author",
	}
	datePlaces = []string{
		`<meta property="article:published_time">`, "<time datetime>", `itemprop="datePublished"`, "JSON-LD datePublished",
	}
)

func noAuthor(p *Page) *Fault {
	if p.Author != "" || p.Prose.Cut || slices.ContainsFunc(p.Items, Item.hasAuthor) || p.hasByline() {
		return nil
	}
	return &Fault{Evidence: listEvidence("tried", authorPlaces, len(authorPlaces))}
}

// hasByline reports whether a short line of text names an author.
func (p *Page) hasByline() bool {
	for _, text := range [...][]byte{p.Prose.Main, p.Prose.Apart, p.Prose.Rest} {
		for line := range lines(text) {
			if len(line) <= shortLine && isByline(line) {
				return true
			}
		}
	}
	return false
}

// isByline reports whether a line has a word such as "by" before a capital letter.
func isByline(line []byte) bool {
	for at := 0; at < len(line); {
		for _, word := range bylineWords {
			if rest, ok := cutWord(line[at:], word); ok && startsUpper(bytes.TrimLeft(rest, ": ")) {
				return true
			}
		}
		next := bytes.IndexByte(line[at:], ' ')
		if next < 0 {
			return false
		}
		at += next + 1
	}
	return false
}

// cutWord gives what follows a word that s begins with.
func cutWord(s []byte, word string) (rest []byte, ok bool) {
	if len(s) <= len(word) || !strings.EqualFold(string(s[:len(word)]), word) {
		return nil, false
	}
	rest = s[len(word):]
	return rest, rest[0] == ' ' || rest[0] == ':'
}

func noDate(p *Page) *Fault {
	if p.Prose.Cut || len(p.Dates) > 0 {
		return nil
	}
	return &Fault{Evidence: listEvidence("tried", datePlaces, len(datePlaces))}
}

// dated applies to pages for readers with a date of their own.
var dated = unless(func(p *Page) bool {
	return !slices.ContainsFunc(p.Dates, func(d Date) bool { return d.Own })
}, NoDate, hasOwnText)

// staleMonths is the age from which on a page should be looked at again.
const staleMonths = 24

// staleDate asks for the newest date of all: a page that tells of something new is not old.
func staleDate(p *Page) *Fault {
	newest := slices.MaxFunc(p.Dates, func(a, b Date) int { return a.Day.Compare(b.Day) })
	if !newest.Day.AddDate(0, staleMonths, 0).Before(p.FetchedAt.Truncate(24 * time.Hour)) {
		return nil
	}
	return &Fault{Evidence: []shared.Evidence{
		fact("date", newest.Day.Format(time.DateOnly)), fact("found-in", newest.Place),
	}}
}

// What makes a word stuffing: its share of the main words, and of the headings.
const (
	stuffedPercent  = 6
	headingsPercent = 30
)

// stuffable applies to pages of which the commonest words mean something.
func stuffable(p *Page) Reason {
	switch r := hasOwnText(p); {
	case r != applies:
		return r
	case p.MainWords < thinWords:
		return TooLittleText
	case 2*p.EntryWords >= p.MainWords: // each entry of a list may name what the list is of
		return Listing
	case !p.knowsLanguage():
		return LanguageUnknown
	}
	return applies
}

// keywordStuffing leaves out what stands in headings: that they share a word is not enough.
func keywordStuffing(p *Page) *Fault {
	words := p.themes()
	if len(words) == 0 {
		return nil
	}
	counts, total := occurrences(p.Prose.Main, words)
	for _, h := range p.Headings {
		named, _ := occurrences([]byte(h.Text), words)
		for i, n := range named {
			counts[i] -= n
		}
	}
	for i, n := range counts {
		if 100*n > stuffedPercent*total {
			return &Fault{Evidence: []shared.Evidence{fact("word", words[i]), number("percent", 100*n/total)}}
		}
	}
	return nil
}

// maxThemes bounds the words that are counted.
const maxThemes = 10

// themes are the first content words that the title, a main heading and many headings share.
func (p *Page) themes() (themes []string) {
	headings := make([][]string, len(p.Headings))
	for i, h := range p.Headings {
		headings[i] = contentWords(h.Text)
	}
	for _, word := range contentWords(p.Title) {
		inMain, n := false, 0
		for i, words := range headings {
			if slices.Contains(words, word) {
				n++
				inMain = inMain || p.Headings[i].Level == 1
			}
		}
		if inMain && 100*n > headingsPercent*len(headings) && !slices.Contains(themes, word) && len(themes) < maxThemes {
			themes = append(themes, word)
		}
	}
	return themes
}

// contentWords are the words of a title or heading that say what it is about, in lower case.
func contentWords(s string) []string {
	words := strings.FieldsFunc(strings.ToLower(s), endsTerm)
	return slices.DeleteFunc(words, func(w string) bool {
		return characters(w) < 3 || commonWords[w] || !strings.ContainsFunc(w, unicode.IsLetter)
	})
}

// endsTerm reports whether a character ends a word; a name such as send-pack is one.
func endsTerm(r rune) bool { return !isWordRune(r) && r != '-' && r != '_' }

// occurrences counts how often words stand in a text, and all its words.
func occurrences(text []byte, words []string) (counts []int, total int) {
	counts = make([]int, len(words))
	for field := range bytes.FieldsFuncSeq(text, endsTerm) {
		total++
		for i, word := range words {
			if bytes.EqualFold(field, []byte(word)) {
				counts[i]++
			}
		}
	}
	return counts, total
}
