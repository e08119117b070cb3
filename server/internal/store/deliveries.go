package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// deliveriesKept is how long a delivery that is over stays in the log.
const deliveriesKept = 7 * 24 * time.Hour

// deliveryRow is one message to one webhook as it is stored.
type deliveryRow struct {
	bun.BaseModel `bun:"table:deliveries,alias:d"`

	ID        int64   `bun:"id,pk,autoincrement"`
	WebhookID int64   `bun:"webhook_id"`
	Message   string  `bun:"message"`
	AuditID   int64   `bun:"audit_id"`
	Event     string  `bun:"event"`
	Body      string  `bun:"body"`
	State     string  `bun:"state"`
	Tries     int     `bun:"tries"`
	Status    *int    `bun:"status"`
	Error     *string `bun:"error"`
	CreatedAt stamp   `bun:"created_at"`
	TriedAt   stamp   `bun:"tried_at"`
	NextAt    stamp   `bun:"next_at"`
}

func (r *deliveryRow) delivery() shared.Delivery {
	d := shared.Delivery{
		ID: r.ID, Message: r.Message, Event: shared.Event(r.Event), AuditID: r.AuditID,
		State: shared.DeliveryState(r.State), Tries: r.Tries, Status: r.Status,
		Error: optionalText(r.Error, shared.MaxDeliveryError), CreatedAt: shared.At(r.CreatedAt.Time),
		TriedAt: shared.AtPtr(r.TriedAt.Time),
	}
	if d.State == shared.DeliveryPending {
		d.NextAt = shared.AtPtr(r.NextAt.Time)
	}
	return d
}

// Deliveries returns one page of what a webhook was told, the newest first, or
// [ErrNotFound]. A cursor that is not from such a list gives [ErrBadCursor].
func (s *Store) Deliveries(ctx context.Context, webhook int64, cursor string, limit int) (shared.DeliveryList, error) {
	list := shared.DeliveryList{Deliveries: []shared.Delivery{}}
	what := fmt.Sprintf("deliveries of webhook %d", webhook)
	before, err := decodeCursor("deliveries", cursor)
	if err != nil {
		return list, fmt.Errorf("store: %s: %w", what, err)
	}
	limit = limitOr(limit, shared.ListLimitDefault, shared.ListLimitMax)
	rows, err := readRows[deliveryRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		if before > 0 {
			q.Where("d.id < ?", before)
		}
		return q.ExcludeColumn("body").Where("d.webhook_id = ?", webhook).Order("d.id DESC").Limit(int64(limit + 1))
	})
	if err == nil && len(rows) == 0 {
		_, err = s.Webhook(ctx, webhook)
	}
	if err != nil {
		return list, err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		list.NextCursor = encodeCursor("deliveries", rows[limit-1].ID)
	}
	for i := range rows {
		list.Deliveries = append(list.Deliveries, rows[i].delivery())
	}
	return list, nil
}

// Redeliver has a message be sent once more, with all its tries, and returns it. One that
// is still pending is tried at once, unless a server is trying it.
func (s *Store) Redeliver(ctx context.Context, webhook, id int64) (shared.Delivery, error) {
	row := deliveryRow{ID: id}
	err := s.write(ctx, fmt.Sprintf("redeliver %d", id), false, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Table("deliveries").Set("state = ?", string(shared.DeliveryPending)).Set("tries = 0").
			Set("next_at = ?", s.dialect.now).Set("lease_until = NULL").
			Where("id = ? AND webhook_id = ?", id, webhook).
			Where("NOT "+leased, s.leasedArgs()...).Exec(ctx)
		if err != nil {
			return err
		}
		err = tx.NewSelect().Model(&row).ExcludeColumn("body").WherePK().Where("d.webhook_id = ?", webhook).Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			err = ErrNotFound
		}
		return err
	})
	return row.delivery(), err
}

// newDelivery is a message to a webhook that was not tried yet. All webhooks that are told of the
// same have its name in common.
func newDelivery(webhook int64, message string, n *shared.Notice, body []byte) deliveryRow {
	return deliveryRow{
		WebhookID: webhook, Message: message, AuditID: n.Data.AuditID, Event: string(n.Type), Body: string(body),
		State: string(shared.DeliveryPending),
	}
}

func newMessage() string { return "msg_" + rand.Text() }

// insertDeliveries stores messages that are due at once.
func (s *Store) insertDeliveries(ctx context.Context, tx bun.Tx, rows *[]deliveryRow) error {
	_, err := tx.NewInsert().Model(rows).Value("created_at", "?", s.dialect.now).Value("next_at", "?", s.dialect.now).
		Returning("id, created_at, next_at").Exec(ctx)
	return err
}

// TestWebhook has a webhook be sent a message that is of no audit, and returns it;
// [ErrNotFound] if there is none.
func (s *Store) TestWebhook(ctx context.Context, webhook int64) (shared.Delivery, error) {
	n := shared.TestNotice(shared.At(time.Now()))
	body, err := json.Marshal(n)
	if err != nil {
		return shared.Delivery{}, fmt.Errorf("store: encode a test: %w", err)
	}
	rows := []deliveryRow{newDelivery(webhook, newMessage(), &n, body)}
	err = s.write(ctx, fmt.Sprintf("test webhook %d", webhook), false, func(ctx context.Context, tx bun.Tx) error {
		found, err := tx.NewSelect().Table("webhooks").ColumnExpr("1").Where("id = ?", webhook).Exists(ctx)
		if err == nil && !found {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.insertDeliveries(ctx, tx, &rows)
	})
	return rows[0].delivery(), err
}

// NewestDeliveries returns what each webhook was told last, by their ids.
func (s *Store) NewestDeliveries(ctx context.Context) (map[int64]shared.Delivery, error) {
	rows, err := readRows[deliveryRow](ctx, s, "newest deliveries", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ExcludeColumn("body").Where("d.id IN (SELECT (SELECT max(id) FROM deliveries " +
			"WHERE webhook_id = webhooks.id) FROM webhooks)")
	})
	newest := make(map[int64]shared.Delivery, len(rows))
	for i := range rows {
		newest[rows[i].WebhookID] = rows[i].delivery()
	}
	return newest, err
}

// ClaimDelivery gives its caller the message that is due for longest, for the time of a
// lease; ok is false when none is due. No two calls get the same one, and a webhook that is
// being told something waits with the rest, so that one that is slow delays nobody else.
func (s *Store) ClaimDelivery(ctx context.Context, lease time.Duration) (d work.Delivery, ok bool, err error) {
	err = s.write(ctx, "claim delivery", false, func(ctx context.Context, tx bun.Tx) error {
		row, err := s.dueDelivery(ctx, tx)
		if err != nil || row.ID == 0 {
			return err
		}
		_, err = tx.NewUpdate().Table("deliveries").Set("tries = tries + 1").Set("tried_at = ?", s.dialect.now).
			Set("lease_until = ?", s.leaseEnd(lease)).Where("id = ?", row.ID).Exec(ctx)
		if err != nil {
			return err
		}
		d = work.Delivery{
			ID: row.ID, Tries: row.Tries + 1, Message: row.Message, AuditID: row.AuditID,
			Event: shared.Event(row.Event), Body: []byte(row.Body), WebhookID: row.WebhookID,
		}
		ok = true
		return s.addWebhook(ctx, tx, &d)
	})
	return d, ok && err == nil, err
}

// dueDelivery is the message that is due for longest, kept off others until the
// transaction ends; its ID is 0 when there is none.
func (s *Store) dueDelivery(ctx context.Context, tx bun.Tx) (row deliveryRow, err error) {
	busy := tx.NewSelect().TableExpr("deliveries AS o").ColumnExpr("1").
		Where("o.webhook_id = d.webhook_id AND o.state = 'pending'").Where(leased, s.leasedArgs()...)
	q := tx.NewSelect().Model(&row).Where("d.state = 'pending' AND d.next_at <= (SELECT ?)", s.dialect.now).
		// That it is not being tried itself is said of the row too: PostgreSQL looks at a row
		// that changed meanwhile anew, but not at what a subquery saw.
		Where("NOT "+leased, s.leasedArgs()...).
		Where("NOT EXISTS (?)", busy).Order("d.next_at", "d.id").Limit(1)
	if s.dialect.lockFree != "" {
		q.For(s.dialect.lockFree)
	}
	if err = q.Scan(ctx); errors.Is(err, sql.ErrNoRows) {
		return deliveryRow{}, nil
	}
	return row, err
}

// addWebhook says to whom a message goes, and what signs it.
func (s *Store) addWebhook(ctx context.Context, tx bun.Tx, d *work.Delivery) error {
	var row struct {
		webhookRow `bun:",extend"`

		Both bool `bun:"both,scanonly"`
	}
	err := tx.NewSelect().Model(&row).ColumnExpr("?TableColumns").
		ColumnExpr("coalesce(old_secret_until > ?, FALSE) AS both", s.dialect.now).Where("w.id = ?", d.WebhookID).Scan(ctx)
	if err != nil {
		return err
	}
	d.Kind, d.URL, d.Language = shared.WebhookKind(row.Kind), row.URL, row.Language
	d.Secrets = []string{row.Secret}
	if row.Both && row.OldSecret != nil {
		d.Secrets = append(d.Secrets, *row.OldSecret)
	}
	return nil
}

// SettleDelivery writes what became of a try. Nothing is written when another server has
// taken the message up meanwhile, or it is gone. A browser that is there no longer is
// forgotten, with all that it was to be told.
func (s *Store) SettleDelivery(ctx context.Context, d work.Delivery, o work.Outcome) error {
	return s.write(ctx, fmt.Sprintf("settle delivery %d", d.ID), false, func(ctx context.Context, tx bun.Tx) error {
		if o.Gone && d.Kind == shared.KindPush {
			return unsubscribe(ctx, tx, "url = ?", d.URL)
		}
		_, err := tx.NewUpdate().Table("deliveries").Set("state = ?", string(o.State)).
			Set("status = ?", nullable(o.Status)).
			Set("error = ?", nullable(cutRunes(o.Error, shared.MaxDeliveryError))).
			Set("next_at = ?", s.dialect.after(o.Wait)).Set("lease_until = NULL").
			Where("id = ? AND tries = ? AND state = 'pending'", d.ID, d.Tries).Exec(ctx)
		return err
	})
}

// ForgetDeliveries removes deliveries that were over long ago, at most [PurgeMax], and
// returns how many; and the subscriptions that are of no use any more.
func (s *Store) ForgetDeliveries(ctx context.Context) (removed int, err error) {
	err = s.write(ctx, "forget deliveries", false, func(ctx context.Context, tx bun.Tx) (err error) {
		old := tx.NewSelect().Table("deliveries").Column("id").
			Where("state <> 'pending' AND next_at < (SELECT ?)", s.dialect.after(-deliveriesKept)).Limit(PurgeMax)
		removed, err = affected(tx.NewDelete().Table("deliveries").Where("id IN (?)", old).Exec(ctx))
		if err == nil {
			err = s.forgetSubscriptions(ctx, tx)
		}
		return err
	})
	return removed, err
}
