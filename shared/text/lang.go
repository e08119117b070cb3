package text

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"atalaya/shared"
)

// Lang is a language the product speaks. The zero value is English, and so is
// every value that is none.
type Lang uint8

// The languages that sources and tests name. Others need no name of their own.
const (
	EN Lang = iota
	ES
)

// languages lists every language, in the order in which the pages offer them.
// This list is all that knows them: a language is a file such as es.go and its
// word here.
var languages = []*language{EN: &english, ES: &spanish}

// Langs lists every language.
var Langs = list()

func list() []Lang {
	langs := make([]Lang, len(languages))
	for i := range langs {
		langs[i] = Lang(i)
	}
	return langs
}

func (l Lang) language() *language {
	if int(l) < len(languages) {
		return languages[l]
	}
	return &english
}

// Tag is the BCP 47 tag, fit for the lang attribute.
func (l Lang) Tag() string { return l.language().tag }

// OwnName is what the language calls itself, fit for a list.
func (l Lang) OwnName() string { return l.language().name }

// Short is the language in two or three letters, fit for a button.
func (l Lang) Short() string { return l.language().short }

// MarshalText writes the tag.
func (l Lang) MarshalText() ([]byte, error) { return []byte(l.Tag()), nil }

// UnmarshalText reads a tag; an unknown one gives English.
func (l *Lang) UnmarshalText(b []byte) error {
	*l, _ = Parse(string(b))
	return nil
}

// Parse finds the language of a tag such as "es", "es-MX" or "ES_es"; ok is
// false, and the language English, when it is none of ours.
func Parse(tag string) (l Lang, ok bool) {
	tag = strings.TrimSpace(tag)
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	for _, l := range Langs {
		if strings.EqualFold(tag, l.Tag()) {
			return l, true
		}
	}
	return EN, false
}

// Accept chooses the language of an Accept-Language header: ours with the greatest
// weight, the first of equals; English when there is none.
func Accept(header string) Lang {
	best, weight := EN, 0.0
	for _, wanted := range shared.Weights(header) {
		if l, ok := Parse(wanted.Name); ok && wanted.Weight > weight {
			best, weight = l, wanted.Weight
		}
	}
	return best
}

// T is the message k with its verbs filled in.
func (l Lang) T(k Key, args ...any) string {
	message := l.language().messages[k]
	if len(args) == 0 {
		return message
	}
	return fmt.Sprintf(message, args...)
}

// Hole fills a verb with a mark, of whatever kind the verb is, so that a script can
// put the number there later.
type Hole string

// Format writes the mark. It implements [fmt.Formatter].
func (h Hole) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, string(h)) }

// N is the message k in the form for the number n. The first verb is n,
// written in the language's way; args fill the others.
func (l Lang) N(k Plural, n int, args ...any) string {
	words := l.language()
	return fmt.Sprintf(words.plurals[k][words.plural(n)], append([]any{l.Number(n)}, args...)...)
}

// Number writes a whole number with its thousands apart: 1,234 in English,
// 1234 and 12.345 in Spanish, which leaves four digits together.
func (l Lang) Number(n int) string {
	s, sign := strconv.Itoa(n), ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	words := l.language()
	if len(s) < words.groupFrom {
		return sign + s
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + words.thousands + s[i:]
	}
	return sign + s
}

// Tenths writes a number of tenths, not negative, with one decimal: 1.2 in
// English, 1,2 in Spanish.
func (l Lang) Tenths(n int) string {
	return l.Number(n/10) + l.language().decimal + strconv.Itoa(n%10)
}

// Decimal writes a number that is not negative with the decimals that it has: 0.25, or 0,25
// in Spanish.
func (l Lang) Decimal(x float64) string {
	return strings.Replace(strconv.FormatFloat(x, 'f', -1, 64), ".", l.language().decimal, 1)
}

// Date writes the day of a month, with the year unless that is 0.
func (l Lang) Date(year int, month time.Month, day int) string {
	k, args := DayMonthYear, []any{day, l.language().months[month-1], year}
	if year == 0 {
		k, args = DayMonth, args[:2]
	}
	return l.T(k, args...)
}

// Milliseconds writes how long an answer took. A site on the same machine takes
// less than the unit.
func (l Lang) Milliseconds(ms int) string {
	if ms < 1 {
		return l.T(MillisecondsUnder)
	}
	return l.T(Milliseconds, l.Number(ms))
}
