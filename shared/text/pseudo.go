package text

import "strings"

// PseudoTag is the tag of the pseudo-language; it lies in the range that is
// left for private use.
const PseudoTag = "qps"

// PseudoStart and PseudoEnd enclose every text of the pseudo-language.
const (
	PseudoStart = "⟦"
	PseudoEnd   = "⟧"
)

// AddPseudo adds a pseudo-language to the list, and remove takes it out again.
// It is for tests, which must not use languages at the same time; the programs
// do not call it, so the linker leaves it out.
//
// The pseudo-language is English with accents, some 40 % longer, between marks.
// What a page shows without the marks has not passed through this package, and
// what overflows in it will overflow in some language.
func AddPseudo() (l Lang, remove func()) {
	l = Lang(len(languages))
	languages = append(languages, pseudo())
	Langs = list()
	return l, func() {
		languages = languages[:l]
		Langs = list()
	}
}

func pseudo() *language {
	words := english
	words.tag, words.name, words.short = PseudoTag, disguise(english.name), disguise("QPS")
	for i, month := range english.months {
		words.months[i] = disguise(month)
	}
	for k, message := range english.messages {
		words.messages[k] = disguise(message)
	}
	for k, forms := range english.plurals {
		words.plurals[k] = make([]string, len(forms))
		for i, form := range forms {
			words.plurals[k][i] = disguise(form)
		}
	}
	words.sentences = make([]sentence, len(english.sentences))
	for i, s := range english.sentences {
		words.sentences[i].code = s.code
		for _, form := range s.forms {
			words.sentences[i].forms = append(words.sentences[i].forms, disguise(form))
		}
	}
	words.checks = make([]checkEntry, len(english.checks))
	for i, c := range english.checks {
		words.checks[i] = checkEntry{c.id, CheckText{disguise(c.Title), disguise(c.Why), disguise(c.Fix)}}
	}
	for _, list := range [...]*[]named{
		&words.statuses, &words.stages, &words.stagesNow, &words.severities, &words.categories,
		&words.stopReasons, &words.unvisited, &words.caps, &words.problems, &words.remedies, &words.deeds,
		&words.reasons, &words.evidence, &words.answers, &words.passed,
	} {
		names := make([]named, len(*list))
		for i, n := range *list {
			names[i] = named{n.code, disguise(n.text)}
		}
		*list = names
	}
	return &words
}

// disguise writes an English text in the pseudo-language. Two letters for each
// vowel make it longer by as much as other languages are, within the words too.
func disguise(message string) string {
	accents := strings.NewReplacer(
		"a", "áà", "e", "éè", "i", "íì", "o", "óò", "u", "úù", "A", "ÁÀ", "E", "ÉÈ", "I", "ÍÌ", "O", "ÓÒ", "U", "ÚÙ",
		"c", "ç", "n", "ñ", "s", "š", "y", "ý", "z", "ž", "C", "Ç", "N", "Ñ", "S", "Š", "Y", "Ý", "Z", "Ž",
	)
	var b strings.Builder
	b.WriteString(PseudoStart)
	for message != "" {
		sign := strings.IndexByte(message, '%')
		if sign < 0 {
			sign = len(message)
		}
		b.WriteString(accents.Replace(message[:sign]))
		message = message[sign:]
		// A verb stays as it is: from its sign to its letter, or to the second sign.
		if end := strings.IndexAny(message[min(1, len(message)):], "abcdefghijklmnopqrstuvwxyz%"); end >= 0 {
			b.WriteString(message[:end+2])
			message = message[end+2:]
		} else {
			b.WriteString(message)
			message = ""
		}
	}
	b.WriteString(PseudoEnd)
	return b.String()
}

// Undisguised is what s says outside the marks of the pseudo-language.
func Undisguised(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch string(r) {
		case PseudoStart:
			depth++
		case PseudoEnd:
			depth--
		default:
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}
