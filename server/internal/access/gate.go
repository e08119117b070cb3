package access

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"atalaya/shared"
)

// ErrSignIn says that the caller must sign in, or give a token that is good.
var ErrSignIn = errors.New("access: not signed in")

// ErrForbidden says that the caller's role does not allow what was asked.
var ErrForbidden = errors.New("access: not allowed for this role")

const (
	// recheckEvery is how often the callers of open streams are looked up. A stream ends
	// within 5 s of the end of its caller's rights.
	recheckEvery = 2 * time.Second
	// rememberFor is how long a caller is not looked up again.
	rememberFor = 2 * time.Second
	// rememberMax bounds the callers that are remembered.
	rememberMax = 10_000
	// touchEvery is how often it is noted which tokens and links were used.
	touchEvery = time.Minute
)

// Keys is where credentials are kept: the store. Its errors that satisfy
// [GateConfig].Missing say that there is none that is good.
type Keys interface {
	// TokenByPrefix returns the token that begins so.
	TokenByPrefix(ctx context.Context, prefix string) (Credential, error)
	// Session returns a session by its id.
	Session(ctx context.Context, id string) (Credential, error)
	// HasTokens reports whether there are tokens that were not revoked.
	HasTokens(ctx context.Context) (bool, error)
	// Share returns a link to an audit by its number.
	Share(ctx context.Context, id int64) (Credential, error)
	// TouchTokens notes that tokens were used just now.
	TouchTokens(ctx context.Context, ids []int64) error
	// TouchShares notes that links were used just now.
	TouchShares(ctx context.Context, ids []int64) error
}

// Credential is a token, a session or a link as it is kept.
type Credential struct {
	// Share is the link, if it is one; it has no token then, and no hash.
	Share shared.Share
	Token shared.Token
	Hash  string
	// Once says that the token makes the first admin, and is good for nothing else.
	Once bool
	// Previous is the hash of a session's secret before RotatedAt.
	Previous  string
	RotatedAt time.Time
	// Until is when it ends; zero for never.
	Until time.Time
}

// Caller is who sent a request.
type Caller struct {
	// Token is the number of the one that was used; 0 if nobody has to sign in.
	Token int64
	Name  string // of the token, or how it begins
	Role  shared.Role
	// Session is the id of a browser's session; empty without one.
	Session string
	// Address is where the request came from, as far as proxies can be believed; of IPv6
	// the /64. Empty over a unix socket.
	Address string

	key string // under which the gate looks the caller up again
}

type whoKey struct{}

// CallerOf is who sent the request whose context ctx is. Outside of a request it is
// nobody, who may do nothing.
func CallerOf(ctx context.Context) Caller {
	c, _ := ctx.Value(whoKey{}).(Caller)
	return c
}

// GateConfig is what a [Gate] needs. All but Log is required.
type GateConfig struct {
	Keys    Sessions
	Rules   Rules
	Outside Outside
	Signer  Signer
	// Missing reports whether an error of Keys says that there is no such credential.
	Missing func(error) bool
	// OpenTo says when nobody has to sign in.
	OpenTo OpenTo
	// Fail answers refused requests. It gets [ErrSignIn], [ErrForbidden], or an error of Keys.
	Fail func(http.ResponseWriter, *http.Request, error)
	// Over is called when somebody who holds a stream may read no longer; see [Gate.Hold].
	Over func()
	Log  *slog.Logger
}

// OpenTo says when nobody has to sign in.
type OpenTo uint8

// When nobody has to sign in.
const (
	Nobody      OpenTo = iota // never
	UntilTokens               // as long as there are no tokens
	Everybody                 // always
)

// Gate knows who sends a request, and lets through what the caller's role allows. It
// relies on [Gate.Run].
type Gate struct {
	GateConfig

	closed atomic.Bool // there are tokens, so everybody signs in

	mu         sync.Mutex
	remembered map[string]remembered
	held       map[string]*holding
	// What was used since this was last noted, by number.
	usedTokens, usedShares map[int64]struct{}
}

// remembered is a caller who was looked up.
type remembered struct {
	credential Credential
	at         time.Time
}

// holding is the streams of one caller.
type holding struct {
	over    atomic.Bool
	streams int
}

// NewGate returns a gate that knows whether there are tokens.
func NewGate(ctx context.Context, c GateConfig) (*Gate, error) {
	g := &Gate{
		GateConfig: c, remembered: map[string]remembered{}, held: map[string]*holding{},
		usedTokens: map[int64]struct{}{}, usedShares: map[int64]struct{}{},
	}
	has, err := c.Keys.HasTokens(ctx)
	g.closed.Store(has)
	return g, err
}

// Wrap lets a request through to next if its caller may send it, and tells next who that is.
func (g *Gate) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		right := g.Rules.right(r)
		caller, err := g.identify(w, r, right)
		switch {
		case right == Open:
			err = nil // a credential that is good no longer may not keep anybody from signing in
		case err == nil && !allows(caller.Role, right):
			err = ErrForbidden
		}
		if err != nil {
			g.Fail(w, r, err)
			return
		}
		if peer, _ := proxies(g.Outside.Trusted).peer(r); peer.IsValid() {
			caller.Address = peer.String()
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), whoKey{}, caller)))
	})
}

// IsOpen reports whether nobody has to sign in at present.
func (g *Gate) IsOpen() bool {
	return g.OpenTo == Everybody || g.OpenTo == UntilTokens && !g.closed.Load()
}

// identify finds out who sent a request. Where nobody has to sign in, a credential that is
// not good is as good as none.
func (g *Gate) identify(w http.ResponseWriter, r *http.Request, right Right) (Caller, error) {
	caller, err := g.presented(w, r)
	if errors.Is(err, ErrSignIn) && !g.IsOpen() {
		caller, err = g.byShares(r, right)
	}
	if errors.Is(err, ErrSignIn) && g.IsOpen() {
		return Caller{Role: shared.RoleAdmin}, nil
	}
	return caller, err
}

// presented is the caller whose credential a request has. Programs send a token; it goes
// before the cookie of a browser.
func (g *Gate) presented(w http.ResponseWriter, r *http.Request) (Caller, error) {
	if token, ok := bearer(r.Header); ok {
		return g.byToken(r.Context(), token)
	}
	if cookie, err := r.Cookie(g.cookieName(r)); err == nil {
		return g.bySession(w, r, cookie.Value)
	}
	return Caller{}, ErrSignIn
}

// bearer takes the token out of the Authorization header. Other schemes are those of a proxy.
func bearer(h http.Header) (token string, ok bool) {
	values := h.Values("Authorization")
	if len(values) != 1 {
		return "", len(values) > 1
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
}

func (g *Gate) byToken(ctx context.Context, token string) (Caller, error) {
	prefix, ok := prefixOf(token)
	if !ok {
		return Caller{}, ErrSignIn
	}
	c, err := g.lookUp(ctx, tokenKey+prefix)
	if err != nil {
		return Caller{}, err
	}
	if c.Once || !matches(token, c.Hash) {
		return Caller{}, ErrSignIn
	}
	return g.callerOf(tokenKey+prefix, c), nil
}

// The kinds of keys under which callers are looked up.
const (
	tokenKey   = "token "
	sessionKey = "session "
)

// lookUp finds a credential that is good at present, or fails with [ErrSignIn].
func (g *Gate) lookUp(ctx context.Context, key string) (Credential, error) {
	now := time.Now()
	g.mu.Lock()
	known, ok := g.remembered[key]
	g.mu.Unlock()
	if !ok || now.Sub(known.at) >= rememberFor {
		c, err := g.ask(ctx, key)
		if err != nil {
			return c, err
		}
		known = remembered{c, now}
		g.remember(key, known)
	}
	if until := known.credential.Until; !until.IsZero() && !now.Before(until) {
		return Credential{}, ErrSignIn
	}
	return known.credential, nil
}

// ask asks the store.
func (g *Gate) ask(ctx context.Context, key string) (c Credential, err error) {
	kind, name, _ := strings.Cut(key, " ")
	switch kind + " " {
	case tokenKey:
		c, err = g.Keys.TokenByPrefix(ctx, name)
	case sessionKey:
		c, err = g.Keys.Session(ctx, name)
	case shareKey:
		id, _ := shared.ParseID(name) // it was one when the key was made
		c, err = g.Keys.Share(ctx, id)
	}
	if err != nil && g.Missing(err) {
		err = ErrSignIn
	}
	return c, err
}

func (g *Gate) remember(key string, c remembered) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.remembered) >= rememberMax {
		clear(g.remembered)
	}
	g.remembered[key] = c
}

// forget has a caller looked up anew.
func (g *Gate) forget(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.remembered, key)
}

// callerBy is whoever comes with a token.
func callerBy(t shared.Token) Caller {
	return Caller{Token: t.ID, Name: cmp.Or(t.Name, t.Prefix), Role: t.Role}
}

// callerOf is who a credential belongs to; its token counts as used.
func (g *Gate) callerOf(key string, c Credential) Caller {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.usedTokens[c.Token.ID] = struct{}{}
	caller := callerBy(c.Token)
	caller.key = key
	return caller
}

// Hold keeps an eye on the caller of a request until release is called: over reports
// whether that one may read no longer. GateConfig.Over is called when that has changed.
func (g *Gate) Hold(ctx context.Context) (over func() bool, release func()) {
	key := CallerOf(ctx).key
	g.mu.Lock()
	defer g.mu.Unlock()
	h := g.held[key]
	if h == nil {
		h = &holding{}
		g.held[key] = h
	}
	h.streams++
	return h.over.Load, func() { g.release(key, h) }
}

func (g *Gate) release(key string, h *holding) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if h.streams--; h.streams == 0 && g.held[key] == h {
		delete(g.held, key)
	}
}

// Run looks after callers who hold streams, and after what is known of tokens, until ctx
// ends.
func (g *Gate) Run(ctx context.Context) error {
	recheck, touch := time.NewTicker(recheckEvery), time.NewTicker(touchEvery)
	defer recheck.Stop()
	defer touch.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-recheck.C:
			g.recheck(ctx)
		case <-touch.C:
			g.noteUsed(ctx)
		}
	}
}

// recheck looks up the callers who hold streams. While the store does not answer they go
// on: it has nothing new to tell them either.
func (g *Gate) recheck(ctx context.Context) {
	if has, err := g.Keys.HasTokens(ctx); err == nil {
		g.closed.Store(has)
	}
	ended := false
	for _, key := range g.holders() {
		if g.mayStay(ctx, key) {
			continue
		}
		ended = true
		g.end(key)
	}
	if ended {
		g.Over()
	}
}

func (g *Gate) holders() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	keys := make([]string, 0, len(g.held))
	for key := range g.held {
		keys = append(keys, key)
	}
	return keys
}

func (g *Gate) mayStay(ctx context.Context, key string) bool {
	if key == "" {
		return g.IsOpen()
	}
	kind, names, _ := strings.Cut(key, " ")
	for name := range strings.SplitSeq(names, " ") { // a caller may have several links
		one := kind + " " + name
		g.forget(one)
		if _, err := g.lookUp(ctx, one); errors.Is(err, ErrSignIn) {
			return false
		}
	}
	return true
}

// end ends the streams of a caller. Later ones are none of these.
func (g *Gate) end(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if h := g.held[key]; h != nil {
		h.over.Store(true)
		delete(g.held, key)
	}
}

// noteUsed notes which tokens and links were used since it was last called.
func (g *Gate) noteUsed(ctx context.Context) {
	err := errors.Join(
		g.Keys.TouchTokens(ctx, g.take(g.usedTokens)), g.Keys.TouchShares(ctx, g.take(g.usedShares)))
	if err != nil {
		g.Log.Warn("when tokens and links were used could not be noted", "err", err)
	}
}

// take empties a set of what was used.
func (g *Gate) take(used map[int64]struct{}) []int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	ids := slices.Collect(maps.Keys(used))
	clear(used)
	return ids
}
