package notify

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

// TestSignature holds the signature to the example that libraries of Standard Webhooks
// are tested with.
func TestSignature(t *testing.T) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	const want = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	at, body := time.Unix(1614265330, 999), []byte(`{"test": 2432232314}`)
	got, err := signAll([]string{secret, NewSecret()}, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body)
	first, second, two := strings.Cut(got, " ")
	if err != nil || first != want || !two || len(second) != len(want) || second == first {
		t.Errorf("got %q, %v, want %q and another", got, err, want)
	}
	if _, err := signAll([]string{"whsec_?"}, "m", at, body); err == nil {
		t.Error("signed by what is no secret")
	}
}

func TestNewSecret(t *testing.T) {
	a, b := NewSecret(), NewSecret()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(a, "whsec_"))
	if err != nil || len(key) != 32 || a == b {
		t.Errorf("got %q and %q, %v", a, b, err)
	}
}
