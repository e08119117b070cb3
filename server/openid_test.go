package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/doctor"
	"atalaya/server/internal/openid/openidtest"
	"atalaya/server/internal/store"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// cookieJar is a browser that keeps cookies, and goes where it is told only when the test says so.
type cookieJar struct {
	team   *team
	jar    map[string]string
	header http.Header // of every request
}

func (m *team) browser() *cookieJar {
	return &cookieJar{team: m, jar: map[string]string{}, header: http.Header{}}
}

// visit sends a request with the cookies kept, and keeps those of the answer.
func (b *cookieJar) visit(method, path string, form url.Values) (res *http.Response, body string) {
	t := b.team.t
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.team.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = b.header.Clone()
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.team.url)
	}
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	if res, err = b.team.http.Do(r); err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") { // which goes on
		read, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		body = string(read)
	}
	for _, c := range res.Cookies() {
		if b.jar[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.jar, c.Name)
		}
	}
	return res, body
}

// signIn goes to the provider, where somebody consents, and comes back.
func (b *cookieJar) signIn(p *openidtest.Provider, to string) (res *http.Response, body string) {
	b.team.t.Helper()
	res, body = b.visit("GET", shared.PathSignInWith+"?to="+url.QueryEscape(to), nil)
	if res.StatusCode != http.StatusSeeOther {
		b.team.t.Fatalf("no way to the provider: %s, %s", res.Status, body)
	}
	return b.visit("GET", p.Visit(b.team.t, res.Header.Get("Location")).RequestURI(), nil)
}

// newTeamWith is a team that signs in by a provider.
func newTeamWith(t *testing.T, p *openidtest.Provider, args ...string) *team {
	t.Helper()
	m := newTeam(t, append([]string{
		"--public-url", "http://localhost", "--oidc-issuer", p.URL, "--oidc-client-id", openidtest.ClientID,
		"--oidc-client-secret", openidtest.ClientSecret, "--oidc-name", "Team <ID>",
		"--oidc-roles", "root@example.com=admin, group:auditors=auditor",
	}, args...)...)
	m.signInPage("Sign in with Team &lt;ID&gt;")
	return m
}

// signInPage waits until the page where people sign in says something.
func (m *team) signInPage(says string) {
	m.t.Helper()
	testkit.Eventually(m.t, 30*time.Second, "the page says "+says, func() bool {
		_, body := m.browser().visit("GET", "/signin?to=%2Faudits%2F7", nil)
		return strings.Contains(body, says) && strings.Contains(body, `type="password"`)
	})
}

// be has somebody else sign in from now on.
func be(p *openidtest.Provider, claims map[string]any) {
	p.Change(func(b *openidtest.Behaviour) {
		for name, value := range claims {
			b.Claims[name] = value
		}
	})
}

// TestSignInByProvider has people come in with the roles that the provider's groups and
// addresses give them, and lose them.
func TestSignInByProvider(t *testing.T) {
	t.Parallel()
	p := openidtest.New(t)
	m := newTeamWith(t, p)
	ana := m.browser()
	res, _ := ana.signIn(p, "/audits/7?a=b")
	if res.StatusCode != 303 || res.Header.Get("Location") != "/audits/7?a=b" || len(ana.jar) != 1 ||
		ana.jar["atalaya"] == "" {
		t.Fatalf("signed in: %s to %s, %v", res.Status, res.Header.Get("Location"), ana.jar)
	}
	for path, want := range map[string]int{
		"/": 200, shared.PathAudits: 200, shared.PathStreams: 200, shared.PathTokens: 403,
	} {
		if res, _ := ana.visit("GET", path, nil); res.StatusCode != want {
			t.Errorf("an auditor at %s: %s", path, res.Status)
		}
	}
	if res, _ := ana.signIn(p, "https://evil.example/"); res.Header.Get("Location") != "/" {
		t.Errorf("led to %s", res.Header.Get("Location"))
	}

	be(p, map[string]any{"sub": "bea", "email": "bea@other.example", "groups": []string{}})
	bea := m.browser()
	if res, body := bea.signIn(p, "/"); res.StatusCode != 403 || !strings.Contains(body, "has no role") ||
		len(bea.jar) != 0 {
		t.Errorf("nobody: %s, %v, %s", res.Status, bea.jar, body)
	}
	be(p, map[string]any{"sub": "subject of ana", "email": "root@example.com"})
	if res, _ := m.browser().signIn(p, "/"); res.StatusCode != 303 {
		t.Errorf("with another address: %s", res.Status)
	}
	testkit.Eventually(t, 10*time.Second, "every session of a person has the new role", func() bool {
		res, body := ana.visit("GET", shared.PathTokens, nil)
		return res.StatusCode == 200 && strings.Contains(body, p.URL)
	})
	if _, body := ana.visit("GET", "/team", nil); strings.Count(body, "root@example.com") != 1 {
		t.Errorf("the team's page does not have one line for a person: %s", body)
	}

	if res, _ := ana.visit("POST", "/signout", url.Values{"everywhere": {"true"}}); res.StatusCode != 303 {
		t.Errorf("signed out: %s", res.Status)
	}
	ana.signIn(p, "/")
	m.send("admin", "DELETE", shared.PathToken(7), "") // six were made before
	testkit.Eventually(t, 10*time.Second, "the session of somebody revoked is over", func() bool {
		res, _ := ana.visit("GET", shared.PathAudits, nil)
		return res.StatusCode == 401
	})
	if res, body := ana.signIn(p, "/"); res.StatusCode != 403 || !strings.Contains(body, "taken your access away") {
		t.Errorf("somebody revoked: %s, %s", res.Status, body)
	}
	const by = "Team <ID>" // the provider
	m.checkTrail("ana@example.com signed_in "+by, "ana@example.com signed_in "+by,
		"nobody tried_signin no_role bea@other.example", "root@example.com signed_in "+by,
		"root@example.com signed_out everywhere", "root@example.com signed_in "+by, "admin token_ended 7",
		"nobody tried_signin person_revoked root@example.com")
	if m.log.Contains(openidtest.ClientSecret) || m.log.Contains("code=") || m.log.Contains(ana.jar["atalaya"]) {
		t.Error("the log has a secret")
	}
}

// TestSignInWithoutARole has somebody who is in lose every role, and come back with another browser.
func TestSignInWithoutARole(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]map[string]any{
		"of no group any more": {"groups": []string{}}, "with an address that is not theirs": {"email_verified": false},
	} {
		p := openidtest.New(t)
		m := newTeamWith(t, p)
		ana, bea := m.browser(), m.browser()
		ana.signIn(p, "/")
		be(p, map[string]any{"sub": "bea", "email": "bea@example.com"})
		bea.signIn(p, "/")
		be(p, map[string]any{"sub": "subject of ana", "email": "ana@example.com"})
		be(p, lost)
		if res, _ := m.browser().signIn(p, "/"); res.StatusCode != 403 {
			t.Errorf("%s: %s", name, res.Status)
		}
		testkit.Eventually(t, 10*time.Second, "the session from before is over", func() bool {
			res, _ := ana.visit("GET", shared.PathAudits, nil)
			return res.StatusCode == 401
		})
		if res, _ := bea.visit("GET", shared.PathAudits, nil); res.StatusCode != 200 {
			t.Errorf("%s: somebody else was signed out: %s", name, res.Status)
		}
	}
}

// checkTrail holds the trail against what was done.
func (m *team) checkTrail(want ...string) {
	m.t.Helper()
	_, body := m.authorized("admin", "/api/v1/trail")
	var list shared.TrailList
	if err := json.Unmarshal(body, &list); err != nil {
		m.t.Fatal(err)
	}
	var got []string
	for _, e := range slices.Backward(list.Entries) {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", e.Who, e.Deed, e.About)))
	}
	if !slices.Equal(got, want) {
		m.t.Errorf("the trail is\n%q, want\n%q", got, want)
	}
}

// TestProviderIsDown starts before the provider answers.
func TestProviderIsDown(t *testing.T) {
	t.Parallel()
	p := openidtest.New(t)
	p.Change(func(b *openidtest.Behaviour) {
		b.Instead = func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
	})
	m := newTeam(t, "--public-url", "http://localhost", "--oidc-issuer", p.URL, "--oidc-client-id", openidtest.ClientID,
		"--oidc-roles", "@example.com=viewer")
	m.signInPage("provider cannot be reached")
	if status, _ := m.authorized("viewer", shared.PathAudits); status != 200 {
		t.Errorf("with a token: %d", status)
	}
	if res, body := m.browser().visit("GET", shared.PathSignInWith, nil); res.StatusCode != 503 ||
		!strings.Contains(body, "cannot be reached") {
		t.Errorf("to the provider: %s, %s", res.Status, body)
	}
	p.Change(func(b *openidtest.Behaviour) { b.Instead = nil })
	m.signInPage("Sign in with 127.0.0.1:")
}

// TestAttemptsByProvider comes back, again and again, with what nobody asked for.
func TestAttemptsByProvider(t *testing.T) {
	t.Parallel()
	p := openidtest.New(t)
	m := newTeamWith(t, p, "--trusted-proxies", "127.0.0.1")
	from := func(address string) *cookieJar {
		b := m.browser()
		b.header.Set("X-Forwarded-For", address)
		return b
	}
	for i := range 12 {
		want := http.StatusBadRequest
		if i >= 10 {
			want = http.StatusTooManyRequests
		}
		res, body := from("2001:db8::1").visit("GET", shared.PathSignInBack+"?code=x&state=y", nil)
		if res.StatusCode != want || !strings.Contains(res.Header.Get("RateLimit"), `"address"`) {
			t.Fatalf("attempt %d: %s, %s", i, res.Status, body)
		}
	}
	if _, trail := m.authorized("admin", "/api/v1/trail"); strings.Count(string(trail), `"tried_signin"`) != 10 {
		t.Errorf("the trail has other attempts than those ten that were looked at: %s", trail)
	}
	if res, _ := from("2001:db8::2").signIn(p, "/"); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("from the same /64: %s", res.Status)
	}
	if res, _ := from("2001:db8:0:1::1").signIn(p, "/"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("from elsewhere: %s", res.Status)
	}
	if res, _ := m.browser().visit("HEAD", shared.PathSignInBack, nil); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("HEAD: %s", res.Status)
	}
}

// TestSessionsEndWithTheProvider looks up a person's session where another provider is
// configured, or none.
func TestSessionsEndWithTheProvider(t *testing.T) {
	rows, err := store.Open(t.Context(), store.Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	person, err := rows.ReceivePerson(t.Context(),
		store.Person{Issuer: "https://id.example", Subject: "1", Role: shared.RoleAdmin},
		store.Secret{Prefix: "a", Hash: "b"})
	if err == nil {
		err = rows.CreateSession(t.Context(), "s", "hash", person.ID, time.Hour)
	}
	if err != nil {
		t.Fatal(err)
	}
	for issuer, want := range map[string]error{
		"https://id.example": nil, "https://other.example": store.ErrNotFound, "": store.ErrNotFound,
	} {
		if _, err := (keys{rows, issuer}).Session(t.Context(), "s"); !errors.Is(err, want) {
			t.Errorf("with %q: %v", issuer, err)
		}
	}
}

// TestOpenIDSettings holds together what belongs together. A later flag wins over an earlier.
func TestOpenIDSettings(t *testing.T) {
	good := []string{
		"--oidc-issuer=https://id.example/team", "--oidc-client-id=atalaya", "--oidc-client-secret=s3cret",
		"--oidc-roles=@example.com=viewer,ana@example.com=admin", "--public-url=https://audits.example",
	}
	c, err := readConfig(good, noEnv, io.Discard)
	if err != nil || c.OpenID.Name != "id.example" || c.OpenID.GroupsClaim != "groups" || !c.OpenID.Roles.Give("admin") {
		t.Errorf("got %+v, %v", c.OpenID, err)
	}
	for flag, says := range map[string]string{
		"--oidc-issuer=":                     "belong to --oidc-issuer",
		"--oidc-issuer=http://id.example":    "no address of a provider",
		"--oidc-client-id=":                  "needs --oidc-client-id",
		"--oidc-roles=":                      "nobody could sign in",
		"--oidc-roles=@example.com":          "no rule",
		"--public-url=":                      "needs --public-url",
		"--public-url=http://audits.example": "needs https",
	} {
		if _, err := readConfig(append(slices.Clone(good), flag), noEnv, io.Discard); err == nil ||
			!strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v, want %q", flag, err, says)
		}
	}
}

// TestDoctorOfAProvider examines one that works, and one that calls itself otherwise.
func TestDoctorOfAProvider(t *testing.T) {
	t.Parallel()
	p := openidtest.New(t)
	args := []string{
		"--data-dir", t.TempDir(), "--public-url", "https://audits.example", "--oidc-client-id", openidtest.ClientID,
		"--oidc-client-secret", openidtest.ClientSecret, "--oidc-roles", "@example.com=viewer", "--oidc-issuer",
	}
	for issuer, want := range map[string]doctor.State{p.URL: doctor.OK, p.URL + "/": doctor.Broken} {
		_, parts := examined(t, append(args, issuer)...)
		if d := parts["sign-in"]; d.State != want || strings.Contains(d.Says, openidtest.ClientSecret) {
			t.Errorf("%s: %+v, want %s", issuer, d, want)
		}
	}
}
