package testkit

import (
	"crypto/ecdh"
	"encoding/base64"
	"testing"
)

// TestOpenOfTheStandard opens the message of RFC 8291, section 5, with the browser's keys of its
// appendix A, so that what a sender of ours sealed is held against the standard too.
func TestOpenOfTheStandard(t *testing.T) {
	decoded := func(text string) []byte {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	key, err := ecdh.P256().NewPrivateKey(decoded("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
	if err != nil {
		t.Fatal(err)
	}
	b := &PushBrowser{key: key, auth: decoded("BTBZMqHH6r4Tts7J_aSIgg")}
	sealed := decoded("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w" +
		"EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")
	text, err := b.open(sealed)
	if string(text) != "When I grow up, I want to be a watermelon" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	sealed[90] ^= 1
	if text, err := b.open(sealed); err == nil {
		t.Errorf("opened %q, which somebody has changed", text)
	}
}
