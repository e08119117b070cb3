package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"atalaya/server/internal/notify"
	"atalaya/shared"
	"atalaya/shared/text"
)

// oldSecretKept is how long messages are signed with the secret before as well: a day is
// time enough to tell a receiver the new one.
const oldSecretKept = 24 * time.Hour

// webhookWish is the body of a creation. Without events it is told of all.
type webhookWish struct {
	Kind     shared.WebhookKind `json:"kind"`
	URL      string             `json:"url"`
	Events   []shared.Event     `json:"events"`
	Language string             `json:"language"`
	Token    string             `json:"token"`
}

// listWebhooks handles GET /api/v1/webhooks: those made by hand, or the newest of the
// browsers that have subscribed.
func (a *API) listWebhooks(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r, "kind")
	if err != nil {
		return err
	}
	list := a.Service.Webhooks
	switch q.Get("kind") {
	case "":
	case string(shared.KindPush):
		list = a.Service.Browsers
	default:
		return &Error{Code: shared.CodeBadQuery, Field: "kind", Detail: "kind is push, or absent."}
	}
	all, err := list(r.Context())
	if err != nil {
		return err
	}
	for i := range all {
		all[i] = all[i].Shown()
	}
	return writeJSON(w, http.StatusOK, shared.WebhookList{Webhooks: all})
}

// createWebhook handles POST /api/v1/webhooks. The secret is in this answer and in no
// later one.
func (a *API) createWebhook(w http.ResponseWriter, r *http.Request) error {
	if _, err := readQuery(r); err != nil {
		return err
	}
	// A copy, because decoding writes into what is there.
	wish := webhookWish{Kind: shared.KindWebhook, Events: slices.Clone(shared.Events[:]), Language: text.EN.Tag()}
	if err := decodeBody(w, r, &wish); err != nil {
		return err
	}
	made, err := a.AddWebhook(r.Context(), shared.Webhook{
		Kind: wish.Kind, URL: wish.URL, Events: wish.Events, Language: wish.Language, Secret: wish.Token,
	})
	if err != nil {
		return err
	}
	w.Header().Set("Location", shared.PathWebhook(made.ID))
	w.Header().Set("Cache-Control", "no-store")
	return writeWebhook(w, http.StatusCreated, made)
}

// AddWebhook makes a webhook of what somebody wants, with the secret that signs its messages if
// they are signed. Of other kinds Secret is what their receivers want to see.
func (a *API) AddWebhook(ctx context.Context, want shared.Webhook) (shared.Webhook, error) {
	if err := a.checkWebhook(&want); err != nil {
		return shared.Webhook{}, err
	}
	if want.Kind == shared.KindWebhook {
		want.Secret = notify.NewSecret()
	}
	made, err := a.Service.CreateWebhook(ctx, want)
	if made.Kind == shared.KindWebhook {
		made.Secret = want.Secret
	}
	return made, err
}

// checkWebhook brings a webhook into the form in which it is stored. Errors are [*Error]
// values.
func (a *API) checkWebhook(w *shared.Webhook) (err error) {
	if !slices.Contains(shared.WebhookKinds[:], w.Kind) {
		return outOfRange("kind", "There is no such kind of webhook.")
	}
	if w.URL, err = a.Target(w.Kind, w.URL); err != nil {
		return err
	}
	if w.Events, err = inOrder(w.Events); err != nil {
		return err
	}
	language, ok := text.Parse(w.Language)
	if !ok {
		return outOfRange("language", "The messages are not in that language.")
	}
	w.Language = language.Tag()
	return checkReceiverToken(*w)
}

// checkReceiverToken looks at what a receiver wants to see in a header.
func checkReceiverToken(w shared.Webhook) error {
	takes := w.Kind == shared.KindNtfy || w.Kind == shared.KindMatrix
	switch {
	case w.Secret != "" && !takes:
		return outOfRange("token", "Only ntfy and Matrix have tokens.")
	case len(w.Secret) > shared.MaxReceiverToken || strings.ContainsFunc(w.Secret, func(c rune) bool { return c <= ' ' || c > '~' }):
		return outOfRange("token", fmt.Sprintf("A token has at most %d printable ASCII characters.", shared.MaxReceiverToken))
	}
	return nil
}

// inOrder returns events, each once, in the order of [shared.Events].
func inOrder(wanted []shared.Event) (events []shared.Event, err error) {
	for _, event := range wanted {
		if !slices.Contains(shared.Events[:], event) {
			return nil, outOfRange("events", "An event is audit.finished, audit.failed, audit.regressed or worker.silent.")
		}
	}
	for _, event := range shared.Events {
		if slices.Contains(wanted, event) {
			events = append(events, event)
		}
	}
	if len(events) == 0 {
		return nil, outOfRange("events", "Name at least one event.")
	}
	return events, nil
}

// getWebhook handles GET /api/v1/webhooks/{id}.
func (a *API) getWebhook(w http.ResponseWriter, r *http.Request) error {
	webhook, err := a.webhook(r)
	if err != nil {
		return err
	}
	return writeWebhook(w, http.StatusOK, webhook)
}

// webhook is the webhook that a path names.
func (a *API) webhook(r *http.Request) (shared.Webhook, error) {
	id, err := readBareID(r)
	if err != nil {
		return shared.Webhook{}, err
	}
	return a.Service.Webhook(r.Context(), id)
}

// readBareID reads the number in a path that takes no query.
func readBareID(r *http.Request) (int64, error) {
	if _, err := readQuery(r); err != nil {
		return 0, err
	}
	return readID(r)
}

// patchWebhook handles PATCH /api/v1/webhooks/{id}; with If-Match, only over the revision named.
func (a *API) patchWebhook(w http.ResponseWriter, r *http.Request) error {
	id, err := readBareID(r)
	if err != nil {
		return err
	}
	match, err := readIfMatch(r)
	if err != nil {
		return err
	}
	var patch shared.WebhookPatch
	if err := decodeBody(w, r, &patch); err != nil {
		return err
	}
	changed, err := a.ChangeWebhook(r.Context(), id, patch, match)
	if err != nil {
		return err
	}
	return writeWebhook(w, http.StatusOK, changed)
}

// ChangeWebhook changes what a patch names of a webhook, and returns it without its secret. match
// is the revision that is to be changed, or 0 for any.
func (a *API) ChangeWebhook(
	ctx context.Context, id int64, patch shared.WebhookPatch, match int64,
) (shared.Webhook, error) {
	webhook, err := a.Service.Webhook(ctx, id)
	if err != nil {
		return shared.Webhook{}, err
	}
	if webhook.Kind == shared.KindPush {
		return shared.Webhook{}, &Error{Code: shared.CodeConflict, Detail: "What a browser is told of, its own user decides."}
	}
	if patch.URL != nil {
		webhook.URL = *patch.URL
	}
	if patch.Events != nil {
		webhook.Events = patch.Events
	}
	if patch.Language != nil {
		webhook.Language = *patch.Language
	}
	if patch.Token != nil {
		webhook.Secret = *patch.Token
	}
	if err := a.checkWebhook(&webhook); err != nil {
		return shared.Webhook{}, err
	}
	return a.Service.UpdateWebhook(ctx, webhook, match)
}

// writeWebhook writes what may be shown of a webhook.
func writeWebhook(w http.ResponseWriter, status int, webhook shared.Webhook) error {
	w.Header().Set("ETag", shared.ETag(webhook.Revision))
	return writeJSON(w, status, webhook.Shown())
}

// rotateSecret handles POST /api/v1/webhooks/{id}/secret, whose answer alone has the new
// secret.
func (a *API) rotateSecret(w http.ResponseWriter, r *http.Request) error {
	id, err := readBareID(r)
	if err != nil {
		return err
	}
	webhook, err := a.RenewSecret(r.Context(), id)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeWebhook(w, http.StatusOK, webhook)
}

// RenewSecret gives a webhook a new secret, and returns it with that.
func (a *API) RenewSecret(ctx context.Context, id int64) (shared.Webhook, error) {
	webhook, err := a.Service.Webhook(ctx, id)
	if err != nil {
		return webhook, err
	}
	if webhook.Kind != shared.KindWebhook {
		return webhook, &Error{Code: shared.CodeConflict, Detail: "The messages of this kind of webhook are not signed."}
	}
	secret := notify.NewSecret()
	webhook, err = a.Service.RotateSecret(ctx, id, secret, oldSecretKept)
	webhook.Secret = secret
	return webhook, err
}

// testWebhook handles POST /api/v1/webhooks/{id}/test: a message that is of no audit.
func (a *API) testWebhook(w http.ResponseWriter, r *http.Request) error {
	id, err := readBareID(r)
	if err != nil {
		return err
	}
	d, err := a.Service.TestWebhook(r.Context(), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusAccepted, d)
}

// deleteWebhook handles DELETE /api/v1/webhooks/{id}, with all that it was told.
func (a *API) deleteWebhook(w http.ResponseWriter, r *http.Request) error {
	id, err := readBareID(r)
	if err != nil {
		return err
	}
	if err := a.Service.DeleteWebhook(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// listDeliveries handles GET /api/v1/webhooks/{id}/deliveries: the newest first, in pages.
func (a *API) listDeliveries(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	q, err := readQuery(r, "cursor", "limit")
	if err != nil {
		return err
	}
	limit, err := readLimit(q)
	if err != nil {
		return err
	}
	list, err := a.Service.Deliveries(r.Context(), id, q.Get("cursor"), limit)
	if err != nil {
		return err
	}
	linkNext(w, r, q, list.NextCursor)
	return writeJSON(w, http.StatusOK, list)
}

// redeliver handles POST /api/v1/webhooks/{id}/deliveries/{delivery}/redeliver.
func (a *API) redeliver(w http.ResponseWriter, r *http.Request) error {
	webhook, err := readBareID(r)
	if err != nil {
		return err
	}
	id, ok := shared.ParseID(r.PathValue("delivery"))
	if !ok {
		return &Error{Code: shared.CodeBadID, Field: "delivery", Detail: "The id of a delivery is a positive whole number."}
	}
	d, err := a.Service.Redeliver(r.Context(), webhook, id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusAccepted, d)
}
