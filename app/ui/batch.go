package ui

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/outbox"
	"atalaya/shared"
	"atalaya/shared/text"
)

// Bounds of a list of addresses from which audits are started.
const (
	batchMost  = 100     // addresses
	batchBytes = 1 << 16 // of the text they are in
	batchShown = 5       // addresses that the question names, and lines left out
)

// batch is a list of addresses that was pasted, dropped or shared.
type batch struct {
	lines []string
	// skipped are the lines left out: no addresses, repeated, or too many.
	skipped []string
}

// readBatch reads a list of addresses, one a line as in a text or the first column of a
// table. Empty lines and those that begin with # say nothing.
func readBatch(list string) (b batch) {
	for _, line := range strings.Split(list[:min(len(list), batchBytes)], "\n") {
		line = strings.TrimSpace(line)
		address := addressIn(line)
		switch {
		case line == "" || line[0] == '#':
		case address == "" || slices.Contains(b.lines, address) || len(b.lines) == batchMost:
			b.skipped = append(b.skipped, line)
		default:
			b.lines = append(b.lines, address)
		}
	}
	return b
}

// isList reports whether a text is an address, or a list of them, and nothing else.
func isList(text string) bool {
	b := readBatch(text)
	return !strings.ContainsAny(text, " \t") && len(b.lines) > 0 && len(b.skipped) == 0
}

// addressIn is the address in a line: the first word with a scheme, else the first word;
// empty where that is no address.
func addressIn(line string) string {
	words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t,;\"'<>", r) })
	if len(words) == 0 {
		return ""
	}
	word := words[0]
	for _, w := range slices.Backward(words) {
		if strings.HasPrefix(w, "http://") || strings.HasPrefix(w, "https://") {
			word = w
		}
	}
	if siteOf(word) == "" {
		return ""
	}
	return word
}

// words are the question whether to start audits: how many, of which addresses, and what is
// left out.
func (b batch) words(l text.Lang) string {
	n := len(b.lines)
	lines := append([]string{l.N(text.BatchQuestion, n), ""}, b.lines[:min(n, batchShown)]...)
	if n > batchShown {
		lines = append(lines, l.N(text.BatchMore, n-batchShown))
	}
	if n := len(b.skipped); n > 0 {
		lines = append(append(lines, "", l.N(text.BatchSkipped, n)), b.skipped[:min(n, batchShown)]...)
	}
	return strings.Join(lines, "\n")
}

// opening is a list of addresses as this tab opened it last. Each of its rows has a key of
// its own, by which the server knows an audit that it has started already: a list that is
// pasted, dropped or reloaded once more, because an answer was lost or by mistake, starts
// nothing twice.
type opening struct {
	Key   string
	Lines []string
	At    time.Time
}

// openedFor is how long the same addresses are the same list. Whoever brings them later
// wants them audited again.
const openedFor = 10 * time.Minute

// open opens the list that has these lines: once more if it is the one that was opened last.
func (o opening) open(lines []string, now time.Time) opening {
	if age := now.Sub(o.At); age >= 0 && age < openedFor && slices.Equal(o.Lines, lines) {
		return o
	}
	return opening{Key: rand.Text(), Lines: lines, At: now}
}

// entry asks for the audit of a row. Rows that wait for the connection keep their order by
// their times.
func (o opening) entry(row int) outbox.Entry {
	at := o.At.Add(time.Duration(row) * time.Millisecond)
	return outbox.Entry{Key: o.Key + "-" + num(row), Wish: shared.NewAudit{URL: o.Lines[row]}, At: at}
}

const openingKey = "atalaya.batch" // in sessionStorage, which a reload leaves alone

// openList is [opening.open] for what this tab opened last. A browser that refuses storage
// knows of no list but the one at hand.
func openList(lines []string) (o opening) {
	defer func() {
		if recover() != nil {
			o = opening{}.open(lines, time.Now())
		}
	}()
	kept := app.Window().Get("sessionStorage")
	_ = json.Unmarshal([]byte(kept.Call("getItem", openingKey).String()), &o) // without one it is another list
	o = o.open(lines, time.Now())
	body, _ := json.Marshal(o) // strings and a time always encode
	kept.Call("setItem", openingKey, string(body))
	return o
}

// takeList asks whether to start audits of the addresses in a text. It reports whether
// there are several.
func (d *dashboardPage) takeList(ctx app.Context, list string) (several bool) {
	b := readBatch(list)
	if len(b.lines) < 2 {
		return false
	}
	if app.Window().Call("confirm", b.words(d.lang)).Truthy() {
		d.note, d.fault = "", ""
		opened := openList(b.lines)
		ctx.Async(func() { d.startAll(ctx, opened) })
	}
	return true
}

// startAll starts audits one after the other, tells how many were started so far, and names
// each address that has none with the reason. What does not reach the server waits for the
// connection.
func (d *dashboardPage) startAll(ctx app.Context, list opening) {
	var failed []string
	started := 0
	for row, address := range list.Lines {
		e := list.entry(row)
		_, err := createAudit(e.Wish, e.Key)
		switch {
		case err == nil:
			started++
		case unreached(err) && keepEntry(d.device.outbox, e):
		default:
			failed = append(failed, address+": "+text.Problem(d.lang, failureCode(err)))
		}
		started, fault := started, strings.Join(failed, "\n")
		ctx.Dispatch(func(app.Context) {
			d.note, d.fault = d.lang.T(text.BatchStarted, d.lang.Number(started), d.lang.Number(len(list.Lines))), fault
		})
	}
}
