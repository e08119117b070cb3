package openid

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"atalaya/server/internal/netname"
	"atalaya/shared"
)

const (
	// retryFirst and retryMax are how long is waited between tries to discover the provider.
	retryFirst = time.Second
	retryMax   = time.Minute
	// refreshEvery is how often a provider that works is discovered anew.
	refreshEvery = time.Hour
)

// Config is the provider, and what it is trusted with.
type Config struct {
	// Issuer is the provider's address, exactly as it calls itself.
	Issuer string
	// ClientID and ClientSecret are what the provider calls this server, and how it knows
	// it. Without a secret PKCE alone protects the code.
	ClientID, ClientSecret string
	// Name is what people call the provider.
	Name string
	// GroupsClaim is the claim of ID tokens that lists somebody's groups.
	GroupsClaim string
	Roles       Roles
}

// ParseIssuer checks the address of a provider. Over plain http anybody on the way could
// be the provider, so that is for loopback only.
func ParseIssuer(text string) error {
	u, err := url.Parse(text)
	if err != nil || !isSafe(u) || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q is no address of a provider, such as https://id.example.com", text)
	}
	return nil
}

// isSafe reports whether an address may be asked for what must come from the provider.
func isSafe(u *url.URL) bool {
	return u.Host != "" && u.User == nil &&
		(u.Scheme == "https" || u.Scheme == "http" && netname.IsLoopback(u.Hostname()))
}

// Provider signs people in. It relies on [Provider.Run].
type Provider struct {
	Config

	client *http.Client
	log    *slog.Logger
	spent  spent

	discovered atomic.Pointer[discovery]
	trouble    atomic.Pointer[Refusal] // of the last try; nil when it went well
}

// discovery is what the provider says of itself.
type discovery struct {
	provider *oidc.Provider
	endpoint oauth2.Endpoint
	keys     oidc.KeySet
	// keysAddress is where the keys are published.
	keysAddress string
	algorithms  []string
	scopes      []string
	// namesItself says that answers name their issuer (RFC 9207), so that none without is its own.
	namesItself bool
}

// New returns a provider that nobody has asked anything yet.
func New(c Config, log *slog.Logger) *Provider {
	return &Provider{Config: c, client: newClient(), log: log, spent: spent{states: map[string]time.Time{}}}
}

// Run discovers the provider, again and again until it answers, and then every hour, until
// ctx ends. What it said before holds while it does not answer.
func (p *Provider) Run(ctx context.Context) error {
	wait := time.Duration(0)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = p.next(p.discover(ctx), wait)
	}
}

// next notes how a try went, and returns how long to wait for the next.
func (p *Provider) next(trouble *Refusal, waited time.Duration) time.Duration {
	before := p.trouble.Swap(trouble)
	if trouble == nil {
		if before != nil {
			p.log.Info("the sign-in provider answers", "issuer", p.Issuer)
		}
		return refreshEvery
	}
	if before == nil || before.Code != trouble.Code {
		p.log.Warn("the sign-in provider cannot be used; it is asked again", "issuer", p.Issuer, "err", trouble)
	}
	if waited >= refreshEvery {
		waited = 0
	}
	return min(max(retryFirst, 2*waited), retryMax)
}

// Trouble is why nobody can sign in at present; nil when they can.
func (p *Provider) Trouble() *Refusal {
	if p.discovered.Load() != nil {
		return nil
	}
	if trouble := p.trouble.Load(); trouble != nil {
		return trouble
	}
	return refused(shared.CodeProviderDown, "it has not answered yet")
}

// metadata is what is read of the provider's description beside what the library reads.
type metadata struct {
	Keys        string   `json:"jwks_uri"`
	UserInfo    string   `json:"userinfo_endpoint"`
	Algorithms  []string `json:"id_token_signing_alg_values_supported"`
	Scopes      []string `json:"scopes_supported"`
	AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
	NamesItself bool     `json:"authorization_response_iss_parameter_supported"`
}

// discover asks the provider what it is.
func (p *Provider) discover(ctx context.Context) *Refusal {
	ctx = oidc.ClientContext(ctx, p.client)
	provider, err := oidc.NewProvider(ctx, p.Issuer)
	if _, another := errors.AsType[*oidc.IssuerMismatchError](err); another {
		return refusedFor(shared.CodeIDIssuer, err)
	}
	if err != nil {
		return refusedFor(answerCode(err), err)
	}
	var m metadata
	if err := provider.Claims(&m); err != nil {
		return refusedFor(shared.CodeProviderOdd, err)
	}
	endpoint := provider.Endpoint()
	addresses := []string{endpoint.AuthURL, endpoint.TokenURL, m.Keys}
	if m.UserInfo != "" {
		addresses = append(addresses, m.UserInfo)
	}
	for _, address := range addresses {
		if u, err := url.Parse(address); err != nil || !isSafe(u) {
			return refused(shared.CodeProviderOdd, "it names the address %q, which is not https", address)
		}
	}
	endpoint.AuthStyle = m.authStyle(p.ClientSecret)
	p.discovered.Store(&discovery{
		provider: provider, endpoint: endpoint, keys: oidc.NewRemoteKeySet(ctx, m.Keys), keysAddress: m.Keys,
		algorithms: m.algorithms(), scopes: p.scopes(m.Scopes), namesItself: m.NamesItself,
	})
	return nil
}

// authStyle is how the provider wants the client's secret. Trying both, as the library
// would, spends the code. A client without a secret only says its name.
func (m metadata) authStyle(secret string) oauth2.AuthStyle {
	if secret == "" {
		return oauth2.AuthStyleInParams
	}
	if len(m.AuthMethods) == 0 || slices.Contains(m.AuthMethods, "client_secret_basic") {
		return oauth2.AuthStyleInHeader // the standard's default
	}
	return oauth2.AuthStyleInParams
}

// algorithms are those by which ID tokens may be signed: with keys that only the provider
// has.
func (m metadata) algorithms() []string {
	return slices.DeleteFunc(slices.Clone(m.Algorithms), func(name string) bool {
		return strings.HasPrefix(name, "HS") || name == "none"
	})
}

// scopes are what is asked for. Groups have no standard scope, so they are asked for where
// the provider knows one.
func (p *Provider) scopes(known []string) []string {
	scopes := []string{oidc.ScopeOpenID, oidc.ScopeEmail}
	if p.Roles.lookAtGroups() && slices.Contains(known, "groups") {
		scopes = append(scopes, "groups")
	}
	return scopes
}
