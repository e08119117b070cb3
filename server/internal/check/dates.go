package check

import (
	"bytes"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// Date is a date found on a page.
type Date struct {
	Day time.Time
	// Place says where it stands.
	Place string
	// Own is true for a date that is meant to be that of the page; others may be those of
	// what the page tells of.
	Own bool
}

// What precedes the web is a date of history and not of a page.
const firstYear, lastYear = 1990, 2100

// Lengths in bytes of a line that says no more than who wrote a page and when, and of
// what may stand between the month and the year of a date.
const (
	shortLine  = 120
	beforeYear = 32
)

// readDates adds the dates that JSON-LD and the text show.
func (p *Page) readDates() {
	for _, item := range p.Items {
		if item.Nested || slices.ContainsFunc(item.Types, isRemark) {
			continue
		}
		for _, d := range item.dates {
			p.noteDate(d.Content, "JSON-LD "+d.Name, true)
		}
	}
	p.readTextDates()
}

// maxOwnDates is how many lines of a date alone may be those of a page, which has been
// published and changed. More are those of what it lists, be it the same day in each; so are
// they where one of the lines is a period, and two days with more than maxBetween lines from
// one to the other: they are entries, as of a timeline.
const (
	maxOwnDates = 2
	maxBetween  = 2
)

// maxNamedDates is how many lines may say that their date is one of the page: it is published,
// reviewed and updated. More are those of the posts that it lists, unless all say the same day.
const maxNamedDates = 3

// maxBeside is how many words may stand beside a date in its line that are no part of it, such
// as a place or the day of the week: more make a sentence, and the date is of what it tells.
const maxBeside = 1

// maxNaming is likewise for a line that names its date: more words tell of what was published
// or written, and not that the page was.
const maxNaming = 12

// readTextDates adds the newest date of the text that may be the page's own, and the newest
// of the others.
func (p *Page) readTextDates() {
	var own, other time.Time
	var alone, named datelines
	var before []byte
	isRecord, n := sync.OnceValue(p.isRecord), 0 // few pages have a line that asks
	for line := range lines(p.Prose.Main) {
		label := before
		before = line
		day, ok := newestDate(line)
		n++
		switch {
		case !ok:
		case len(line) > shortLine:
			other = laterDay(other, day)
		case namesDate(line, isRecord):
			named.add(day, n, false)
		default:
			other = laterDay(other, day)
			if isDateline(line) && !labelsDate(label) && !isRecord() {
				alone.add(day, n, isPeriod(line))
			}
		}
	}
	if named.n <= maxNamedDates || !named.differ {
		own = named.newest
	} else {
		other = laterDay(other, named.newest)
	}
	own = laterDay(own, alone.own())
	for _, text := range [...][]byte{p.Prose.Apart, p.Prose.Rest} {
		for line := range lines(text) {
			if day, ok := newestDate(line); ok {
				other = laterDay(other, day)
			}
		}
	}
	for _, d := range [...]Date{{own, "text", true}, {other, "text", false}} {
		if !d.Day.IsZero() {
			p.Dates = append(p.Dates, d)
		}
	}
}

// isRecord reports whether a page shows a thing that has dates of its own, such as an invoice
// or an event: its title, a heading or its markup says so. A date that such a page does not
// call that of the page is that of the thing.
func (p *Page) isRecord() bool {
	isThing := func(name string) bool { return strings.HasSuffix(name, "Event") || recordTypes[name] }
	return namesRecord(p.Title) ||
		slices.ContainsFunc(p.Headings, func(h Heading) bool { return h.Level <= 2 && namesRecord(h.Text) }) ||
		slices.ContainsFunc(p.Items, func(it Item) bool { return !it.Nested && slices.ContainsFunc(it.Types, isThing) }) ||
		slices.ContainsFunc(p.MarkupTypes, isThing)
}

// namesRecord reports whether a title is the name of a record, with hardly more than its
// number: a longer one may be that of an article about them.
func namesRecord(title string) bool {
	words, found := 0, false
	for word := range dateTerms([]byte(title)) {
		if !isDigit(word[0]) {
			words++
		}
		found = found || recordWords[string(word)]
	}
	return found && words <= maxRecordName
}

// maxRecordName is how many words the name of a record has at most, beside that of its site.
const maxRecordName = 4

// isRemark reports whether a type is one of what readers say on a page: its date is theirs.
func isRemark(name string) bool {
	return name == "Comment" || name == "UserComments" || name == "Answer"
}

// hasRemarks reports whether a property holds what readers say of a thing. A review that is
// not the property of another thing may be the page itself.
func hasRemarks(name string) bool {
	switch name {
	case "review", "reviews", "comment", "acceptedAnswer", "suggestedAnswer":
		return true
	}
	return false
}

// datelines are the lines of a text that are a date and no more.
type datelines struct {
	n                int
	newest           time.Time
	first, last      int // their numbers
	differ, periodic bool
}

// add adds the line of a number, which lines before it have not.
func (d *datelines) add(day time.Time, line int, period bool) {
	if d.n++; d.n == 1 {
		d.first, d.newest = line, day
	}
	d.last = line
	d.differ = d.differ || !day.Equal(d.newest)
	d.newest = laterDay(d.newest, day)
	d.periodic = d.periodic || period
}

// own is the newest date where they are those of the page, or zero.
func (d *datelines) own() time.Time {
	if d.n > maxOwnDates || d.periodic || d.differ && d.last-d.first > maxBetween+1 {
		return time.Time{}
	}
	return d.newest
}

func laterDay(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// namesDate reports whether a line says that its date is one of the page: that it was published
// then, or changed. On a page that is no record, a line that says "date" and not of what does too.
func namesDate(line []byte, isRecord func() bool) bool {
	deed, noun, others := false, false, 0
	for word := range dateTerms(line) {
		switch {
		case datedThings[string(word)]:
			return false
		case dateWords[string(word)]:
			deed = true
		case dateNouns[string(word)]:
			noun = true
		case isBeside(word):
			others++
		}
	}
	return deed && wordsBeside(line) <= maxNaming || noun && others == 0 && !isRecord()
}

// isDateline reports whether a line that has a date says no more than that, or names an author
// beside it. One with signs of code is an example, as of the lines of a log, and one with a
// label says of what else its date is.
func isDateline(line []byte) bool {
	if bytes.ContainsAny(line, "[]{}%=") {
		return false
	}
	return isByline(line) || wordsBeside(line) <= maxBeside && !hasLabel(line)
}

// hasLabel reports whether a line begins with a word that says of what its date is, as "Due: 3
// May 2019" and "Rechnungsdatum 03.05.2019" do.
func hasLabel(line []byte) bool {
	end := bytes.IndexFunc(line, func(r rune) bool { return !isWordRune(r) })
	if end <= 0 || isDigit(line[0]) {
		return false
	}
	return line[end] == ':' || isDateOfThing(bytes.ToLower(line[:end]))
}

// maxLabel is how many words a label has at most that stands above its date.
const maxLabel = 4

// labelsDate reports whether a line without a date says that the one after it is that of
// something else than the page: "Invoice date", "When:".
func labelsDate(line []byte) bool {
	if _, dated := newestDate(line); dated || len(line) > shortLine {
		return false
	}
	words, thing, deed := 0, bytes.HasSuffix(line, []byte(":")), false
	for word := range dateTerms(line) {
		words++
		deed = deed || dateWords[string(word)]
		thing = thing || dateNouns[string(word)] || isDateOfThing(word)
	}
	return thing && !deed && words <= maxLabel
}

// isDateOfThing reports whether a word in lower case is one of a thing that has dates, or a
// German one that ends in "date".
func isDateOfThing(word []byte) bool {
	return datedThings[string(word)] ||
		bytes.HasSuffix(word, []byte("datum")) && !dateWords[string(word)] && !dateNouns[string(word)]
}

// wordsBeside counts the words of a line that are no part of a date.
func wordsBeside(line []byte) (n int) {
	for word := range dateTerms(line) {
		if isBeside(word) {
			n++
		}
	}
	return n
}

// isBeside reports whether a term in lower case is a word that is no part of a date.
func isBeside(word []byte) bool {
	return !isDigit(word[0]) && monthNames[string(word)] == 0 && !dateJoins[string(word)]
}

// dateTerms gives the words and numbers of a line, in lower case.
func dateTerms(line []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for word := range bytes.FieldsFuncSeq(line, func(r rune) bool { return !isWordRune(r) }) {
			if !yield(bytes.ToLower(word)) {
				return
			}
		}
	}
}

// isPeriod reports whether a line has two dates that differ.
func isPeriod(line []byte) bool {
	var first time.Time
	for day := range datesIn(line) {
		switch {
		case first.IsZero():
			first = day
		case !day.Equal(first):
			return true
		}
	}
	return false
}

// newestDate gives the newest date in a line of text.
func newestDate(s []byte) (newest time.Time, found bool) {
	for day := range datesIn(s) {
		newest, found = laterDay(newest, day), true
	}
	return newest, found
}

// datesIn gives the dates in a line of text, in their order.
func datesIn(s []byte) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for i := 0; i < len(s); i++ {
			if !isDigit(s[i]) {
				continue
			}
			start := i
			for i < len(s) && isDigit(s[i]) {
				i++
			}
			if i-start != len("2006") {
				continue
			}
			year := smallNumber(s[start:i])
			if year < firstYear || year > lastYear {
				continue
			}
			if day, ok := dateOf(year, s[:start], s[i:]); ok && !yield(day) {
				return
			}
		}
	}
}

// dateOf makes a date of a year and what stands before or after it.
func dateOf(year int, before, after []byte) (time.Time, bool) {
	if len(after) >= len("-1-2") && isDateSeparator(after[0]) {
		month, rest := leadingNumber(after[1:])
		if len(rest) > 0 && rest[0] == after[0] {
			day, _ := leadingNumber(rest[1:])
			return validDate(year, month, day)
		}
	}
	if n := len(before); n > 0 && isDateSeparator(before[n-1]) {
		rest, second := trailingNumber(before[:n-1])
		if len(rest) > 0 && rest[len(rest)-1] == before[n-1] {
			_, first := trailingNumber(rest[:len(rest)-1])
			return laterOf(year, first, second)
		}
	}
	return writtenDate(year, before)
}

func isDateSeparator(b byte) bool { return b == '-' || b == '/' || b == '.' }

// laterOf reads two numbers as day and month, or as month and day. Where both are
// possible it gives the later date, for which a page is not called old too early.
func laterOf(year, first, second int) (time.Time, bool) {
	a, okA := validDate(year, second, first)
	b, okB := validDate(year, first, second)
	if okB && (!okA || b.After(a)) {
		return b, true
	}
	return a, okA
}

// writtenDate reads the name of a month before a year, with the day on either side of it.
// Without a day it is the end of the month.
func writtenDate(year int, before []byte) (time.Time, bool) {
	before = before[max(0, len(before)-beforeYear):]
	fields := bytes.FieldsFunc(before, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	day, month := 0, time.Month(0)
	for i := len(fields) - 1; i >= 0 && i >= len(fields)-5; i-- {
		word := bytes.ToLower(fields[i])
		n, _ := leadingNumber(word)
		switch {
		case month == 0 && monthNames[string(word)] != 0:
			month = monthNames[string(word)]
		case n > 0 && day == 0:
			day = n
		case dateJoins[string(word)]:
		default:
			i = 0 // the date has ended
		}
		if month != 0 && day != 0 {
			return validDate(year, int(month), day)
		}
	}
	if month == 0 {
		return time.Time{}, false
	}
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC), true
}

func validDate(year, month, day int) (time.Time, bool) {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, t.Year() == year && t.Month() == time.Month(month) && t.Day() == day
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// smallNumber is the value of a few digits.
func smallNumber(s []byte) (n int) {
	for _, b := range s {
		n = 10*n + int(b-'0')
	}
	return n
}

// leadingNumber reads the one or two digits that s begins with; 0 for any other number.
func leadingNumber(s []byte) (n int, rest []byte) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i > 2 {
		return 0, s[i:]
	}
	return smallNumber(s[:i]), s[i:]
}

// trailingNumber reads the one or two digits that s ends with; 0 for any other number.
func trailingNumber(s []byte) (rest []byte, n int) {
	i := len(s)
	for i > 0 && isDigit(s[i-1]) {
		i--
	}
	if len(s)-i > 2 {
		return s[:i], 0
	}
	return s[:i], smallNumber(s[i:])
}

// startsUpper reports whether s begins with a capital letter.
func startsUpper(s []byte) bool {
	r, _ := utf8.DecodeRune(s)
	return unicode.IsUpper(r)
}
