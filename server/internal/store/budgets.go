package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"atalaya/server/internal/work"
)

// budgetsKept is how long what a server told stays after it ran out: longer than any
// pause that it may tell of.
const budgetsKept = 5 * time.Minute

// budgetRow is what one server told of a budget, in the database's time.
type budgetRow struct {
	bun.BaseModel `bun:"table:budgets,alias:b"`

	Key     string  `bun:"key,pk"`
	Server  string  `bun:"server,pk"`
	Told    stamp   `bun:"told"`
	Until   stamp   `bun:"until"`
	Rate    float64 `bun:"rate"`
	PauseMS int64   `bun:"pause_ms"`
	Now     stamp   `bun:"now,scanonly"` // when it was read
}

// Rent notes, for as long as lasts, that a server uses budgets, and returns what the
// others noted of them. The note is committed before the others' are read, each time in
// a statement of its own: of two servers that come at the same moment, the one that
// reads later sees the other.
func (s *Store) Rent(
	ctx context.Context, server string, uses []work.BudgetUse, lasts time.Duration,
) ([]work.BudgetOthers, error) {
	const what = "rent budgets"
	keys := make([]string, len(uses))
	for i, u := range uses {
		keys[i] = sanitise(u.Key)
	}
	server = sanitise(server)
	if err := s.write(ctx, what, false, func(ctx context.Context, tx bun.Tx) error {
		if err := s.forgetBudgets(ctx, tx); err != nil {
			return err
		}
		return s.noteBudgets(ctx, tx, server, uses, lasts)
	}); err != nil {
		return nil, err
	}
	var rows []budgetRow
	for part := range slices.Chunk(keys, chunk) {
		found, err := readRows[budgetRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.ColumnExpr("?TableColumns").ColumnExpr("? AS now", s.dialect.now).
				Where("b.key IN (?)", bun.List(part)).Where("b.server <> ?", server)
		})
		if err != nil {
			return nil, err
		}
		rows = append(rows, found...)
	}
	return othersOf(rows), nil
}

// noteBudgets writes what a server tells. No other server writes these rows, so that
// nobody waits for anybody.
func (s *Store) noteBudgets(
	ctx context.Context, tx bun.Tx, server string, uses []work.BudgetUse, lasts time.Duration,
) error {
	for part := range slices.Chunk(uses, chunk) {
		rows := make([]budgetRow, len(part))
		for i, u := range part {
			rows[i] = budgetRow{Key: sanitise(u.Key), Server: server, Rate: u.Rate, PauseMS: u.Pause.Milliseconds()}
		}
		_, err := tx.NewInsert().Model(&rows).
			Value("told", "?", s.dialect.now).Value("until", "?", s.dialect.after(lasts)).
			On("CONFLICT (key, server) DO UPDATE").
			Set("told = EXCLUDED.told").Set("until = EXCLUDED.until").
			Set("rate = EXCLUDED.rate").Set("pause_ms = EXCLUDED.pause_ms").
			Returning("NULL").Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetBudgets removes what is long over, once in a while: hosts of links come once
// and never again.
func (s *Store) forgetBudgets(ctx context.Context, tx bun.Tx) error {
	now := time.Now().UnixMilli()
	last := s.budgetsForgotten.Load()
	if now-last < time.Minute.Milliseconds() || !s.budgetsForgotten.CompareAndSwap(last, now) {
		return nil
	}
	_, err := tx.NewDelete().Table("budgets").Where("until < ?", s.dialect.after(-budgetsKept)).Exec(ctx)
	return err
}

// othersOf sums up what servers told, budget by budget. A pause counts to its end, also
// that of a server which has gone.
func othersOf(rows []budgetRow) []work.BudgetOthers {
	slices.SortFunc(rows, func(a, b budgetRow) int { return strings.Compare(a.Key, b.Key) })
	var sums []work.BudgetOthers
	for i := range rows {
		r := &rows[i]
		if len(sums) == 0 || sums[len(sums)-1].Key != r.Key {
			sums = append(sums, work.BudgetOthers{Key: r.Key})
		}
		sum := &sums[len(sums)-1]
		pause := r.Told.Add(time.Duration(r.PauseMS) * time.Millisecond).Sub(r.Now.Time)
		sum.Pause = max(sum.Pause, pause)
		if !r.Until.After(r.Now.Time) {
			continue
		}
		sum.Servers++
		if sum.Rate == 0 || r.Rate < sum.Rate {
			sum.Rate = r.Rate
		}
	}
	return sums
}
