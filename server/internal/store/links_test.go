package store_test

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// packed is a state with links, as an engine leaves it.
func packed(t *testing.T, links work.PageLinks) []byte {
	t.Helper()
	plain, err := json.Marshal(links)
	var b bytes.Buffer
	w, flateErr := flate.NewWriter(&b, flate.BestSpeed)
	if err := errors.Join(err, flateErr); err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(plain)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// walkLinks reads all links that a query selects.
func (f *fixture) walkLinks(t *testing.T, id int64, q shared.LinkQuery) (links []shared.Link, count *int) {
	t.Helper()
	for parts := 0; parts < 1000; parts++ {
		list, err := f.Links(t.Context(), id, q)
		if err != nil || list.Links == nil || len(list.Links) > q.Limit {
			t.Fatalf("%+v: %d links, %v", q, len(list.Links), err)
		}
		links, count = append(links, list.Links...), list.Count
		if list.NextCursor == nil {
			return links, count
		}
		q.Cursor = *list.NextCursor
	}
	t.Fatal("no end")
	return nil, nil
}

func TestLinksOfAPage(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		const many = 1_203 // several writes, the last one not full
		f.create(t, site)
		job := f.claim(t, "w")
		url := func(i int) string { return fmt.Sprintf("https://example.org/%d", i) }
		var pages []work.PageRecord
		in := work.LinksIn{From: make([][]int32, many)}
		for i := range many {
			p := page(url(i))
			p.State = packed(t, work.PageLinks{Links: []string{url(0)}, Texts: []string{fmt.Sprint("no. ", i, " '")}})
			pages, in.Pages = append(pages, p), append(in.Pages, url(i))
		}
		for i := many - 1; i > 0; i-- { // in no order
			in.From[0] = append(in.From[0], int32(i)) //nolint:gosec // small
		}
		pages[0].State = packed(t, work.PageLinks{
			Links: []string{url(1), "https://example.org/\x00left"}, Texts: []string{"one", ""},
			Outward: []work.TextLink{{URL: "https://other.example/", Text: "out"}},
		})
		pages[1].State = packed(t, work.PageLinks{Links: []string{url(0)}}) // of an earlier version
		pages[2].State = []byte("nonsense")
		in.Pages = append(in.Pages, "https://example.org/never-saved")
		in.From = append(in.From, []int32{0})
		in.From[3] = []int32{many}
		if err := f.SavePages(t.Context(), job.Lease, pages); err != nil {
			t.Fatal(err)
		}
		if _, count := f.walkLinks(t, job.AuditID, shared.LinkQuery{To: url(0), Limit: 5}); count != nil {
			t.Errorf("while the audit runs: %d", *count)
		}
		for range 2 { // a worker may repeat what it does not know to have succeeded
			if err := f.SaveLinksIn(t.Context(), job.Lease, in); err != nil {
				t.Fatal(err)
			}
		}

		links, count := f.walkLinks(t, job.AuditID, shared.LinkQuery{To: url(0), Limit: 100})
		if len(links) != many-1 || count == nil || *count != many-1 {
			t.Fatalf("%d links, count %v", len(links), count)
		}
		for i, l := range links {
			want := shared.Link{URL: url(i + 1), Text: fmt.Sprint("no. ", i+1, " '"), Fetched: true, Status: 200}
			if i < 2 {
				want.Text = ""
			}
			if l != want {
				t.Errorf("link %d: got %+v, want %+v", i, l, want)
			}
		}
		for _, none := range []string{url(1), url(3)} {
			if links, count := f.walkLinks(t, job.AuditID, shared.LinkQuery{To: none, Limit: 5}); len(links) != 0 || count == nil || *count != 0 {
				t.Errorf("to %s: %+v, count %v", none, links, count)
			}
		}
		for _, unknown := range []shared.LinkQuery{{To: "https://example.org/never-saved", Limit: 5}, {To: "';", Limit: 5}, {From: "x", Limit: 5}, {From: url(2), Limit: 5}} {
			if links, count := f.walkLinks(t, job.AuditID, unknown); len(links) != 0 || count != nil {
				t.Errorf("%+v: %+v, count %v", unknown, links, count)
			}
		}
		from, count := f.walkLinks(t, job.AuditID, shared.LinkQuery{From: url(0), Limit: 2})
		want := []shared.Link{
			{URL: url(1), Text: "one", Fetched: true, Status: 200}, {URL: "https://example.org/left"}, {URL: "https://other.example/", Text: "out"},
		}
		if !slices.Equal(from, want) || count == nil || *count != 3 {
			t.Errorf("on from a page: %+v, count %v", from, count)
		}

		if err := f.SaveLinksIn(t.Context(), job.Lease, work.LinksIn{}); err != nil {
			t.Fatal(err)
		}
		if _, count := f.walkLinks(t, job.AuditID, shared.LinkQuery{To: url(0), Limit: 5}); count != nil {
			t.Errorf("forgotten: %d", *count)
		}
		other := job.Lease
		other.Attempt++
		if err := f.SaveLinksIn(t.Context(), other, in); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("with a lease that is lost: %v", err)
		}
		for _, cursor := range []string{"x", "cGFnZXM6MQ"} {
			if _, err := f.Links(t.Context(), job.AuditID, shared.LinkQuery{To: url(0), Cursor: cursor}); !errors.Is(err, store.ErrBadCursor) {
				t.Errorf("cursor %s: %v", cursor, err)
			}
		}
		if _, err := f.Links(t.Context(), 4711, shared.LinkQuery{To: url(0)}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("of no audit: %v", err)
		}
	})
}

// What is spoiled is not known, and harms nobody.
func TestSpoiledLinksAndHeaders(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.create(t, site)
		job := f.claim(t, "w")
		if err := errors.Join(f.SavePages(t.Context(), job.Lease, []work.PageRecord{page("a"), page("b")}),
			f.SaveLinksIn(t.Context(), job.Lease, work.LinksIn{Pages: []string{"a", "b"}, From: [][]int32{{1}, {}}})); err != nil {
			t.Fatal(err)
		}
		f.sql(t, `UPDATE pages SET headers = '{"a":1}', redirects = 'x'`)
		f.sql(t, "UPDATE links_in SET linking = "+map[string]string{
			"sqlite": "x'ffffffffffffffffffff'", "postgresql": `'\xffffffffffffffffffff'`}[f.Dialect()])
		list, err := f.Pages(t.Context(), job.AuditID, shared.PageQuery{})
		if err != nil || len(list.Pages) != 2 || list.Pages[0].Headers != nil || list.Pages[0].Redirects != nil {
			t.Errorf("pages: %+v, %v", list, err)
		}
		if links, count := f.walkLinks(t, job.AuditID, shared.LinkQuery{To: "a", Limit: 5}); len(links) != 0 || *count != 0 {
			t.Errorf("links: %+v of %d", links, *count)
		}
	})
}

func TestPageThatNoLinkLeadsTo(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.create(t, site)
		job := f.claim(t, "w")
		p := page("https://example.org/")
		p.Page.Depth = shared.DepthUnlinked
		if err := f.SavePages(t.Context(), job.Lease, []work.PageRecord{p}); err != nil {
			t.Fatal(err)
		}
		list, err := f.Pages(t.Context(), job.Lease.AuditID, shared.PageQuery{})
		if err != nil || len(list.Pages) != 1 || list.Pages[0].Depth != shared.DepthUnlinked {
			t.Errorf("got %+v, %v", list.Pages, err)
		}
	})
}
