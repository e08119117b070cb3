package notify

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	// secretPrefix tells a signing secret from other texts, as the standard has it.
	secretPrefix = "whsec_"
	// secretBytes is the length of a key: the standard asks for 24 to 64 bytes.
	secretBytes = 32
)

// NewSecret returns a signing secret: a random key in base64 behind whsec_.
func NewSecret() string {
	key := make([]byte, secretBytes)
	_, _ = rand.Read(key) // never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// sign is the signature of a message by one secret.
func sign(secret, message string, at time.Time, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil {
		return "", fmt.Errorf("a secret is not base64: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", message, unix(at), body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// signAll is the header of signatures, one by each secret: while a secret is replaced, a
// receiver may know either.
func signAll(secrets []string, message string, at time.Time, body []byte) (string, error) {
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		signature, err := sign(secret, message, at, body)
		if err != nil {
			return "", err
		}
		signatures[i] = signature
	}
	return strings.Join(signatures, " "), nil
}

func unix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
