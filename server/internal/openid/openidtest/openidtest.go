// Package openidtest is a small OpenID Connect provider for tests, over real HTTP:
// discovery, keys, authorization with PKCE, tokens signed with RS256, and userinfo.
//
//	p := openidtest.New(t)
//	p.Change(func(b *openidtest.Behaviour) { b.Claims["email"] = "ana@example.com" })
//	back := p.Visit(t, address) // as a browser whose person consents
//
// It is as strict as a provider should be: a code is good once, for the client, the
// address and the verifier that it was made for. A [Behaviour] makes it a bad one.
package openidtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// The one client that the provider knows. Its secret has what must be escaped on the way.
const (
	ClientID     = "atalaya"
	ClientSecret = "s3cret/with+signs%"
)

// Behaviour is what the provider says, and how.
type Behaviour struct {
	// Claims go into ID tokens beside, or in the place of, what belongs there. Nil takes a
	// claim out.
	Claims map[string]any
	// UserInfo is what userinfo says; nil has discovery not name it.
	UserInfo map[string]any
	// Description goes into discovery in the same way.
	Description map[string]any
	// ForeignKey has ID tokens signed with a key that is not among those published.
	ForeignKey bool
	// Rotated has another key published and used, and the first be foreign.
	Rotated bool
	// Denies is the error that authorization ends with; empty for none.
	Denies string
	// Instead answers a request in the provider's place, if it returns true.
	Instead func(http.ResponseWriter, *http.Request) bool
}

// Provider is one that people sign in with.
type Provider struct {
	// URL is its issuer.
	URL string

	key, foreign *rsa.PrivateKey

	mu        sync.Mutex
	behaviour Behaviour
	codes     map[string]grant
}

// grant is what a code stands for.
type grant struct{ redirect, challenge, nonce string }

// keys are made once: that takes a while.
var keys = sync.OnceValues(func() (own, foreign *rsa.PrivateKey) { return newKey(), newKey() })

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// New starts a provider where ana@example.com, of the group auditors, signs in.
func New(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{codes: map[string]grant{}, behaviour: Behaviour{Claims: map[string]any{
		"email": "ana@example.com", "email_verified": true, "groups": []string{"auditors"},
	}}}
	p.key, p.foreign = keys()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.describe)
	mux.HandleFunc("GET /keys", p.publish)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, p.now().UserInfo) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if instead := p.now().Instead; instead == nil || !instead(w, r) {
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

// Change changes how the provider behaves from now on.
func (p *Provider) Change(change func(*Behaviour)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.behaviour)
}

// now is a copy of how the provider behaves.
func (p *Provider) now() Behaviour {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.behaviour
	b.Claims = maps.Clone(b.Claims)
	return b
}

// Visit opens the provider's address as a browser does, and returns where that is sent to.
func (p *Provider) Visit(t testing.TB, address string) *url.URL {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil || res.StatusCode != http.StatusFound {
		t.Fatalf("the provider answers %s: %v", res.Status, err)
	}
	return back
}

func (p *Provider) describe(w http.ResponseWriter, _ *http.Request) {
	b := p.now()
	description := map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
		"jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		"scopes_supported": []string{"openid", "email", "groups"},
	}
	if b.UserInfo != nil {
		description["userinfo_endpoint"] = p.URL + "/userinfo"
	}
	write(w, http.StatusOK, changed(description, b.Description))
}

// signers are the key that is published, which kid names, and one that is not.
func (p *Provider) signers(b Behaviour) (own, foreign *rsa.PrivateKey, kid string) {
	if b.Rotated {
		return p.foreign, p.key, "2"
	}
	return p.key, p.foreign, "1"
}

func (p *Provider) publish(w http.ResponseWriter, _ *http.Request) {
	own, _, kid := p.signers(p.now())
	write(w, http.StatusOK, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
		"n": encode(own.N.Bytes()), "e": encode(big.NewInt(int64(own.E)).Bytes()),
	}}})
}

// authorize sends the browser back with a code, for everybody consents.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" ||
		q.Get("state") == "" || q.Get("nonce") == "" {
		http.Error(w, "no such client, or not what it should ask", http.StatusBadRequest)
		return
	}
	answer := url.Values{"state": {q.Get("state")}}
	if denies := p.now().Denies; denies != "" {
		answer.Set("error", denies)
	} else {
		code := rand.Text()
		p.mu.Lock()
		p.codes[code] = grant{q.Get("redirect_uri"), q.Get("code_challenge"), q.Get("nonce")}
		p.mu.Unlock()
		answer.Set("code", code)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+answer.Encode(), http.StatusFound)
}

// token gives an ID token for a code, once.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	if id != url.QueryEscape(ClientID) || secret != url.QueryEscape(ClientSecret) { // as RFC 6749 2.3.1 has it
		write(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	p.mu.Lock()
	g, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !known || g.redirect != r.PostFormValue("redirect_uri") || g.challenge != encode(sum[:]) {
		write(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	write(w, http.StatusOK, map[string]any{
		"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 60, "id_token": p.idToken(g.nonce),
	})
}

// idToken signs what the provider says of whoever signs in.
func (p *Provider) idToken(nonce string) string {
	b, now := p.now(), time.Now()
	claims := changed(map[string]any{
		"iss": p.URL, "aud": ClientID, "sub": "subject of ana", "nonce": nonce,
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}, b.Claims)
	key, foreign, kid := p.signers(b)
	if b.ForeignKey {
		key = foreign
	}
	header, _ := json.Marshal(map[string]any{"alg": "RS256", "kid": kid}) // texts only
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	signed := encode(header) + "." + encode(payload)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return signed + "." + encode(signature)
}

// changed is a map with some members changed; nil takes one out.
func changed(m, changes map[string]any) map[string]any {
	maps.Copy(m, changes)
	maps.DeleteFunc(m, func(_ string, v any) bool { return v == nil })
	return m
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}
