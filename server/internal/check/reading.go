package check

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"atalaya/shared"
)

// How an article reads: whether it comes to the point, and in pieces that one can take in.

// What makes a sentence and a paragraph long, and a first paragraph one that makes its
// readers wait, in words.
const (
	longSentence  = 30
	longParagraph = 150
	longLead      = 120
	longSection   = 400
)

// What tells paragraphs from the lines around them, in words: of a byline, of a table of
// contents, of a button.
const minParagraph = 12

// maxOpening is how many bytes are shown of a paragraph.
const maxOpening = 120

// wordsIn counts the words of a line as those of the page are counted.
func wordsIn(line []byte) int {
	w := newWordCount()
	w.add(line, place{})
	w.end()
	return w.visible / wordUnit
}

// paragraphEvidence shows how a paragraph begins, and how many words it has.
func paragraphEvidence(line []byte, words int) []shared.Evidence {
	opening := sanitise(string(line[:min(len(line), 4*maxOpening)]), maxOpening)
	return []shared.Evidence{number("words", words), fact("paragraph", opening)}
}

func answerLate(p *Page) *Fault {
	line, words := p.lead()
	if words <= longLead {
		return nil
	}
	return &Fault{Evidence: paragraphEvidence(line, words)}
}

// lead is the first paragraph after the main heading or, where that stands outside the main
// text, the first of all.
func (p *Page) lead() (line []byte, words int) {
	text := p.Prose.Main
	for _, h := range p.Headings {
		if _, after, found := bytes.Cut(text, []byte(h.Text+string(rune(lineEnd)))); h.Level == 1 && h.Text != "" && found {
			text = after
			break
		}
	}
	for line := range lines(text) {
		if n := wordsIn(line); n >= minParagraph {
			return line, n
		}
	}
	return nil, 0
}

// readableLanguages are those whose sentences end as endsSentence says, and whose writers
// agree with the bounds above.
var readableLanguages = wordSet("en es")

// readableArticle applies to articles in those languages.
var readableArticle = unless(func(p *Page) bool {
	return !readableLanguages[p.Sounds]
}, LanguageUnknown, article)

// minSentences is how many sentences make a mean.
const minSentences = 8

// hardToRead leaves out lines that are no sentences: entries of a list, captions, code. It
// counts what stands between blanks, which is nearly the number of words and takes much
// less time.
func hardToRead(p *Page) *Fault {
	words, sentences, longest := 0, 0, 0
	var opening []byte
	for line := range lines(p.Prose.Main) {
		if !endsSentence(line) {
			continue
		}
		n := bytes.Count(line, blank) + 1
		words, sentences = words+n, sentences+signs(line)
		if n > longest {
			longest, opening = n, line
		}
	}
	var ev []shared.Evidence
	if sentences >= minSentences && words > longSentence*sentences {
		ev = append(ev, number("sentence-words", words/sentences))
	}
	if longest > longParagraph {
		ev = append(ev, paragraphEvidence(opening, longest)...)
	}
	if ev == nil {
		return nil
	}
	return &Fault{Evidence: ev}
}

// blank stands between the words of a line, and sentenceSigns end its sentences or parts of
// them.
var (
	blank         = []byte(" ")
	sentenceSigns = [...][]byte{[]byte("."), []byte("!"), []byte("?"), []byte(":"), []byte(";")}
)

// signs counts what may end a sentence, abbreviations too: rather too many than too few, as
// only long sentences are a fault.
func signs(line []byte) (n int) {
	for _, sign := range sentenceSigns {
		n += bytes.Count(line, sign)
	}
	return n
}

// endsSentence reports whether a line ends as a sentence does, be it within quotation marks
// or brackets.
func endsSentence(line []byte) bool {
	r, size := utf8.DecodeLastRune(line)
	if strings.ContainsRune(`"')]”’»`, r) {
		r, _ = utf8.DecodeLastRune(line[:len(line)-size])
	}
	return strings.ContainsRune(".!?:;", r)
}

// quotable applies to articles that tell more than they show: nobody misses a quotation in
// what explains code or tables.
var quotable = unless(func(p *Page) bool {
	return len(p.Prose.Apart)*shownPart > len(p.Prose.Main)
}, NotArticle, knownArticle)

// shownPart is the part of the text that code and tables are at most, as one of so many.
const shownPart = 5

// quotedWords is how many words between quotation marks are a quotation; fewer are a name.
const quotedWords = 4

func noQuotes(p *Page) *Fault {
	if p.Quoted || p.Prose.Cut || hasQuotation(p.Prose.Main) || hasQuotation(p.Prose.Apart) {
		return nil
	}
	return &Fault{Evidence: []shared.Evidence{number("words", p.MainWords)}}
}

// hasQuotation reports whether a line has enough words between two quotation marks. Which
// of them open and which close differs between languages, so any two will do.
func hasQuotation(text []byte) bool {
	for line := range lines(text) {
		opened := false
		for {
			before, after, found := cutMark(line)
			if !found {
				break
			}
			if opened && wordsIn(before) >= quotedWords {
				return true
			}
			opened, line = true, after
		}
	}
	return false
}

// cutMark cuts a line at its first quotation mark.
func cutMark(line []byte) (before, after []byte, found bool) {
	for i, b := range line {
		switch b {
		case '"':
			return line[:i], line[i+1:], true
		case 0xC2, 0xE2, 0xE3: // the first bytes of the others
			if r, size := utf8.DecodeRune(line[i:]); strings.ContainsRune("“”„«»「」", r) {
				return line[:i], line[i+size:], true
			}
		}
	}
	return nil, nil, false
}

// genericHeadings say nothing of what follows, in any of the languages of lexicon.go: most
// were left over from a template.
var genericHeadings = func() map[string]bool {
	set := map[string]bool{}
	for text := range strings.SplitSeq(`untitled,heading,subheading,new heading,your heading here,section title,click here,
read more,more,misc,miscellaneous,other,lorem ipsum,sin título,encabezado,subtítulo,haz clic aquí,leer más,ver más,más,
varios,otros,ohne titel,überschrift,hier klicken,mehr,weiterlesen,sonstiges,verschiedenes,sans titre,titre,cliquez ici,
lire la suite,divers,sem título,clique aqui,leia mais,diversos,outros,senza titolo,titolo,clicca qui,altro,varie`, ",") {
		set[strings.TrimSpace(text)] = true
	}
	return set
}()

// maxGenericHeading is the length in bytes of the longest of them.
const maxGenericHeading = 24

// Section is the longest piece of text without a heading or the mark of a list's entry.
type Section struct {
	// Words are those of its paragraphs.
	Words int
	// Headings is how many headings stand before it.
	Headings int
}

func headingsUnhelpful(p *Page) *Fault {
	var ev []shared.Evidence
	if p.Longest.Words > longSection {
		ev = append(ev, number("words", p.Longest.Words))
		if n := p.Longest.Headings; n > 0 {
			ev = append(ev, fact("after-heading", p.Headings[n-1].Text))
		}
	}
	var generic []string
	for _, h := range p.Headings {
		if h.Main && len(h.Text) <= maxGenericHeading && genericHeadings[strings.ToLower(h.Text)] {
			generic = append(generic, h.Text)
		}
	}
	ev = append(ev, listEvidence("generic-heading", generic, len(generic))...)
	if ev == nil {
		return nil
	}
	return &Fault{Evidence: ev}
}
