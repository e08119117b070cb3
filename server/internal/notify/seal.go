package notify

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

const (
	// authBytes is the length of a subscription's secret, saltBytes that of a salt.
	authBytes = 16
	saltBytes = 16
	// recordSize is what every push service takes, and more than any message of ours has.
	recordSize = 4096
	// lastRecord ends the text of the last record.
	lastRecord = 2
)

// recipient is a browser that messages are sealed for.
type recipient struct {
	key  *ecdh.PublicKey
	auth []byte
}

// ErrKeys does not say what is wrong with the keys of a subscription, of which one is a secret.
var ErrKeys = errors.New("p256dh is a point of P-256 and auth 16 bytes, both in base64url")

// parseRecipient reads the keys of a subscription as browsers write them.
func parseRecipient(p256dh, auth string) (recipient, error) {
	point, err := base64url.DecodeString(p256dh)
	secret, err2 := base64url.DecodeString(auth)
	if err != nil || err2 != nil || len(secret) != authBytes {
		return recipient{}, ErrKeys
	}
	key, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return recipient{}, ErrKeys
	}
	return recipient{key, secret}, nil
}

// seal encrypts a message so that nobody but the browser reads it, neither the push service.
func (r recipient) seal(text []byte) ([]byte, error) {
	sender, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	return r.sealWith(sender, salt, text)
}

// sealWith is RFC 8291 in one record of the coding aes128gcm (RFC 8188), with a key and a
// salt that serve once.
func (r recipient) sealWith(sender *ecdh.PrivateKey, salt, text []byte) ([]byte, error) {
	shared, err := sender.ECDH(r.key)
	if err != nil {
		return nil, err
	}
	public := sender.PublicKey().Bytes()
	info := "WebPush: info\x00" + string(r.key.Bytes()) + string(public)
	secret, err := hkdf.Key(sha256.New, shared, r.auth, info, sha256.Size)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint32(append([]byte{}, salt...), recordSize)
	head = append(append(head, byte(len(public))), public...)
	if len(head)+len(text)+1+gcm.Overhead() > recordSize {
		return nil, errors.New("a message is too long for push services")
	}
	return gcm.Seal(head, nonce, append(append([]byte{}, text...), lastRecord), nil), nil
}
