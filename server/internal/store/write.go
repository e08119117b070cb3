package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// headRow is what writes need to know of an audit before they touch it.
type headRow struct {
	bun.BaseModel `bun:"table:audits,alias:a"`

	ID          int64         `bun:"id,pk"`
	Revision    int64         `bun:"revision"`
	Kind        shared.Kind   `bun:"kind"`
	Status      shared.Status `bun:"status"`
	RequestHash string        `bun:"request_hash"`
	Patched     string        `bun:"patched"`
	Held        bool          `bun:"held,scanonly"` // a worker has a lease that has not run out
}

func (s *Store) head(ctx context.Context, tx bun.Tx, where string, args ...any) (headRow, error) {
	var h headRow
	q := tx.NewSelect().Model(&h).ColumnExpr("?TableColumns").
		ColumnExpr(leased+" AS held", s.leasedArgs()...).
		Where("a.deleted_at IS NULL").Where(where, args...)
	if s.dialect.lock != "" {
		q.For(s.dialect.lock)
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return h, err
}

// progressInTx reads an audit as it is inside of a transaction. A new query, not
// RETURNING: SQLite's does not see what triggers did.
func (s *Store) progressInTx(ctx context.Context, tx bun.Tx, id int64) (shared.AuditProgress, error) {
	var r auditRow
	err := tx.NewSelect().Model(&r).Where("a.id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return shared.AuditProgress{}, err
	}
	p, ok := s.progress(&r)
	if !ok {
		return p, ErrNotFound
	}
	return p, nil
}

// Create stores a new audit and returns it. Kind "" is a site audit; limits of 0
// stay unset. A key that was used with the same request returns the audit of
// then, as it is now, and created is false; with another it fails with
// [ErrIdempotency]; other headers make another request while that audit goes on. Texts that are no text, or too long, give [ErrOutOfRange]. A
// site audit beyond the [Bounds] gives [ErrQueueFull] or [ErrHostBusy].
func (s *Store) Create(
	ctx context.Context, a shared.NewAudit, idempotencyKey string,
) (p shared.AuditProgress, created bool, err error) {
	return s.CreateFor(ctx, a, idempotencyKey, Starter{Admit: func() error { return nil }})
}

// Starter is who starts an audit.
type Starter struct {
	// Token is the one that was used; 0 for none.
	Token int64
	// Admit is asked last, about a site audit that is new and within all other bounds, and
	// its error is returned. It is called within the transaction, so it must be quick.
	Admit func() error
}

// CreateFor is Create for somebody who is known, or has bounds of their own.
func (s *Store) CreateFor(
	ctx context.Context, a shared.NewAudit, idempotencyKey string, by Starter,
) (p shared.AuditProgress, created bool, err error) {
	if a.Kind == "" {
		a.Kind = shared.KindSite
	}
	err = errors.Join(
		checkText("url", a.URL), checkText("kind", string(a.Kind)), checkText("Idempotency-Key", idempotencyKey))
	if err != nil {
		return p, false, fmt.Errorf("store: create: %w", err)
	}
	hash, err := requestHash(a)
	if err != nil {
		return p, false, fmt.Errorf("store: create: %w", err)
	}
	err = s.write(ctx, "create", true, func(ctx context.Context, tx bun.Tx) error {
		id, err := insertAudit(ctx, tx, a, idempotencyKey, hash, by.Token)
		created = err == nil
		if errors.Is(err, sql.ErrNoRows) { // the key exists
			var h headRow
			h, err = s.head(ctx, tx, "a.idempotency_key = ?", idempotencyKey)
			if err == nil && h.RequestHash != hash {
				err = ErrIdempotency
			}
			if err == nil {
				err = s.sameHeaders(ctx, tx, h.ID, a.Headers)
			}
			id = h.ID
		} else if err == nil {
			err = s.keepHeaders(ctx, tx, id, a.Headers)
		}
		if err == nil && created && a.Kind == shared.KindSite {
			err = s.checkRoom(ctx, tx, a)
			if err == nil {
				err = by.Admit()
			}
		}
		if err != nil {
			return err
		}
		p, err = s.progressInTx(ctx, tx, id)
		return err
	})
	return p, created && err == nil, err
}

// insertAudit returns sql.ErrNoRows when the key exists.
func insertAudit(
	ctx context.Context, tx bun.Tx, a shared.NewAudit, key, hash string, startedBy int64,
) (id int64, err error) {
	columns := map[string]any{
		"url": a.URL, "kind": string(a.Kind),
		"page_limit": nullable(a.PageLimit), "max_depth": nullable(a.MaxDepth),
		"max_bytes": nullable(a.MaxBytes), "max_seconds": nullable(a.MaxSeconds),
		"skip_ai_agents": a.SkipAIAgents, "rate": nullable(a.Rate),
		"include_paths": lines(a.Include), "exclude_paths": lines(a.Exclude),
		"idempotency_key": nullable(key), "request_hash": hash,
		"started_by": nullable(startedBy),
	}
	_, err = tx.NewInsert().Model(&columns).Table("audits").
		On("CONFLICT (idempotency_key) DO NOTHING").Returning("id").Exec(ctx, &id)
	if err == nil && id == 0 {
		err = sql.ErrNoRows
	}
	return id, err
}

func requestHash(a shared.NewAudit) (string, error) {
	a.Headers = headerNames(a.Headers)
	b, err := json.Marshal(a)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

func nullable[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// Patch applies the report of an external worker and returns the audit. ifMatch
// is the revision that the worker knows, or 0 for any: [ErrPrecondition] when it
// is another, unless it comes from this very patch, which is repeated because its answer
// was lost: then nothing changes. An ended audit gives [ErrTerminal], a site audit [ErrConflict],
// and what breaks the contract [ErrOutOfRange] with the reason. An empty text
// is null.
func (s *Store) Patch(
	ctx context.Context, id int64, patch shared.ProgressPatch, ifMatch int64,
) (shared.AuditProgress, error) {
	p, _, err := s.PatchOnce(ctx, id, patch, ifMatch)
	return p, err
}

// PatchOnce is [Store.Patch] for callers who need to know whether it was this call that
// applied the patch, or one before it, of which this one is the repetition.
func (s *Store) PatchOnce(
	ctx context.Context, id int64, patch shared.ProgressPatch, ifMatch int64,
) (p shared.AuditProgress, applied bool, err error) {
	hash, err := patchHash(patch, ifMatch)
	if err != nil {
		return p, false, fmt.Errorf("store: patch %d: %w", id, err)
	}
	err = s.write(ctx, fmt.Sprintf("patch %d", id), true, func(ctx context.Context, tx bun.Tx) error {
		h, err := s.head(ctx, tx, "a.id = ?", id)
		switch {
		case err != nil:
			return err
		case hash != "" && hash == h.Patched:
			p, err = s.repeated(ctx, tx, id)
			return err
		case ifMatch != 0 && ifMatch != h.Revision:
			return ErrPrecondition
		case h.Status.Terminal():
			return ErrTerminal
		case h.Kind == shared.KindSite:
			return fmt.Errorf("%w: the engine reports on a site audit", ErrConflict)
		}
		q := tx.NewUpdate().Table("audits").Where("id = ?", id).Set("worker_seen_at = ?", s.dialect.now).
			Set("patched = ?", nullable(hash))
		if err := setPatch(q, patch); err != nil {
			return err
		}
		if patch.Status != nil && *patch.Status == shared.StatusCompleted {
			previous, err := previousVerdict(ctx, tx, id)
			if err != nil {
				return err
			}
			q.Set("previous = ?", previous)
		}
		if _, err := q.Exec(ctx); err != nil {
			return err
		}
		if p, err = s.progressInTx(ctx, tx, id); err == nil && p.Status.Terminal() {
			err = s.noteEnd(ctx, tx, id)
		}
		applied = err == nil
		return err
	})
	return p, applied && err == nil, err
}

// repeated is an audit whose patch was sent once more. That is a sign of life all the same: a
// worker that has nothing new to report may send the same patch again and again.
func (s *Store) repeated(ctx context.Context, tx bun.Tx, id int64) (shared.AuditProgress, error) {
	_, err := tx.NewUpdate().Table("audits").Where("id = ?", id).Where("status = ?", shared.StatusRunning).
		Set("worker_seen_at = ?", s.dialect.now).Exec(ctx)
	if err != nil {
		return shared.AuditProgress{}, err
	}
	return s.progressInTx(ctx, tx, id)
}

// patchHash names a patch of one revision; a patch of any has no name.
func patchHash(patch shared.ProgressPatch, ifMatch int64) (string, error) {
	if ifMatch == 0 {
		return "", nil
	}
	b, err := json.Marshal(patch)
	sum := sha256.Sum256(fmt.Appendf(b, " %d", ifMatch))
	return hex.EncodeToString(sum[:]), err
}

func setPatch(q *bun.UpdateQuery, p shared.ProgressPatch) error {
	var errs []error
	setText := func(column string, s *string) {
		if s != nil {
			errs = append(errs, checkText(column, *s))
			q.Set("? = ?", bun.Ident(column), nullable(*s))
		}
	}
	setInt := func(column string, n *int) {
		if n != nil {
			q.Set("? = ?", bun.Ident(column), *n)
		}
	}
	if p.Status != nil {
		status := string(*p.Status)
		errs = append(errs, checkText("status", status))
		q.Set("status = ?", status)
	}
	setInt("progress", p.Progress)
	setInt("total_pages", p.TotalPages)
	setInt("geo_score", p.GeoScore)
	// Of an external worker's text nobody has a translation.
	setText("message", p.Message)
	setText("error_message", p.ErrorMessage)
	if p.Message != nil {
		q.Set("message_key = NULL").Set("message_args = NULL")
	}
	if p.ErrorMessage != nil {
		q.Set("error_key = NULL").Set("error_args = NULL")
	}
	return errors.Join(errs...)
}

// Cancel stops an audit and returns it. One that waits, an external one, and one
// that no worker holds is cancelled at once; of a running one the worker is
// asked to stop. Cancelling a cancelled one changes nothing; an otherwise ended
// one gives [ErrTerminal].
func (s *Store) Cancel(ctx context.Context, id int64) (p shared.AuditProgress, err error) {
	err = s.write(ctx, fmt.Sprintf("cancel %d", id), true, func(ctx context.Context, tx bun.Tx) error {
		h, err := s.head(ctx, tx, "a.id = ?", id)
		if err != nil {
			return err
		}
		q := tx.NewUpdate().Table("audits").Where("id = ?", id).Set("cancel_requested = ?", true)
		switch {
		case h.Status.Terminal() && h.Status != shared.StatusCancelled:
			return ErrTerminal
		case h.Status == shared.StatusCancelled || h.Held:
		default:
			setCancelled(q)
		}
		if _, err := q.Exec(ctx); err != nil {
			return err
		}
		p, err = s.progressInTx(ctx, tx, id)
		return err
	})
	return p, err
}

// setCancelled ends an audit that has no worker to do it.
func setCancelled(q *bun.UpdateQuery) *bun.UpdateQuery {
	return q.Set("status = 'cancelled'").
		Set("partial = (total_pages > 0)").
		Set("stop_reason = CASE WHEN total_pages > 0 THEN 'cancelled' END").
		Set("lease_owner = NULL").Set("lease_until = NULL")
}

// Delete takes an audit, with its pages, findings and report, out of every read.
// A running one gives [ErrConflict]: cancel it first. One that was deleted already, and
// is not yet removed, stays so: who repeats what had no answer gets the same one.
func (s *Store) Delete(ctx context.Context, id int64) error {
	return s.write(ctx, fmt.Sprintf("delete %d", id), true, func(ctx context.Context, tx bun.Tx) error {
		h, err := s.head(ctx, tx, "a.id = ?", id)
		if errors.Is(err, ErrNotFound) {
			return isDeleted(ctx, tx, id)
		}
		if err != nil {
			return err
		}
		if h.Status == shared.StatusRunning {
			return fmt.Errorf("%w: a running audit is cancelled before it is deleted", ErrConflict)
		}
		for _, b := range belongings {
			if _, err := tx.NewDelete().Table(b.table).Where("audit_id = ?", id).Exec(ctx); err != nil {
				return err
			}
		}
		_, err = s.bury(tx.NewUpdate().Table("audits").Where("id = ?", id)).Exec(ctx)
		return err
	})
}

// isDeleted returns [ErrNotFound] for an audit that never was, or is no longer.
func isDeleted(ctx context.Context, tx bun.Tx, id int64) error {
	there, err := tx.NewSelect().Table("audits").Where("id = ?", id).Where("deleted_at IS NOT NULL").Exists(ctx)
	if err == nil && !there {
		err = ErrNotFound
	}
	return err
}
