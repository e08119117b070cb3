package notify

import (
	"context"
	"crypto/ecdh"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

const (
	// pushLife is how long a push service keeps a message for a device that is off: who
	// comes back a day later sees the audit in the list.
	pushLife = 24 * time.Hour
	// pushedMax bounds the line below the title, in characters.
	pushedMax = 200
)

// pushed is what the service worker (web/worker.js) gets. Its title and its line are in the
// language of whoever subscribed, and its path is one of this server's own pages.
type pushed struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Lang  string `json:"lang"`
	Tag   string `json:"tag"`
	Path  string `json:"path"`
}

// keysBetween separates the two keys of a subscription where they are kept as one text.
const keysBetween = "."

// authBytes is the length of a subscription's secret.
const authBytes = 16

// ErrKeys does not say what is wrong with the keys of a subscription, of which one is a secret.
var ErrKeys = errors.New("p256dh is a point of P-256 and auth 16 bytes, both in base64url")

// PushKeys checks the keys of a browser's subscription, which anybody may have made up, and
// returns them as they are kept. It fails with [ErrKeys].
func PushKeys(p256dh, auth string) (keys string, err error) {
	point, err := base64url.DecodeString(p256dh)
	secret, err2 := base64url.DecodeString(auth)
	if err != nil || err2 != nil || len(secret) != authBytes {
		return "", ErrKeys
	}
	if _, err := ecdh.P256().NewPublicKey(point); err != nil {
		return "", ErrKeys
	}
	return p256dh + keysBetween + auth, nil
}

// push sends a message by client to the push service of a browser (RFC 8030), sealed for that
// browser alone. One about the same audit takes its place while it waits, as it does on the
// screen.
func (v *Vapid) push(ctx context.Context, client webpush.HTTPClient, d work.Delivery) (*http.Response, error) {
	message, err := pushedOf(d)
	if err != nil {
		return nil, err
	}
	p256dh, auth, _ := strings.Cut(d.Secrets[0], keysBetween)
	browser := webpush.Subscription{Endpoint: d.URL, Keys: webpush.Keys{P256dh: p256dh, Auth: auth}}
	return webpush.SendNotificationWithContext(ctx, message, &browser, &webpush.Options{
		HTTPClient: client, Subscriber: v.subscriber(), VAPIDPublicKey: v.public, VAPIDPrivateKey: v.private,
		TTL: int(pushLife / time.Second), Urgency: webpush.UrgencyNormal, Topic: tagOf(d),
	})
}

// pushedOf is what the service worker is told of a message: what happened to which site, and
// one line of how it ended.
func pushedOf(d work.Delivery) ([]byte, error) {
	w, err := wordsOf(d)
	if err != nil {
		return nil, err
	}
	path := shared.PathPage(d.AuditID)
	if w.hasReport {
		path = shared.PathReportPage(d.AuditID)
	}
	line, _, _ := strings.Cut(w.text, "\n")
	return json.Marshal(pushed{
		Title: w.title, Body: cutRunes(line, pushedMax), Lang: w.lang.Tag(), Tag: tagOf(d), Path: path,
	})
}

// tagOf names the audit of a message to push services and browsers; the app's own
// notification of its end has the same.
func tagOf(d work.Delivery) string { return "audit-" + strconv.FormatInt(d.AuditID, 10) }
