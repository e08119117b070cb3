package openid

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// attemptLife is how long somebody may take at the provider.
	attemptLife = 10 * time.Minute
	// cookieName is that of the cookie that binds an attempt to its browser; see [cookie].
	cookieName = "atalaya-signin"
	// spentMax bounds the states that are remembered as spent.
	spentMax = 10_000
)

// attempt is one way to the provider and back. Everything secret about it follows from
// one secret, which only the browser has: the server keeps nothing, so that another server
// of the same team can finish what this one began.
type attempt struct {
	secret string
	begun  time.Time
	to     string // where to go on afterwards
}

func newAttempt(to string) attempt {
	return attempt{secret: rand.Text(), begun: time.Now(), to: to}
}

// state comes back with the answer: whoever does not have the secret could not have sent it.
func (a attempt) state() string { return a.derive("state") }

// nonce comes back within the ID token, which so belongs to this attempt.
func (a attempt) nonce() string { return a.derive("nonce") }

// verifier shows the provider that whoever redeems the code has asked for it (PKCE).
func (a attempt) verifier() string { return a.derive("verifier") }

// derive makes one secret of another. None of them tells the others.
func (a attempt) derive(purpose string) string {
	mac := hmac.New(sha256.New, []byte(a.secret))
	mac.Write([]byte(purpose))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// isOver reports whether somebody took too long.
func (a attempt) isOver() bool {
	age := time.Since(a.begun)
	return age < -SkewMax || age > attemptLife // another server may have begun it
}

// cookie is what the browser keeps of an attempt. The prefix has browsers refuse one that
// another site or plain http has set. It is Lax, for the provider sends the browser back.
func (a attempt) cookie(secure bool) *http.Cookie {
	to := base64.RawURLEncoding.EncodeToString([]byte(a.to))
	value := strings.Join([]string{a.secret, strconv.FormatInt(a.begun.Unix(), 10), to}, ".")
	return newCookie(secure, value, int(attemptLife/time.Second))
}

// noCookie takes the attempt from the browser.
func noCookie(secure bool) *http.Cookie { return newCookie(secure, "", -1) }

func newCookie(secure bool, value string, maxAge int) *http.Cookie {
	name := cookieName
	if secure {
		name = "__Host-" + cookieName
	}
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: secure,
		SameSite: http.SameSiteLaxMode,
	}
}

// attemptOf reads what the browser has kept; it reports false if that is no attempt.
func attemptOf(r *http.Request, secure bool) (a attempt, ok bool) {
	kept, err := r.Cookie(noCookie(secure).Name)
	if err != nil {
		return attempt{}, false
	}
	parts := strings.Split(kept.Value, ".")
	if len(parts) != 3 || len(parts[0]) != len(rand.Text()) {
		return attempt{}, false
	}
	begun, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return attempt{}, false
	}
	to, err := base64.RawURLEncoding.DecodeString(parts[2])
	return attempt{secret: parts[0], begun: time.Unix(begun, 0), to: string(to)}, err == nil
}

// spent remembers the states that came back, so that none is good twice. It is this
// process's own; at other servers the provider's code is good once.
type spent struct {
	mu     sync.Mutex
	states map[string]time.Time
}

// spend reports whether a state comes back for the first time.
func (s *spent) spend(state string) bool {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.states[state]; known {
		return false
	}
	if len(s.states) >= spentMax {
		s.forget(now)
	}
	s.states[state] = now
	return true
}

// forget makes room: what is old is refused for its age, and of the rest nothing is kept
// if somebody floods us.
func (s *spent) forget(now time.Time) {
	for state, at := range s.states {
		if now.Sub(at) > attemptLife {
			delete(s.states, state)
		}
	}
	if len(s.states) >= spentMax {
		clear(s.states)
	}
}
