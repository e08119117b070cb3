package store

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// Progress returns one audit with its activity, or [ErrNotFound].
func (s *Store) Progress(ctx context.Context, id int64) (shared.AuditProgress, error) {
	found, err := s.audits(ctx, fmt.Sprintf("progress %d", id), func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("a.id = ?", id)
	})
	if err != nil {
		return shared.AuditProgress{}, err
	}
	if len(found) == 0 {
		return shared.AuditProgress{}, fmt.Errorf("store: progress %d: %w", id, ErrNotFound)
	}
	return found[0], nil
}

// Settings returns what an audit was asked for, as [Store.Create] takes it but for its
// headers, and how it stands; limits that are not set are 0. [ErrNotFound] when there is no
// such audit.
func (s *Store) Settings(ctx context.Context, id int64) (a shared.NewAudit, status shared.Status, err error) {
	what := fmt.Sprintf("settings %d", id)
	rows, err := readRows[settingsRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ExcludeColumn("activity").Where("a.deleted_at IS NULL").Where("a.id = ?", id)
	})
	if err != nil {
		return a, "", err
	}
	for i := range rows {
		p, ok := s.progress(&rows[i].auditRow)
		if !ok {
			continue
		}
		a = shared.NewAudit{
			URL: p.URL, Kind: p.Kind, MaxDepth: max(rows[i].MaxDepth, 0),
			MaxBytes: max(rows[i].MaxBytes, 0), MaxSeconds: max(rows[i].MaxSeconds, 0),
			SkipAIAgents: rows[i].SkipAIAgents, Include: rows[i].Include, Exclude: rows[i].Exclude,
			Rate: max(rows[i].Rate, 0),
		}
		if p.PageLimit != nil {
			a.PageLimit = *p.PageLimit
		}
		return a, p.Status, nil
	}
	return a, "", fmt.Errorf("store: %s: %w", what, ErrNotFound)
}

// settingsRow is an audit beside what readers do not see of its settings.
type settingsRow struct {
	auditRow `bun:",extend"`

	MaxDepth     int     `bun:"max_depth"`
	MaxBytes     int64   `bun:"max_bytes"`
	MaxSeconds   int     `bun:"max_seconds"`
	SkipAIAgents bool    `bun:"skip_ai_agents"`
	Rate         float64 `bun:"rate"`
	Include      lines   `bun:"include_paths"`
	Exclude      lines   `bun:"exclude_paths"`
}

// ProgressOf returns those of the audits that exist, with their activity, in
// order of id. It is one query.
func (s *Store) ProgressOf(ctx context.Context, ids []int64) ([]shared.AuditProgress, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return s.audits(ctx, "progress of several", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("a.id IN (?)", bun.List(ids)).Order("a.id")
	})
}

// audits returns those of the existing audits that one query selects.
func (s *Store) audits(
	ctx context.Context, what string, selected func(*bun.SelectQuery) *bun.SelectQuery,
) ([]shared.AuditProgress, error) {
	rows, err := readRows[auditRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		return selected(q.Where("a.deleted_at IS NULL"))
	})
	if err != nil {
		return nil, err
	}
	return s.progressOf(rows), nil
}

// exists returns [ErrNotFound] if there is no such audit; it tells that apart from
// an audit without rows.
func (s *Store) exists(ctx context.Context, what string, id int64) error {
	_, err := read(ctx, s, what, func(ctx context.Context, db bun.IDB) (found bool, err error) {
		found, err = db.NewSelect().Table("audits").Where("id = ? AND deleted_at IS NULL", id).Exists(ctx)
		if err == nil && !found {
			err = ErrNotFound
		}
		return found, err
	})
	return err
}

// likeText is the pattern of LIKE for what contains a text. Its escape character is !.
func likeText(text string) string {
	return "%" + escapeLike.Replace(cutBytes(text, shared.MaxURL)) + "%"
}

var escapeLike = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// Report returns an audit with the report of its worker. Without one, Score is
// nil and Checks is empty. [ErrNotFound] when there is no such audit.
func (s *Store) Report(ctx context.Context, id int64) (shared.Report, error) {
	audit, err := s.Progress(ctx, id)
	if err != nil {
		return shared.Report{}, fmt.Errorf("store: report: %w", err)
	}
	what := fmt.Sprintf("report %d", id)
	body, err := read(ctx, s, what, func(ctx context.Context, db bun.IDB) (body []string, err error) {
		err = db.NewSelect().Table("reports").Column("body").Where("audit_id = ?", id).Scan(ctx, &body)
		return body, err
	})
	if err != nil {
		return shared.Report{}, err
	}
	var r shared.Report
	if len(body) > 0 {
		if err := json.Unmarshal([]byte(body[0]), &r); err != nil {
			r = shared.Report{}
			if s.spoiled.first(id) {
				s.log.ErrorContext(ctx, "a report cannot be read", slog.Int64("audit_id", id), slog.Any("err", err))
			}
		}
	}
	r.Version, r.Audit = shared.ReportVersion, audit
	fillLists(&r)
	return r, nil
}

// fillLists makes empty lists of those that are absent, as in the report of an earlier
// version: lists are never null in JSON.
func fillLists(r *shared.Report) {
	if r.Checks == nil {
		r.Checks = []shared.CheckResult{}
	}
	if r.Unvisited == nil {
		r.Unvisited = []shared.Unvisited{}
	}
	if r.Score == nil {
		return
	}
	if r.Score.Fixes == nil {
		r.Score.Fixes = []shared.Fix{}
	}
	for i := range r.Score.Caps {
		if r.Score.Caps[i].Checks == nil {
			r.Score.Caps[i].Checks = []string{}
		}
	}
}

// Counts returns how many audits wait and how many run.
func (s *Store) Counts(ctx context.Context) (shared.AuditCounts, error) {
	return read(ctx, s, "counts", func(ctx context.Context, db bun.IDB) (counts shared.AuditCounts, err error) {
		err = db.NewSelect().Table("audits").
			ColumnExpr("count(*) FILTER (WHERE status = ?)", shared.StatusPending).
			ColumnExpr("count(*) FILTER (WHERE status = ?)", shared.StatusRunning).
			Where("status IN (?, ?)", shared.StatusPending, shared.StatusRunning).Where("deleted_at IS NULL").
			Scan(ctx, &counts.Waiting, &counts.Running)
		return counts, err
	})
}
