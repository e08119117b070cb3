package openid

import (
	"context"
	"crypto/subtle"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"atalaya/shared"
)

// finishTime bounds all questions of one sign-in together.
const finishTime = 20 * time.Second

// Begin has the browser keep an attempt to sign in, and returns the provider's address to
// send it to. origin is this server as the browser sees it; to is where to go on afterwards.
// It fails with a *[Refusal].
func (p *Provider) Begin(w http.ResponseWriter, origin, to string) (address string, err error) {
	d := p.discovered.Load()
	if d == nil {
		return "", p.Trouble()
	}
	a := newAttempt(to)
	http.SetCookie(w, a.cookie(isSecure(origin)))
	address = p.oauth(d, origin).
		AuthCodeURL(a.state(), oidc.Nonce(a.nonce()), oauth2.S256ChallengeOption(a.verifier()))
	return address, nil
}

// Person is somebody whom the provider vouches for, and who has a role here.
type Person struct {
	// Issuer and Subject are who somebody is for good; addresses change.
	Issuer, Subject string
	Email           string
	Role            shared.Role
}

// Finish takes what the provider sent the browser back with, and finds out who it is, and
// where that one wanted to go on. It fails with a *[Refusal].
func (p *Provider) Finish(w http.ResponseWriter, r *http.Request, origin string) (who Person, to string, err error) {
	a, kept := attemptOf(r, isSecure(origin))
	http.SetCookie(w, noCookie(isSecure(origin)))
	query := r.URL.Query()
	if refusal := p.checkState(query, a, kept); refusal != nil {
		return Person{}, a.to, refusal
	}
	d := p.discovered.Load()
	if d == nil {
		return Person{}, a.to, p.Trouble()
	}
	if refusal := p.checkAnswer(query, d); refusal != nil {
		return Person{}, a.to, refusal
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(r.Context(), p.client), finishTime)
	defer cancel()
	tokens, err := p.oauth(d, origin).Exchange(ctx, query.Get("code"), oauth2.VerifierOption(a.verifier()))
	if err != nil {
		return Person{}, a.to, exchangeRefusal(err)
	}
	who, refusal := p.identify(ctx, d, tokens, a.nonce())
	if refusal != nil {
		return Person{}, a.to, refusal
	}
	return who, a.to, nil
}

// checkState holds what came back against the attempt that the browser has kept. Until the
// state is right, nothing else is believed.
func (p *Provider) checkState(query url.Values, a attempt, kept bool) *Refusal {
	state := query.Get("state")
	switch {
	case slices.ContainsFunc(slices.Collect(maps.Values(query)), func(v []string) bool { return len(v) > 1 }):
		return refused(shared.CodeSignInState, "the answer says something twice") // RFC 6749, section 3.1
	case !kept, subtle.ConstantTimeCompare([]byte(state), []byte(a.state())) != 1:
		return refused(shared.CodeSignInState, "the browser has begun no such attempt")
	case a.isOver():
		return refused(shared.CodeSignInState, "the attempt took too long")
	case !p.spent.spend(state):
		return refused(shared.CodeSignInReplayed, "the state came back before")
	}
	return nil
}

// checkAnswer checks who has answered (RFC 9207), and that it is a code.
func (p *Provider) checkAnswer(query url.Values, d *discovery) *Refusal {
	switch {
	case (query.Has("iss") || d.namesItself) && query.Get("iss") != p.Issuer:
		return refused(shared.CodeIDIssuer, "the answer is from %q", query.Get("iss"))
	case query.Has("error"):
		return refused(shared.CodeSignInDenied, "the provider says %q", query.Get("error"))
	}
	return nil
}

// oauth is this server as the provider knows it.
func (p *Provider) oauth(d *discovery, origin string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: d.endpoint, Scopes: d.scopes,
		RedirectURL: origin + shared.PathSignInBack,
	}
}

// exchangeRefusal says why there were no tokens for a code. What the provider wrote stays
// out: it may repeat what it was sent.
func exchangeRefusal(err error) *Refusal {
	said, ok := errors.AsType[*oauth2.RetrieveError](err)
	switch {
	case !ok:
		return refusedFor(answerCode(err), err)
	case said.ErrorCode == "invalid_grant":
		return refused(shared.CodeSignInCode, "the provider does not take the code (any more)")
	}
	return refused(shared.CodeProviderOdd, "asked for tokens, the provider answers %d %q",
		said.Response.StatusCode, said.ErrorCode)
}

func isSecure(origin string) bool { return strings.HasPrefix(origin, "https:") }
