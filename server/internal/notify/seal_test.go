package notify

import (
	"crypto/ecdh"
	"strings"
	"testing"
)

func decoded(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64url.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The browser of RFC 8291, appendix A.
const (
	itsKey  = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
	itsAuth = "BTBZMqHH6r4Tts7J_aSIgg"
)

// TestSealOfTheStandard seals the message of RFC 8291, section 5.
func TestSealOfTheStandard(t *testing.T) {
	browser, err := parseRecipient(itsKey, itsAuth)
	if err != nil {
		t.Fatal(err)
	}
	sender, err := ecdh.P256().NewPrivateKey(decoded(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	salt := decoded(t, "DGv6ra1nlYgDCS1FRnbzlw")
	sealed, err := browser.sealWith(sender, salt, []byte("When I grow up, I want to be a watermelon"))
	const want = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w" +
		"EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	if got := base64url.EncodeToString(sealed); got != want || err != nil {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	if sealed, err := browser.sealWith(sender, salt, make([]byte, recordSize)); err == nil {
		t.Errorf("sealed %d bytes", len(sealed))
	}
}

func TestPushKeys(t *testing.T) {
	offCurve := "BA" + strings.Repeat("A", 85)
	for _, c := range []struct {
		name, key, auth string
		good            bool
	}{
		{"of a browser", itsKey, itsAuth, true},
		{"no key", "", itsAuth, false},
		{"a short key", itsKey[:80], itsAuth, false},
		{"a long key", itsKey + "AAAA", itsAuth, false},
		{"another alphabet", strings.ReplaceAll(itsKey, "_", "/"), itsAuth, false},
		{"no point of the curve", offCurve, itsAuth, false},
		{"the point of no key", "AA", itsAuth, false},
		{"no secret", itsKey, "", false},
		{"a short secret", itsKey, itsAuth[:20], false},
		{"a long secret", itsKey, itsAuth + "AAAA", false},
		{"two secrets", itsKey, itsAuth + "." + itsAuth, false},
	} {
		keys, err := PushKeys(c.key, c.auth)
		if err == nil != c.good || c.good && keys != c.key+"."+c.auth {
			t.Errorf("%s: got %q, %v", c.name, keys, err)
		}
		if err != nil && strings.Contains(err.Error(), itsAuth) {
			t.Errorf("%s: the error has a secret: %v", c.name, err)
		}
	}
}
