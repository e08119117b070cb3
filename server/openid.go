package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"atalaya/server/internal/access"
	"atalaya/server/internal/api"
	"atalaya/server/internal/netname"
	"atalaya/server/internal/openid"
	"atalaya/server/internal/store"
	"atalaya/shared"
)

// completeOpenID checks what concerns the provider by which people sign in.
func (c *Config) completeOpenID(roles string) error {
	p := &c.OpenID
	if p.Issuer == "" {
		if p.ClientID != "" || p.ClientSecret != "" || roles != "" || p.Name != "" {
			return errors.New("--oidc-client-id, --oidc-client-secret, --oidc-roles and --oidc-name belong to " +
				"--oidc-issuer: give that too, or none of them")
		}
		return nil
	}
	if err := openid.ParseIssuer(p.Issuer); err != nil {
		return fmt.Errorf("--oidc-issuer: %w", err)
	}
	if p.ClientID == "" {
		return errors.New("--oidc-issuer needs --oidc-client-id, which the provider gave this server")
	}
	if err := c.checkCallbacks(); err != nil {
		return err
	}
	for text := range elements(roles) {
		var err error
		if p.Roles, err = p.Roles.ParseRule(text); err != nil {
			return fmt.Errorf("--oidc-roles: %w", err)
		}
	}
	if len(p.Roles) == 0 {
		return errors.New("--oidc-issuer needs --oidc-roles, such as @example.com=viewer, or nobody could sign in")
	}
	issuer, _ := url.Parse(p.Issuer) // ParseIssuer has
	p.Name = cmp.Or(p.Name, issuer.Host)
	return nil
}

// checkCallbacks checks that the provider can send people back here, and over TLS: whoever
// reads the code on the way comes in with it.
func (c *Config) checkCallbacks() error {
	for _, origin := range c.PublicURLs {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "https" && !netname.IsLoopback(u.Hostname()) {
			return fmt.Errorf("--oidc-issuer needs https in --public-url, which has %q", origin)
		}
	}
	if len(c.PublicURLs) == 0 {
		return errors.New("--oidc-issuer needs --public-url, to which the provider sends people back")
	}
	return nil
}

// Provider is what people call the provider by which they sign in, empty without one, and
// why they cannot at present.
func (d doorkeeper) Provider() (name string, trouble error) {
	if d.provider == nil {
		return "", nil
	}
	if refusal := d.provider.Trouble(); refusal != nil {
		trouble = ofProvider(refusal)
	}
	return d.provider.Name, trouble
}

// errNoProvider is for whoever asks for the way to a provider where there is none.
var errNoProvider = &api.Error{Code: shared.CodeNotFound, Detail: "This server has no provider to sign in with."}

// Begin sends the browser to the provider.
func (d doorkeeper) Begin(w http.ResponseWriter, r *http.Request, to string) (address string, err error) {
	if d.provider == nil {
		return "", errNoProvider
	}
	address, err = d.provider.Begin(w, d.gate.Outside.Origin(r), to)
	return address, ofProvider(err)
}

// byProvider signs in whoever comes back from the provider, and says who that is. Attempts that
// fail are counted for their address, unless the provider is to blame.
func (d doorkeeper) byProvider(w http.ResponseWriter, r *http.Request) (in access.Caller, to string, err error) {
	if d.provider == nil {
		return in, "", errNoProvider
	}
	if err := d.attempts.Check(w.Header(), r, ""); err != nil {
		return in, "", tooManyAttempts(err)
	}
	person, to, err := d.provider.Finish(w, r, d.gate.Outside.Origin(r))
	if err == nil {
		in, err = d.receive(w, r, person)
	}
	if refusal, ok := errors.AsType[*openid.Refusal](err); ok {
		err = d.turnAway(w, r, refusal)
	}
	return in, to, ofProvider(err)
}

// turnAway counts an attempt that was refused. Who has no role any more, according to the provider,
// has none in the sessions from before either.
func (d doorkeeper) turnAway(w http.ResponseWriter, r *http.Request, refusal *openid.Refusal) error {
	if !refusal.IsProviders() {
		d.attempts.Wrong(w.Header(), r, "")
	}
	if refusal.Subject != "" {
		if err := d.rows.DismissPerson(r.Context(), d.provider.Issuer, refusal.Subject); err != nil {
			return err
		}
	}
	return refusal
}

// receive gives the browser a session of the token that stands for a person.
func (d doorkeeper) receive(w http.ResponseWriter, r *http.Request, p openid.Person) (access.Caller, error) {
	_, prefix, hash := access.NewToken() // its secret is for nobody
	t, err := d.rows.ReceivePerson(r.Context(),
		store.Person{Issuer: p.Issuer, Subject: p.Subject, Name: p.Email, Role: p.Role},
		store.Secret{Prefix: prefix, Hash: hash})
	if isMissing(err) {
		err = &openid.Refusal{Code: shared.CodePersonRevoked, Who: p.Email, Err: err}
	}
	if err != nil {
		return access.Caller{}, err
	}
	return d.gate.SignIn(w, r, t)
}

// ofProvider says in the words of package api why somebody may not come in.
func ofProvider(err error) error {
	refusal, ok := errors.AsType[*openid.Refusal](err)
	if !ok {
		return err
	}
	return &api.Error{Code: refusal.Code, Detail: "The provider's sign-in failed; the log says why.", Err: refusal}
}

// Finish signs in by the provider, and notes who came in, or why somebody did not.
func (n notedDoor) Finish(w http.ResponseWriter, r *http.Request) (who, to string, err error) {
	in, to, err := n.byProvider(w, r)
	if err == nil {
		n.trail.noteAs(r.Context(), in, shared.DeedSignedIn, 0, n.provider.Name)
		return in.Name, to, nil
	}
	if !isNoted(err) {
		return "", to, err
	}
	about := "failed"
	if problem, ok := errors.AsType[*api.Error](err); ok {
		about = string(problem.Code)
	}
	if refusal, ok := errors.AsType[*openid.Refusal](err); ok {
		about = strings.TrimSpace(about + " " + refusal.Who)
	}
	n.trail.note(r.Context(), shared.DeedTriedSignIn, 0, about)
	n.trail.log.Warn("somebody could not sign in by the provider", "err", err)
	return "", to, err
}
