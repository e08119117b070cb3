package access

import (
	"context"
	"net/http"
	"strings"
	"time"

	"atalaya/shared"
)

const (
	// SessionLife is how long a browser stays signed in.
	SessionLife = 30 * 24 * time.Hour
	// rotateAfter is how old the secret of a session gets.
	rotateAfter = 24 * time.Hour
	// rotateGrace is how long a session's earlier secret is good for requests that were
	// under way with it.
	rotateGrace = time.Minute
	// sessionIDLength is the part of a secret's letters that names a session.
	sessionIDLength = 20
)

// Sessions is where sessions are kept: the store.
type Sessions interface {
	Keys
	CreateSession(ctx context.Context, id, hash string, token int64, life time.Duration) error
	// RotateSession gives a session another secret, unless somebody else has done so.
	RotateSession(ctx context.Context, id, from, to string) (done bool, err error)
	EndSession(ctx context.Context, id string) error
	EndSessionsOf(ctx context.Context, token int64) error
}

// cookieName is that of the cookie with the session. The prefix has browsers refuse one
// that another site or plain http has set.
func (g *Gate) cookieName(r *http.Request) string {
	if g.Outside.Secure(r) {
		return "__Host-atalaya"
	}
	return "atalaya"
}

// setCookie gives the browser its session, or takes it away when value is empty.
func (g *Gate) setCookie(w http.ResponseWriter, r *http.Request, value string) {
	c := &http.Cookie{
		Name: g.cookieName(r), Value: value, Path: "/", MaxAge: int(SessionLife / time.Second),
		HttpOnly: true, Secure: g.Outside.Secure(r), SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// bySession finds the caller of a session, and gives an old one another secret.
func (g *Gate) bySession(w http.ResponseWriter, r *http.Request, cookie string) (Caller, error) {
	id, secret, ok := strings.Cut(cookie, ".")
	if !ok || len(id) != sessionIDLength || !isPlain(id) {
		return Caller{}, ErrSignIn
	}
	key := sessionKey + id
	c, err := g.lookUpSession(r.Context(), key, secret)
	if err != nil {
		return Caller{}, err
	}
	if matches(secret, c.Hash) && time.Since(c.RotatedAt) > rotateAfter && isNavigation(r) {
		g.rotate(w, r, id, c.Hash)
	}
	caller := g.callerOf(key, c)
	caller.Session = id
	return caller, nil
}

// lookUpSession finds a session by its secret. Another request, or another server, may have
// given it another one just now.
func (g *Gate) lookUpSession(ctx context.Context, key, secret string) (Credential, error) {
	c, err := g.lookUp(ctx, key)
	if err != nil || c.isOf(secret) {
		return c, err
	}
	g.forget(key)
	if c, err = g.lookUp(ctx, key); err == nil && !c.isOf(secret) {
		err = ErrSignIn
	}
	return c, err
}

// isOf reports whether a session has a secret, or had it a moment ago.
func (c Credential) isOf(secret string) bool {
	return matches(secret, c.Hash) || matches(secret, c.Previous) && time.Since(c.RotatedAt) <= rotateGrace
}

// isNavigation reports whether a request opens a page: its answer reaches the browser's
// cookies before anything else is asked for.
func isNavigation(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// rotate gives a session another secret. What fails is tried again with the next page.
func (g *Gate) rotate(w http.ResponseWriter, r *http.Request, id, hash string) {
	secret := newSecret()
	done, err := g.Keys.RotateSession(r.Context(), id, hash, hashOf(secret))
	if err != nil {
		g.Log.Warn("a session kept its secret", "err", err)
	}
	if done {
		g.forget(sessionKey + id)
		g.setCookie(w, r, id+"."+secret)
	}
}

// Redeem finds the token that somebody signs in with, the one that makes the first admin
// among them. It fails with [ErrSignIn].
func (g *Gate) Redeem(ctx context.Context, token string) (Credential, error) {
	prefix, ok := prefixOf(token)
	if !ok {
		return Credential{}, ErrSignIn
	}
	c, err := g.ask(ctx, tokenKey+prefix)
	if err == nil && !matches(token, c.Hash) {
		err = ErrSignIn
	}
	return c, err
}

// SignIn gives the browser a new session of a token, and returns who is in by it.
func (g *Gate) SignIn(w http.ResponseWriter, r *http.Request, token shared.Token) (Caller, error) {
	id, secret := newSecret()[:sessionIDLength], newSecret()
	if err := g.Keys.CreateSession(r.Context(), id, hashOf(secret), token.ID, SessionLife); err != nil {
		return Caller{}, err
	}
	g.setCookie(w, r, id+"."+secret)
	in := callerBy(token)
	in.Session, in.Address = id, CallerOf(r.Context()).Address
	return in, nil
}

// SignOut ends the session of a request, or with everywhere all sessions of its token.
func (g *Gate) SignOut(w http.ResponseWriter, r *http.Request, everywhere bool) error {
	caller := CallerOf(r.Context())
	var err error
	switch {
	case caller.Session == "":
	case everywhere:
		err = g.Keys.EndSessionsOf(r.Context(), caller.Token)
	default:
		err = g.Keys.EndSession(r.Context(), caller.Session)
	}
	if err != nil {
		return err
	}
	g.forget(caller.key)
	g.setCookie(w, r, "")
	return nil
}
