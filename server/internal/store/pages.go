package store

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// chunk is how many rows one INSERT carries.
const chunk = 200

// maxText bounds texts that come from an audited site, in bytes.
const maxText = 4 << 10

type pageRow struct {
	bun.BaseModel `bun:"table:pages,alias:p"`

	ID              int64  `bun:"id,pk,autoincrement"`
	AuditID         int64  `bun:"audit_id"`
	URL             string `bun:"url"`
	Depth           int    `bun:"depth"`
	Referrer        string `bun:"referrer"`
	Status          int    `bun:"status"`
	Failure         string `bun:"failure"`
	MS              int    `bun:"ms"`
	Bytes           int    `bun:"bytes"`
	ContentType     string `bun:"content_type"`
	FinalURL        string `bun:"final_url"`
	Title           string `bun:"title"`
	Words           int    `bun:"words"`
	Analysed        bool   `bun:"analysed"`
	FindingsError   int    `bun:"findings_error"`
	FindingsWarning int    `bun:"findings_warning"`
	FindingsNotice  int    `bun:"findings_notice"`
	FetchedAt       stamp  `bun:"fetched_at"`
	State           []byte `bun:"state"`

	Redirects jsonList[shared.Hop]    `bun:"redirects"`
	Headers   jsonList[shared.Header] `bun:"headers"`
}

// jsonList is a list in one column; nil is NULL.
type jsonList[T any] []T

// Scan implements [sql.Scanner]; it never fails. What is no such list is not known.
func (l *jsonList[T]) Scan(src any) error {
	*l = nil
	switch v := src.(type) {
	case []byte:
		l.read(v)
	case string:
		l.read([]byte(v))
	}
	return nil
}

func (l *jsonList[T]) read(body []byte) {
	if json.Unmarshal(body, (*[]T)(l)) != nil {
		*l = nil
	}
}

// Value implements [driver.Valuer].
func (l jsonList[T]) Value() (driver.Value, error) {
	if l == nil {
		return nil, nil
	}
	body, err := json.Marshal([]T(l))
	return string(body), err
}

// saneHops and saneHeaders have texts of the site that are fit to be stored and read.
func saneHops(hops []shared.Hop) []shared.Hop {
	sane := slices.Clone(hops)
	for i := range sane {
		sane[i].URL, sane[i].Status = sanitise(sane[i].URL), max(sane[i].Status, 0)
	}
	return sane
}

func saneHeaders(headers []shared.Header) []shared.Header {
	sane := slices.Clone(headers)
	for i := range sane {
		sane[i].Name, sane[i].Value = sanitise(sane[i].Name), sanitise(sane[i].Value)
	}
	return sane
}

func newPageRow(auditID int64, r *work.PageRecord) pageRow {
	p := &r.Page
	return pageRow{
		AuditID: auditID, URL: sanitise(p.URL), Depth: p.Depth, Referrer: cutBytes(p.Referrer, maxText),
		Status: p.Status, Failure: cutBytes(p.Failure, maxText), MS: p.MS, Bytes: p.Bytes,
		ContentType: cutBytes(p.ContentType, maxText), FinalURL: cutBytes(p.FinalURL, maxText),
		Title: cutBytes(p.Title, maxText),
		Words: p.Words, Analysed: p.Analysed,
		FindingsError: p.Findings.Error, FindingsWarning: p.Findings.Warning, FindingsNotice: p.Findings.Notice,
		FetchedAt: stamp{p.FetchedAt.Time}, State: r.State,
		Redirects: saneHops(p.Redirects), Headers: saneHeaders(p.Headers),
	}
}

func (r *pageRow) page() shared.Page {
	return shared.Page{
		ID: r.ID, URL: sanitise(r.URL), Depth: max(r.Depth, shared.DepthUnlinked), Referrer: sanitise(r.Referrer),
		Status: r.Status, Failure: sanitise(r.Failure), MS: max(r.MS, 0), Bytes: max(r.Bytes, 0),
		ContentType: sanitise(r.ContentType), FinalURL: sanitise(r.FinalURL), Title: sanitise(r.Title),
		Words: max(r.Words, 0), Analysed: r.Analysed,
		Findings:  findingsOf(r.FindingsError, r.FindingsWarning, r.FindingsNotice),
		FetchedAt: shared.At(r.FetchedAt.Time),
		Redirects: saneHops(r.Redirects), Headers: saneHeaders(r.Headers),
	}
}

// SavePages stores fetched pages with their findings. A page of the same URL,
// from an earlier attempt or earlier in the slice, is replaced and keeps its id.
func (s *Store) SavePages(ctx context.Context, l work.Lease, pages []work.PageRecord) error {
	return s.write(ctx, fmt.Sprintf("save pages %d", l.AuditID), false, func(ctx context.Context, tx bun.Tx) error {
		if err := s.lockLease(ctx, tx, l); err != nil {
			return err
		}
		for part := range slices.Chunk(lastOfEachURL(pages), chunk) {
			if err := savePages(ctx, tx, l.AuditID, part); err != nil {
				return err
			}
		}
		return nil
	})
}

func lastOfEachURL(pages []work.PageRecord) []*work.PageRecord {
	at := make(map[string]int, len(pages))
	var out []*work.PageRecord
	for i := range pages {
		url := sanitise(pages[i].Page.URL)
		if n, ok := at[url]; ok {
			out[n] = &pages[i]
			continue
		}
		at[url] = len(out)
		out = append(out, &pages[i])
	}
	return out
}

func savePages(ctx context.Context, tx bun.Tx, auditID int64, pages []*work.PageRecord) error {
	rows := make([]pageRow, len(pages))
	urls := make([]string, len(pages))
	for i, r := range pages {
		rows[i] = newPageRow(auditID, r)
		urls[i] = rows[i].URL
		if n := len(urls[i]); n == 0 || n > shared.MaxURL {
			return fmt.Errorf("%w: a page's url has %d bytes", ErrOutOfRange, n)
		}
	}
	q := tx.NewInsert().Model(&rows).On("CONFLICT (audit_id, url) DO UPDATE").Returning("NULL")
	for _, column := range []string{
		"depth", "referrer", "status", "failure", "ms", "bytes", "content_type", "final_url", "title", "words",
		"analysed", "findings_error", "findings_warning", "findings_notice", "fetched_at", "state",
		"redirects", "headers",
	} {
		q.Set("? = EXCLUDED.?", bun.Ident(column), bun.Ident(column))
	}
	if _, err := q.Exec(ctx); err != nil {
		return err
	}
	ids, err := pageIDs(ctx, tx, auditID, urls)
	if err != nil {
		return err
	}
	var findings []findingRow
	for i, r := range pages {
		id := ids[urls[i]]
		for j := range r.Findings {
			f, err := newFindingRow(auditID, &id, &r.Findings[j])
			if err != nil {
				return err
			}
			findings = append(findings, f)
		}
	}
	all := make([]int64, 0, len(ids))
	for _, id := range ids {
		all = append(all, id)
	}
	if _, err := tx.NewDelete().Table("findings").Where("page_id IN (?)", bun.List(all)).Exec(ctx); err != nil {
		return err
	}
	return insertFindings(ctx, tx, findings)
}

// pageIDs asks for the ids: RETURNING promises no order.
func pageIDs(ctx context.Context, tx bun.Tx, auditID int64, urls []string) (map[string]int64, error) {
	var rows []pageRow
	err := tx.NewSelect().Model(&rows).Column("id", "url").
		Where("p.audit_id = ? AND p.url IN (?)", auditID, bun.List(urls)).Scan(ctx)
	ids := make(map[string]int64, len(rows))
	for _, r := range rows {
		ids[r.URL] = r.ID
	}
	return ids, err
}

// LoadPages returns at most limit stored pages with an id above after, in order
// of id, with the engine's state and without findings.
func (s *Store) LoadPages(ctx context.Context, auditID, after int64, limit int) ([]work.PageRecord, error) {
	rows, err := readRows[pageRow](ctx, s, fmt.Sprintf("load pages %d", auditID), func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("p.audit_id = ? AND p.id > ?", auditID, after).Order("p.id").Limit(int64(max(limit, 0)))
	})
	if err != nil {
		return nil, err
	}
	out := make([]work.PageRecord, len(rows))
	for i := range rows {
		out[i] = work.PageRecord{Page: rows[i].page(), State: rows[i].State}
	}
	return out, nil
}

// selectPages keeps the pages that a query asks for.
func (s *Store) selectPages(sel *bun.SelectQuery, q shared.PageQuery) *bun.SelectQuery {
	if q.URL != "" {
		sel.Where("p.url = ?", sanitise(q.URL))
	}
	if q.Referrer != "" {
		sel.Where("p.referrer = ?", cutBytes(q.Referrer, maxText))
	}
	if q.Text != "" {
		like, pattern := s.dialect.like, likeText(q.Text)
		sel.Where("(p.url ? ? ESCAPE '!' OR p.title ? ? ESCAPE '!')", like, pattern, like, pattern)
	}
	if q.Found.Counted() {
		sel.Where("? > 0", bun.Ident("p.findings_"+string(q.Found)))
	}
	if from, to, ok := q.Answer.Statuses(); ok {
		sel.Where("p.status BETWEEN ? AND ?", from, to)
	}
	return sel
}

// seenRow is a page as a comparison looks at it.
type seenRow struct {
	bun.BaseModel `bun:"table:pages,alias:p"`

	ID       int64  `bun:"id"`
	URL      string `bun:"url"`
	Status   int    `bun:"status"`
	Analysed bool   `bun:"analysed"`
}

// PagesByURL returns at most limit of an audit's pages whose URL is behind after, in the
// bytewise order of URLs: no more of them than ID, URL, Status and Analysed. Those that
// follow are behind next, which is empty at the end. On PostgreSQL each call reads all pages
// of the audit, so a high limit is cheaper.
func (s *Store) PagesByURL(
	ctx context.Context, id int64, after string, limit int,
) (pages []shared.Page, next string, err error) {
	what := fmt.Sprintf("pages by url %d", id)
	rows, err := readRows[seenRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("p.audit_id = ?", id).Where("p.url ? > ?", s.dialect.bytewise, after).
			OrderExpr("p.url ?", s.dialect.bytewise).Limit(int64(limit) + 1)
	})
	if err == nil && len(rows) == 0 {
		err = s.exists(ctx, what, id)
	}
	if err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].URL
	}
	pages = make([]shared.Page, len(rows))
	for i, r := range rows {
		pages[i] = shared.Page{ID: r.ID, URL: sanitise(r.URL), Status: r.Status, Analysed: r.Analysed}
	}
	return pages, next, nil
}

// Pages returns one part of an audit's pages, in the order fetched.
func (s *Store) Pages(ctx context.Context, id int64, q shared.PageQuery) (shared.PageList, error) {
	rowsAfter := func(what string, after int64, most int) ([]pageRow, error) {
		return readRows[pageRow](ctx, s, what, func(sel *bun.SelectQuery) *bun.SelectQuery {
			sel.ExcludeColumn("state").Where("p.audit_id = ? AND p.id > ?", id, after).Order("p.id").Limit(int64(most))
			return s.selectPages(sel, q)
		})
	}
	rows, next, err := listOf(ctx, s, "pages", id, q.Cursor, q.Limit, rowsAfter, func(r *pageRow) int64 { return r.ID })
	if err != nil {
		return shared.PageList{}, err
	}
	list := shared.PageList{Pages: make([]shared.Page, 0, len(rows)), NextCursor: next}
	for i := range rows {
		list.Pages = append(list.Pages, rows[i].page())
	}
	return list, nil
}
