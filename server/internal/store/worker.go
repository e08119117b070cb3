package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// LeasesLostMax is how many workers may die over one audit in a row, without a page
// more between them. The next claim ends it as failed: more would die of the same.
const LeasesLostMax = 5

// LeaseMax bounds a lease. One that ends later than that from now counts as run out:
// the clock was set back since, or somebody wrote infinity.
const LeaseMax = 2 * time.Minute

// maxActivity bounds the stored activity in bytes, well below what one frame
// may have.
const maxActivity = 48 << 10

type jobRow struct {
	bun.BaseModel `bun:"table:audits,alias:a"`

	ID              int64         `bun:"id,pk"`
	URL             string        `bun:"url"`
	Status          shared.Status `bun:"status"`
	PageLimit       int           `bun:"page_limit"`
	MaxDepth        int           `bun:"max_depth"`
	Include         lines         `bun:"include_paths"`
	Exclude         lines         `bun:"exclude_paths"`
	MaxBytes        int64         `bun:"max_bytes"`
	MaxSeconds      int           `bun:"max_seconds"`
	SkipAIAgents    bool          `bun:"skip_ai_agents"`
	Rate            float64       `bun:"rate"`
	Progress        int           `bun:"progress"`
	Discovered      int           `bun:"discovered"`
	Attempt         int           `bun:"attempt"`
	LeaseOwner      string        `bun:"lease_owner"`
	LeasesLost      int           `bun:"leases_lost"`
	CancelRequested bool          `bun:"cancel_requested"`
	Activity        *string       `bun:"activity"`
	StartedAt       stamp         `bun:"started_at"`
}

func (r *jobRow) job() work.Job {
	j := work.Job{
		Lease:        work.Lease{AuditID: r.ID, Attempt: r.Attempt, Owner: r.LeaseOwner},
		URL:          r.URL,
		PageLimit:    r.PageLimit,
		MaxDepth:     r.MaxDepth,
		Include:      r.Include,
		Exclude:      r.Exclude,
		MaxBytes:     r.MaxBytes,
		MaxTime:      time.Duration(r.MaxSeconds) * time.Second,
		SkipAIAgents: r.SkipAIAgents,
		Rate:         max(r.Rate, 0),
		StartedAt:    r.StartedAt.Time,
		Progress:     r.Progress,
		Discovered:   r.Discovered,
		Suspect:      r.LeasesLost > 0,
	}
	if r.Activity != nil {
		var a shared.Activity
		if json.Unmarshal([]byte(*r.Activity), &a) == nil && a.Validate() == nil {
			j.Activity = &a
		}
	}
	return j
}

// leased is true of an audit whose worker's lease has not run out: it ends after the
// first argument, which is now, and not after the second, beyond which no lease reaches.
const leased = "coalesce(lease_until > ? AND lease_until <= ?, FALSE)"

func (s *Store) leasedArgs() []any { return []any{s.dialect.now, s.dialect.after(LeaseMax)} }

func (s *Store) leaseEnd(lease time.Duration) bun.Safe { return s.dialect.after(min(lease, LeaseMax)) }

// claimable is a site audit that waits, or whose worker's lease ran out.
const claimable = unfinished + " AND (status = 'pending' OR NOT " + leased + ")"

// sound is a claimable audit over which no worker may have died, or that does not run
// any more: it ends.
const sound = "((lease_owner IS NULL AND leases_lost = 0) OR cancel_requested OR " +
	"(lease_owner IS NOT NULL AND leases_lost >= ?))"

// Claim gives owner the oldest site audit that waits for a worker, for the time
// of lease, at most [LeaseMax]; ok is false when there is none. A suspect, see
// [work.Job], comes after all others. No two calls get the same one. On the way it ends
// audits without a worker that were asked to cancel, and those that [LeasesLostMax]
// workers died of. Limits of 0 in the job were not set.
func (s *Store) Claim(ctx context.Context, owner string, lease time.Duration) (job work.Job, ok bool, err error) {
	return s.claim(ctx, owner, lease, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
}

// ClaimSound is Claim for a worker beside others: it leaves suspects alone.
func (s *Store) ClaimSound(ctx context.Context, owner string, lease time.Duration) (job work.Job, ok bool, err error) {
	return s.claim(ctx, owner, lease, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where(sound, LeasesLostMax-1)
	})
}

func (s *Store) claim(
	ctx context.Context, owner string, lease time.Duration, among func(*bun.SelectQuery) *bun.SelectQuery,
) (job work.Job, ok bool, err error) {
	// One audit per transaction, so that however many have no worker left, each
	// transaction is short.
	for {
		var row jobRow
		var headers shared.Headers
		err := s.write(ctx, "claim", false, func(ctx context.Context, tx bun.Tx) (err error) {
			row, err = s.candidate(ctx, tx, among)
			if err != nil || row.ID == 0 {
				return err
			}
			if _, err := s.settle(tx, &row, owner, lease).Exec(ctx); err != nil {
				return err
			}
			if err := tx.NewSelect().Model(&row).Where("id = ?", row.ID).Scan(ctx); err != nil {
				return err
			}
			if row.Status.Terminal() {
				return s.noteEnd(ctx, tx, row.ID)
			}
			headers, _, err = s.keptHeaders(ctx, tx, row.ID)
			return err
		})
		if err != nil || row.ID == 0 {
			return work.Job{}, false, err
		}
		s.committed()
		if row.Status == shared.StatusRunning {
			job = row.job()
			job.Headers = headers
			return job, true, nil
		}
	}
}

// ShowSetAside says in the row of each suspect that waits for a worker why it waits.
func (s *Store) ShowSetAside(ctx context.Context, why work.Sentence) error {
	return s.showWaiting(ctx, "show set aside", why, func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Where("NOT "+sound, LeasesLostMax-1).Where("coalesce(message_key, '') <> ?", why.Key)
	})
}

// ShowHeldUp says in the row of each other audit that waits for a worker why it waits.
func (s *Store) ShowHeldUp(ctx context.Context, why work.Sentence) error {
	return s.showWaiting(ctx, "show held up", why, func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Where(sound, LeasesLostMax-1).Where("coalesce(message_key, '') <> ?", why.Key)
	})
}

// ClearHeldUp takes back what ShowHeldUp said: the audits wait no more, or for something else.
func (s *Store) ClearHeldUp(ctx context.Context, why work.Sentence) error {
	return s.showWaiting(ctx, "clear held up", work.Sentence{}, func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Where("message_key = ?", why.Key)
	})
}

// showWaiting writes the message of some of the audits that wait for a worker.
func (s *Store) showWaiting(
	ctx context.Context, what string, message work.Sentence, among func(*bun.UpdateQuery) *bun.UpdateQuery,
) error {
	var changed int64
	err := s.write(ctx, what, false, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewUpdate().Table("audits").Apply(setMessage(message)).
			Where(claimable, s.leasedArgs()...).Apply(among).Exec(ctx)
		if err == nil {
			changed, err = res.RowsAffected()
		}
		return err
	})
	if changed > 0 {
		s.committed()
	}
	return err
}

// settle decides what becomes of a candidate: it has a new worker, or it ends.
func (s *Store) settle(tx bun.Tx, row *jobRow, owner string, lease time.Duration) *bun.UpdateQuery {
	q := tx.NewUpdate().Table("audits").Where("id = ?", row.ID)
	if row.CancelRequested {
		return setCancelled(q)
	}
	lost := row.LeasesLost
	if row.LeaseOwner != "" { // not given back
		lost++
	}
	q.Set("leases_lost = ?", lost)
	if lost >= LeasesLostMax {
		return q.Set("status = 'failed'").Set("partial = (total_pages > 0)").
			Apply(setError(work.Say("worker-died", lost))).
			Set("lease_owner = NULL").Set("lease_until = NULL")
	}
	return q.Set("status = 'running'").Set("attempt = attempt + 1").
		Set("lease_owner = ?", sanitise(owner)).Set("lease_until = ?", s.leaseEnd(lease)).
		Set("worker_seen_at = ?", s.dialect.now)
}

// candidate is the oldest claimable audit, kept off others until the transaction
// ends; its ID is 0 when there is none. An audit over which a worker may have died
// comes after all others, so that it does not take them with it; of several, the one
// that was tried least.
func (s *Store) candidate(
	ctx context.Context, tx bun.Tx, among func(*bun.SelectQuery) *bun.SelectQuery,
) (row jobRow, err error) {
	q := tx.NewSelect().Model(&row).Where(claimable, s.leasedArgs()...).Apply(among).
		OrderExpr("leases_lost > 0 OR lease_owner IS NOT NULL, leases_lost, " +
			"CASE WHEN lease_owner IS NULL THEN 0 ELSE attempt END, id").Limit(1)
	if s.dialect.lockFree != "" {
		q.For(s.dialect.lockFree)
	}
	if err = q.Scan(ctx); errors.Is(err, sql.ErrNoRows) {
		return jobRow{}, nil
	}
	return row, err
}

// leaseHeld is true of the audit that a worker may write to: the lease may have
// run out, but nobody else took the audit up, and it has not ended.
const leaseHeld = "id = ? AND lease_owner = ? AND attempt = ? AND status = 'running' AND deleted_at IS NULL"

func leaseArgs(l work.Lease) []any { return []any{l.AuditID, sanitise(l.Owner), l.Attempt} }

// updateHeld runs an update of the audit that l holds, and fails with
// [ErrLeaseLost] when there is none.
func updateHeld(ctx context.Context, q *bun.UpdateQuery, l work.Lease) error {
	res, err := q.Where(leaseHeld, leaseArgs(l)...).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, ErrLeaseLost)
	}
	return nil
}

// lockLease fails with [ErrLeaseLost] unless l holds its audit, and keeps others
// from taking the audit up until the transaction ends.
func (s *Store) lockLease(ctx context.Context, tx bun.Tx, l work.Lease) error {
	q := tx.NewSelect().Table("audits").Column("id").Where(leaseHeld, leaseArgs(l)...)
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

// Renew prolongs a lease from now and notes the worker's sign of life; neither
// is a visible change. It reports whether the audit was asked to stop.
func (s *Store) Renew(ctx context.Context, l work.Lease, lease time.Duration) (cancelRequested bool, err error) {
	err = s.write(ctx, fmt.Sprintf("renew %d", l.AuditID), false, func(ctx context.Context, tx bun.Tx) error {
		q := tx.NewUpdate().Table("audits").
			Set("lease_until = ?", s.leaseEnd(lease)).Set("worker_seen_at = ?", s.dialect.now)
		if err := updateHeld(ctx, q, l); err != nil {
			return err
		}
		return tx.NewSelect().Table("audits").Column("cancel_requested").
			Where("id = ?", l.AuditID).Scan(ctx, &cancelRequested)
	})
	return cancelRequested, err
}

// Advance shows how far a worker is. A progress below the one shown gives
// [ErrOutOfRange].
func (s *Store) Advance(ctx context.Context, l work.Lease, a work.Advance) error {
	return s.write(ctx, fmt.Sprintf("advance %d", l.AuditID), true, func(ctx context.Context, tx bun.Tx) error {
		q := tx.NewUpdate().Table("audits").
			Set("progress = ?", a.Progress).Set("stage = ?", nullable(string(a.Stage))).
			Apply(setMessage(a.Message)).Set("worker_seen_at = ?", s.dialect.now).
			// A page more is a sign of health: only deaths without one count together.
			Set("leases_lost = CASE WHEN total_pages < ? THEN 0 ELSE leases_lost END", a.TotalPages)
		setCounts(q, a)
		return updateHeld(ctx, q, l)
	})
}

// encodeActivity leaves out the oldest pages until the rest fits: URLs can be
// long, and JSON may write one byte of them as six.
func encodeActivity(a *shared.Activity) any {
	if a == nil {
		return nil
	}
	fit := *a
	for {
		b, err := json.Marshal(fit)
		if err != nil {
			return nil
		}
		if len(b) <= maxActivity {
			return string(b)
		}
		if len(fit.Pages) == 0 {
			return nil
		}
		fit.Pages = fit.Pages[:len(fit.Pages)-1]
	}
}

// Finish ends an audit with its result and report, and gives the lease back. An audit
// that was asked to stop does not end as completed: [work.ErrCancelRequested].
func (s *Store) Finish(ctx context.Context, l work.Lease, r work.Result) error {
	what := fmt.Sprintf("finish %d", l.AuditID)
	if !r.Status.Terminal() {
		return fmt.Errorf("store: %s: %w: status %.20q does not end an audit", what, ErrOutOfRange, r.Status)
	}
	return s.write(ctx, what, true, func(ctx context.Context, tx bun.Tx) error {
		q := tx.NewUpdate().Table("audits").
			Set("status = ?", string(r.Status)).Set("geo_score = ?", r.GeoScore).
			Apply(setMessage(r.Message)).Apply(setError(r.ErrorMessage)).
			Set("partial = ?", r.Partial).Set("stop_reason = ?", nullable(sanitise(r.StopReason))).
			Set("worker_seen_at = ?", s.dialect.now).
			Set("lease_owner = NULL").Set("lease_until = NULL")
		if r.Status != shared.StatusCompleted {
			n := min(r.Last.Progress, 99)
			q.Set("progress = CASE WHEN progress > ? THEN progress ELSE ? END", n, n)
		}
		r.Last.SecondsLeft = nil
		setCounts(q, r.Last)
		completed := r.Status == shared.StatusCompleted
		if completed {
			previous, err := previousVerdict(ctx, tx, l.AuditID)
			if err != nil {
				return err
			}
			q.Where("NOT cancel_requested").Set("previous = ?", previous)
		}
		err := updateHeld(ctx, q, l)
		if completed && errors.Is(err, ErrLeaseLost) && s.lockLease(ctx, tx, l) == nil {
			return work.ErrCancelRequested
		}
		if err == nil {
			err = s.noteEnd(ctx, tx, l.AuditID)
		}
		if err != nil || r.Report == nil {
			return err
		}
		report := map[string]any{"audit_id": l.AuditID, "body": sanitise(string(r.Report))}
		_, err = tx.NewInsert().Model(&report).Table("reports").
			On("CONFLICT (audit_id) DO UPDATE").Set("body = EXCLUDED.body").Exec(ctx)
		return err
	})
}

// Release gives an audit back unfinished, as a worker does that shuts down: the
// next [Store.Claim] may take it, and the worker does not count as dead.
func (s *Store) Release(ctx context.Context, l work.Lease) error {
	return s.write(ctx, fmt.Sprintf("release %d", l.AuditID), true, func(ctx context.Context, tx bun.Tx) error {
		return updateHeld(ctx, tx.NewUpdate().Table("audits").Set("lease_owner = NULL").Set("lease_until = NULL"), l)
	})
}
