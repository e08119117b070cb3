package store

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

type findingRow struct {
	bun.BaseModel `bun:"table:findings,alias:f"`

	ID       int64   `bun:"id,pk,autoincrement"`
	AuditID  int64   `bun:"audit_id"`
	PageID   *int64  `bun:"page_id"`
	CheckID  string  `bun:"check_id"`
	Category string  `bun:"category"`
	Severity string  `bun:"severity"`
	Evidence string  `bun:"evidence"`
	GroupKey *int64  `bun:"group_key"`
	PageURL  *string `bun:"page_url,scanonly"`
	Count    int     `bun:"count,scanonly"`
}

func newFindingRow(auditID int64, pageID *int64, f *shared.Finding) (findingRow, error) {
	evidence := make([]shared.Evidence, len(f.Evidence))
	for i, e := range f.Evidence {
		evidence[i] = shared.Evidence{Name: sanitise(e.Name), Value: sanitise(e.Value)}
	}
	b, err := json.Marshal(evidence)
	key := int64(work.GroupKey(f)) //nolint:gosec // the same bits
	return findingRow{
		GroupKey: &key,
		AuditID:  auditID, PageID: pageID, CheckID: sanitise(f.CheckID),
		Category: sanitise(string(f.Category)), Severity: sanitise(string(f.Severity)), Evidence: string(b),
	}, err
}

func (r *findingRow) finding() (shared.Finding, error) {
	f := shared.Finding{
		ID: r.ID, CheckID: sanitise(r.CheckID), Category: shared.Category(r.Category), Severity: shared.Severity(r.Severity),
		Evidence: []shared.Evidence{}, Count: r.Count,
	}
	if r.GroupKey != nil {
		f.Group = work.GroupName(uint64(*r.GroupKey)) //nolint:gosec // the same bits
	}
	if r.PageURL != nil {
		f.PageURL = sanitise(*r.PageURL)
	}
	if !f.Severity.Valid() {
		return f, fmt.Errorf("%w: severity %.20q", shared.ErrInvalid, r.Severity)
	}
	if err := json.Unmarshal([]byte(r.Evidence), &f.Evidence); err != nil || f.Evidence == nil {
		f.Evidence = []shared.Evidence{}
	}
	return f, nil
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
		if err := s.lockLease(ctx, tx, l); err != nil {
			return err
		}
		old := tx.NewDelete().Table("findings").Where("audit_id = ? AND page_id IS NULL", l.AuditID)
		if _, err := old.Exec(ctx); err != nil {
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

// joinGroups keeps the first finding of each group, and counts the others. A finding of an
// earlier version has no key and is alone.
func joinGroups(sel *bun.SelectQuery, auditID, after int64, checkID string) {
	groups := sel.NewSelect().Table("findings").ColumnExpr("min(id) AS id, count(*) AS count").
		Where("audit_id = ?", auditID).GroupExpr("check_id, group_key, CASE WHEN group_key IS NULL THEN id END").
		Having("min(id) > ?", after)
	if checkID != "" {
		groups.Where("check_id = ?", checkID)
	}
	sel.ColumnExpr("g.count").Join("JOIN (?) AS g ON g.id = f.id", groups)
}

// Findings returns one page of an audit's findings, in the order found.
func (s *Store) Findings(ctx context.Context, id int64, q shared.FindingQuery) (shared.FindingList, error) {
	rowsAfter := func(what string, after int64, most int) ([]findingRow, error) {
		return readRows[findingRow](ctx, s, what, func(sel *bun.SelectQuery) *bun.SelectQuery {
			sel.ColumnExpr("?TableColumns").ColumnExpr("p.url AS page_url").
				Join("LEFT JOIN pages AS p ON p.id = f.page_id").
				Where("f.id > ?", after).Order("f.id").Limit(int64(most))
			if q.PageURL == "" {
				sel.Where("f.audit_id = ?", id)
			} else { // not by f.audit_id: see PageFindings
				sel.Where("f.page_id = (SELECT id FROM pages WHERE audit_id = ? AND url = ?)", id, sanitise(q.PageURL))
			}
			if q.CheckID != "" {
				sel.Where("f.check_id = ?", sanitise(q.CheckID))
			}
			if q.Group != "" {
				sel.Where("f.group_key = ?", int64(work.ParseGroup(q.Group))) //nolint:gosec // the same bits
			}
			if q.Grouped {
				joinGroups(sel, id, after, sanitise(q.CheckID))
			}
			if q.OfSite {
				sel.Where("f.page_id IS NULL")
			}
			return sel
		})
	}
	rows, next, err := listOf(ctx, s, "findings", id, q.Cursor, q.Limit, rowsAfter,
		func(r *findingRow) int64 { return r.ID })
	if err != nil {
		return shared.FindingList{}, err
	}
	list := shared.FindingList{Findings: make([]shared.Finding, 0, len(rows)), NextCursor: next}
	for i := range rows {
		if f, ok := s.showFinding(ctx, id, &rows[i]); ok {
			list.Findings = append(list.Findings, f)
		}
	}
	return list, nil
}

// showFinding is a finding as readers see it; one that another program spoilt is logged
// and left out.
func (s *Store) showFinding(ctx context.Context, id int64, r *findingRow) (f shared.Finding, ok bool) {
	f, err := r.finding()
	if err != nil {
		s.log.WarnContext(ctx, "a finding cannot be shown", slog.Int64("audit_id", id), slog.Any("err", err))
	}
	return f, err == nil
}

// PageFindings returns the findings of some pages of an audit, by the pages' ids, those of
// each page in the order found.
func (s *Store) PageFindings(ctx context.Context, id int64, pages []int64) (map[int64][]shared.Finding, error) {
	if len(pages) == 0 {
		return nil, nil
	}
	what := fmt.Sprintf("findings of pages %d", id)
	rows, err := readRows[findingRow](ctx, s, what, func(sel *bun.SelectQuery) *bun.SelectQuery {
		// Not by f.audit_id, whose index SQLite would take for the better one: it would read
		// every finding of the audit for each slice of pages.
		return sel.ColumnExpr("?TableColumns").ColumnExpr("p.url AS page_url").
			Join("JOIN pages AS p ON p.id = f.page_id").
			Where("f.page_id IN (?)", bun.List(pages)).Where("p.audit_id = ?", id).Order("f.id")
	})
	if err != nil {
		return nil, err
	}
	found := make(map[int64][]shared.Finding, len(pages))
	for i := range rows {
		if f, ok := s.showFinding(ctx, id, &rows[i]); ok {
			found[*rows[i].PageID] = append(found[*rows[i].PageID], f)
		}
	}
	return found, nil
}

// faultsRow is the findings of a page without what was seen: one a line, its parts between
// tabs. A row for each would cost most of the time that a comparison takes.
type faultsRow struct {
	bun.BaseModel `bun:"table:findings,alias:f"`

	PageID int64  `bun:"page_id"`
	Faults string `bun:"faults,scanonly"`
}

const faultsColumn = "string_agg(f.check_id || '\t' || f.category || '\t' || f.severity, '\n') AS faults"

// PageFaults returns the findings of some pages of an audit, by the pages' ids, without
// their evidence, which is most of them.
func (s *Store) PageFaults(ctx context.Context, id int64, pages []int64) (map[int64][]shared.Finding, error) {
	if len(pages) == 0 {
		return nil, nil
	}
	what := fmt.Sprintf("faults of pages %d", id)
	rows, err := readRows[faultsRow](ctx, s, what, func(sel *bun.SelectQuery) *bun.SelectQuery {
		return sel.Column("page_id").ColumnExpr(faultsColumn).
			Where("f.page_id IN (?)", bun.List(pages)).Group("f.page_id")
	})
	if err != nil {
		return nil, err
	}
	found := make(map[int64][]shared.Finding, len(rows))
	for i := range rows {
		found[rows[i].PageID] = rows[i].findings()
	}
	return found, nil
}

// findings leaves out what another program spoilt.
func (r *faultsRow) findings() (found []shared.Finding) {
	for line := range strings.SplitSeq(r.Faults, "\n") {
		check, rest, _ := strings.Cut(line, "\t")
		category, severity, _ := strings.Cut(rest, "\t")
		f := shared.Finding{
			CheckID: sanitise(check), Category: shared.Category(category), Severity: shared.Severity(severity),
		}
		if f.Severity.Valid() {
			found = append(found, f)
		}
	}
	return found
}
