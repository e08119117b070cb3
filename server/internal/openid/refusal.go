package openid

import (
	"fmt"

	"atalaya/shared"
)

// Refusal says why somebody may not come in.
type Refusal struct {
	Code shared.Code
	// Who is the address that the provider vouches for; empty if it was not heard.
	Who string
	// Subject is who it is whom the provider vouches for and no rule gives a role (any more); empty
	// for every other refusal.
	Subject string
	// Err is the cause, for the log; it holds no secret.
	Err error
}

func (r *Refusal) Error() string {
	if r.Err == nil {
		return "openid: " + string(r.Code)
	}
	return fmt.Sprintf("openid: %s: %v", r.Code, r.Err)
}

func (r *Refusal) Unwrap() error { return r.Err }

// IsProviders reports whether the provider is to blame, and not whoever wants to come in.
func (r *Refusal) IsProviders() bool {
	return r.Code == shared.CodeProviderDown || r.Code == shared.CodeProviderSlow || r.Code == shared.CodeProviderOdd
}

// causeMax bounds what is kept of an error's words: libraries quote whole answers.
const causeMax = 300

// cause is an error whose words are bounded, on one line. What it stands for can still be asked.
type cause struct{ error }

func (c cause) Error() string {
	text := c.error.Error()
	if len(text) > causeMax {
		text = text[:causeMax] + "…"
	}
	return fmt.Sprintf("%q", text)
}

func (c cause) Unwrap() error { return c.error }

// refusedFor is a refusal for a cause.
func refusedFor(code shared.Code, err error) *Refusal { return &Refusal{Code: code, Err: cause{err}} }

// refused is a refusal with a cause in words.
func refused(code shared.Code, format string, args ...any) *Refusal {
	return refusedFor(code, fmt.Errorf(format, args...))
}
