package notify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// vapidLife is how long a token for a push service is good: half of what RFC 8292 allows,
// because clocks differ.
const vapidLife = 12 * time.Hour

// base64url is how Web Push writes bytes.
var base64url = base64.RawURLEncoding

// Vapid shows push services who sends (RFC 8292). Its key belongs to the database: browsers
// subscribe to messages of that key, whichever server sends them.
type Vapid struct {
	key     *ecdsa.PrivateKey
	public  string
	subject string
}

// DrawVapidKey draws a key for [NewVapid].
func DrawVapidKey() (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", fmt.Errorf("draw a key for push services: %w", err)
	}
	raw, err := key.Bytes()
	return base64url.EncodeToString(raw), err
}

// NewVapid signs with a key that [DrawVapidKey] has drawn. subject is how a push service
// reaches the operator, https: or mailto:; some want none of those who do not say it. The
// error does not have the key.
func NewVapid(drawn, subject string) (*Vapid, error) {
	raw, err := base64url.DecodeString(drawn)
	if err != nil {
		return nil, fmt.Errorf("the key for push services is not base64: %w", err)
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		return nil, fmt.Errorf("the key for push services: %w", err)
	}
	public, err := key.PublicKey.Bytes()
	return &Vapid{key, base64url.EncodeToString(public), subject}, err
}

// PublicKey is what browsers subscribe with: a point of P-256 in base64url.
func (v *Vapid) PublicKey() string { return v.public }

// authorization is the header for a push service at a time: a token (RFC 7519) for its
// origin and no other, and the key that proves it.
func (v *Vapid) authorization(service *url.URL, at time.Time) (string, error) {
	claims := map[string]any{
		"aud": service.Scheme + "://" + service.Host, "exp": at.Add(vapidLife).Unix(),
	}
	if v.subject != "" {
		claims["sub"] = v.subject
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	const header = `{"typ":"JWT","alg":"ES256"}`
	signed := base64url.EncodeToString([]byte(header)) + "." + base64url.EncodeToString(payload)
	signature, err := v.sign(signed)
	return "vapid t=" + signed + "." + signature + ", k=" + v.public, err
}

// sign is the signature ES256 (RFC 7518, section 3.4): two numbers of 32 bytes.
func (v *Vapid) sign(text string) (string, error) {
	hash := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, v.key, hash[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return base64url.EncodeToString(signature), nil
}

// CheckVapidSubject refuses what no push service takes for an address of the operator.
func CheckVapidSubject(subject string) error {
	u, err := url.Parse(subject)
	if err != nil || u.Scheme != "mailto" && (u.Scheme != "https" || u.Host == "") || strings.ContainsFunc(subject, isNoURL) {
		return fmt.Errorf("%q is neither https://… nor mailto:…", subject)
	}
	return nil
}
