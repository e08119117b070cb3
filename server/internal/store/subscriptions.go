package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// Subscriber is whose a subscription is.
type Subscriber struct {
	Token   int64  // 0 for nobody
	Session string // of the browser; empty without one
}

// NewSubscription is a browser that wants to be told of audits.
type NewSubscription struct {
	URL, Keys string // where messages go, and how they are sealed
	AuditID   *int64 // nil for all audits
	Language  string
}

// awaited says that the audit of a subscription w has not ended, or nobody was told so yet.
const awaited = `EXISTS (SELECT 1 FROM audits AS a WHERE a.id = w.audit_id AND a.deleted_at IS NULL
	AND (a.status IN ('pending', 'running') OR NOT a.noticed AND a.status <> 'cancelled'))`

func (r *webhookRow) subscription() shared.Subscription {
	return shared.Subscription{ID: r.ID, AuditID: r.AuditID, Language: r.Language, CreatedAt: shared.At(r.CreatedAt.Time)}
}

// Subscribe has a browser be told of the end of audits and returns its subscription, which
// takes the place of one that the same browser has to the same. An audit that has ended gives
// [ErrTerminal], one subscription more than [shared.SubscriptionsMax] [ErrOutOfRange].
func (s *Store) Subscribe(ctx context.Context, want NewSubscription, by Subscriber) (shared.Subscription, error) {
	row := webhookRow{
		Kind: string(shared.KindPush), URL: want.URL, Secret: want.Keys, Events: eventWords(shared.PushEvents),
		Language: want.Language, AuditID: want.AuditID, MadeBy: by.Token, Session: by.Session,
	}
	err := s.write(ctx, "subscribe", false, func(ctx context.Context, tx bun.Tx) error {
		if err := s.checkAwaited(ctx, tx, want.AuditID); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&row).Value("created_at", "?", s.dialect.now).
			On("CONFLICT (url, coalesce(audit_id, 0)) WHERE kind = 'push' DO UPDATE").
			Set("secret = EXCLUDED.secret").Set("language = EXCLUDED.language").
			Set("made_by = EXCLUDED.made_by").Set("session = EXCLUDED.session").
			Returning("*").Exec(ctx)
		if err != nil {
			return err
		}
		full, err := ownedBy(tx.NewSelect().Model((*webhookRow)(nil)), by.Token).
			Where("w.audit_id IS NULL OR " + awaited).Offset(shared.SubscriptionsMax).Limit(1).Exists(ctx)
		if err == nil && full {
			err = fmt.Errorf("%w: you have %d subscriptions already", ErrOutOfRange, shared.SubscriptionsMax)
		}
		return err
	})
	return row.subscription(), err
}

// checkAwaited fails unless an audit, if one is named, has still to end. It does not end
// before the transaction does, so that whoever subscribes is told.
func (s *Store) checkAwaited(ctx context.Context, tx bun.Tx, audit *int64) error {
	if audit == nil {
		return nil
	}
	h, err := s.head(ctx, tx, "a.id = ?", *audit)
	if err == nil && h.Status.Terminal() {
		err = ErrTerminal
	}
	return err
}

// ownedBy selects the subscriptions of a token, 0 for those of nobody.
func ownedBy(q *bun.SelectQuery, token int64) *bun.SelectQuery {
	return q.Where("w.kind = 'push' AND coalesce(w.made_by, 0) = ?", token)
}

// Subscription returns a subscription of a token, or [ErrNotFound].
func (s *Store) Subscription(ctx context.Context, id, token int64) (shared.Subscription, error) {
	what := fmt.Sprintf("subscription %d", id)
	rows, err := readRows[webhookRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		return ownedBy(q, token).Where("w.id = ?", id)
	})
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("store: %s: %w", what, ErrNotFound)
	}
	if err != nil {
		return shared.Subscription{}, err
	}
	return rows[0].subscription(), nil
}

// Unsubscribe has a browser be told no longer, and forgets what it was told; [ErrNotFound] if
// the subscription is none of the token's.
func (s *Store) Unsubscribe(ctx context.Context, id, token int64) error {
	return s.write(ctx, fmt.Sprintf("unsubscribe %d", id), false, func(ctx context.Context, tx bun.Tx) error {
		n, err := affected(tx.NewDelete().Model((*webhookRow)(nil)).
			Where("w.id = ? AND w.kind = 'push' AND coalesce(w.made_by, 0) = ?", id, token).Exec(ctx))
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
}

// unsubscribe drops the subscriptions of which a condition is true.
func unsubscribe(ctx context.Context, tx bun.Tx, where string, arg any) error {
	_, err := tx.NewDelete().Table("webhooks").Where("kind = 'push'").Where(where, arg).Exec(ctx)
	return err
}

// forgetSubscriptions drops those that can be told of nothing more, and of which no delivery
// is kept.
func (s *Store) forgetSubscriptions(ctx context.Context, tx bun.Tx) error {
	_, err := tx.NewDelete().Model((*webhookRow)(nil)).Where("w.kind = 'push'").
		Where("NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.webhook_id = w.id)").
		Where("w.audit_id IS NOT NULL AND NOT "+awaited+" OR w.made_by IS NOT NULL AND NOT EXISTS (?)", s.itsToken(tx)).
		Exec(ctx)
	return err
}

// itsToken selects the token of a subscription w, if that is good at present.
func (s *Store) itsToken(tx bun.Tx) *bun.SelectQuery {
	return s.usable(tx.NewSelect().Model((*tokenRow)(nil)).ColumnExpr("1").Where("t.id = w.made_by"))
}
