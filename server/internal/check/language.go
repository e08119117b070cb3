package check

import (
	"math/bits"
	"strings"

	"atalaya/shared"
)

var languageRule = Check{
	ID: "lang-mismatch", Category: shared.CategoryContent, Severity: shared.SeverityNotice,
	Source: "WCAG 3.1.1: language of page", Page: &PageRule{languageCertain, languageMismatch},
}

// functionWords are the commonest short words of languages. What one language alone has is
// not enough to tell it from its relatives, so a word stands in the list of each that has it.
var functionWords = [...]struct{ language, words string }{
	{"en", `the of and to in is that for it with as on are this be by from at or was not have an you can which will has
		but they if when`},
	{"es", `de la que el en y a los se del las un por con una su para es al lo como más o pero sus este si está son no`},
	{"de", `der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat
		dass bei oder wird sind einen`},
	{"fr", `de la le et les des en un du une que est pour qui a dans par plus pas au sur ne se ce il sont ou avec son aux
		cette vous si`},
	{"pt", `de a o que e do da em um para é com não uma os no se na por mais as dos como mas ao das à seu ou são você foi`},
	{"it", `di e il la che in a per un è del non una i con si della da le dei sono come al alla più nel o anche delle gli
		se questo`},
}

// maxFunctionWord is the length in bytes of the longest of them.
const maxFunctionWord = 8

// languagesOf has a bit for each list that a word stands in.
var languagesOf = func() map[string]uint8 {
	of := map[string]uint8{}
	for i, list := range functionWords {
		for word := range strings.FieldsSeq(list.words) {
			of[word] |= 1 << i
		}
	}
	return of
}()

// tally counts the words of a text that stand in each list, and all its words.
type tally struct {
	of    [len(functionWords)]int
	total int
}

// What makes a language certain: enough text, a fifth of it common words, as running text
// of each language has, and clearly more of them than of any other language.
const (
	tallyBytes    = 4 << 10
	certainWords  = 100
	certainShare  = 20 // percent
	clearlyBehind = 70 // percent of what the best has
)

// tallyOf reads the beginning of a text.
func tallyOf(text []byte) tally {
	var t tally
	var word [maxFunctionWord]byte
	n := 0 // bytes of the open word
	end := func() {
		if n == 0 {
			return
		}
		t.total++
		if n <= len(word) {
			for in := languagesOf[string(word[:n])]; in != 0; in &= in - 1 {
				t.of[bits.TrailingZeros8(in)]++
			}
		}
		n = 0
	}
	for _, b := range text[:min(len(text), tallyBytes)] {
		if b < 0x80 && !isASCIIWord(b) {
			end()
			continue
		}
		if 'A' <= b && b <= 'Z' {
			b |= 0x20
		}
		if n < len(word) {
			word[n] = b
		}
		n++
	}
	end()
	return t
}

// language is the one that the text is certainly in; empty when it is not certain.
func (t tally) language() string {
	best := 0
	for i := range t.of {
		if t.of[i] > t.of[best] {
			best = i
		}
	}
	if t.total < certainWords || 100*t.of[best] < certainShare*t.total {
		return ""
	}
	for i := range t.of {
		if i != best && 100*t.of[i] > clearlyBehind*t.of[best] {
			return ""
		}
	}
	return functionWords[best].language
}

// languageCertain applies when the page names a language, and its text is in one, that can
// both be told from others.
func languageCertain(p *Page) Reason {
	switch r := hasOwnText(p); {
	case r != applies:
		return r
	case p.Sounds == "" || !knownLanguages[p.primaryLanguage()]:
		return LanguageUnknown
	}
	return applies
}

// primaryLanguage is the language that the page names, without its region.
func (p *Page) primaryLanguage() string {
	primary, _, _ := strings.Cut(p.Lang, "-")
	return strings.ToLower(primary)
}

// languageMismatch passes a page that has many words of the language it names as well: it
// may be in both, or in a relative of theirs.
func languageMismatch(p *Page) *Fault {
	named := p.primaryLanguage()
	if named == p.Sounds {
		return nil
	}
	t := tallyOf(p.Prose.Main)
	ofNamed, ofSounds := 0, 0
	for i, list := range functionWords {
		switch list.language {
		case named:
			ofNamed = t.of[i]
		case p.Sounds:
			ofSounds = t.of[i]
		}
	}
	if 2*ofNamed > ofSounds {
		return nil
	}
	return &Fault{Evidence: []shared.Evidence{fact("lang", p.Lang), fact("found-lang", p.Sounds)}}
}
