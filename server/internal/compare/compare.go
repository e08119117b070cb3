package compare

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"

	"atalaya/shared"
)

// ErrSites is returned for audits of different sites, which have no page in common.
var ErrSites = errors.New("the audits are of different sites")

// Side is one of two audits.
type Side struct {
	Report *shared.Report
	// Pages come in the order of their addresses, bytewise, each once. The first has no
	// address: it stands for the site as a whole.
	Pages iter.Seq2[Page, error]
}

// Page is a fetched address with what was found there.
type Page struct {
	URL string
	// Answered is whether there was an answer, Analysed whether it was a page to look into.
	Answered, Analysed bool
	Findings           []Finding
}

// Finding is a failed check. Subject is empty unless the check looks at several pages.
type Finding struct {
	CheckID  string
	Category shared.Category
	Severity shared.Severity
	Subject  string
}

// findingOf takes from a finding what it is told by. The evidence of a check of several
// pages begins with what it looked at; what follows, such as counts, may differ each time.
func findingOf(f *shared.Finding) Finding {
	out := Finding{CheckID: f.CheckID, Category: f.Category, Severity: f.Severity}
	if f.PageURL == "" && shared.ExtentOf(f.CheckID) == shared.ExtentSome && len(f.Evidence) > 0 {
		out.Subject = f.Evidence[0].Value
	}
	return out
}

func byIdentity(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.CheckID, b.CheckID), cmp.Compare(a.Subject, b.Subject))
}

// Audits compares two audits. Each change is told to take, in the order of addresses, then
// checks, then subjects; the result has none of them itself.
func Audits(base, head Side, take func(shared.Change)) (shared.Comparison, error) {
	if err := CheckSites(base.Report.Audit.URL, head.Report.Audit.URL); err != nil {
		return shared.Comparison{}, err
	}
	w := &walk{
		base: viewOf(base.Report), head: viewOf(head.Report), take: take,
		result: shared.Comparison{
			Base: base.Report.Audit, Head: head.Report.Audit, Changes: []shared.Change{},
			Categories: categories(base.Report.Score, head.Report.Score),
			Checks:     checks(base.Report.Checks, head.Report.Checks),
		},
	}
	err := inStep(base.Pages, head.Pages, w.page)
	return w.result, err
}

// CheckSites returns [ErrSites] unless the URLs of two audits are of one site: of the same
// host and port, with or without www.
func CheckSites(base, head string) error {
	if a, b := shared.SiteName(base), shared.SiteName(head); a != b {
		return fmt.Errorf("%w: %.100q and %.100q", ErrSites, a, b)
	}
	return nil
}

// inStep walks two sides in the order of addresses. both gets the pages of one address, nil
// for a side that has none.
func inStep(base, head iter.Seq2[Page, error], both func(base, head *Page)) error {
	b, stopBase := newCursor(base)
	defer stopBase()
	h, stopHead := newCursor(head)
	defer stopHead()
	for {
		if err := cmp.Or(b.err, h.err); err != nil {
			return err
		}
		switch {
		case b.page == nil && h.page == nil:
			return nil
		case h.page == nil || b.page != nil && b.page.URL < h.page.URL:
			both(b.page, nil)
			b.advance()
		case b.page == nil || h.page.URL < b.page.URL:
			both(nil, h.page)
			h.advance()
		default:
			both(b.page, h.page)
			b.advance()
			h.advance()
		}
	}
}

// cursor stands at a page of one side; at its end the page is nil.
type cursor struct {
	next func() (Page, error, bool)
	page *Page
	err  error
}

func newCursor(pages iter.Seq2[Page, error]) (c *cursor, stop func()) {
	next, stop := iter.Pull2(pages)
	c = &cursor{next: next}
	c.advance()
	return c, stop
}

func (c *cursor) advance() {
	page, err, ok := c.next()
	c.page, c.err = nil, err
	if ok && err == nil {
		c.page = &page
	}
}

// walk is a comparison in the making.
type walk struct {
	base, head view
	take       func(shared.Change)
	result     shared.Comparison
}

// page takes what both sides have at one address.
func (w *walk) page(base, head *Page) {
	w.countPage(base, head)
	for _, f := range identities(base, head) {
		w.finding(f, base, head)
	}
}

func (w *walk) countPage(base, head *Page) {
	switch n := &w.result.Pages; {
	case base == nil && head.URL != "":
		n.HeadOnly++
	case head == nil && base.URL != "":
		n.BaseOnly++
	case base != nil && base.URL != "":
		n.Both++
	}
}

func (w *walk) finding(f Finding, base, head *Page) {
	change := shared.Change{
		CheckID: f.CheckID, Category: f.Category, Severity: f.Severity, PageURL: cmp.Or(base, head).URL, Subject: f.Subject,
	}
	change.State, change.Reason = w.become(f, base, head)
	w.result.Counts.Of(change.State).Add(f.Severity, 1)
	w.take(change)
}

// identities are the findings of two pages, each once and in order. Where both have one it
// is as the head saw it.
func identities(base, head *Page) []Finding {
	var all []Finding
	for _, p := range [...]*Page{head, base} {
		if p != nil {
			all = append(all, p.Findings...)
		}
	}
	slices.SortStableFunc(all, byIdentity)
	return slices.CompactFunc(all, func(a, b Finding) bool { return byIdentity(a, b) == 0 })
}
