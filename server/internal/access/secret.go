package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"strings"
)

// secretBytes is how much of a secret is chance.
const secretBytes = 32

// tokenMark begins every token, so that people and scanners know one when they see it.
const tokenMark = "atl_"

// prefixLength is how much of a token is shown, its mark included. What is hidden has
// 220 bits.
const prefixLength = len(tokenMark) + 8

// plainBase32 is without signs that have a meaning anywhere.
var plainBase32 = base32.StdEncoding.WithPadding(base32.NoPadding)

func newSecret() string {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // it never fails
	return strings.ToLower(plainBase32.EncodeToString(b))
}

// NewToken draws a token. Its prefix may be shown, and its hash is what is kept.
func NewToken() (token, prefix, hash string) {
	token = tokenMark + newSecret()
	return token, token[:prefixLength], hashOf(token)
}

// prefixOf is the part of a token that is shown; it reports false for what is none.
func prefixOf(token string) (prefix string, ok bool) {
	rest, marked := strings.CutPrefix(token, tokenMark)
	if !marked || len(rest) != plainBase32.EncodedLen(secretBytes) || !isPlain(rest) {
		return "", false
	}
	return token[:prefixLength], true
}

// PrefixOf is the part of a token that may be shown; empty for what is none.
func PrefixOf(token string) string {
	prefix, _ := prefixOf(token)
	return prefix
}

// isPlain reports whether a text has only letters and digits of a secret.
func isPlain(text string) bool {
	return strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// hashOf is what is kept of a secret. It needs no salt and no work, for secrets are chance
// and not chosen.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// matches compares without telling by its time how much is right.
func matches(secret, hash string) bool {
	return hash != "" && subtle.ConstantTimeCompare([]byte(hashOf(secret)), []byte(hash)) == 1
}
