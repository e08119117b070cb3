package check

import (
	"bytes"
	"cmp"
	"strings"
	"unicode/utf8"

	"atalaya/shared"
)

// hiddenTextRule is about what people do not see and machines read.
var hiddenTextRule = Check{
	ID: "hidden-text", Category: shared.CategoryAIAccess, Severity: shared.SeverityWarning,
	Source: "Google Search Central: spam policies, hidden text", Page: &PageRule{isHTML, hiddenText},
}

// hiddenWords is how many words nobody hides by accident.
const hiddenWords = 50

// Hidden is what a page says to machines alone.
type Hidden struct {
	// Words counts the words that their own style makes invisible, Text are the first.
	Words int
	Text  string
	// Instruction is what tells a model what to do, where people do not see it.
	Instruction string
	// Invisible is text written with characters that have no sign.
	Invisible string
}

func hiddenText(p *Page) *Fault {
	var ev []shared.Evidence
	if p.Hidden.Instruction != "" {
		ev = append(ev, fact("instruction", p.Hidden.Instruction))
	}
	if p.Hidden.Invisible != "" {
		ev = append(ev, fact("invisible", p.Hidden.Invisible))
	}
	if p.Hidden.Words >= hiddenWords {
		ev = append(ev, number("words", p.Hidden.Words), fact("hidden", p.Hidden.Text))
	}
	if ev == nil {
		return nil
	}
	return &Fault{Evidence: ev}
}

// Bounds of the text that is kept, while a page is read, of what is not shown.
const (
	maxUnseen    = 64 << 10
	maxConcealed = 16 << 10
)

// unseen is the text of a page that people do not see.
type unseen struct {
	// away is what is not there for people: comments, and elements that are not shown.
	// Scripts may show those, so their length says nothing.
	away []byte
	// concealed is what is there, but too small to be seen or of the colour around it.
	concealed []byte
}

// hide keeps a text that stands where people do not see it.
func (c *collector) hide(s []byte) {
	switch {
	case c.cur&inTemplate != 0:
	case c.cur&inUnshown != 0:
		c.unseen.away = appendBounded(c.unseen.away, s, maxUnseen)
	case c.cur&inHidden == 0 && c.cur&inConcealed != 0:
		c.unseen.concealed = appendBounded(c.unseen.concealed, s, maxConcealed)
	}
}

// comment takes in a comment, with or without its marks.
func (c *collector) comment(s []byte) {
	c.words.end()
	s = bytes.TrimSuffix(bytes.TrimPrefix(s, []byte("<!--")), []byte("-->"))
	c.unseen.away = appendBounded(c.unseen.away, s, maxUnseen)
}

// appendBounded appends a text and a blank after it, while there are fewer than max bytes.
func appendBounded(b, s []byte, max int) []byte {
	if room := max - len(b); room > 0 {
		b = append(append(b, s[:min(len(s), room)]...), ' ')
	}
	return b
}

func (c *collector) concludeHidden() {
	h := &c.p.Hidden
	w := newWordCount()
	w.add(c.unseen.concealed, place{})
	w.end()
	if h.Words = w.visible / wordUnit; h.Words > 0 {
		h.Text = sanitise(string(c.unseen.concealed), maxAnchor)
	}
	if h.Invisible == "" { // references to characters are told by now
		h.Invisible = cmp.Or(
			invisibleText(c.p.Prose.Main), invisibleText(c.p.Prose.Apart), invisibleText(c.p.Prose.Rest))
	}
	h.Instruction = instruction(c.unseen.concealed)
	if h.Instruction == "" {
		h.Instruction = instruction(c.unseen.away)
	}
}

// instructions are what texts for models begin with that want them to do something. They
// are in lower case, and longer than what may stand there by chance.
var instructions = []string{
	"ignore all previous instructions", "ignore previous instructions", "ignore the previous instructions",
	"ignore all prior instructions", "ignore your previous instructions", "ignore the above instructions",
	"disregard all previous instructions", "disregard previous instructions", "forget all previous instructions",
	"forget your previous instructions", "if you are an ai", "if you are a language model", "if you are an llm",
	"if you are a large language model", "instructions for ai", "instructions to ai", "note to ai",
	"ignora las instrucciones anteriores", "ignora todas las instrucciones", "olvida las instrucciones anteriores",
	"si eres una ia", "si eres un modelo de lenguaje", "instrucciones para la ia",
	"ignoriere alle vorherigen anweisungen", "ignoriere die vorherigen anweisungen",
	"ignoriere alle bisherigen anweisungen", "vergiss alle vorherigen anweisungen", "wenn du eine ki bist",
	"wenn du ein sprachmodell bist", "anweisungen für die ki",
	"ignore toutes les instructions", "ignorez toutes les instructions", "ignore les instructions précédentes",
	"ignorez les instructions précédentes", "oublie toutes les instructions", "oubliez toutes les instructions",
	"si tu es une ia", "si vous êtes une ia", "si tu es un modèle de langage", "si vous êtes un modèle de langage",
	"instructions pour l'ia",
	"ignore todas as instruções", "ignore as instruções anteriores", "esqueça as instruções anteriores",
	"esqueça todas as instruções", "se você é uma ia", "se és uma ia", "se você é um modelo de linguagem",
	"se és um modelo de linguagem", "instruções para a ia",
	"ignora tutte le istruzioni", "ignora le istruzioni precedenti", "dimentica le istruzioni precedenti",
	"dimentica tutte le istruzioni", "se sei un'ia", "se sei una ia", "se sei un modello linguistico",
	"istruzioni per l'ia",
}

// instruction is the first instruction to a model in a text, with what follows it.
func instruction(s []byte) string {
	if len(s) == 0 {
		return ""
	}
	text := strings.Join(strings.Fields(strings.ToLower(string(s))), " ")
	for _, phrase := range instructions {
		if i := wordIndex(text, phrase); i >= 0 {
			return sanitise(text[i:min(len(text), i+4*maxAnchor)], maxAnchor)
		}
	}
	return ""
}

// wordIndex is where text holds phrase as words of their own; -1 when it does not.
func wordIndex(text, phrase string) int {
	for from := 0; ; {
		i := strings.Index(text[from:], phrase)
		if i < 0 {
			return -1
		}
		start, end := from+i, from+i+len(phrase)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !isWordRune(before) && !isWordRune(after) {
			return start
		}
		from = end
	}
}

// minInvisible is longer than the tags in the emoji of a flag.
const minInvisible = 10

// invisibleText is the first text of any length that is written with tag characters of
// Unicode, which stand for the letters of ASCII and show nothing.
func invisibleText(text []byte) string {
	const first, last, toASCII = 0xE0020, 0xE007E, 0xE0000
	var found []byte
	for {
		i := bytes.Index(text, []byte("\xf3\xa0"))
		if i < 0 {
			return ""
		}
		text = text[i:]
		found = found[:0]
		for {
			r, size := utf8.DecodeRune(text)
			if r < first || r > last {
				break
			}
			if text = text[size:]; len(found) < maxAnchor {
				found = append(found, byte(r-toASCII))
			}
		}
		if len(found) >= minInvisible {
			return sanitise(string(found), maxAnchor)
		}
		text = text[min(len(text), 1):]
	}
}

// regionOfStyle is what a style attribute says of an element's region.
func regionOfStyle(style []byte) (r region) {
	if bytes.IndexByte(style, ':') < 0 {
		return 0
	}
	var colour, background []byte
	for declaration := range bytes.SplitSeq(style, []byte(";")) {
		name, value, _ := bytes.Cut(declaration, []byte(":"))
		value = bytes.TrimSpace(value)
		switch strings.ToLower(string(bytes.TrimSpace(name))) {
		case "display":
			if isWord(value, "none") {
				r |= inUnshown
			}
		case "visibility":
			if isWord(value, "hidden") {
				r |= inUnshown
			}
		case "font-size":
			if isWord(value, "0") || isWord(value, "0px") || isWord(value, "1px") {
				r |= inTiny
			} else if isAbsoluteSize(value) {
				r |= showsSize
			}
		case "color":
			colour = value
		case "background", "background-color":
			background = value
		}
	}
	switch {
	case isWord(colour, "inherit"), len(colour) == 0 && len(background) == 0:
	case bytes.EqualFold(colour, background):
		r |= inCamouflaged
	default:
		r |= showsColour
	}
	return r
}

// isAbsoluteSize reports whether the size of a font is not a part of that around it.
func isAbsoluteSize(value []byte) bool {
	for _, unit := range [...]string{"px", "pt", "rem", "small", "medium", "large"} {
		if hasFold(value, unit) {
			return true
		}
	}
	return false
}

// isWord reports whether a value of a style is a word, important or not.
func isWord(value []byte, word string) bool {
	if i := bytes.IndexByte(value, '!'); i >= 0 {
		value = bytes.TrimSpace(value[:i])
	}
	return len(value) == len(word) && strings.EqualFold(string(value), word)
}
