package export

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"atalaya/shared"
	"atalaya/shared/text"
)

// writeMarkdown writes what a ticket or a chat needs: each fault with its price, its cure
// and the places that the report carries. Errors of w stay with it until it is flushed.
func (e *Export) writeMarkdown(_ context.Context, w *bufio.Writer) error {
	l, a := e.Lang, &e.Report.Audit
	fmt.Fprintf(w, "# %s: %s\n\n", mdText(l.T(text.ReportHeading)), mdCode(shared.SiteName(a.URL)))
	mdFact(w, l.T(text.ColumnSite), mdAddress(a.URL))
	for _, f := range e.facts() {
		mdFact(w, f.Name, mdText(f.Value))
	}
	if why := e.caveat(); why != "" {
		fmt.Fprintf(w, "\n> %s\n", mdSaid(a, why))
	}
	failed := e.failed()
	switch {
	case len(failed) > 0:
		fmt.Fprintf(w, "\n## %s\n", mdText(l.T(text.ReportFindings)))
	case len(e.Report.Checks) > 0:
		fmt.Fprintf(w, "\n%s\n", mdText(l.T(text.ReportNoFindings)))
	}
	for _, c := range failed {
		e.mdCheck(w, c)
	}
	return nil
}

func mdFact(w *bufio.Writer, name, value string) {
	fmt.Fprintf(w, "- **%s:** %s\n", mdText(name), value)
}

// mdSaid is a sentence about the audit. That of a failure has pieces of the site in it.
func mdSaid(a *shared.AuditProgress, sentence string) string {
	if a.Status == shared.StatusFailed {
		return mdCode(sentence)
	}
	return mdText(sentence)
}

func (e *Export) mdCheck(w *bufio.Writer, c *shared.CheckResult) {
	l := e.Lang
	words, _ := text.Check(l, c.ID)
	fmt.Fprintf(w, "\n### %s\n\n%s · %s\n", mdText(e.title(c.ID)), mdText(e.meta(c)), mdCode(c.ID))
	if words.Why != "" {
		fmt.Fprintf(w, "\n%s\n", mdText(words.Why))
	}
	if words.Fix != "" {
		fmt.Fprintf(w, "\n**%s:** %s\n", mdText(l.T(text.ReportFix)), mdText(words.Fix))
	}
	for i := range c.Samples {
		if i == 0 {
			fmt.Fprintln(w)
		}
		e.mdPlace(w, &c.Samples[i])
	}
	if more := c.Failed - len(c.Samples); more > 0 && len(c.Samples) > 0 {
		fmt.Fprintf(w, "- %s\n", mdText(l.N(text.MorePlacesCount, more)))
	}
}

func (e *Export) mdPlace(w *bufio.Writer, f *shared.Finding) {
	where := mdText(text.Place(e.Lang, f))
	if f.PageURL != "" {
		where = mdAddress(f.PageURL)
	}
	if seen := e.seen(f); seen != "" {
		fmt.Fprintf(w, "- %s: %s\n", where, mdCode(seen))
		return
	}
	fmt.Fprintf(w, "- %s\n", where)
}

// mdText escapes words of ours. What the site wrote stands in [mdCode], because a mention
// (@name) or a bare address works in spite of a backslash.
var mdText = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "#", `\#`, "|", `\|`,
	"~", `\~`, "&", `\&`,
).Replace

// mdCode makes any text a span of code, in which Markdown means nothing: the fence is
// longer than any run of backticks inside.
func mdCode(s string) string {
	s = Visible(s)
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.TrimSpace(s) == "" {
		s = " " + s + " "
	}
	return fence + s + fence
}

// mdAddress makes an address a link, or a span of code where it cannot be one.
func mdAddress(raw string) string {
	if address, ok := plainAddress(raw); ok {
		return "<" + address + ">"
	}
	return mdCode(raw)
}
