package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"atalaya/server/internal/access"
	"atalaya/server/internal/api"
	"atalaya/server/internal/openid"
	"atalaya/server/internal/pages"
	"atalaya/server/internal/store"
	"atalaya/server/internal/stream"
	"atalaya/shared"
)

// rights says what each route asks of its caller. A route without a line is for admins; a
// test finds it.
var rights = map[string]access.Right{
	"/":         access.Manage,
	"GET /api/": access.Manage,
	"GET /sse/": access.Manage,

	// What the app and the plain pages are made of, without anybody's data.
	"GET /web/":                 access.Open,
	"GET /app.css":              access.Open,
	"GET /app.js":               access.Open,
	"GET /app-worker.js":        access.Open,
	"GET /wasm_exec.js":         access.Open,
	"GET /shell":                access.Open,
	"GET /manifest.webmanifest": access.Open,
	"GET /api":                  access.Open,
	"GET /robots.txt":           access.Open,
	"GET /favicon.ico":          access.Open,

	"GET /signin":   access.Open,
	"POST /signin":  access.Open,
	"POST /signout": access.Open,

	"GET /signin/provider": access.Open,
	"GET /signin/back":     access.Open, // what it is good for, its cookie and the provider say

	"GET /team":       access.Manage,
	"POST /team":      access.Manage,
	"GET /team/trail": access.Manage,

	"GET /team/webhooks":       access.Manage,
	"POST /team/webhooks":      access.Manage,
	"GET /team/webhooks/{id}":  access.Manage,
	"POST /team/webhooks/{id}": access.Manage,

	"GET /team/shares":  access.Manage,
	"POST /team/shares": access.Manage,

	"GET /share/{link}": access.Open, // what it is good for, its signature says

	"GET /":       access.Read, // every page
	"POST /basic": access.Start,

	"POST /audits/{id}/basic": access.Start, // to stop one's own; see door

	"POST /sites/{site}":       access.Start, // to audit it again; schedules are for admins, see door
	"POST /basic/sites/{site}": access.Start,

	"GET /audits/{id}":               access.ReadAudit,
	"GET /audits/{id}/report":        access.ReadAudit,
	"GET /audits/{id}/basic":         access.ReadAudit,
	"GET /audits/{id}/basic/{check}": access.ReadAudit,
	"GET /audits/{id}/basic/report":  access.ReadAudit,
	"GET /audits/{id}/basic/shares":  access.Start,
	"POST /audits/{id}/basic/shares": access.Start,

	"GET /healthz": access.Open,
	"GET /readyz":  access.Open,
	"GET /metrics": access.Read,

	"GET /sse/audits":               access.Read, // with ids a link to each will do
	"GET /sse/audits/{id}/progress": access.ReadAudit,

	"GET /api/v1/audits":                 access.Read,
	"POST /api/v1/audits":                access.Start,
	"GET /api/v1/audits/{id}":            access.ReadAudit,
	"DELETE /api/v1/audits/{id}":         access.Start, // of one's own; see door
	"GET /api/v1/audits/{id}/progress":   access.ReadAudit,
	"PATCH /api/v1/audits/{id}/progress": access.Work,
	"POST /api/v1/audits/{id}/cancel":    access.Start, // of one's own; see door
	"POST /api/v1/audits/{id}/retry":     access.Start,
	"GET /api/v1/audits/{id}/pages":      access.ReadAudit,
	"GET /api/v1/audits/{id}/findings":   access.ReadAudit,
	"GET /api/v1/audits/{id}/links":      access.ReadAudit,
	"GET /api/v1/audits/{id}/unvisited":  access.ReadAudit,
	"GET /api/v1/audits/{id}/report":     access.ReadAudit,
	"GET /api/v1/audits/{id}/shares":     access.Start,
	"POST /api/v1/audits/{id}/shares":    access.Start,

	"DELETE /api/v1/audits/{id}/shares/{share}": access.Start,

	"GET /api/v1/compare":                                        access.Read,
	"GET /api/v1/sites":                                          access.Read,
	"GET /api/v1/sites/{site}":                                   access.Read,
	"GET /api/v1/sites/{site}/schedule":                          access.Read,
	"PUT /api/v1/sites/{site}/schedule":                          access.Manage,
	"DELETE /api/v1/sites/{site}/schedule":                       access.Manage,
	"GET /api/v1/webhooks":                                       access.Manage,
	"POST /api/v1/webhooks":                                      access.Manage,
	"GET /api/v1/webhooks/{id}":                                  access.Manage,
	"PATCH /api/v1/webhooks/{id}":                                access.Manage,
	"DELETE /api/v1/webhooks/{id}":                               access.Manage,
	"POST /api/v1/webhooks/{id}/secret":                          access.Manage,
	"POST /api/v1/webhooks/{id}/test":                            access.Manage,
	"GET /api/v1/webhooks/{id}/deliveries":                       access.Manage,
	"POST /api/v1/webhooks/{id}/deliveries/{delivery}/redeliver": access.Manage,
	"GET /api/v1/push":                                           access.Read,
	"POST /api/v1/push/subscriptions":                            access.Read, // of one's own browser
	"GET /api/v1/push/subscriptions/{id}":                        access.Read, // of one's own; see notedPush
	"DELETE /api/v1/push/subscriptions/{id}":                     access.Read, // likewise
	"GET /api/v1/tokens":                                         access.Manage,
	"POST /api/v1/tokens":                                        access.Manage,
	"DELETE /api/v1/tokens/{id}":                                 access.Manage,
	"GET /api/v1/trail":                                          access.Manage,
	"GET /api/v1/stats":                                          access.Read,
	"POST /api/v1/client-story":                                  access.Read,
	"GET /api/v1/report.schema.json":                             access.Open,
	"GET /api/v1/openapi.json":                                   access.Open,
}

// openTo says when nobody has to sign in to a server that listens at addr.
func (c Config) openTo(addr net.Addr) access.OpenTo {
	switch {
	case c.InsecureNoAuth:
		return access.Everybody
	case c.isPrivate() || c.Addr == fromSystemd && onLoopback(addr.String()) && len(c.PublicURLs) == 0:
		return access.UntilTokens
	}
	return access.Nobody
}

// invitationLife is how long the first admin may take to come.
const invitationLife = time.Hour

// invite lets the first admin in where none could sign in yet: it returns what to tell
// the operator. Without an address to send anybody to it refuses instead.
func (c Config) invite(ctx context.Context, rows *store.Store, addr net.Addr) (says string, err error) {
	if c.openTo(addr) != access.Nobody || c.OpenID.Roles.Give(shared.RoleAdmin) {
		return "", nil
	}
	if _, usable, err := rows.HasTokens(ctx); err != nil || usable {
		return "", err
	}
	if len(c.PublicURLs) == 0 {
		return "", usageError{fmt.Errorf("--addr %s can be reached by others, and nobody can sign in: make a token with "+
			"atalaya token create --role admin, or give --public-url the address that people know; "+
			"--insecure-no-auth lets everybody in", c.Addr)}
	}
	expires := shared.At(time.Now().Add(invitationLife))
	secret, prefix, hash := access.NewToken()
	_, err = rows.CreateToken(ctx, shared.NewToken{Role: shared.RoleAdmin, ExpiresAt: &expires},
		store.Secret{Prefix: prefix, Hash: hash, Once: true})
	return fmt.Sprintf("Nobody can sign in yet. Become the first admin at %s%s within an hour, with this token, "+
		"which is good once:\n%s\n", c.PublicURLs[0], shared.PathSignIn, secret), err
}

// keys is the store in the words of package access.
type keys struct {
	*store.Store

	// issuer is the provider by which people sign in; empty for none.
	issuer string
}

func (k keys) TokenByPrefix(ctx context.Context, prefix string) (access.Credential, error) {
	t, err := k.Store.TokenByPrefix(ctx, prefix)
	c := access.Credential{Token: t.Token, Hash: t.Hash, Once: t.Once}
	if t.ExpiresAt != nil {
		c.Until = t.ExpiresAt.Time
	}
	return c, err
}

// Session returns a session. Those of people end with the provider by which they signed in.
func (k keys) Session(ctx context.Context, id string) (access.Credential, error) {
	s, err := k.Store.Session(ctx, id)
	if issuer := s.Token.Issuer; err == nil && issuer != "" && issuer != k.issuer {
		err = store.ErrNotFound
	}
	c := access.Credential{
		Token: s.Token.Token, Hash: s.Hash, Previous: s.Previous, RotatedAt: s.RotatedAt, Until: s.ExpiresAt,
	}
	if end := s.Token.ExpiresAt; end != nil && end.Before(c.Until) {
		c.Until = end.Time
	}
	return c, err
}

func (k keys) Share(ctx context.Context, id int64) (access.Credential, error) {
	s, err := k.Store.Share(ctx, id)
	return access.Credential{Share: s, Until: s.ExpiresAt.Time}, err
}

func (k keys) HasTokens(ctx context.Context) (bool, error) {
	kept, _, err := k.Store.HasTokens(ctx)
	return kept, err
}

// keyring is where tokens are made, with what only their holders know.
type keyring struct{ *store.Store }

func (k keyring) CreateToken(ctx context.Context, want shared.NewToken) (shared.CreatedToken, error) {
	secret, prefix, hash := access.NewToken()
	t, err := k.Store.CreateToken(ctx, want, store.Secret{Prefix: prefix, Hash: hash})
	return shared.CreatedToken{Token: t, Secret: secret}, err
}

// sharer is where links to audits are made, signed.
type sharer struct {
	*store.Store
	signer access.Signer
}

// newSigner is the signer of this database's links.
func newSigner(ctx context.Context, rows *store.Store) (access.Signer, error) {
	key, err := rows.SigningKey(ctx, "share", access.DrawKey())
	return access.NewSigner(key), err
}

func (s sharer) CreateShare(ctx context.Context, audit int64, days int) (shared.Share, error) {
	life := time.Duration(days) * 24 * time.Hour
	made, err := s.Store.CreateShare(ctx, audit, access.CallerOf(ctx).Token, life)
	made.Path = shared.PathShare + s.signer.Link(made)
	return made, err
}

func (s sharer) Shares(ctx context.Context, audit int64) ([]shared.Share, error) {
	shares, err := s.Store.Shares(ctx, audit)
	s.sign(shares)
	return shares, err
}

func (s sharer) AllShares(ctx context.Context, before int64, limit int) (all []shared.Share, next int64, err error) {
	all, next, err = s.Store.AllShares(ctx, before, limit)
	s.sign(all)
	return all, next, err
}

// sign says how links are written.
func (s sharer) sign(shares []shared.Share) {
	for i := range shares {
		shares[i].Path = shared.PathShare + s.signer.Link(shares[i])
	}
}

// openShare has the browser keep a link, and goes on to its audit.
func openShare(gate *access.Gate, problems *api.Problems) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		audit, err := gate.RedeemShare(w, r, r.PathValue("link"))
		switch {
		case errors.Is(err, access.ErrSignIn):
			seeOther(w, shared.PathSignIn)
		case err != nil:
			problems.Fail(w, r, err)
		default:
			seeOther(w, shared.PathPage(audit))
		}
	})
}

// newGate is the gate of the server at addr, which ends the streams of those who may read
// no longer.
func newGate(
	ctx context.Context, cfg Config, rows *store.Store, addr net.Addr, problems *api.Problems, log *slog.Logger,
	over func(), signer access.Signer,
) (*access.Gate, error) {
	return access.NewGate(ctx, access.GateConfig{
		Keys: keys{rows, cfg.OpenID.Issuer}, Rules: access.NewRules(rights), OpenTo: cfg.openTo(addr),
		Signer: signer, Outside: cfg.outside(), Missing: isMissing, Fail: failAtGate(problems), Over: over, Log: log,
	})
}

// outside is the server as its callers see it.
func (c Config) outside() access.Outside {
	return access.Outside{Public: c.PublicURLs, Trusted: c.TrustedProxies}
}

func isMissing(err error) bool { return errors.Is(err, store.ErrNotFound) }

// failAtGate sends people who opened a page to where they can sign in, and back from there;
// programs get a problem.
func failAtGate(problems *api.Problems) func(http.ResponseWriter, *http.Request, error) {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		person := !forPrograms(r.URL.Path) && r.URL.Path != shared.PathMetrics
		to := r.URL.RequestURI()
		if r.Method == http.MethodPost { // the form is lost; the page that has it is not
			to = r.URL.EscapedPath()
		}
		switch {
		case person && errors.Is(err, access.ErrSignIn):
			seeOther(w, shared.PathSignInTo(to))
		case person && errors.Is(err, access.ErrForbidden):
			seeOther(w, pages.PathRefused(to))
		default:
			if errors.Is(err, access.ErrSignIn) {
				w.Header().Set("WWW-Authenticate", "Bearer")
			}
			problems.Fail(w, r, err)
		}
	}
}

func seeOther(w http.ResponseWriter, path string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
}

// admit refuses the streams that one address has too many, in the words of package stream,
// which counts what it refuses by its code; and has a stream end when its caller may read
// no longer.
func admit(caps *access.Streams, gate *access.Gate) func(*http.Request) (stream.Admission, error) {
	return func(r *http.Request) (stream.Admission, error) {
		leave, err := caps.Admit(r)
		if errors.Is(err, access.ErrTooMany) {
			err = stream.TooMany("Your address holds as many streams as one may: close one, or poll instead.", err)
		}
		if err != nil {
			return stream.Admission{}, err
		}
		over, release := gate.Hold(r.Context())
		return stream.Admission{Over: over, Release: func() { release(); leave() }}, nil
	}
}

// doorkeeper lets browsers in and out, for package pages.
type doorkeeper struct {
	gate     *access.Gate
	attempts *access.Attempts
	rows     *store.Store
	provider *openid.Provider // nil if there is none
}

func (d doorkeeper) Who(r *http.Request) pages.Visitor {
	caller := access.CallerOf(r.Context())
	return pages.Visitor{
		Free: d.gate.IsOpen(), SignedIn: caller.Session != "", Name: caller.Name, Role: caller.Role,
	}
}

// byToken signs in whoever has a token, and says who that is. The one that makes the first admin
// makes another token.
func (d doorkeeper) byToken(
	w http.ResponseWriter, r *http.Request, token string,
) (in access.Caller, made string, err error) {
	if err := d.attempts.Check(w.Header(), r, token); err != nil {
		return in, "", tooManyAttempts(err)
	}
	c, err := d.gate.Redeem(r.Context(), token)
	if errors.Is(err, access.ErrSignIn) {
		d.attempts.Wrong(w.Header(), r, token)
	}
	if err != nil {
		return in, "", err
	}
	if c.Once {
		if made, c.Token, err = d.firstAdmin(r.Context(), c.Token.ID); err != nil {
			return in, "", err
		}
	}
	in, err = d.gate.SignIn(w, r, c.Token)
	return in, made, err
}

// firstAdmin makes the token of the first admin in the place of the one that makes it.
func (d doorkeeper) firstAdmin(ctx context.Context, once int64) (secret string, t shared.Token, err error) {
	secret, prefix, hash := access.NewToken()
	t, err = d.rows.RedeemToken(ctx, once, shared.NewToken{Role: shared.RoleAdmin, Name: "first admin"},
		store.Secret{Prefix: prefix, Hash: hash})
	if isMissing(err) {
		err = access.ErrSignIn // somebody was faster
	}
	return secret, t, err
}

func (d doorkeeper) SignOut(w http.ResponseWriter, r *http.Request, everywhere bool) error {
	return d.gate.SignOut(w, r, everywhere)
}

// tooManyAttempts says in the words of package api that too many tokens were wrong.
func tooManyAttempts(err error) error {
	if _, ok := errors.AsType[*access.TooManyAttemptsError](err); !ok {
		return err
	}
	return &api.Error{
		Code: shared.CodeSignInLimited, Detail: "Too many attempts to sign in failed; try again later.", Err: err,
	}
}

// tell writes what the operator has to know at the start.
func tell(out io.Writer, cfg Config, addr net.Addr, invitation string) {
	fmt.Fprintf(out, "Atalaya is at %s\n%s", localURL(cfg.scheme(), addr), invitation)
}
