package store_test

import (
	"path"
	"testing"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// TestPagesAreSelected asks for parts of an audit's pages, beside another audit of the same
// addresses.
func TestPagesAreSelected(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		var id int64
		for range 2 {
			f.create(t, site)
			job := f.claim(t, "w")
			id = job.AuditID
			good, bad := page("https://example.org/good"), page("https://example.org/BAD_one", finding("one", "1"), finding("two", "2"))
			good.Page.Title, good.Page.Findings = "Nothing to 100% mend", shared.Findings{Notice: 1}
			bad.Page.Status, bad.Page.Findings = 404, shared.Findings{Error: 1}
			lost := page("https://example.org/lost")
			lost.Page.Status, lost.Page.Referrer, lost.Page.Findings = 0, good.Page.URL, shared.Findings{}
			if err := f.SavePages(ctx, job.Lease, []work.PageRecord{good, bad, lost}); err != nil {
				t.Fatal(err)
			}
		}
		for name, c := range map[string]struct {
			q    shared.PageQuery
			want []string
		}{
			"all":                {shared.PageQuery{}, []string{"good", "BAD_one", "lost"}},
			"address":            {shared.PageQuery{URL: "https://example.org/lost"}, []string{"lost"}},
			"text of an address": {shared.PageQuery{Text: "bad"}, []string{"BAD_one"}},
			"text of a title":    {shared.PageQuery{Text: "NOTHING"}, []string{"good"}},
			"no pattern":         {shared.PageQuery{Text: "%"}, []string{"good"}},
			"nor another":        {shared.PageQuery{Text: "BAD!one"}, nil},
			"errors":             {shared.PageQuery{Found: shared.SeverityError}, []string{"BAD_one"}},
			"notices":            {shared.PageQuery{Found: shared.SeverityNotice}, []string{"good"}},
			"class":              {shared.PageQuery{Answer: shared.AnswerClientError}, []string{"BAD_one"}},
			"no answer":          {shared.PageQuery{Answer: shared.AnswerFailed}, []string{"lost"}},
			"referrer":           {shared.PageQuery{Referrer: "https://example.org/good"}, []string{"lost"}},
			"two at once":        {shared.PageQuery{Text: "o", Answer: shared.AnswerOK}, []string{"good"}},
		} {
			list, err := f.Pages(ctx, id, c.q)
			var got []string
			for _, p := range list.Pages {
				got = append(got, path.Base(p.URL))
			}
			if err != nil || !equal(got, c.want) {
				t.Errorf("%s: got %q, %v, want %q", name, got, err, c.want)
			}
		}
		on, err := f.Findings(ctx, id, shared.FindingQuery{PageURL: "https://example.org/BAD_one"})
		if err != nil || len(on.Findings) != 2 || on.Findings[0].CheckID != "one" || on.Findings[1].PageURL == "" {
			t.Errorf("findings of a page: got %+v, %v", on, err)
		}
		none, err := f.Findings(ctx, id, shared.FindingQuery{PageURL: "https://example.org/none"})
		if err != nil || len(none.Findings) != 0 {
			t.Errorf("findings of no page: got %+v, %v", none, err)
		}
	})
}
