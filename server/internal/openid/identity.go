package openid

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"atalaya/shared"
)

const (
	// SkewMax is how far the provider's clock may be from ours.
	SkewMax = time.Minute
	// emailMax is the longest address that mail knows.
	emailMax = 254
	// subjectMax is what the standard bounds a subject by.
	subjectMax = 255
)

// identify finds out whom the provider vouches for, and gives that one a role.
func (p *Provider) identify(
	ctx context.Context, d *discovery, tokens *oauth2.Token, nonce string,
) (Person, *Refusal) {
	raw, _ := tokens.Extra("id_token").(string)
	if raw == "" {
		return Person{}, refused(shared.CodeProviderOdd, "there is no ID token in the answer")
	}
	token, refusal := p.verify(ctx, d, raw)
	if refusal == nil {
		refusal = p.checkToken(token, nonce)
	}
	if refusal != nil {
		return Person{}, refusal
	}
	said, refusal := p.claims(ctx, d, token, tokens)
	if refusal != nil {
		return Person{}, refusal
	}
	return p.admit(token.Subject, said)
}

// verify checks whose token it is, for whom, and until when.
func (p *Provider) verify(ctx context.Context, d *discovery, raw string) (*oidc.IDToken, *Refusal) {
	keys := &witness{KeySet: d.keys}
	token, err := oidc.NewVerifier(p.Issuer, keys, &oidc.Config{
		ClientID: p.ClientID, SupportedSigningAlgs: d.algorithms,
		Now: func() time.Time { return time.Now().Add(-SkewMax) },
	}).Verify(ctx, raw)
	if err != nil {
		return nil, refusedFor(keys.code(p.Config), err)
	}
	return token, nil
}

// witness remembers what became of a token's signature, which the library tells in words only.
type witness struct {
	oidc.KeySet

	payload []byte // of a token that is signed well
	err     error
}

func (w *witness) VerifySignature(ctx context.Context, jwt string) (payload []byte, err error) {
	w.payload, w.err = w.KeySet.VerifySignature(ctx, jwt)
	return w.payload, w.err
}

// code says what is wrong with a token that the library has refused.
func (w *witness) code(c Config) shared.Code {
	var signed struct {
		Issuer   string `json:"iss"`
		Audience texts  `json:"aud"`
	}
	switch unread := wireCode(w.err); {
	case unread != "":
		return unread // its keys, that is
	case w.payload == nil:
		return shared.CodeIDSignature
	case json.Unmarshal(w.payload, &signed) != nil:
		return shared.CodeProviderOdd
	case signed.Issuer != c.Issuer:
		return shared.CodeIDIssuer
	case !slices.Contains(signed.Audience, c.ClientID):
		return shared.CodeIDAudience
	}
	return shared.CodeIDTime
}

// checkToken checks what the library leaves to its callers: that the token belongs to this
// attempt and to this client, and that the clocks agree.
func (p *Provider) checkToken(token *oidc.IDToken, nonce string) *Refusal {
	var said struct {
		Party string `json:"azp"`
	}
	switch err := token.Claims(&said); {
	case err != nil:
		return refusedFor(shared.CodeProviderOdd, err)
	case subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1:
		return refused(shared.CodeIDNonce, "the ID token belongs to another attempt")
	case said.Party != p.ClientID && (said.Party != "" || len(token.Audience) > 1):
		return refused(shared.CodeIDAudience, "the ID token was made for %q", said.Party)
	case token.IssuedAt.After(time.Now().Add(SkewMax)):
		return refused(shared.CodeIDTime, "the ID token is from the future: %v", token.IssuedAt)
	case token.Subject == "" || len(token.Subject) > subjectMax:
		return refused(shared.CodeProviderOdd, "the ID token's subject has %d bytes", len(token.Subject))
	}
	return nil
}

// claims are what a provider says of somebody.
type claims struct {
	subject  string
	email    string
	verified yes
	groups   texts
	grouped  bool // it says something of groups
}

// read reads claims from where they stand, each by its exact name. The fields of a struct would do
// for "Email" too: a claim that people may set of themselves, say, in the place of one that they may
// not.
func (c *claims) read(from interface{ Claims(any) error }, groupsClaim string) error {
	var all map[string]json.RawMessage
	if err := from.Claims(&all); err != nil {
		return err
	}
	_, c.grouped = all[groupsClaim]
	for name, to := range map[string]any{
		"sub": &c.subject, "email": &c.email, "email_verified": &c.verified, groupsClaim: &c.groups,
	} {
		if said, ok := all[name]; ok {
			if err := json.Unmarshal(said, to); err != nil {
				return fmt.Errorf("claim %q: %w", name, err)
			}
		}
	}
	return nil
}

// claims reads the ID token, and asks further where the provider keeps addresses or groups
// out of it.
func (p *Provider) claims(
	ctx context.Context, d *discovery, token *oidc.IDToken, tokens *oauth2.Token,
) (said claims, refusal *Refusal) {
	if err := said.read(token, p.GroupsClaim); err != nil {
		return said, refusedFor(shared.CodeProviderOdd, err)
	}
	if said.subject != token.Subject {
		return said, refused(shared.CodeProviderOdd, "the ID token has several subjects")
	}
	complete := said.email != "" && (said.grouped || !p.Roles.lookAtGroups())
	if complete || d.provider.UserInfoEndpoint() == "" {
		return said, nil
	}
	info, err := d.provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return said, refused(answerCode(err), "what else it knows of somebody cannot be read")
	}
	var more claims
	switch err := more.read(info, p.GroupsClaim); {
	case err != nil:
		return said, refusedFor(shared.CodeProviderOdd, err)
	case more.subject != token.Subject:
		return said, refused(shared.CodeProviderOdd, "what else it knows is of somebody else")
	}
	if said.email == "" {
		said.email, said.verified = more.email, more.verified
	}
	if !said.grouped {
		said.groups = more.groups
	}
	return said, nil
}

// admit gives somebody a role, if the address is theirs and a rule is for them.
func (p *Provider) admit(subject string, said claims) (Person, *Refusal) {
	if !isEmail(said.email) || !bool(said.verified) {
		refusal := refused(shared.CodeEmailUnverified, "the provider does not say that the address is somebody's own")
		refusal.Subject = subject
		return Person{}, refusal
	}
	role := p.Roles.Of(said.email, said.groups)
	if role == "" {
		refusal := refused(shared.CodeNoRole, "no rule of --oidc-roles fits")
		refusal.Who, refusal.Subject = said.email, subject
		return Person{}, refusal
	}
	return Person{Issuer: p.Issuer, Subject: subject, Email: said.email, Role: role}, nil
}

// isEmail reports whether a text may be shown and held against rules as an address.
func isEmail(text string) bool {
	at := strings.LastIndexByte(text, '@')
	odd := func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsGraphic(r) || unicode.IsSpace(r) }
	return at > 0 && at < len(text)-1 && len(text) <= emailMax && !strings.ContainsFunc(text, odd)
}

// texts are one text, or several: providers write both.
type texts []string

func (t *texts) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

// yes is true as JSON has it, or as a text: some providers write that.
type yes bool

func (y *yes) UnmarshalJSON(data []byte) error {
	*y = string(data) == "true" || string(data) == `"true"`
	return nil
}
