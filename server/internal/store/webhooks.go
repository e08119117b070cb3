package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// webhookRow is a webhook as it is stored. Its secrets are there as they are, because
// messages are signed with them.
type webhookRow struct {
	bun.BaseModel `bun:"table:webhooks,alias:w"`

	ID             int64   `bun:"id,pk,autoincrement"`
	Kind           string  `bun:"kind"`
	URL            string  `bun:"url"`
	Events         string  `bun:"events"` // their words, with spaces between them
	Language       string  `bun:"language"`
	Secret         string  `bun:"secret"`
	OldSecret      *string `bun:"old_secret"`
	OldSecretUntil stamp   `bun:"old_secret_until"`
	CreatedAt      stamp   `bun:"created_at"`
	Revision       int64   `bun:"revision,nullzero,default:1"`

	// Of browsers alone; see [Store.Subscribe].
	AuditID *int64 `bun:"audit_id"`
	MadeBy  int64  `bun:"made_by,nullzero"`
	Session string `bun:"session,nullzero"`
}

// webhook is what may be shown: no secret is in it.
func (r *webhookRow) webhook() shared.Webhook {
	w := shared.Webhook{
		ID: r.ID, Kind: shared.WebhookKind(r.Kind), URL: r.URL, Events: []shared.Event{},
		Language: r.Language, OldSecretUntil: shared.AtPtr(r.OldSecretUntil.Time), CreatedAt: shared.At(r.CreatedAt.Time),
		AuditID: r.AuditID, Revision: r.Revision,
	}
	for word := range strings.FieldsSeq(r.Events) {
		w.Events = append(w.Events, shared.Event(word))
	}
	return w
}

func eventWords(events []shared.Event) string {
	words := make([]string, len(events))
	for i, e := range events {
		words[i] = string(e)
	}
	return strings.Join(words, " ")
}

// Webhooks returns the webhooks that were made by hand, in that order.
func (s *Store) Webhooks(ctx context.Context) ([]shared.Webhook, error) {
	return s.webhooks(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("w.kind <> 'push'").Order("w.id")
	})
}

// Browsers returns the newest of the webhooks that are subscriptions of browsers, at most
// [shared.ListLimitMax].
func (s *Store) Browsers(ctx context.Context) ([]shared.Webhook, error) {
	return s.webhooks(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("w.kind = 'push'").Order("w.id DESC").Limit(shared.ListLimitMax)
	})
}

func (s *Store) webhooks(
	ctx context.Context, among func(*bun.SelectQuery) *bun.SelectQuery,
) ([]shared.Webhook, error) {
	rows, err := readRows[webhookRow](ctx, s, "webhooks", among)
	all := make([]shared.Webhook, len(rows))
	for i := range rows {
		all[i] = rows[i].webhook()
	}
	return all, err
}

// Webhook returns one webhook, or [ErrNotFound].
func (s *Store) Webhook(ctx context.Context, id int64) (shared.Webhook, error) {
	what := fmt.Sprintf("webhook %d", id)
	rows, err := readRows[webhookRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("w.id = ?", id)
	})
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("store: %s: %w", what, ErrNotFound)
	}
	if err != nil {
		return shared.Webhook{}, err
	}
	return rows[0].webhook(), nil
}

// CreateWebhook stores a new webhook with its secret and returns it, without the secret.
// Texts that are no text, and one webhook more than [shared.WebhooksMax], give
// [ErrOutOfRange].
func (s *Store) CreateWebhook(ctx context.Context, want shared.Webhook) (shared.Webhook, error) {
	if err := checkWebhook(want); err != nil {
		return shared.Webhook{}, fmt.Errorf("store: create webhook: %w", err)
	}
	row := webhookRow{
		Kind: string(want.Kind), URL: want.URL, Events: eventWords(want.Events), Language: want.Language,
		Secret: want.Secret,
	}
	err := s.write(ctx, "create webhook", false, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&row).Value("created_at", "?", s.dialect.now).Returning("*").Exec(ctx)
		if err != nil {
			return err
		}
		full, err := tx.NewSelect().Table("webhooks").ColumnExpr("1").Where("kind <> 'push'").Offset(shared.WebhooksMax).Limit(1).Exists(ctx)
		if err == nil && full {
			err = fmt.Errorf("%w: there are %d webhooks already", ErrOutOfRange, shared.WebhooksMax)
		}
		return err
	})
	return row.webhook(), err
}

func checkWebhook(w shared.Webhook) error {
	return errors.Join(checkText("url", w.URL), checkText("language", w.Language), checkText("secret", w.Secret))
}

// UpdateWebhook sets the address, the events, the language and, if there is one, the secret
// of a webhook, and returns it; [ErrNotFound] if there is none. match is the revision that the
// caller knows, or 0 for any: [ErrPrecondition] when it is another. What the webhook is to be
// told already goes to the new address.
func (s *Store) UpdateWebhook(ctx context.Context, want shared.Webhook, match int64) (shared.Webhook, error) {
	what := fmt.Sprintf("update webhook %d", want.ID)
	if err := checkWebhook(want); err != nil {
		return shared.Webhook{}, fmt.Errorf("store: %s: %w", what, err)
	}
	return s.changeWebhook(ctx, what, want.ID, func(q *bun.UpdateQuery) *bun.UpdateQuery {
		q.Set("url = ?", want.URL).Set("events = ?", eventWords(want.Events)).Set("language = ?", want.Language)
		if want.Secret != "" {
			q.Set("secret = ?", want.Secret)
		}
		if match != 0 {
			q.Where("revision = ?", match)
		}
		return q
	})
}

// RotateSecret gives a webhook a new secret. Messages are signed with the one before as
// well for as long as keep says.
func (s *Store) RotateSecret(
	ctx context.Context, id int64, secret string, keep time.Duration,
) (shared.Webhook, error) {
	return s.changeWebhook(ctx, fmt.Sprintf("rotate secret %d", id), id, func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Set("old_secret = secret").Set("old_secret_until = ?", s.dialect.after(keep)).Set("secret = ?", secret)
	})
}

func (s *Store) changeWebhook(
	ctx context.Context, what string, id int64, change func(*bun.UpdateQuery) *bun.UpdateQuery,
) (shared.Webhook, error) {
	row := webhookRow{ID: id}
	err := s.write(ctx, what, false, func(ctx context.Context, tx bun.Tx) error {
		n, err := affected(change(tx.NewUpdate().Model(&row).Set("revision = revision + 1")).
			WherePK().Returning("*").Exec(ctx))
		if err != nil || n > 0 {
			return err
		}
		there, err := tx.NewSelect().Model(&row).WherePK().Exists(ctx)
		switch {
		case err != nil:
			return err
		case there:
			return ErrPrecondition
		}
		return ErrNotFound
	})
	return row.webhook(), err
}

// DeleteWebhook forgets a webhook and all that it was told; [ErrNotFound] if there is none.
func (s *Store) DeleteWebhook(ctx context.Context, id int64) error {
	return s.write(ctx, fmt.Sprintf("delete webhook %d", id), false, func(ctx context.Context, tx bun.Tx) error {
		n, err := affected(tx.NewDelete().Table("webhooks").Where("id = ?", id).Exec(ctx))
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
}
