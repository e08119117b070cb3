package shared

// ShareDays bounds the life of a link by which one audit can be read, in days.
const (
	ShareDaysDefault = 7
	ShareDaysMax     = 366
)

// NewShare is what somebody wants of such a link.
type NewShare struct {
	// Days is how long it lives; 0 means [ShareDaysDefault].
	Days int `json:"days"`
}

// Share is a link by which whoever has it can read one audit, and nothing else.
type Share struct {
	ID      int64 `json:"id"`
	AuditID int64 `json:"audit_id"`
	// MadeBy is who made it; null for somebody who did not have to sign in.
	MadeBy    *string `json:"made_by"`
	CreatedAt Time    `json:"created_at"`
	ExpiresAt Time    `json:"expires_at"`
	RevokedAt *Time   `json:"revoked_at"`
	// LastUsedAt is right to some minutes; null for a link that nobody has used.
	LastUsedAt *Time `json:"last_used_at"`
	// Path is the link without the server's own address.
	Path string `json:"path"`
}

// ShareList is the answer to GET /api/v1/audits/{id}/shares.
type ShareList struct {
	Shares []Share `json:"shares"`
}
