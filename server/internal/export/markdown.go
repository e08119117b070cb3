package export

import (
	"bufio"
	"context"
	"fmt"

	"atalaya/shared"
	"atalaya/shared/escape"
	"atalaya/shared/text"
)

// writeMarkdown writes what a ticket or a chat needs: each fault with its price, its cure
// and the places that the report carries. Errors of w stay with it until it is flushed.
func (e *Export) writeMarkdown(_ context.Context, w *bufio.Writer) error {
	l, a := e.Lang, &e.Report.Audit
	fmt.Fprintf(w, "# %s: %s\n\n", escape.MarkdownText(l.T(text.ReportHeading)), escape.MarkdownCode(shared.SiteName(a.URL)))
	mdFact(w, l.T(text.ColumnSite), escape.MarkdownAddress(a.URL))
	for _, f := range e.facts() {
		mdFact(w, f.Name, escape.MarkdownText(f.Value))
	}
	if why := e.caveat(); why != "" {
		fmt.Fprintf(w, "\n> %s\n", mdSaid(a, why))
	}
	failed := e.Report.FailedChecks(true)
	switch {
	case len(failed) > 0:
		fmt.Fprintf(w, "\n## %s\n", escape.MarkdownText(l.T(text.ReportFindings)))
	case len(e.Report.Checks) > 0:
		fmt.Fprintf(w, "\n%s\n", escape.MarkdownText(l.T(text.ReportNoFindings)))
	}
	for _, c := range failed {
		fmt.Fprintf(w, "\n%s", text.Ticket(l, c))
	}
	return nil
}

func mdFact(w *bufio.Writer, name, value string) {
	fmt.Fprintf(w, "- **%s:** %s\n", escape.MarkdownText(name), value)
}

// mdSaid is a sentence about the audit. That of a failure has pieces of the site in it.
func mdSaid(a *shared.AuditProgress, sentence string) string {
	if a.Status == shared.StatusFailed {
		return escape.MarkdownCode(sentence)
	}
	return escape.MarkdownText(sentence)
}
