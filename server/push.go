package main

import (
	"context"
	"strconv"
	"strings"

	"atalaya/server/internal/access"
	"atalaya/server/internal/api"
	"atalaya/server/internal/notify"
	"atalaya/server/internal/store"
	"atalaya/shared"
)

// newVapid is who the servers of this database are to push services.
func newVapid(ctx context.Context, cfg Config, rows *store.Store) (*notify.Vapid, error) {
	drawn, err := notify.DrawVapidKey()
	if err != nil {
		return nil, err
	}
	key, err := rows.SigningKey(ctx, "vapid", drawn)
	if err != nil {
		return nil, err
	}
	return notify.NewVapid(key, cfg.vapidSubject())
}

// vapidSubject is how push services reach the operator: as that one says, or by the address
// that people know.
func (c Config) vapidSubject() string {
	if c.VapidSubject == "" && len(c.PublicURLs) > 0 && strings.HasPrefix(c.PublicURLs[0], "https:") {
		return c.PublicURLs[0]
	}
	return c.VapidSubject
}

// notedPush is where browsers subscribe, and where it is noted who did. Each subscription is
// in the hands of whoever subscribed.
type notedPush struct {
	rows  *store.Store
	vapid *notify.Vapid
	trail trail
}

func (n notedPush) PublicKey() string { return n.vapid.PublicKey() }

func (n notedPush) Subscribe(ctx context.Context, want api.NewSubscription) (shared.Subscription, error) {
	caller := access.CallerOf(ctx)
	by := store.Subscriber{Token: caller.Token, Session: caller.Session}
	made, err := n.rows.Subscribe(ctx, store.NewSubscription(want), by)
	if err == nil {
		n.note(ctx, shared.DeedSubscribed, made)
	}
	return made, err
}

func (n notedPush) Subscription(ctx context.Context, id int64) (shared.Subscription, error) {
	return n.rows.Subscription(ctx, id, access.CallerOf(ctx).Token)
}

func (n notedPush) Unsubscribe(ctx context.Context, id int64) error {
	ended, err := n.Subscription(ctx, id)
	if err == nil {
		err = n.rows.Unsubscribe(ctx, id, access.CallerOf(ctx).Token)
	}
	if err == nil {
		n.note(ctx, shared.DeedUnsubscribed, ended)
	}
	return err
}

// note notes what was done to a subscription, by its number: where its messages go is a
// secret.
func (n notedPush) note(ctx context.Context, deed shared.Deed, of shared.Subscription) {
	var audit int64
	if of.AuditID != nil {
		audit = *of.AuditID
	}
	n.trail.note(ctx, deed, audit, strconv.FormatInt(of.ID, 10))
}
