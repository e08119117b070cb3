package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"atalaya/server/internal/access"
	"atalaya/server/internal/api"
	"atalaya/server/internal/store"
	"atalaya/shared"
)

// trail notes what people did: in the database, for admins to read, and in the log.
type trail struct {
	rows *store.Store
	log  *slog.Logger
}

// note says who did something, to an audit (0 for none) or to what about names. What was
// done is done, so an error is only logged.
func (t trail) note(ctx context.Context, deed shared.Deed, audit int64, about string) {
	t.noteAs(ctx, access.CallerOf(ctx), deed, audit, about)
}

// noteAs is note of what somebody else than the caller did: whoever has just come in.
func (t trail) noteAs(ctx context.Context, caller access.Caller, deed shared.Deed, audit int64, about string) {
	e := shared.TrailEntry{
		Deed: deed, TokenID: optional(caller.Token), Who: cmp.Or(caller.Name, shared.TrailNobody), Role: caller.Role,
		Address: caller.Address, AuditID: optional(audit), About: about,
	}
	t.log.Info("trail", "deed", e.Deed, "who", e.Who, "token_id", caller.Token, "address", e.Address,
		"audit_id", audit, "about", about)
	// Whoever asked may have left by now.
	if err := t.rows.NoteDeed(context.WithoutCancel(ctx), e); err != nil {
		t.log.Error("what somebody did could not be noted", "deed", e.Deed, "who", e.Who, "err", err)
	}
}

func optional(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// PutSchedule has a site audited again and again, if an admin wants it.
func (d door) PutSchedule(ctx context.Context, want shared.Schedule) (shared.Schedule, error) {
	if err := mayManage(ctx); err != nil {
		return shared.Schedule{}, err
	}
	s, err := d.completer.PutSchedule(ctx, want)
	if err == nil {
		d.trail.note(ctx, shared.DeedScheduled, 0, s.Site)
	}
	return s, err
}

// DeleteSchedule has a site audited no longer, if an admin wants it.
func (d door) DeleteSchedule(ctx context.Context, site string) error {
	if err := mayManage(ctx); err != nil {
		return err
	}
	err := d.completer.DeleteSchedule(ctx, site)
	if err == nil {
		d.trail.note(ctx, shared.DeedUnscheduled, 0, site)
	}
	return err
}

// CreateWebhook has somebody told of what happens to audits. Where messages go stands in no
// trail: whoever knows the address may write there.
func (d door) CreateWebhook(ctx context.Context, want shared.Webhook) (shared.Webhook, error) {
	made, err := d.completer.CreateWebhook(ctx, want)
	d.noteWebhook(ctx, shared.DeedWebhookMade, made.ID, err)
	return made, err
}

// UpdateWebhook changes who is told, or of what.
func (d door) UpdateWebhook(ctx context.Context, want shared.Webhook, match int64) (shared.Webhook, error) {
	changed, err := d.completer.UpdateWebhook(ctx, want, match)
	d.noteWebhook(ctx, shared.DeedWebhookChanged, want.ID, err)
	return changed, err
}

// RotateSecret has the messages of a webhook signed with another secret.
func (d door) RotateSecret(
	ctx context.Context, id int64, secret string, keep time.Duration,
) (shared.Webhook, error) {
	changed, err := d.completer.RotateSecret(ctx, id, secret, keep)
	d.noteWebhook(ctx, shared.DeedSecretMade, id, err)
	return changed, err
}

// DeleteWebhook has somebody told no longer.
func (d door) DeleteWebhook(ctx context.Context, id int64) error {
	err := d.completer.DeleteWebhook(ctx, id)
	d.noteWebhook(ctx, shared.DeedWebhookDeleted, id, err)
	return err
}

// TestWebhook has a webhook sent a message that is of no audit.
func (d door) TestWebhook(ctx context.Context, id int64) (shared.Delivery, error) {
	sent, err := d.completer.TestWebhook(ctx, id)
	d.noteWebhook(ctx, shared.DeedWebhookTested, id, err)
	return sent, err
}

// Redeliver has a message sent once more.
func (d door) Redeliver(ctx context.Context, webhook, id int64) (shared.Delivery, error) {
	sent, err := d.completer.Redeliver(ctx, webhook, id)
	if err == nil {
		d.trail.note(ctx, shared.DeedRedelivered, 0, fmt.Sprintf("%d/%d", webhook, id))
	}
	return sent, err
}

// noteWebhook notes what was done to a webhook, unless it failed.
func (d door) noteWebhook(ctx context.Context, deed shared.Deed, id int64, err error) {
	if err == nil {
		d.trail.note(ctx, deed, 0, strconv.FormatInt(id, 10))
	}
}

// hooks are the webhooks of the pages: what is done to them is noted as for the API, which checks
// what is wanted of them.
type hooks struct {
	door
	rest *api.API
}

func (h hooks) AddWebhook(ctx context.Context, want shared.Webhook) (shared.Webhook, error) {
	return h.rest.AddWebhook(ctx, want)
}

func (h hooks) ChangeWebhook(
	ctx context.Context, id int64, patch shared.WebhookPatch, match int64,
) (shared.Webhook, error) {
	return h.rest.ChangeWebhook(ctx, id, patch, match)
}

func (h hooks) RenewSecret(ctx context.Context, id int64) (shared.Webhook, error) {
	return h.rest.RenewSecret(ctx, id)
}

// mayManage refuses whoever is no admin. The forms of a site's page have one address, by
// which others may start an audit.
func mayManage(ctx context.Context) error {
	if access.CallerOf(ctx).Role != shared.RoleAdmin {
		return access.ErrForbidden
	}
	return nil
}

// notedTokens are the tokens whose making and end is noted.
type notedTokens struct {
	keyring
	trail trail
}

func (n notedTokens) CreateToken(ctx context.Context, want shared.NewToken) (shared.CreatedToken, error) {
	made, err := n.keyring.CreateToken(ctx, want)
	if err == nil {
		n.trail.note(ctx, shared.DeedTokenMade, 0, made.Prefix)
	}
	return made, err
}

func (n notedTokens) RevokeToken(ctx context.Context, id int64) error {
	err := n.keyring.RevokeToken(ctx, id)
	if err == nil {
		n.trail.note(ctx, shared.DeedTokenEnded, 0, strconv.FormatInt(id, 10))
	}
	return err
}

// EndSessionsOf signs out every browser of a token. The trail has its number, which tells
// it from people who sign themselves out.
func (n notedTokens) EndSessionsOf(ctx context.Context, id int64) error {
	err := n.keyring.EndSessionsOf(ctx, id)
	if err == nil {
		n.trail.note(ctx, shared.DeedSignedOut, 0, strconv.FormatInt(id, 10))
	}
	return err
}

// notedShares are the links whose making and end is noted.
type notedShares struct {
	sharer
	trail trail
}

func (n notedShares) CreateShare(ctx context.Context, audit int64, days int) (shared.Share, error) {
	made, err := n.sharer.CreateShare(ctx, audit, days)
	if err == nil {
		n.trail.note(ctx, shared.DeedShared, audit, strconv.FormatInt(made.ID, 10))
	}
	return made, err
}

func (n notedShares) RevokeShare(ctx context.Context, audit, id int64) error {
	err := n.sharer.RevokeShare(ctx, audit, id)
	if err == nil {
		n.trail.note(ctx, shared.DeedUnshared, audit, strconv.FormatInt(id, 10))
	}
	return err
}

// notedDoor is the door where it is noted who comes and leaves. How a token begins that was
// wrong is not: somebody may have typed a password.
type notedDoor struct {
	doorkeeper
	trail trail
}

func (n notedDoor) SignIn(w http.ResponseWriter, r *http.Request, token string) (made string, err error) {
	in, made, err := n.byToken(w, r, token)
	if err != nil {
		if isNoted(err) {
			n.trail.note(r.Context(), shared.DeedTriedSignIn, 0, "")
		}
		return "", err
	}
	n.trail.noteAs(r.Context(), in, shared.DeedSignedIn, 0, access.PrefixOf(cmp.Or(made, token)))
	return made, nil
}

// isNoted reports whether it is noted that somebody could not come in. What nothing bounds is
// not, or a stranger could fill the database and the log, and hide there what others do.
func isNoted(err error) bool {
	_, tooMany := errors.AsType[*access.TooManyAttemptsError](err)
	return !tooMany && !errors.Is(err, errNoProvider)
}

func (n notedDoor) SignOut(w http.ResponseWriter, r *http.Request, everywhere bool) error {
	err := n.doorkeeper.SignOut(w, r, everywhere)
	if err == nil && access.CallerOf(r.Context()).Session != "" {
		about := ""
		if everywhere {
			about = "everywhere"
		}
		n.trail.note(r.Context(), shared.DeedSignedOut, 0, about)
	}
	return err
}

// keepTrail removes what is older than keep, until ctx ends.
func keepTrail(ctx context.Context, rows *store.Store, keep time.Duration, log *slog.Logger) error {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		_, err := untilNone(ctx, func(ctx context.Context) (int, error) { return rows.PurgeTrail(ctx, keep) })
		if err != nil && ctx.Err() == nil {
			log.Warn("the trail could not be cut", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
