package text

import (
	"strings"

	"atalaya/shared"
	"atalaya/shared/escape"
)

// Ticket is a failed check in Markdown, for a ticket or a chat: the fault with its price, its
// cure, and the places that a report carries.
func Ticket(l Lang, c *shared.CheckResult) string {
	var b strings.Builder
	words, _ := Check(l, c.ID)
	b.WriteString("### " + escape.MarkdownText(escape.Visible(words.Title)) + "\n\n" +
		escape.MarkdownText(Meta(l, c)) + " · " + escape.MarkdownCode(c.ID) + "\n")
	if words.Why != "" {
		b.WriteString("\n" + escape.MarkdownText(words.Why) + "\n")
	}
	if words.Fix != "" {
		b.WriteString("\n**" + escape.MarkdownText(l.T(ReportFix)) + ":** " + escape.MarkdownText(words.Fix) + "\n")
	}
	for i := range c.Samples {
		if i == 0 {
			b.WriteString("\n")
		}
		b.WriteString("- " + ticketPlace(l, &c.Samples[i]) + "\n")
	}
	if more := c.Failed - len(c.Samples); more > 0 && len(c.Samples) > 0 {
		b.WriteString("- " + escape.MarkdownText(l.N(MorePlacesCount, more)) + "\n")
	}
	return b.String()
}

func ticketPlace(l Lang, f *shared.Finding) string {
	where := escape.MarkdownText(Place(l, f))
	if f.PageURL != "" {
		where = escape.MarkdownAddress(f.PageURL)
	}
	if seen := AllSeen(l, f); seen != "" {
		return where + ": " + escape.MarkdownCode(seen)
	}
	return where
}

// AllSeen is what a finding rests on, in one line.
func AllSeen(l Lang, f *shared.Finding) string {
	facts := make([]string, len(f.Evidence))
	for i, fact := range f.Evidence {
		facts[i] = Seen(l, fact)
	}
	return escape.Visible(strings.Join(facts, "; "))
}

// Meta is a failed check at one look: severity, category, extent, cost.
func Meta(l Lang, c *shared.CheckResult) string {
	parts := []string{Severity(l, string(c.Severity)), Category(l, string(c.Category)), Extent(l, c.ID, c.Failed, c.Groups)}
	if cost := Cost(l, c.PointsLost); cost != "" {
		parts = append(parts, cost)
	}
	return strings.Join(parts, " · ")
}
