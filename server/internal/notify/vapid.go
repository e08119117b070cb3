package notify

import (
	"cmp"
	"crypto/ecdh"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"github.com/SherClockHolmes/webpush-go"
)

// base64url is how Web Push writes bytes.
var base64url = base64.RawURLEncoding

// nobody is who sends where the operator has said no address: tokens always name somebody, and
// an address that is none has push services refuse them.
const nobody = "mailto:nobody@atalaya.invalid"

// Vapid shows push services who sends (RFC 8292). Its key belongs to the database: browsers
// subscribe to messages of that key, whichever server sends them.
type Vapid struct{ private, public, subject string }

// DrawVapidKey draws a key for [NewVapid].
func DrawVapidKey() (string, error) {
	private, _, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		return "", fmt.Errorf("draw a key for push services: %w", err)
	}
	return private, nil
}

// NewVapid signs with a key that [DrawVapidKey] has drawn. subject is how a push service
// reaches the operator, https: or mailto:, and may be empty; some want none of those who do not
// say it. The error does not have the key.
func NewVapid(drawn, subject string) (*Vapid, error) {
	raw, err := base64url.DecodeString(drawn)
	if err != nil {
		return nil, fmt.Errorf("the key for push services is not base64: %w", err)
	}
	key, err := ecdh.P256().NewPrivateKey(raw)
	if err != nil {
		return nil, fmt.Errorf("the key for push services: %w", err)
	}
	return &Vapid{drawn, base64url.EncodeToString(key.PublicKey().Bytes()), cmp.Or(subject, nobody)}, nil
}

// PublicKey is what browsers subscribe with: a point of P-256 in base64url.
func (v *Vapid) PublicKey() string { return v.public }

// subscriber is the subject as package webpush wants it, which itself writes mailto: before
// whatever does not begin with https: in small letters.
func (v *Vapid) subscriber() string {
	scheme, address, _ := strings.Cut(v.subject, ":")
	if strings.EqualFold(scheme, "mailto") {
		return address
	}
	return strings.ToLower(scheme) + ":" + address
}

// CheckVapidSubject refuses what no push service takes for an address of the operator.
func CheckVapidSubject(subject string) error {
	u, err := url.Parse(subject)
	if err != nil || strings.ContainsFunc(subject, isNoURL) ||
		!(u.Scheme == "https" && u.Host != "" || u.Scheme == "mailto" && strings.Contains(u.Opaque, "@")) {
		return fmt.Errorf("%q is neither https://… nor mailto:…", subject)
	}
	return nil
}
