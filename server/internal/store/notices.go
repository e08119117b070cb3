package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// notedMax is of how many audits one transaction writes down what there is to tell.
const notedMax = 20

// NoteEnded writes down what there is to tell of audits that were ended by SQL, not of all
// if they are many, and returns of how many. Several servers may do this at once.
func (s *Store) NoteEnded(ctx context.Context) (noted int, err error) {
	return s.noteEach(ctx, "note ended audits", func(q *bun.SelectQuery) *bun.SelectQuery {
		// As the index says it. SQLite would look for the two others by the index of status,
		// which finds all audits there are.
		return q.Where("NOT noticed AND status NOT IN ('pending', 'running', 'cancelled')")
	}, s.noteEnd)
}

// NoteSilent does so of running audits whose worker gave no sign of life for a time.
func (s *Store) NoteSilent(ctx context.Context, silence time.Duration) (noted int, err error) {
	before := s.dialect.after(-silence)
	return s.noteEach(ctx, "note silent workers", func(q *bun.SelectQuery) *bun.SelectQuery {
		told := q.DB().NewSelect().Table("notices").ColumnExpr("1").
			Where("notices.audit_id = audits.id AND notices.event = ?", string(shared.EventSilent))
		return q.Where("status = 'running'").Where("updated_at < (SELECT ?)", before).
			Where("coalesce(worker_seen_at, updated_at) < (SELECT ?)", before).Where("NOT EXISTS (?)", told)
	}, func(ctx context.Context, tx bun.Tx, id int64) error {
		p, err := s.progressInTx(ctx, tx, id)
		if errors.Is(err, ErrNotFound) { // nobody can be told what it says
			_, err = isTold(ctx, tx, id, shared.EventSilent)
			return err
		}
		if err != nil {
			return err
		}
		last := p.UpdatedAt.Time
		if p.WorkerSeenAt != nil && p.WorkerSeenAt.After(last) {
			last = p.WorkerSeenAt.Time
		}
		return s.tell(ctx, tx, shared.Notice{Type: shared.EventSilent, Timestamp: shared.At(last.Add(silence)), Data: p})
	})
}

// noteEach does what is to be done about some audits, each of which no other server has.
func (s *Store) noteEach(
	ctx context.Context, what string, among func(*bun.SelectQuery) *bun.SelectQuery,
	note func(context.Context, bun.Tx, int64) error,
) (noted int, err error) {
	err = s.write(ctx, what, false, func(ctx context.Context, tx bun.Tx) error {
		var ids []int64
		q := tx.NewSelect().Table("audits").Column("id").Where("deleted_at IS NULL").Apply(among).Order("id").Limit(notedMax)
		if s.dialect.lockFree != "" {
			q.For(s.dialect.lockFree)
		}
		if err := q.Scan(ctx, &ids); err != nil {
			return err
		}
		noted = len(ids)
		for _, id := range ids {
			if err := note(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	return noted, err
}

// noteEnd writes down, in the transaction that ended an audit or later, what there is to
// tell of its end. Whoever completed it by SQL left the audit before it to be found here.
func (s *Store) noteEnd(ctx context.Context, tx bun.Tx, id int64) error {
	p, err := s.progressInTx(ctx, tx, id)
	if err != nil && !errors.Is(err, ErrNotFound) { // which is a row beyond repair
		return err
	}
	if err == nil && p.Status == shared.StatusCompleted && p.Previous == nil {
		if p.Previous, err = verdictBefore(ctx, tx, id); err != nil {
			return err
		}
	}
	for _, event := range p.Ended() {
		at := p.UpdatedAt
		if p.FinishedAt != nil {
			at = *p.FinishedAt
		}
		if err := s.tell(ctx, tx, shared.Notice{Type: event, Timestamp: at, Data: p}); err != nil {
			return err
		}
	}
	_, err = tx.NewUpdate().Table("audits").Set("noticed = ?", true).Where("id = ?", id).Exec(ctx)
	return err
}

// tell writes a message to each webhook that wants to know, unless the event was told.
func (s *Store) tell(ctx context.Context, tx bun.Tx, n shared.Notice) error {
	told, err := isTold(ctx, tx, n.Data.AuditID, n.Type)
	if err != nil || told {
		return err
	}
	webhooks, err := s.webhooksFor(ctx, tx, n.Type, n.Data.AuditID)
	if err != nil || len(webhooks) == 0 {
		return err
	}
	n.Data.Activity = nil
	body, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("encode %s: %w", n.Type, err)
	}
	message := newMessage()
	rows := make([]deliveryRow, len(webhooks))
	for i, w := range webhooks {
		rows[i] = newDelivery(w.ID, message, &n, body)
	}
	return s.insertDeliveries(ctx, tx, &rows)
}

// isTold reports whether an event was told before, and has it be so from now on.
func isTold(ctx context.Context, tx bun.Tx, id int64, event shared.Event) (bool, error) {
	row := map[string]any{"audit_id": id, "event": string(event)}
	n, err := affected(tx.NewInsert().Model(&row).Table("notices").On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx))
	return n == 0, err
}

// webhooksFor returns the webhooks that want to know of an event of an audit, and keeps them
// from being deleted until the transaction ends. A browser is told as long as the token is
// good with which it has subscribed.
func (s *Store) webhooksFor(
	ctx context.Context, tx bun.Tx, event shared.Event, audit int64,
) ([]shared.Webhook, error) {
	var rows []webhookRow
	q := tx.NewSelect().Model(&rows).Where("w.audit_id IS NULL OR w.audit_id = ?", audit).
		Where("w.made_by IS NULL OR EXISTS (?)", s.itsToken(tx)).Order("w.id")
	if s.dialect.lock != "" {
		q.For("KEY SHARE")
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	var wanted []shared.Webhook
	for i := range rows {
		if w := rows[i].webhook(); slices.Contains(w.Events, event) {
			wanted = append(wanted, w)
		}
	}
	return wanted, nil
}
