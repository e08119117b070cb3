package text

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"atalaya/shared"
)

// sentence is one that the engine says: its key with its forms, one or as many as
// plural tells apart by the first parameter. %s is a parameter as it is, %d a
// whole number, which comes as decimal digits and is written the language's way.
type sentence struct {
	code  string
	forms []string
}

// Sentence is what the engine says, by its key and parameters. ok is false when this
// version does not know the key, or knows it with other parameters.
func Sentence(l Lang, key string, args []string) (s string, ok bool) {
	words := l.language()
	for i := range words.sentences {
		if words.sentences[i].code == key {
			return words.say(l, words.sentences[i].forms, args)
		}
	}
	return "", false
}

// SentenceKeys lists the keys that have words.
func SentenceKeys() []string {
	keys := make([]string, len(english.sentences))
	for i, s := range english.sentences {
		keys[i] = s.code
	}
	return keys
}

func (words *language) say(l Lang, forms, args []string) (s string, ok bool) {
	if strings.Count(forms[0], "%") != len(args) {
		return "", false
	}
	form := forms[0]
	if len(forms) > 1 {
		n, err := strconv.Atoi(args[0])
		if err != nil {
			return "", false
		}
		form = forms[words.plural(n)]
	}
	values := make([]any, len(args))
	for i, arg := range args {
		values[i] = argument{l, arg}
	}
	return fmt.Sprintf(form, values...), true
}

// argument is a parameter, written as its verb wants it.
type argument struct {
	lang Lang
	text string
}

// Format implements [fmt.Formatter].
func (a argument) Format(f fmt.State, verb rune) {
	s := a.text
	if n, err := strconv.Atoi(s); err == nil && verb == 'd' {
		s = a.lang.Number(n)
	}
	_, _ = io.WriteString(f, s)
}

// Message is what an audit said last: in the language when the engine said it and
// this version knows the sentence, otherwise as it stands in the row. It is empty
// when there is none.
func Message(l Lang, p *shared.AuditProgress) string {
	return said(l, p.MessageKey, p.MessageArgs, p.Message)
}

// ErrorMessage is why an audit failed, in the same way.
func ErrorMessage(l Lang, p *shared.AuditProgress) string {
	return said(l, p.ErrorKey, p.ErrorArgs, p.ErrorMessage)
}

func said(l Lang, key *string, args []string, row *string) string {
	if key != nil {
		if s, ok := Sentence(l, *key, args); ok {
			return s
		}
	}
	if row == nil {
		return ""
	}
	return *row
}
