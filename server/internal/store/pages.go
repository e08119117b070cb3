package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
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
}

func newPageRow(auditID int64, r *work.PageRecord) pageRow {
	p := &r.Page
	return pageRow{
		AuditID: auditID, URL: clean(p.URL), Depth: p.Depth, Referrer: clip(p.Referrer, maxText),
		Status: p.Status, Failure: clip(p.Failure, maxText), MS: p.MS, Bytes: p.Bytes,
		ContentType: clip(p.ContentType, maxText), FinalURL: clip(p.FinalURL, maxText), Title: clip(p.Title, maxText),
		Words: p.Words, Analysed: p.Analysed,
		FindingsError: p.Findings.Error, FindingsWarning: p.Findings.Warning, FindingsNotice: p.Findings.Notice,
		FetchedAt: stamp{p.FetchedAt.Time}, State: r.State,
	}
}

func (r *pageRow) page() shared.Page {
	return shared.Page{
		ID: r.ID, URL: clean(r.URL), Depth: max(r.Depth, 0), Referrer: clean(r.Referrer),
		Status: r.Status, Failure: clean(r.Failure), MS: max(r.MS, 0), Bytes: max(r.Bytes, 0),
		ContentType: clean(r.ContentType), FinalURL: clean(r.FinalURL), Title: clean(r.Title),
		Words: max(r.Words, 0), Analysed: r.Analysed,
		Findings:  findingsOf(r.FindingsError, r.FindingsWarning, r.FindingsNotice),
		FetchedAt: shared.At(r.FetchedAt.Time),
	}
}

type findingRow struct {
	bun.BaseModel `bun:"table:findings,alias:f"`

	ID       int64   `bun:"id,pk,autoincrement"`
	AuditID  int64   `bun:"audit_id"`
	PageID   *int64  `bun:"page_id"`
	CheckID  string  `bun:"check_id"`
	Category string  `bun:"category"`
	Severity string  `bun:"severity"`
	Evidence string  `bun:"evidence"`
	PageURL  *string `bun:"page_url,scanonly"`
}

func newFindingRow(auditID int64, pageID *int64, f *shared.Finding) (findingRow, error) {
	evidence := make([]shared.Evidence, len(f.Evidence))
	for i, e := range f.Evidence {
		evidence[i] = shared.Evidence{Name: clean(e.Name), Value: clean(e.Value)}
	}
	b, err := json.Marshal(evidence)
	return findingRow{
		AuditID: auditID, PageID: pageID, CheckID: clean(f.CheckID),
		Category: clean(string(f.Category)), Severity: clean(string(f.Severity)), Evidence: string(b),
	}, err
}

func (r *findingRow) finding() (shared.Finding, error) {
	f := shared.Finding{
		ID: r.ID, CheckID: clean(r.CheckID), Category: shared.Category(r.Category), Severity: shared.Severity(r.Severity),
		Evidence: []shared.Evidence{},
	}
	if r.PageURL != nil {
		f.PageURL = clean(*r.PageURL)
	}
	if !f.Severity.Valid() {
		return f, fmt.Errorf("%w: severity %.20q", shared.ErrInvalid, r.Severity)
	}
	if err := json.Unmarshal([]byte(r.Evidence), &f.Evidence); err != nil || f.Evidence == nil {
		f.Evidence = []shared.Evidence{}
	}
	return f, nil
}

// hold checks a lease and keeps others from taking the audit up until the
// transaction ends.
func (s *Store) hold(ctx context.Context, tx bun.Tx, l work.Lease) error {
	q := tx.NewSelect().Table("audits").Column("id").
		Where("id = ? AND lease_owner = ? AND attempt = ? AND status = 'running' AND deleted_at IS NULL",
			l.AuditID, clean(l.Owner), l.Attempt)
	if s.dialect.lock != "" {
		q.For("NO KEY UPDATE")
	}
	var id int64
	err := q.Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrLeaseLost
	}
	return err
}

// SavePages stores fetched pages with their findings. A page of the same URL,
// from an earlier attempt or earlier in the slice, is replaced and keeps its id.
func (s *Store) SavePages(ctx context.Context, l work.Lease, pages []work.PageRecord) error {
	return s.write(ctx, fmt.Sprintf("save pages %d", l.AuditID), false, func(ctx context.Context, tx bun.Tx) error {
		if err := s.hold(ctx, tx, l); err != nil {
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
		url := clean(pages[i].Page.URL)
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
	if _, err := tx.NewDelete().Table("findings").Where("page_id IN (?)", bun.In(all)).Exec(ctx); err != nil {
		return err
	}
	return insertFindings(ctx, tx, findings)
}

// pageIDs asks for the ids: RETURNING promises no order.
func pageIDs(ctx context.Context, tx bun.Tx, auditID int64, urls []string) (map[string]int64, error) {
	var rows []pageRow
	err := tx.NewSelect().Model(&rows).Column("id", "url").
		Where("p.audit_id = ? AND p.url IN (?)", auditID, bun.In(urls)).Scan(ctx)
	ids := make(map[string]int64, len(rows))
	for _, r := range rows {
		ids[r.URL] = r.ID
	}
	return ids, err
}

func insertFindings(ctx context.Context, tx bun.Tx, rows []findingRow) error {
	for part := range slices.Chunk(rows, chunk) {
		if _, err := tx.NewInsert().Model(&part).Returning("NULL").Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// SaveFindings replaces the findings of the site as a whole.
func (s *Store) SaveFindings(ctx context.Context, l work.Lease, findings []shared.Finding) error {
	return s.write(ctx, fmt.Sprintf("save findings %d", l.AuditID), false, func(ctx context.Context, tx bun.Tx) error {
		if err := s.hold(ctx, tx, l); err != nil {
			return err
		}
		if _, err := tx.NewDelete().Table("findings").Where("audit_id = ? AND page_id IS NULL", l.AuditID).Exec(ctx); err != nil {
			return err
		}
		rows := make([]findingRow, len(findings))
		for i := range findings {
			var err error
			if rows[i], err = newFindingRow(l.AuditID, nil, &findings[i]); err != nil {
				return err
			}
		}
		return insertFindings(ctx, tx, rows)
	})
}

// LoadPages returns at most limit stored pages with an id above after, in order
// of id, with the engine's state and without findings.
func (s *Store) LoadPages(ctx context.Context, auditID, after int64, limit int) ([]work.PageRecord, error) {
	rows, err := s.pageRows(ctx, fmt.Sprintf("load pages %d", auditID), auditID, after, limit, true)
	if err != nil {
		return nil, err
	}
	out := make([]work.PageRecord, len(rows))
	for i := range rows {
		out[i] = work.PageRecord{Page: rows[i].page(), State: rows[i].State}
	}
	return out, nil
}

func (s *Store) pageRows(ctx context.Context, what string, auditID, after int64, limit int, state bool) (rows []pageRow, err error) {
	err = s.read(ctx, what, func(ctx context.Context, db bun.IDB) error {
		rows = nil
		q := db.NewSelect().Model(&rows).Where("p.audit_id = ? AND p.id > ?", auditID, after).
			Order("p.id").Limit(int64(max(limit, 0)))
		if !state {
			q.ExcludeColumn("state")
		}
		return q.Scan(ctx)
	})
	return rows, err
}

// Pages returns one page of an audit's pages, in the order fetched.
func (s *Store) Pages(ctx context.Context, id int64, cursor string, limit int) (shared.PageList, error) {
	what := fmt.Sprintf("pages %d", id)
	after, err := place("pages", cursor)
	if err != nil {
		return shared.PageList{}, fmt.Errorf("store: %s: %w", what, err)
	}
	limit = limitOr(limit, shared.ListLimitDefault, shared.ListLimitMax)
	rows, err := s.pageRows(ctx, what, id, after, limit+1, false)
	if err == nil && len(rows) == 0 {
		err = s.exists(ctx, what, id)
	}
	if err != nil {
		return shared.PageList{}, err
	}
	list := shared.PageList{Pages: make([]shared.Page, 0, len(rows))}
	if len(rows) > limit {
		rows = rows[:limit]
		list.NextCursor = keyset("pages", rows[limit-1].ID)
	}
	for i := range rows {
		list.Pages = append(list.Pages, rows[i].page())
	}
	return list, nil
}

// exists tells an audit without rows from no audit.
func (s *Store) exists(ctx context.Context, what string, id int64) error {
	return s.read(ctx, what, func(ctx context.Context, db bun.IDB) error {
		found, err := db.NewSelect().Table("audits").Where("id = ? AND deleted_at IS NULL", id).Exists(ctx)
		if err == nil && !found {
			err = ErrNotFound
		}
		return err
	})
}

// Findings returns one page of an audit's findings, in the order found.
func (s *Store) Findings(ctx context.Context, id int64, q shared.FindingQuery) (shared.FindingList, error) {
	what := fmt.Sprintf("findings %d", id)
	after, err := place("findings", q.Cursor)
	if err != nil {
		return shared.FindingList{}, fmt.Errorf("store: %s: %w", what, err)
	}
	limit := limitOr(q.Limit, shared.ListLimitDefault, shared.ListLimitMax)
	var rows []findingRow
	err = s.read(ctx, what, func(ctx context.Context, db bun.IDB) error {
		rows = nil
		sel := db.NewSelect().Model(&rows).ColumnExpr("?TableColumns").ColumnExpr("p.url AS page_url").
			Join("LEFT JOIN pages AS p ON p.id = f.page_id").
			Where("f.audit_id = ? AND f.id > ?", id, after).Order("f.id").Limit(int64(limit) + 1)
		if q.CheckID != "" {
			sel.Where("f.check_id = ?", clean(q.CheckID))
		}
		return sel.Scan(ctx)
	})
	if err == nil && len(rows) == 0 {
		err = s.exists(ctx, what, id)
	}
	if err != nil {
		return shared.FindingList{}, err
	}
	list := shared.FindingList{Findings: make([]shared.Finding, 0, len(rows))}
	if len(rows) > limit {
		rows = rows[:limit]
		list.NextCursor = keyset("findings", rows[limit-1].ID)
	}
	for i := range rows {
		f, err := rows[i].finding()
		if err != nil {
			s.log.WarnContext(ctx, "a finding cannot be shown", slog.Int64("audit_id", id), slog.Any("err", err))
			continue
		}
		list.Findings = append(list.Findings, f)
	}
	return list, nil
}
