package testkit

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// PushService is a push service over HTTPS on loopback (RFC 8030), and the browsers that
// have subscribed to it. It demands of senders what the RFCs do, and opens what they seal.
type PushService struct {
	*httptest.Server
	// Subject is what senders say of themselves; until it is set, what a server says whose
	// operator has said nothing.
	Subject string

	mu       sync.Mutex
	browsers map[string]*PushBrowser // by path
	refused  []error
	statuses []int // of the next answers, before all are taken
	after    string
}

// PushBrowser is a browser that has subscribed.
type PushBrowser struct {
	Endpoint, P256dh, Auth string

	key      *ecdh.PrivateKey
	auth     []byte
	messages []PushMessage
}

// PushMessage is what a browser has got.
type PushMessage struct {
	Header http.Header
	Text   []byte
	// Key is the public key of its sender.
	Key string
}

// NewPushService starts a push service.
func NewPushService(t testing.TB) *PushService {
	t.Helper()
	s := &PushService{Subject: "mailto:nobody@atalaya.invalid", browsers: map[string]*PushBrowser{}}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(s.take))
	t.Cleanup(s.Close)
	return s
}

// Subscribe has a new browser subscribe.
func (s *PushService) Subscribe(t testing.TB) *PushBrowser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auth := make([]byte, 16)
	_, _ = rand.Read(auth)
	path := "/push/" + rand.Text()
	b := &PushBrowser{
		Endpoint: s.URL + path, P256dh: base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()),
		Auth: base64.RawURLEncoding.EncodeToString(auth), key: key, auth: auth,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browsers[path] = b
	return b
}

// Answer has the service answer so next, and name a time to come back if after is not empty.
func (s *PushService) Answer(after string, statuses ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.statuses, s.after = statuses, after
}

// Messages are those that a browser has got.
func (s *PushService) Messages(b *PushBrowser) []PushMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(b.messages)
}

// Refused is why messages were refused for their form.
func (s *PushService) Refused() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.refused...)
}

func (s *PushService) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4096))
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.browsers[r.URL.Path]
	if b == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	m := PushMessage{Header: r.Header}
	if err == nil {
		m.Key, err = s.checkSender(r)
	}
	if err == nil {
		err = checkPush(r)
	}
	if err == nil {
		m.Text, err = b.open(body)
	}
	if err != nil {
		s.refused = append(s.refused, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	status := http.StatusCreated
	if len(s.statuses) > 0 {
		status, s.statuses = s.statuses[0], s.statuses[1:]
		if s.after != "" {
			w.Header().Set("Retry-After", s.after)
		}
	}
	if status == http.StatusCreated {
		b.messages = append(b.messages, m)
	}
	w.WriteHeader(status)
}

// checkPush looks at what is beside the message.
func checkPush(r *http.Request) error {
	h := r.Header
	const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	topic := h.Get("Topic")
	if r.Method != http.MethodPost || h.Get("Content-Encoding") != "aes128gcm" || h.Get("Ttl") == "" ||
		len(topic) > 32 || strings.Trim(topic, base64url) != "" ||
		!slices.Contains([]string{"very-low", "low", "normal", "high"}, h.Get("Urgency")) {
		return fmt.Errorf("%s with %v", r.Method, h)
	}
	return nil
}

// checkSender verifies the token of a sender (RFC 8292) and returns its key.
func (s *PushService) checkSender(r *http.Request) (key string, err error) {
	token, key, ok := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "vapid t="), ", k=")
	parts := strings.Split(token, ".")
	if !ok || len(parts) != 3 {
		return "", fmt.Errorf("authorization %q", r.Header.Get("Authorization"))
	}
	var raw [3][]byte
	for i, part := range parts {
		if raw[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return "", err
		}
	}
	point, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return "", err
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	signature := raw[2]
	if len(signature) != 64 || !ecdsa.Verify(public, hash[:], new(big.Int).SetBytes(signature[:32]),
		new(big.Int).SetBytes(signature[32:])) {
		return "", errors.New("the signature of a sender is wrong")
	}
	return key, s.checkClaims(raw[0], raw[1])
}

func (s *PushService) checkClaims(header, payload []byte) error {
	var h struct{ Typ, Alg string }
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := errors.Join(json.Unmarshal(header, &h), json.Unmarshal(payload, &claims)); err != nil {
		return err
	}
	left := time.Until(time.Unix(claims.Exp, 0))
	if h.Alg != "ES256" || h.Typ != "JWT" || claims.Aud != s.URL || claims.Sub != s.Subject ||
		left <= 0 || left > 24*time.Hour {
		return fmt.Errorf("token %s %s", header, payload)
	}
	return nil
}

// open decrypts a message of one record (RFC 8188, RFC 8291).
func (b *PushBrowser) open(body []byte) ([]byte, error) {
	if len(body) < 86 || body[20] != 65 || binary.BigEndian.Uint32(body[16:20]) < uint32(len(body)-86) {
		return nil, errors.New("a message has no head")
	}
	salt, public, sealed := body[:16], body[21:86], body[86:]
	sender, err := ecdh.P256().NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	secret, err := b.key.ECDH(sender)
	if err != nil {
		return nil, err
	}
	info := slices.Concat([]byte("WebPush: info\x00"), b.key.PublicKey().Bytes(), public)
	input, err := hkdf.Key(sha256.New, secret, b.auth, string(info), 32)
	if err != nil {
		return nil, err
	}
	prk, err := hkdf.Extract(sha256.New, input, salt)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Expand(sha256.New, prk, "Content-Encoding: aes128gcm\x00", 16)
	nonce, err2 := hkdf.Expand(sha256.New, prk, "Content-Encoding: nonce\x00", 12)
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	return openRecord(key, nonce, sealed)
}

func openRecord(key, nonce, sealed []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	text, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, err
	}
	text = bytes.TrimRight(text, "\x00")
	if !bytes.HasSuffix(text, []byte{2}) {
		return nil, errors.New("a message has no end")
	}
	return text[:len(text)-1], nil
}
