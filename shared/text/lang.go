package text

import (
	"fmt"
	"strconv"
	"strings"
)

// Lang is a language the product speaks. The zero value is English.
type Lang uint8

// The languages. Spanish addresses the reader with tú.
const (
	EN Lang = iota
	ES
	langs
)

// Langs lists every language.
var Langs = [langs]Lang{EN, ES}

var tags = [langs]string{"en", "es"}

// Tag is the BCP 47 tag, fit for the lang attribute.
func (l Lang) Tag() string {
	if l >= langs {
		return tags[EN]
	}
	return tags[l]
}

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
		if strings.EqualFold(tag, tags[l]) {
			return l, true
		}
	}
	return EN, false
}

// Accept chooses the language of an Accept-Language header: ours with the
// greatest weight, the first of equals; English when there is none. A range
// that cannot be read is skipped.
func Accept(header string) Lang {
	best, weight := EN, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, weighted := strings.Cut(part, ";")
		l, ok := Parse(tag)
		if !ok {
			continue
		}
		q := 1.0
		if weighted {
			v, found := strings.CutPrefix(strings.TrimSpace(params), "q=")
			f, err := strconv.ParseFloat(v, 64)
			if !found || err != nil || !(f >= 0 && f <= 1) {
				continue
			}
			q = f
		}
		if q > weight {
			best, weight = l, q
		}
	}
	return best
}

// T is the message k with its verbs filled in.
func (l Lang) T(k Key, args ...any) string {
	if l >= langs {
		l = EN
	}
	if len(args) == 0 {
		return messages[k][l]
	}
	return fmt.Sprintf(messages[k][l], args...)
}

// N is the message k in the form for the number n. The first verb is n,
// written in the language's way; args fill the others.
func (l Lang) N(k Plural, n int, args ...any) string {
	if l >= langs {
		l = EN
	}
	form := plurals[k][l].other
	if n == 1 {
		form = plurals[k][l].one
	}
	return fmt.Sprintf(form, append([]any{l.Number(n)}, args...)...)
}

// Number writes a whole number with its thousands apart: 1,234 in English,
// 1234 and 12.345 in Spanish, which leaves four digits together.
func (l Lang) Number(n int) string {
	s := strconv.Itoa(n)
	separator, from := ",", 4
	if l == ES {
		separator, from = ".", 5
	}
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	if len(s) < from {
		return sign + s
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + separator + s[i:]
	}
	return sign + s
}

// Milliseconds writes how long an answer took. A site on the same machine takes
// less than the unit.
func (l Lang) Milliseconds(ms int) string {
	if ms < 1 {
		return l.T(MillisecondsUnder)
	}
	return l.T(Milliseconds, l.Number(ms))
}
