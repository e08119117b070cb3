package shared

// Role says what the holder of a token may do.
type Role string

// The roles. Each may read; an admin may do everything.
const (
	RoleViewer  Role = "viewer"  // reads
	RoleAuditor Role = "auditor" // starts audits, and cancels and deletes those that it has started
	RoleWorker  Role = "worker"  // reports the progress of audits
	RoleAdmin   Role = "admin"   // keeps tokens and schedules, and cancels and deletes any audit
)

// Roles are all there are.
var Roles = []Role{RoleViewer, RoleAuditor, RoleWorker, RoleAdmin}

// MaxTokenName bounds the name of a token, in bytes.
const MaxTokenName = 100

// NewToken is what somebody wants of a token.
type NewToken struct {
	Role Role `json:"role"`
	// Name says whose it is, or what it is for; may be empty.
	Name string `json:"name"`
	// ExpiresAt is when it ends; nil for never.
	ExpiresAt *Time `json:"expires_at"`
}

// Token is a token as it is shown: without its secret.
type Token struct {
	NewToken

	ID int64 `json:"id"`
	// Prefix is how the token begins, by which its holder knows it again.
	Prefix    string `json:"prefix"`
	CreatedAt Time   `json:"created_at"`
	// LastUsedAt is right to some minutes.
	LastUsedAt *Time `json:"last_used_at"`
	RevokedAt  *Time `json:"revoked_at"`
	// Issuer is the provider by which a person signs in, for whom this stands; empty for a
	// token that somebody holds.
	Issuer string `json:"issuer"`
}

// CreatedToken is a token as it is shown once.
type CreatedToken struct {
	Token

	Secret string `json:"secret"`
}

// TokenList is the answer to GET /api/v1/tokens.
type TokenList struct {
	Tokens []Token `json:"tokens"`
}

// Known is what its holder knows it again by: how it begins, or the provider of a person.
func (t *Token) Known() string {
	if t.Issuer != "" {
		return t.Issuer
	}
	return t.Prefix + "…"
}
