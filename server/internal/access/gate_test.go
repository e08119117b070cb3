package access

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/shared"
)

var errMissing = errors.New("missing")

// drawer keeps credentials in memory.
type drawer struct {
	mu            sync.Mutex
	tokens        map[string]Credential // by prefix
	sessions      map[string]Credential
	shares        map[string]Credential
	touched       []int64 // tokens
	touchedShares []int64
	asked         int
	down          error
}

func (d *drawer) find(in map[string]Credential, key string) (Credential, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	c, ok := in[key]
	switch {
	case d.down != nil:
		return c, d.down
	case !ok:
		return c, errMissing
	}
	return c, nil
}

func (d *drawer) TokenByPrefix(_ context.Context, prefix string) (Credential, error) {
	return d.find(d.tokens, prefix)
}

func (d *drawer) Session(_ context.Context, id string) (Credential, error) {
	return d.find(d.sessions, id)
}

func (d *drawer) Share(_ context.Context, id int64) (Credential, error) {
	return d.find(d.shares, strconv.FormatInt(id, 10))
}

func (d *drawer) HasTokens(context.Context) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.tokens) > 0, d.down
}

func (d *drawer) TouchTokens(_ context.Context, ids []int64) error {
	d.touched = append(d.touched, ids...)
	return nil
}

func (d *drawer) TouchShares(_ context.Context, ids []int64) error {
	d.touchedShares = append(d.touchedShares, ids...)
	return nil
}

func (d *drawer) CreateSession(_ context.Context, id, hash string, token int64, life time.Duration) error {
	for _, c := range d.tokens {
		if c.Token.ID == token {
			c.Hash, c.Until, c.RotatedAt = hash, time.Now().Add(life), time.Now()
			d.sessions[id] = c
		}
	}
	return nil
}

func (d *drawer) RotateSession(_ context.Context, id, from, to string) (bool, error) {
	c := d.sessions[id]
	if c.Hash != from {
		return false, nil
	}
	c.Previous, c.Hash, c.RotatedAt = from, to, time.Now()
	d.sessions[id] = c
	return true, nil
}

func (d *drawer) EndSession(_ context.Context, id string) error {
	delete(d.sessions, id)
	return nil
}

func (d *drawer) EndSessionsOf(_ context.Context, token int64) error {
	for id, c := range d.sessions {
		if c.Token.ID == token {
			delete(d.sessions, id)
		}
	}
	return nil
}

// add keeps a new token and returns it.
func (d *drawer) add(role shared.Role, until time.Time) string {
	token, prefix, hash := NewToken()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tokens[prefix] = Credential{
		Token: shared.Token{ID: int64(len(d.tokens) + 1), Prefix: prefix, NewToken: shared.NewToken{Role: role}},
		Hash:  hash, Until: until,
	}
	return token
}

// fail has the drawer answer nobody, or, with nil, everybody again.
func (d *drawer) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = err
}

func (d *drawer) remove(token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.tokens, token[:prefixLength])
}

// gateRig is a gate before a handler that says who came.
type gateRig struct {
	*Gate
	*drawer
	rechecks int
	caller   Caller
	handler  http.Handler
}

func newGateRig(t *testing.T, open OpenTo) *gateRig {
	t.Helper()
	rig := &gateRig{drawer: &drawer{tokens: map[string]Credential{}, sessions: map[string]Credential{}, shares: map[string]Credential{}}}
	gate, err := NewGate(t.Context(), GateConfig{
		Signer: NewSigner("key"), Keys: rig.drawer, OpenTo: open, Missing: func(err error) bool { return errors.Is(err, errMissing) },
		Rules: NewRules(map[string]Right{
			"/": Manage, "GET /": Read, "GET /signin": Open, "POST /audits": Start, "PATCH /audits/{id}": Work,
			"GET /audits/{id}": ReadAudit, "GET /audits/{id}/report": ReadAudit, "GET /sse/audits": Read,
		}),
		Fail: func(w http.ResponseWriter, _ *http.Request, err error) {
			status := http.StatusServiceUnavailable
			switch {
			case errors.Is(err, ErrSignIn):
				status = http.StatusUnauthorized
			case errors.Is(err, ErrForbidden):
				status = http.StatusForbidden
			}
			w.WriteHeader(status)
		},
		Over: func() { rig.rechecks++ },
		Log:  slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	rig.Gate = gate
	rig.handler = gate.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		rig.caller = CallerOf(r.Context())
	}))
	return rig
}

// ask sends a request and returns its status; header holds names and values in turn.
func (rig *gateRig) ask(method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	rig.handler.ServeHTTP(w, r)
	return w
}

func (rig *gateRig) status(method, path, token string) int {
	return rig.ask(method, path, "Authorization", "Bearer "+token).Code
}

func TestRolesAtTheGate(t *testing.T) {
	rig := newGateRig(t, Nobody)
	tokens := map[shared.Role]string{}
	for _, role := range shared.Roles {
		tokens[role] = rig.add(role, time.Time{})
	}
	for _, tc := range []struct {
		method, path string
		may          string // the first letters of the roles
	}{
		{"GET", "/", "vawA"}, {"HEAD", "/", "vawA"}, {"GET", "/anything/else", "vawA"}, {"GET", "/signin", "vawA"},
		{"POST", "/audits", "aA"}, {"PATCH", "/audits/7", "wA"}, {"DELETE", "/audits/7", "A"}, {"PUT", "/", "A"},
		{"GET", "//audits", "A"}, {"POST", "/x/../audits", "A"}, {"POST", "/signin", "A"},
	} {
		got := ""
		for i, role := range shared.Roles {
			if rig.status(tc.method, tc.path, tokens[role]) == 200 {
				got += "vawA"[i : i+1]
				if rig.caller.Role != role || rig.caller.Token != int64(i+1) {
					t.Errorf("%s %s: the caller is %+v, want %s", tc.method, tc.path, rig.caller, role)
				}
			}
		}
		if got != tc.may {
			t.Errorf("%s %s: %q may, want %q", tc.method, tc.path, got, tc.may)
		}
	}
}

func TestCredentialsThatAreNotGood(t *testing.T) {
	rig := newGateRig(t, Nobody)
	good, expired := rig.add(shared.RoleAdmin, time.Time{}), rig.add(shared.RoleAdmin, time.Now().Add(-time.Second))
	stranger, _, _ := NewToken()
	forged := good[:len(good)-1] + "a"
	if forged == good {
		forged = good[:len(good)-1] + "b"
	}
	for name, header := range map[string][]string{
		"none": nil, "empty": {"Authorization", ""}, "no token": {"Authorization", "Bearer"},
		"another's": {"Authorization", "Bearer " + stranger}, "forged": {"Authorization", "Bearer " + forged},
		"expired": {"Authorization", "Bearer " + expired}, "cut": {"Authorization", "Bearer " + good[:20]},
		"longer": {"Authorization", "Bearer " + good + "a"}, "shouted": {"Authorization", "Bearer " + strings.ToUpper(good)},
		"another scheme": {"Authorization", "Basic " + good},
		"two":            {"Authorization", "Bearer " + good, "Authorization", "Bearer " + good},
		"a cookie":       {"Cookie", "atalaya=" + good}, "an id": {"Cookie", "atalaya=aaaaaaaaaaaaaaaaaaaa."},
		"in the query": nil,
	} {
		if got := rig.ask("GET", "/?token="+good, header...).Code; got != 401 {
			t.Errorf("%s: got %d", name, got)
		}
		if got := rig.ask("GET", "/signin", header...).Code; got != 200 {
			t.Errorf("%s at a path for everybody: got %d", name, got)
		}
	}
	if got := rig.ask("GET", "/", "Authorization", "bearer  "+good).Code; got != 200 {
		t.Errorf("a good one: got %d", got)
	}
	rig.fail(errors.New("the database is down"))
	if got := rig.status("GET", "/", stranger); got != 503 {
		t.Errorf("nobody knows: got %d", got)
	}
}

func TestWhoNeedNotSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for open, want := range map[OpenTo][2]int{Nobody: {401, 401}, UntilTokens: {200, 401}, Everybody: {200, 200}} {
			rig := newGateRig(t, open)
			ctx, stop := context.WithCancel(t.Context())
			go func() { _ = rig.Run(ctx) }()
			if got := rig.ask("PUT", "/").Code; got != want[0] {
				t.Errorf("%v without tokens: got %d, want %d", open, got, want[0])
			}
			token := rig.add(shared.RoleViewer, time.Time{})
			<-time.After(5 * time.Second)
			if got := rig.ask("PUT", "/").Code; got != want[1] {
				t.Errorf("%v with tokens: got %d, want %d", open, got, want[1])
			}
			if rig.status("GET", "/", token); rig.caller.Role != shared.RoleViewer {
				t.Errorf("%v: who signed in is %+v", open, rig.caller)
			}
			stop()
			synctest.Wait()
		}
	})
}

// TestHolding has callers lose their rights while they hold streams.
func TestHolding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rig := newGateRig(t, Nobody)
		go func() { _ = rig.Run(t.Context()) }()
		hold := func(token string) (func() bool, func()) {
			if got := rig.status("GET", "/", token); got != 200 {
				t.Fatalf("got %d", got)
			}
			return rig.Hold(context.WithValue(t.Context(), whoKey{}, rig.caller))
		}
		within := func(what string, over func() bool, after time.Duration) {
			t.Helper()
			<-time.After(after)
			synctest.Wait()
			if over() {
				t.Errorf("%s: over too soon", what)
			}
			<-time.After(5 * time.Second)
			if synctest.Wait(); !over() {
				t.Errorf("%s: not over", what)
			}
		}
		keeps := rig.add(shared.RoleViewer, time.Time{})
		stays, done := hold(keeps)
		revoked := rig.add(shared.RoleViewer, time.Time{})
		first, _ := hold(revoked)
		second, _ := hold(revoked)
		rig.remove(revoked)
		within("revoked", first, 0)
		if !second() || rig.rechecks != 1 {
			t.Errorf("the second stream is over %v, %d rechecks", second(), rig.rechecks)
		}
		expires, _ := hold(rig.add(shared.RoleViewer, time.Now().Add(time.Minute)))
		within("expired", expires, 59*time.Second)

		rig.fail(errors.New("the database is down"))
		<-time.After(time.Minute)
		if stays() {
			t.Error("over because nobody could be asked")
		}
		done()
		rig.fail(nil)
		<-time.After(time.Minute)
		if synctest.Wait(); len(rig.held) != 0 {
			t.Errorf("%d are kept that hold nothing", len(rig.held))
		}
	})
}

// The store is asked once for the requests of a moment, and told once what was used.
func TestGateRemembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rig := newGateRig(t, Nobody)
		go func() { _ = rig.Run(t.Context()) }()
		token := rig.add(shared.RoleViewer, time.Time{})
		for range 10 {
			rig.status("GET", "/", token)
		}
		if rig.asked != 1 {
			t.Errorf("asked %d times", rig.asked)
		}
		<-time.After(2 * touchEvery)
		synctest.Wait()
		if len(rig.touched) != 1 || rig.touched[0] != 1 {
			t.Errorf("touched %v", rig.touched)
		}
		rig.remove(token)
		if got := rig.status("GET", "/", token); got != 401 {
			t.Errorf("revoked: got %d", got)
		}
	})
}

// signIn signs in and returns the cookie.
func (rig *gateRig) signIn(t *testing.T, token int64) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	in, err := rig.SignIn(w, httptest.NewRequest("POST", "/signin", nil), shared.Token{ID: token, Prefix: "atl_x"})
	if err != nil || in.Token != token || in.Name != "atl_x" {
		t.Fatalf("%+v, %v", in, err)
	}
	return w.Result().Cookies()[0]
}

func TestSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rig := newGateRig(t, Nobody)
		rig.add(shared.RoleAuditor, time.Time{})
		page := func(c *http.Cookie) *httptest.ResponseRecorder {
			return rig.ask("GET", "/", "Accept", "text/html", "Cookie", c.Name+"="+c.Value)
		}
		c, other := rig.signIn(t, 1), rig.signIn(t, 1)
		if c.Name != "atalaya" || !c.HttpOnly || c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			t.Errorf("the cookie is %+v", c)
		}
		if got := page(c); got.Code != 200 || rig.caller.Role != shared.RoleAuditor || len(got.Result().Cookies()) != 0 {
			t.Errorf("signed in: %d, %+v", got.Code, rig.caller)
		}
		<-time.After(rotateAfter + time.Second)
		if got := rig.ask("GET", "/", "Cookie", c.Name+"="+c.Value); len(got.Result().Cookies()) != 0 {
			t.Error("another secret for what opens no page")
		}
		fresh := page(c).Result().Cookies()
		if len(fresh) != 1 || fresh[0].Value == c.Value {
			t.Fatalf("rotated to %v", fresh)
		}
		if page(c).Code != 200 || page(fresh[0]).Code != 200 || len(page(c).Result().Cookies()) != 0 {
			t.Error("what was under way was refused, or rotated again")
		}
		<-time.After(rotateGrace + time.Second)
		if page(c).Code != 401 || page(fresh[0]).Code != 200 {
			t.Error("the earlier secret is good for ever")
		}

		out := func(everywhere bool) {
			w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/signout", nil)
			r.AddCookie(fresh[0])
			rig.Gate.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := rig.SignOut(w, r, everywhere); err != nil {
					t.Error(err)
				}
			})).ServeHTTP(w, asGET(r))
			if cookies := w.Result().Cookies(); len(cookies) != 1 || cookies[0].MaxAge >= 0 {
				t.Errorf("left with %v", cookies)
			}
		}
		out(false)
		if page(fresh[0]).Code != 401 || page(other).Code != 200 {
			t.Error("signed out: still in, or another browser is out")
		}
		fresh[0] = rig.signIn(t, 1)
		out(true)
		<-time.After(rememberFor)
		if page(fresh[0]).Code != 401 || page(other).Code != 401 {
			t.Error("signed out everywhere: somebody is still in")
		}
		last := rig.signIn(t, 1)
		<-time.After(SessionLife)
		if page(last).Code != 401 {
			t.Error("a session has no end")
		}
	})
}

// asGET makes a request one that a viewer may send in these tests.
func asGET(r *http.Request) *http.Request {
	r.Method = http.MethodGet
	return r
}

func TestCookieOverTLS(t *testing.T) {
	rig := newGateRig(t, Nobody)
	rig.add(shared.RoleViewer, time.Time{})
	rig.Outside.Public = []string{"https://audits.example"}
	if c := rig.signIn(t, 1); c.Name != "__Host-atalaya" || !c.Secure || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie is %+v", c)
	}
}

func TestRedeem(t *testing.T) {
	rig := newGateRig(t, Nobody)
	token := rig.add(shared.RoleAdmin, time.Time{})
	c := rig.tokens[token[:prefixLength]]
	c.Once = true
	rig.tokens[token[:prefixLength]] = c
	if got := rig.status("GET", "/", token); got != 401 {
		t.Errorf("the token of the first admin reads: %d", got)
	}
	if got, err := rig.Redeem(t.Context(), token); err != nil || !got.Once {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"", "x", token + "a", token[:prefixLength] + strings.Repeat("a", 44)} {
		if _, err := rig.Redeem(t.Context(), bad); !errors.Is(err, ErrSignIn) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := NewAttempts(trusted)
		token, _, _ := NewToken()
		other, _, _ := NewToken()
		try := func(remote, token string) bool {
			r := asked(remote, "")
			if err := a.Check(http.Header{}, r, token); err != nil {
				over, ok := errors.AsType[*TooManyAttemptsError](err)
				if !ok || over.Left <= 0 || over.Left > attemptsWindow {
					t.Errorf("got %v", err)
				}
				return false
			}
			a.Wrong(http.Header{}, r, token)
			return true
		}
		for range attemptsMax {
			if !try("192.0.2.1:1", "nonsense") {
				t.Fatal("refused too soon")
			}
		}
		if try("192.0.2.1:2", other) || !try("192.0.2.2:1", other) {
			t.Error("counts for another address, or not for its own")
		}
		for range attemptsMax {
			try("127.0.0.1:1", token)
		}
		if try("192.0.2.3:1", token[:prefixLength]+other[prefixLength:]) || !try("127.0.0.1:1", other) {
			t.Error("counts for another token, or not for all that begin alike")
		}
		<-time.After(attemptsWindow)
		if !try("192.0.2.1:1", token) {
			t.Error("refused for ever")
		}
	})
}
