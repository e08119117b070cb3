package api

import (
	"context"
	"errors"
	"net/http"

	"atalaya/server/internal/notify"
	"atalaya/shared"
	"atalaya/shared/text"
)

// Push is where browsers subscribe. What it does with subscriptions it does with those of
// the caller, and no other.
type Push interface {
	// PublicKey is what browsers subscribe with.
	PublicKey() string
	Subscribe(ctx context.Context, want NewSubscription) (shared.Subscription, error)
	Subscription(ctx context.Context, id int64) (shared.Subscription, error)
	Unsubscribe(ctx context.Context, id int64) error
}

// NewSubscription is a browser that wants to be told of audits.
type NewSubscription struct {
	URL, Keys string // where messages go, and how they are sealed
	AuditID   *int64 // nil for all audits
	Language  string
}

// subscriptionWish is the body of a creation: what a browser's PushSubscription has, whom it
// is about, and in which language.
type subscriptionWish struct {
	Endpoint string `json:"endpoint"`
	Keys     struct {
		P256dh string `json:"p256dh"`
		Auth   string `json:"auth"`
	} `json:"keys"`
	AuditID  *int64 `json:"audit_id"`
	Language string `json:"language"`
}

// getPushKey handles GET /api/v1/push.
func (a *API) getPushKey(w http.ResponseWriter, r *http.Request) error {
	if _, err := readQuery(r); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, shared.PushKey{PublicKey: a.Push.PublicKey()})
}

// subscribe handles POST /api/v1/push/subscriptions. The same browser may ask for the same
// as often as it likes.
func (a *API) subscribe(w http.ResponseWriter, r *http.Request) error {
	if _, err := readQuery(r); err != nil {
		return err
	}
	wish := subscriptionWish{Language: text.EN.Tag()}
	if err := decodeBody(w, r, &wish); err != nil {
		return err
	}
	want, err := a.checkSubscription(wish)
	if err != nil {
		return err
	}
	made, err := a.Push.Subscribe(r.Context(), want)
	if err != nil {
		return err
	}
	w.Header().Set("Location", shared.PathSubscription(made.ID))
	return writeJSON(w, http.StatusCreated, made)
}

// checkSubscription brings a wish into the form in which it is stored. Errors are [*Error]
// values.
func (a *API) checkSubscription(wish subscriptionWish) (NewSubscription, error) {
	endpoint, err := a.Target(shared.KindPush, wish.Endpoint)
	if e, ok := errors.AsType[*Error](err); ok {
		refusal := *e
		refusal.Field = "endpoint"
		return NewSubscription{}, &refusal
	}
	if err != nil {
		return NewSubscription{}, err
	}
	keys, err := notify.PushKeys(wish.Keys.P256dh, wish.Keys.Auth)
	if err != nil {
		return NewSubscription{}, outOfRange("keys", "The keys are none: "+err.Error()+".")
	}
	if wish.AuditID != nil && *wish.AuditID < 1 {
		return NewSubscription{}, outOfRange("audit_id", "audit_id is a positive whole number, or null for all audits.")
	}
	language, ok := text.Parse(wish.Language)
	if !ok {
		return NewSubscription{}, outOfRange("language", "The messages are not in that language.")
	}
	return NewSubscription{URL: endpoint, Keys: keys, AuditID: wish.AuditID, Language: language.Tag()}, nil
}

// getSubscription handles GET /api/v1/push/subscriptions/{id}.
func (a *API) getSubscription(w http.ResponseWriter, r *http.Request) error {
	id, err := subscriptionID(r)
	if err != nil {
		return err
	}
	subscription, err := a.Push.Subscription(r.Context(), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, subscription)
}

// unsubscribe handles DELETE /api/v1/push/subscriptions/{id}.
func (a *API) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	id, err := subscriptionID(r)
	if err != nil {
		return err
	}
	if err := a.Push.Unsubscribe(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// subscriptionID is the number of the subscription that a path names.
func subscriptionID(r *http.Request) (int64, error) {
	if _, err := readQuery(r); err != nil {
		return 0, err
	}
	return readID(r)
}
