package pages

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/access"
	"atalaya/server/internal/store"
	"atalaya/shared"
)

// keyring makes tokens as the server does.
type keyring struct{ *store.Store }

func (k keyring) CreateToken(ctx context.Context, want shared.NewToken) (shared.CreatedToken, error) {
	secret, prefix, hash := access.NewToken()
	t, err := k.Store.CreateToken(ctx, want, store.Secret{Prefix: prefix, Hash: hash})
	return shared.CreatedToken{Token: t, Secret: secret}, err
}

// asks follows a link of a page that would end something: it asks first, with the form that does
// so and a way back, says what it is about, in Spanish too, and ends nothing.
func (s *site) asks(page, path, question string, says ...string) {
	s.t.Helper()
	if body := read(s.t, s.get(page)); !strings.Contains(body, `href="`+strings.ReplaceAll(path, "&", "&amp;")+`"`) {
		s.t.Errorf("%s does not lead to %s: %s", page, path, body)
	}
	if strings.Contains(read(s.t, s.get(page)), `<button type="submit" name="do" value="`+askedIn(path)+`"`) {
		s.t.Errorf("%s has a button that does not ask", page)
	}
	r := s.get(path)
	body := read(s.t, r)
	says = append(says, question, `name="do" value="`+askedIn(path)+`"`, `<form method="post" action="`+page+`"`,
		`<a href="`+page+`">Leave it as it is</a>`)
	for _, part := range says {
		if r.StatusCode != 200 || !strings.Contains(body, part) {
			s.t.Errorf("%s: %s without %q: %s", path, r.Status, part, body)
		}
	}
	if body := read(s.t, s.get(path+"&lang=es")); !strings.Contains(body, "Dejarlo como está") ||
		!strings.Contains(body, `action="`+page+`?lang=es"`) {
		s.t.Errorf("in Spanish: %s", body)
	}
}

// askedIn is what an address has a page ask.
func askedIn(path string) string {
	u, _ := url.Parse(path)
	return u.Query().Get(paramAsk)
}

// TestWhatCannotBeAsked has nothing at addresses that ask for what there is not.
func TestWhatCannotBeAsked(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	if _, err := (keyring{s.rows}).CreateToken(t.Context(), shared.NewToken{Role: shared.RoleViewer}); err != nil {
		t.Fatal(err)
	}
	share, err := s.rows.CreateShare(t.Context(), id, 0, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	s.submit(shared.PathHooksPage, hookWish())
	if err := s.rows.RevokeToken(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if err := s.rows.RevokeShare(t.Context(), id, share.ID); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		shared.PathTeam + "?ask=revoke&id=1", shared.PathTeam + "?ask=revoke&id=2", shared.PathTeam + "?ask=signout&id=x",
		shared.PathTeam + "?ask=burn&id=1", shared.PathSharesPage + "?ask=revoke&audit=1&id=1",
		shared.PathSharesPage + "?ask=revoke&id=1", shared.PathBasicShares(id) + "?ask=burn&id=1",
		shared.PathHookPage(1) + "?ask=burn", shared.PathHookPage(2) + "?ask=remove", shared.PathHookPage(2) + "?ask=change",
	} {
		if r := s.get(path); r.StatusCode != 404 {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
}

// tokens are those that the store has.
func (s *site) tokens() []shared.Token {
	s.t.Helper()
	tokens, err := s.rows.Tokens(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return tokens
}

// TestTeamMakesATokenOnce follows a token from the form to its end: its secret stands in one
// answer alone.
func TestTeamMakesATokenOnce(t *testing.T) {
	s := newSite(t)
	if body := read(t, s.get(shared.PathTeam)); !strings.Contains(body, "There is no token yet") {
		t.Errorf("an empty list: %s", body)
	}
	r := s.submit(shared.PathTeam, url.Values{"do": {"make"}, "role": {"viewer"}, "name": {"<b>Ana"}, "days": {"30"}})
	made := s.tokens()[0]
	body := read(t, r)
	if r.StatusCode != 200 || r.Header.Get("Cache-Control") != "no-store" ||
		!strings.Contains(body, "<code>"+made.Prefix) {
		t.Fatalf("made: %s: %s", r.Status, body)
	}
	if life := time.Until(made.ExpiresAt.Time); made.Role != shared.RoleViewer || made.Name != "<b>Ana" ||
		life < 29*24*time.Hour || life > 31*24*time.Hour {
		t.Errorf("made %+v", made)
	}
	body = read(t, s.get(shared.PathTeam+"?lang=es"))
	for _, part := range []string{made.Prefix, "&lt;b&gt;Ana", "lectura", "válido", "nunca", `action="/team?lang=es"`} {
		if !strings.Contains(body, part) {
			t.Errorf("the list lacks %q: %s", part, body)
		}
	}
	if strings.Contains(body, "<code>") {
		t.Error("the secret is shown again")
	}
	s.asks(shared.PathTeam, "/team?ask=revoke&id=1", "Revoke this token?", made.Prefix, "&lt;b&gt;Ana", "Last used")
	r = s.submit(shared.PathTeam, url.Values{"do": {"revoke"}, "id": {"1"}})
	if to := r.Header.Get("Location"); r.StatusCode != 303 || to != shared.PathTeam || s.tokens()[0].RevokedAt == nil {
		t.Errorf("revoked: %s to %q, %+v", r.Status, to, s.tokens())
	}
	body = read(t, s.get(shared.PathTeam))
	if !strings.Contains(body, "revoked") || strings.Contains(body, "ask=revoke") {
		t.Errorf("after its end: %s", body)
	}
}

// TestTeamSignsBrowsersOut ends the sessions of a token, and leaves the token.
func TestTeamSignsBrowsersOut(t *testing.T) {
	s := newSite(t)
	made, err := keyring{s.rows}.CreateToken(t.Context(), shared.NewToken{Role: shared.RoleViewer})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.rows.CreateSession(t.Context(), "browser", "hash", made.ID, time.Hour); err != nil {
		t.Fatal(err)
	}
	s.asks(shared.PathTeam, "/team?ask=signout&id=1", "Sign out every browser of this token?", made.Prefix)
	if r := s.submit(shared.PathTeam, url.Values{"do": {"signout"}, "id": {"1"}}); r.StatusCode != 303 {
		t.Fatalf("signed out: %s", r.Status)
	}
	if _, err := s.rows.Session(t.Context(), "browser"); err == nil || s.tokens()[0].RevokedAt != nil {
		t.Errorf("the session: %v; the token: %+v", err, s.tokens()[0])
	}
}

// TestTeamRefuses has what is wrong said beside its field, and what was typed kept.
func TestTeamRefuses(t *testing.T) {
	s := newSite(t)
	long := strings.Repeat("ñ", shared.MaxTokenName)
	for _, tc := range []struct {
		typed  url.Values
		status int
		says   string
	}{
		{url.Values{"do": {"make"}, "role": {"viewer"}, "days": {"0"}}, 422, `id="days-error" role="alert">Give a whole`},
		{url.Values{"do": {"make"}, "role": {"viewer"}, "days": {"3651"}}, 422, `id="days-error"`},
		{url.Values{"do": {"make"}, "role": {"admin"}, "days": {"soon"}}, 422, `<option value="admin" selected>`},
		{url.Values{"do": {"make"}, "role": {"viewer"}, "name": {long}}, 422, `id="name-error" role="alert">The name is too`},
		{url.Values{"do": {"make"}, "role": {"king"}}, 422, `role="alert"`},
		{url.Values{"do": {"revoke"}, "id": {"x"}}, 400, "could not be read"},
		{url.Values{"do": {"burn"}, "id": {"1"}}, 400, "could not be read"},
		{url.Values{"do": {"revoke", "make"}}, 400, "could not be read"},
		{url.Values{"do": {"revoke"}, "id": {"7"}}, 404, `role="alert"`},
	} {
		r := s.submit(shared.PathTeam, tc.typed)
		if body := read(t, r); r.StatusCode != tc.status || !strings.Contains(body, tc.says) {
			t.Errorf("%v: got %s without %q: %s", tc.typed, r.Status, tc.says, body)
		}
	}
	if made := s.tokens(); len(made) > 0 {
		t.Errorf("made %+v", made)
	}
	if r := s.do(http.MethodPut, shared.PathTeam, ""); r.StatusCode != 405 {
		t.Errorf("PUT: %s", r.Status)
	}
}

// TestTeamIsOfferedToAdmins looks for the way to the page, which is not for others.
func TestTeamIsOfferedToAdmins(t *testing.T) {
	s := newSite(t)
	for _, tc := range []struct {
		who     Visitor
		offered bool
	}{
		{Visitor{Free: true}, true},
		{Visitor{SignedIn: true, Role: shared.RoleAdmin}, true},
		{Visitor{SignedIn: true, Role: shared.RoleAuditor}, false},
		{Visitor{Free: true, SignedIn: true, Role: shared.RoleViewer}, false},
		{Visitor{}, false},
	} {
		s.door.visitor = tc.who
		for _, path := range []string{shared.PathBasic, shared.PathSignIn, "/"} {
			if offered := strings.Contains(read(t, s.get(path)), `href="/team"`); offered != tc.offered {
				t.Errorf("%+v on %s: offered %t", tc.who, path, offered)
			}
		}
	}
}
