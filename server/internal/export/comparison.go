package export

import (
	"bufio"
	"fmt"
	"io"
	"strconv"

	"atalaya/shared"
	"atalaya/shared/escape"
	"atalaya/shared/text"
)

// Comparison is what changed between two audits, on its way out.
type Comparison struct {
	// Result has in its Changes the places to name; its Counts tell of the others too.
	Result *shared.Comparison
	Lang   text.Lang
}

// WriteMarkdown writes it for tickets and chats.
func (c *Comparison) WriteMarkdown(w io.Writer) error {
	return c.write(&dress{
		out: bufio.NewWriter(w), heading: "# %s: %s\n\n", fact: "- **%s:** %s\n", aside: "\n> %s\n", section: "\n## %s\n\n",
		line: "- %s\n", words: escape.MarkdownText, code: escape.MarkdownCode, address: escape.MarkdownAddress,
	})
}

// WriteText writes it for a terminal.
func (c *Comparison) WriteText(w io.Writer) error {
	return c.write(&dress{
		out: bufio.NewWriter(w), heading: "%s: %s\n\n", fact: "%s: %s\n", aside: "\n%s\n", section: "\n%s\n",
		line: "  %s\n", words: escape.Visible, code: escape.Visible, address: escape.Visible,
	})
}

// dress is how the parts of a text look: their patterns, and how to escape what comes into
// them. Errors of out stay with it until it is flushed.
type dress struct {
	out *bufio.Writer

	heading, fact, aside, section, line string

	words, code, address func(string) string
}

func (c *Comparison) write(d *dress) error {
	l := c.Lang
	fmt.Fprintf(d.out, d.heading, d.words(l.T(text.CompareHeading)), d.code(shared.SiteName(c.Result.Head.URL)))
	for _, f := range c.facts() {
		fmt.Fprintf(d.out, d.fact, d.words(f.Name), d.words(f.Value))
	}
	for _, aside := range text.Asides(l, c.Result) {
		fmt.Fprintf(d.out, d.aside, d.words(aside))
	}
	c.writeSection(d, shared.ChangeNew, text.CompareNew)
	c.writeSection(d, shared.ChangeHeadOnly, text.CompareHeadOnly)
	c.writeSection(d, shared.ChangeFixed, text.CompareFixed)
	c.writeSection(d, shared.ChangeBaseOnly, text.CompareBaseOnly)
	return d.out.Flush()
}

// facts are the numbers of both audits, and how many findings changed.
func (c *Comparison) facts() []fact {
	l, r := c.Lang, c.Result
	facts := []fact{
		{l.T(text.CompareAudits), fromTo(strconv.FormatInt(r.Base.AuditID, 10), strconv.FormatInt(r.Head.AuditID, 10))},
		{l.T(text.ColumnScore), c.scores(r.Base.GeoScore, r.Head.GeoScore)},
	}
	for _, change := range r.Categories {
		if !equal(change.Base, change.Head) {
			name := text.Category(l, string(change.Category))
			facts = append(facts, fact{name, c.scores(change.Base, change.Head)})
		}
	}
	n := r.Pages
	facts = append(facts, fact{l.T(text.ComparePages),
		l.T(text.ComparePagesOf, l.Number(n.Both), l.Number(n.BaseOnly), l.Number(n.HeadOnly))})
	return append(facts, c.counts()...)
}

// counts are how many findings are new, fixed and so on, where there are any.
func (c *Comparison) counts() (facts []fact) {
	l := c.Lang
	for _, of := range [...]struct {
		name  text.Key
		count shared.Findings
	}{
		{text.CompareNew, c.Result.Counts.New}, {text.CompareFixed, c.Result.Counts.Fixed},
		{text.ComparePersistent, c.Result.Counts.Persistent},
		{text.CompareBaseOnly, c.Result.Counts.BaseOnly}, {text.CompareHeadOnly, c.Result.Counts.HeadOnly},
	} {
		if n := of.count; n.Total() > 0 {
			facts = append(facts, fact{l.T(of.name), text.Severities(l, n)})
		}
	}
	return facts
}

// writeSection names the places of one state.
func (c *Comparison) writeSection(d *dress, state shared.ChangeState, name text.Key) {
	total, shown := c.Result.Counts.Of(state).Total(), 0
	if total == 0 {
		return
	}
	fmt.Fprintf(d.out, d.section, d.words(c.Lang.T(name)))
	for i := range c.Result.Changes {
		if change := &c.Result.Changes[i]; change.State == state {
			shown++
			fmt.Fprintf(d.out, d.line, c.place(d, change))
		}
	}
	if more := total - shown; more > 0 {
		fmt.Fprintf(d.out, d.line, d.words(c.Lang.N(text.MorePlacesCount, more)))
	}
}

// place is a change in one line: what, how grave, where.
func (c *Comparison) place(d *dress, change *shared.Change) string {
	words, _ := text.Check(c.Lang, change.CheckID)
	where := d.words(text.Place(c.Lang, &shared.Finding{CheckID: change.CheckID}))
	if change.PageURL != "" {
		where = d.address(change.PageURL)
	}
	if change.Subject != "" {
		where = d.code(change.Subject)
	}
	return d.words(words.Title) + " (" + d.words(text.Severity(c.Lang, string(change.Severity))) + "): " + where
}

// scores are two scores, with a dash for one that there is none of.
func (c *Comparison) scores(base, head *int) string {
	word := func(n *int) string {
		if n == nil {
			return "–"
		}
		return c.Lang.Number(*n)
	}
	return fromTo(word(base), word(head))
}

func fromTo(base, head string) string { return base + " → " + head }

func equal(a, b *int) bool { return a == b || a != nil && b != nil && *a == *b }
