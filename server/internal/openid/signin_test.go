package openid

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/openid/openidtest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// origin is the server as browsers see it.
const origin = "https://audits.example"

// rig is a provider, and a server that people sign in to with it.
type rig struct {
	t        *testing.T
	provider *openidtest.Provider
	ours     *Provider
	log      *testkit.LogBuffer
}

func newRig(t *testing.T, rules ...string) *rig {
	t.Helper()
	r := &rig{t: t, provider: openidtest.New(t), log: new(testkit.LogBuffer)}
	r.ours = New(Config{
		Issuer: r.provider.URL, ClientID: openidtest.ClientID, ClientSecret: openidtest.ClientSecret,
		GroupsClaim: "groups", Roles: rolesOf(t, rules...),
	}, slog.New(slog.NewTextHandler(r.log, nil)))
	if trouble := r.ours.discover(t.Context()); trouble != nil {
		t.Fatal(trouble)
	}
	return r
}

// begin returns where the provider sends the browser back to, and what that has kept.
func (r *rig) begin() (back *url.URL, kept *http.Cookie) {
	r.t.Helper()
	w := httptest.NewRecorder()
	address, err := r.ours.Begin(w, origin, "/audits/7")
	if err != nil {
		r.t.Fatal(err)
	}
	return r.provider.Visit(r.t, address), w.Result().Cookies()[0]
}

// finish comes back with what the browser has kept, if it has.
func (r *rig) finish(back *url.URL, kept *http.Cookie) (Person, string, error) {
	r.t.Helper()
	request := httptest.NewRequestWithContext(r.t.Context(), http.MethodGet, back.String(), nil)
	if kept != nil {
		request.AddCookie(kept)
	}
	w := httptest.NewRecorder()
	who, to, err := r.ours.Finish(w, request, origin)
	if gone := w.Result().Cookies(); len(gone) != 1 || gone[0].MaxAge >= 0 || gone[0].Name != "__Host-atalaya-signin" {
		r.t.Errorf("the browser keeps the attempt: %v", gone)
	}
	return who, to, err
}

func (r *rig) signIn() (Person, error) {
	r.t.Helper()
	who, _, err := r.finish(r.begin())
	return who, err
}

// tokens answers with an ID token that nobody has signed.
func tokens(id string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"s3cret","token_type":"Bearer","id_token":%q}`, id)
	}
}

// codeOf is that of a refusal; empty for none.
func codeOf(err error) shared.Code {
	refusal, _ := errors.AsType[*Refusal](err)
	if refusal == nil {
		return ""
	}
	return refusal.Code
}

func TestSignIn(t *testing.T) {
	r := newRig(t, "@example.com=viewer")
	back, kept := r.begin()
	if kept.Name != "__Host-atalaya-signin" || !kept.Secure || !kept.HttpOnly || kept.SameSite != http.SameSiteLaxMode ||
		kept.Path != "/" || kept.MaxAge != 600 {
		t.Errorf("the cookie is %v", kept)
	}
	if back.Scheme+"://"+back.Host+back.Path != origin+shared.PathSignInBack {
		t.Errorf("sent back to %s", back)
	}
	who, to, err := r.finish(back, kept)
	want := Person{r.provider.URL, "subject of ana", "ana@example.com", shared.RoleViewer}
	if who != want || to != "/audits/7" || err != nil {
		t.Errorf("got %+v to %s, %v", who, to, err)
	}
	if _, _, err := r.finish(back, kept); codeOf(err) != shared.CodeSignInReplayed {
		t.Errorf("the same once more: %v", err)
	}
	another := New(r.ours.Config, slog.New(slog.DiscardHandler)) // a server beside it, or after a restart
	another.discovered.Store(r.ours.discovered.Load())
	r.ours = another
	if _, _, err := r.finish(back, kept); codeOf(err) != shared.CodeSignInCode {
		t.Errorf("the same once more at another server: %v", err)
	}
}

// TestRefusals has everything go wrong that can, one thing at a time.
func TestRefusals(t *testing.T) {
	claim := func(name string, value any) func(*openidtest.Behaviour) {
		return func(b *openidtest.Behaviour) { b.Claims[name] = value }
	}
	alone := func(takes, name string, value any) func(*openidtest.Behaviour) {
		return func(b *openidtest.Behaviour) { b.Claims[takes], b.Claims[name] = nil, value }
	}
	at := func(path string, answer http.HandlerFunc) func(*openidtest.Behaviour) {
		return func(b *openidtest.Behaviour) {
			b.Instead = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == path {
					answer(w, r)
				}
				return r.URL.Path == path
			}
		}
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "s3cret", code) }
	}
	slow := func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm() // until the body is read nobody hears that the client has left
		<-r.Context().Done()
	}
	huge := func(w http.ResponseWriter, _ *http.Request) {
		for range answerMax/10 + 1 {
			_, _ = w.Write([]byte("s3cret    "))
		}
	}
	text := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("s3cret")) }
	cut := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	away := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
	}
	now := time.Now()
	for name, tc := range map[string]struct {
		change func(*openidtest.Behaviour)
		want   shared.Code
	}{
		"all is well":       {func(*openidtest.Behaviour) {}, ""},
		"said no":           {func(b *openidtest.Behaviour) { b.Denies = "access_denied" }, shared.CodeSignInDenied},
		"another key":       {func(b *openidtest.Behaviour) { b.ForeignKey = true }, shared.CodeIDSignature},
		"another issuer":    {claim("iss", "https://evil.example"), shared.CodeIDIssuer},
		"another audience":  {claim("aud", "another"), shared.CodeIDAudience},
		"several audiences": {claim("aud", []string{"another", openidtest.ClientID}), shared.CodeIDAudience},
		"ours of several": {func(b *openidtest.Behaviour) {
			b.Claims["aud"], b.Claims["azp"] = []string{"another", openidtest.ClientID}, openidtest.ClientID
		}, ""},
		"an address beside it":     {claim("Email", "root@example.com"), ""},
		"an address in its place":  {alone("email", "Email", "root@example.com"), shared.CodeEmailUnverified},
		"verified in its place":    {alone("email_verified", "Email_Verified", true), shared.CodeEmailUnverified},
		"a subject in its place":   {alone("sub", "Sub", "root"), shared.CodeProviderOdd},
		"a subject beside it":      {claim("\u017fub", "root"), shared.CodeProviderOdd}, // a long s
		"others' audiences":        {claim("aud", []string{"another", "third"}), shared.CodeIDAudience},
		"another party":            {claim("azp", "another"), shared.CodeIDAudience},
		"another nonce":            {claim("nonce", "another"), shared.CodeIDNonce},
		"no nonce":                 {claim("nonce", nil), shared.CodeIDNonce},
		"expired":                  {claim("exp", now.Add(-2*time.Minute).Unix()), shared.CodeIDTime},
		"expired a moment ago":     {claim("exp", now.Add(-30*time.Second).Unix()), ""},
		"no end":                   {claim("exp", nil), shared.CodeIDTime},
		"from the future":          {claim("iat", now.Add(2*time.Minute).Unix()), shared.CodeIDTime},
		"a clock a bit ahead":      {claim("iat", now.Add(30*time.Second).Unix()), ""},
		"not yet":                  {claim("nbf", now.Add(10*time.Minute).Unix()), shared.CodeIDTime},
		"no subject":               {claim("sub", nil), shared.CodeProviderOdd},
		"a huge subject":           {claim("sub", strings.Repeat("a", 256)), shared.CodeProviderOdd},
		"claims of wrong types":    {claim("email", 7), shared.CodeProviderOdd},
		"unverified":               {claim("email_verified", false), shared.CodeEmailUnverified},
		"verified in a text":       {claim("email_verified", "true"), ""},
		"nothing of verified":      {claim("email_verified", nil), shared.CodeEmailUnverified},
		"no address":               {claim("email", nil), shared.CodeEmailUnverified},
		"an odd address":           {claim("email", "ana\n@example.com"), shared.CodeEmailUnverified},
		"a huge address":           {claim("email", strings.Repeat("a", 254)+"@example.com"), shared.CodeEmailUnverified},
		"nobody's address":         {claim("email", "ana@other.example"), shared.CodeNoRole},
		"down":                     {at("/token", status(503)), shared.CodeProviderDown},
		"cut":                      {at("/token", cut), shared.CodeProviderDown},
		"slow":                     {at("/token", slow), shared.CodeProviderSlow},
		"huge":                     {at("/token", huge), shared.CodeProviderOdd},
		"odd":                      {at("/token", text), shared.CodeProviderOdd},
		"leads elsewhere":          {at("/token", away), shared.CodeProviderOdd},
		"does not know us":         {at("/token", status(401)), shared.CodeProviderOdd},
		"no ID token":              {at("/token", tokens("")), shared.CodeProviderOdd},
		"an ID token that is none": {at("/token", tokens("s3cret")), shared.CodeIDSignature},
		"keys down":                {at("/keys", status(503)), shared.CodeProviderDown},
		"keys slow":                {at("/keys", slow), shared.CodeProviderSlow},
		"no such keys":             {at("/keys", status(404)), shared.CodeProviderOdd},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "@example.com=viewer")
			if tc.want == shared.CodeProviderSlow {
				r.ours.client.Timeout = 200 * time.Millisecond
			}
			r.provider.Change(tc.change)
			who, err := r.signIn()
			if codeOf(err) != tc.want || (err == nil) != (tc.want == "") {
				t.Fatalf("got %+v, %v, want %q", who, err, tc.want)
			}
			if err == nil && who.Email != "ana@example.com" {
				t.Errorf("came in as %+v", who)
			}
			if err != nil && (who != Person{} || strings.Contains(err.Error(), "s3cret") || len(err.Error()) > 2*causeMax) {
				t.Errorf("%+v is refused with %v", who, err)
			}
		})
	}
}

// TestUnsignedTokens tries tokens that somebody could write who has no key.
func TestUnsignedTokens(t *testing.T) {
	payload := `{"iss":"%s","aud":"atalaya","sub":"x","exp":4102444800,"email":"root@example.com","email_verified":true}`
	for _, algorithm := range []string{"none", "HS256"} {
		r := newRig(t, "@example.com=admin")
		header := fmt.Sprintf(`{"alg":%q,"kid":"1"}`, algorithm)
		raw := encode(header) + "." + encode(fmt.Sprintf(payload, r.provider.URL)) + "."
		if algorithm == "HS256" {
			raw += encode("signature")
		}
		r.provider.Change(func(b *openidtest.Behaviour) {
			b.Instead = func(w http.ResponseWriter, q *http.Request) bool {
				if q.URL.Path == "/token" {
					tokens(raw)(w, q)
				}
				return q.URL.Path == "/token"
			}
		})
		if _, err := r.signIn(); codeOf(err) != shared.CodeIDSignature {
			t.Errorf("%s: %v", algorithm, err)
		}
	}
}

// TestAnswersThatNobodyAskedFor comes back without what was begun.
func TestAnswersThatNobodyAskedFor(t *testing.T) {
	r := newRig(t, "@example.com=viewer")
	_, others := r.begin()
	for name, change := range map[string]func(query url.Values, kept *http.Cookie) *http.Cookie{
		"no cookie":        func(url.Values, *http.Cookie) *http.Cookie { return nil },
		"another's cookie": func(url.Values, *http.Cookie) *http.Cookie { return others },
		"an empty cookie":  func(_ url.Values, kept *http.Cookie) *http.Cookie { kept.Value = ""; return kept },
		"an odd cookie":    func(_ url.Values, kept *http.Cookie) *http.Cookie { kept.Value = "a.b.c"; return kept },
		"no state":         func(q url.Values, kept *http.Cookie) *http.Cookie { q.Del("state"); return kept },
		"another state":    func(q url.Values, kept *http.Cookie) *http.Cookie { q.Set("state", "x"); return kept },
		"two states":       func(q url.Values, kept *http.Cookie) *http.Cookie { q.Add("state", "x"); return kept },
		"two codes":        func(q url.Values, kept *http.Cookie) *http.Cookie { q.Add("code", "x"); return kept },
		"an error alone": func(q url.Values, kept *http.Cookie) *http.Cookie {
			clear(q)
			q.Set("error", "access_denied")
			return kept
		},
		"begun long ago": func(_ url.Values, kept *http.Cookie) *http.Cookie {
			parts := strings.Split(kept.Value, ".")
			parts[1] = fmt.Sprint(time.Now().Add(-attemptLife - time.Second).Unix())
			kept.Value = strings.Join(parts, ".")
			return kept
		},
	} {
		back, kept := r.begin()
		query := back.Query()
		kept = change(query, kept)
		back.RawQuery = query.Encode()
		if _, _, err := r.finish(back, kept); codeOf(err) != shared.CodeSignInState {
			t.Errorf("%s: %v", name, err)
		}
	}
	back, kept := r.begin()
	back.RawQuery += "&iss=https://evil.example"
	if _, _, err := r.finish(back, kept); codeOf(err) != shared.CodeIDIssuer {
		t.Errorf("from another provider: %v", err)
	}
	back, kept = r.begin()
	code := back.Query().Get("code")
	victim, cookie := r.begin()
	query := victim.Query()
	query.Set("code", code) // somebody else's, in one's own attempt
	victim.RawQuery = query.Encode()
	if _, _, err := r.finish(victim, cookie); codeOf(err) != shared.CodeSignInCode {
		t.Errorf("with somebody else's code: %v, %v", err, kept.Name)
	}
}

// TestAnswersThatMustNameTheirIssuer has a provider that says it names itself in every answer.
func TestAnswersThatMustNameTheirIssuer(t *testing.T) {
	r := newRig(t, "@example.com=viewer")
	r.provider.Change(func(b *openidtest.Behaviour) {
		b.Description = map[string]any{"authorization_response_iss_parameter_supported": true}
	})
	if trouble := r.ours.discover(t.Context()); trouble != nil {
		t.Fatal(trouble)
	}
	for name, want := range map[string]shared.Code{
		"": shared.CodeIDIssuer, "&iss=" + url.QueryEscape("https://evil.example"): shared.CodeIDIssuer,
		"&iss=" + url.QueryEscape(r.provider.URL): "",
	} {
		back, kept := r.begin()
		back.RawQuery += name
		if who, _, err := r.finish(back, kept); codeOf(err) != want {
			t.Errorf("with %q: %+v, %v", name, who, err)
		}
	}
}

// TestNewKeys has the provider sign with a key that it has published only now, and no more with
// the one before.
func TestNewKeys(t *testing.T) {
	r := newRig(t, "@example.com=viewer")
	if _, err := r.signIn(); err != nil {
		t.Fatal(err)
	}
	r.provider.Change(func(b *openidtest.Behaviour) { b.Rotated = true })
	if _, err := r.signIn(); err != nil {
		t.Errorf("with the new key: %v", err)
	}
	r.provider.Change(func(b *openidtest.Behaviour) { b.ForeignKey = true }) // the one before, by now
	if _, err := r.signIn(); codeOf(err) != shared.CodeIDSignature {
		t.Errorf("with the key before: %v", err)
	}
}

// TestWhereGroupsAndAddressesStand reads them from userinfo too, and in either form.
func TestWhereGroupsAndAddressesStand(t *testing.T) {
	for name, tc := range map[string]struct {
		claims, info map[string]any
		role         shared.Role
		code         shared.Code
	}{
		"in the token": {map[string]any{"groups": []string{"x", "ops"}}, nil, shared.RoleAdmin, ""},
		"one":          {map[string]any{"groups": "ops"}, nil, shared.RoleAdmin, ""},
		"none":         {map[string]any{"groups": nil}, nil, "", shared.CodeNoRole},
		"odd":          {map[string]any{"groups": 7}, nil, "", shared.CodeProviderOdd},
		"groups elsewhere": {map[string]any{"groups": nil},
			map[string]any{"sub": "subject of ana", "groups": []string{"ops"}}, shared.RoleAdmin, ""},
		"the token wins": {map[string]any{"groups": []string{"x"}},
			map[string]any{"sub": "subject of ana", "groups": []string{"ops"}}, "", shared.CodeNoRole},
		"somebody else's": {map[string]any{"groups": nil},
			map[string]any{"sub": "another", "groups": []string{"ops"}}, "", shared.CodeProviderOdd},
		"all elsewhere": {map[string]any{"groups": nil, "email": nil, "email_verified": nil},
			map[string]any{"sub": "subject of ana", "groups": []string{"ops"}, "email": "a@b.example", "email_verified": true},
			shared.RoleAdmin, ""},
		"odd names elsewhere": {map[string]any{"groups": nil},
			map[string]any{"Sub": "subject of ana", "groups": []string{"ops"}}, "", shared.CodeProviderOdd},
		"groups of an odd name": {map[string]any{"groups": []string{"x"}, "Groups": []string{"ops"}}, nil,
			"", shared.CodeNoRole},
		"unverified elsewhere": {map[string]any{"groups": nil, "email": nil},
			map[string]any{"sub": "subject of ana", "groups": []string{"ops"}, "email": "a@b.example"},
			"", shared.CodeEmailUnverified},
	} {
		r := newRig(t, "group:ops=admin")
		r.provider.Change(func(b *openidtest.Behaviour) {
			for claim, value := range tc.claims {
				b.Claims[claim] = value
			}
			b.UserInfo = tc.info
		})
		if trouble := r.ours.discover(t.Context()); trouble != nil {
			t.Fatal(trouble)
		}
		if who, err := r.signIn(); who.Role != tc.role || codeOf(err) != tc.code {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
}

// TestDiscovery has the provider describe itself wrongly, or not at all.
func TestDiscovery(t *testing.T) {
	for name, tc := range map[string]struct {
		description map[string]any
		want        shared.Code
	}{
		"another issuer":      {map[string]any{"issuer": "https://evil.example"}, shared.CodeIDIssuer},
		"no token endpoint":   {map[string]any{"token_endpoint": nil}, shared.CodeProviderOdd},
		"tokens in the clear": {map[string]any{"token_endpoint": "http://id.example/token"}, shared.CodeProviderOdd},
		"people elsewhere":    {map[string]any{"authorization_endpoint": "javascript:alert(1)"}, shared.CodeProviderOdd},
		"keys in the clear":   {map[string]any{"jwks_uri": "http://id.example/keys"}, shared.CodeProviderOdd},
		"of wrong types":      {map[string]any{"scopes_supported": 7}, shared.CodeProviderOdd},
	} {
		r := newRig(t)
		r.ours.discovered.Store(nil)
		r.provider.Change(func(b *openidtest.Behaviour) { b.Description = tc.description })
		if trouble := r.ours.discover(t.Context()); trouble == nil || trouble.Code != tc.want {
			t.Errorf("%s: %v", name, trouble)
		}
		w := httptest.NewRecorder()
		if _, err := r.ours.Begin(w, origin, "/"); codeOf(err) != shared.CodeProviderDown || len(w.Result().Cookies()) != 0 {
			t.Errorf("%s: begun with %v", name, err)
		}
	}
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
