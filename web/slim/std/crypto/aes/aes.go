// Package aes stands in for the standard package of this name in the client.
// go-app can encrypt what it keeps in the browser's storage, with a key that lies
// beside it; this client does not, and whoever tries gets an error.
package aes

import (
	"crypto/cipher"
	"errors"
)

// NewCipher returns an error.
func NewCipher([]byte) (cipher.Block, error) {
	return nil, errors.New("crypto/aes: not part of the client")
}
