package ui

import (
	"crypto/rand"
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// Bounds of a list of addresses from which audits are started.
const (
	batchMost  = 100     // addresses
	batchBytes = 1 << 16 // of the text they are in
	batchShown = 5       // addresses that the question names
	batchNamed = 3       // lines that are no addresses and are shown
)

const batchDialogID = "batch"

// batch is a list of addresses that was pasted, dropped or shared, and what became of each.
type batch struct {
	Lines []batchLine
	// Bad are the first lines that are no addresses, of BadCount.
	Bad      []string
	BadCount int
	Repeated int // lines left out because another says the same
	Beyond   int // and because there are too many
	// Begun is true once the audits are being started, and Busy until each line has its
	// outcome.
	Begun, Busy bool
}

// batchLine is one address.
type batchLine struct {
	Address string
	key     string // by which the server knows it when it is sent again
	// Started is the audit, 0 for none, and Failed the code of why there is none.
	Started int64
	Failed  string
}

// readBatch reads a list of addresses, one a line as in a text or the first column of a
// table. Empty lines and those that begin with # say nothing.
func readBatch(list string) (b batch) {
	list = strings.ToValidUTF8(list[:min(len(list), batchBytes)], "")
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		address := addressIn(line)
		same := func(l batchLine) bool { return l.Address == address }
		switch {
		case line == "" || line[0] == '#':
		case address == "":
			if b.BadCount++; len(b.Bad) < batchNamed {
				b.Bad = append(b.Bad, line[:min(len(line), shared.MaxURL)])
			}
		case slices.ContainsFunc(b.Lines, same):
			b.Repeated++
		case len(b.Lines) == batchMost:
			b.Beyond++
		default:
			b.Lines = append(b.Lines, batchLine{Address: address, key: rand.Text()})
		}
	}
	return b
}

// addressIn is the address in a line: what has a scheme, else the first word; empty where
// that is no address.
func addressIn(line string) string {
	words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t,;\"'<>", r) })
	for _, w := range words {
		if strings.HasPrefix(w, "http://") || strings.HasPrefix(w, "https://") {
			return w
		}
	}
	if len(words) == 0 || siteOf(words[0]) == "" {
		return ""
	}
	return words[0]
}

// takeList asks whether to start audits of the addresses in a text. It reports whether
// there are several.
func (d *dashboardPage) takeList(ctx app.Context, list string) (several bool) {
	b := readBatch(list)
	if len(b.Lines) < 2 || d.batch.Busy {
		return false
	}
	d.batch = b
	ctx.Defer(func(app.Context) { showDialog(batchDialogID) })
	ctx.Update()
	return true
}

func (d *dashboardPage) onBatchClose(app.Context, app.Event) { closeDialog(batchDialogID) }

// onBatchStart starts an audit of each address that has none yet, one after the other.
func (d *dashboardPage) onBatchStart(ctx app.Context, _ app.Event) {
	if d.batch.Busy {
		return
	}
	d.batch.Begun, d.batch.Busy = true, true
	lines := slices.Clone(d.batch.Lines)
	ctx.Async(func() {
		for i, line := range lines {
			if line.Started != 0 {
				continue
			}
			audit, err := createAudit(shared.NewAudit{URL: line.Address}, line.key)
			ctx.Dispatch(func(app.Context) {
				line.Started, line.Failed = audit.AuditID, ""
				if err != nil {
					line.Failed = failureCode(err)
				}
				d.batch.Lines = slices.Clone(d.batch.Lines)
				d.batch.Lines[i] = line
			})
		}
		ctx.Dispatch(func(app.Context) { d.batch.Busy = false })
	})
}

// left is how many addresses have no audit.
func (b *batch) left() (n int) {
	for i := range b.Lines {
		if b.Lines[i].Started == 0 {
			n++
		}
	}
	return n
}

// batchView is the question, and then what became of each address.
func (d *dashboardPage) batchView(l text.Lang) app.UI {
	b := &d.batch
	title := l.N(text.BatchQuestion, len(b.Lines))
	if b.Begun {
		title = l.T(text.BatchStarted, l.Number(len(b.Lines)-b.left()), l.Number(len(b.Lines)))
	}
	start, waits := el("span", ""), ""
	if b.Busy {
		waits = "true"
	}
	switch {
	case !b.Begun:
		start = button("btn-primary", nil, d.onBatchStart, "batch-start", app.Text(l.T(text.BatchStart)))
	case b.left() > 0:
		start = button("", at{"disabled", waits}, d.onBatchStart, "batch-start", app.Text(l.T(text.ListAgain)))
	}
	return elWith("dialog", "dialog batch", at{"id", batchDialogID, "aria-labelledby", "batch-title"},
		elWith("h2", "", at{"id", "batch-title", "role", "status"}, app.Text(title)),
		el("ul", "", b.linesView(l)...),
		el("div", "sm t2", b.notesView(l)...),
		el("div", "dialog-a",
			button("", nil, d.onBatchClose, "batch-close", app.Text(l.T(text.CloseButton))), start),
	)
}

// linesView are the first addresses and, once audits are started, all with what became of
// them.
func (b *batch) linesView(l text.Lang) (items []app.UI) {
	for i := range b.Lines {
		line := &b.Lines[i]
		if i == batchShown && !b.Begun {
			return append(items, elText("li", "t2", l.N(text.BatchMore, len(b.Lines)-i)))
		}
		outcome := el("span", "")
		switch {
		case line.Started != 0:
			outcome = elWith("a", "target", at{"href", shared.PathPage(line.Started)}, app.Text(l.T(text.AuditNumber, line.Started)))
		case line.Failed != "":
			outcome = elText("span", "bad", text.Problem(l, line.Failed))
		}
		items = append(items, el("li", "", midView("mono", line.Address), outcome))
	}
	return items
}

// notesView says what of the list is left out.
func (b *batch) notesView(l text.Lang) (notes []app.UI) {
	say := func(n int, words string) {
		if n > 0 {
			notes = append(notes, elWith("p", "", at{"dir", "auto"}, app.Text(words)))
		}
	}
	say(b.BadCount, l.N(text.BatchBad, b.BadCount)+" "+strings.Join(b.Bad, " · "))
	say(b.Repeated, l.N(text.BatchRepeated, b.Repeated))
	say(b.Beyond, l.N(text.BatchBeyond, b.Beyond))
	return notes
}
