package export

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"atalaya/shared"
	"atalaya/shared/text"
)

// compared has one change of each kind that is shown, with what a hostile site may write.
func compared() *shared.Comparison {
	before, after := 71, 80
	c := &shared.Comparison{
		Base: shared.AuditProgress{AuditID: 7, URL: "https://www.example.com/", GeoScore: &before},
		Head: shared.AuditProgress{AuditID: 9, URL: "https://www.example.com/", GeoScore: &after, Partial: true},
		Categories: []shared.CategoryChange{
			{Category: shared.CategoryLinks, Base: &before, Head: &after},
			{Category: shared.CategoryContent, Base: &before, Head: &before},
			{Category: shared.CategorySecurity, Head: &after},
		},
		Pages: shared.PageOverlap{Both: 10, BaseOnly: 1},
		Changes: []shared.Change{
			{State: shared.ChangeFixed, CheckID: "broken-external", Severity: shared.SeverityWarning, Subject: "`[x](y)`\u202e"},
			{State: shared.ChangeNew, CheckID: "http-4xx", Severity: shared.SeverityError, PageURL: "https://www.example.com/<b>"},
			{State: shared.ChangeNew, CheckID: "sitemap-missing", Severity: shared.SeverityNotice},
			{State: shared.ChangePersistent, CheckID: "http-4xx", PageURL: "https://www.example.com/not-shown"},
		},
	}
	c.Counts.New = shared.Findings{Error: 4, Notice: 1}
	c.Counts.Fixed.Warning, c.Counts.Persistent.Error, c.Counts.BaseOnly.Notice = 1, 1, 3
	return c
}

func TestComparison(t *testing.T) {
	en, es := Comparison{Result: compared(), Lang: text.EN}, Comparison{Result: compared(), Lang: text.ES}
	for file, write := range map[string]func(io.Writer) error{
		"comparison.md": en.WriteMarkdown, "comparison.es.md": es.WriteMarkdown, "comparison.txt": en.WriteText,
	} {
		var got bytes.Buffer
		if err := write(&got); err != nil {
			t.Fatal(err)
		}
		golden(t, file, got.String())
	}
}

func TestComparisonWithoutChange(t *testing.T) {
	c := Comparison{Result: &shared.Comparison{}}
	var got bytes.Buffer
	if err := c.WriteText(&got); err != nil || !strings.Contains(got.String(), "Nothing is new and nothing is fixed.") {
		t.Errorf("got %v:\n%s", err, got.String())
	}
}
