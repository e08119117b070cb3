package shared

// PushKey is the answer to GET /api/v1/push: what a browser needs to subscribe to messages
// of this server.
type PushKey struct {
	// PublicKey is a point of P-256 in base64url, the applicationServerKey.
	PublicKey string `json:"public_key"`
}

// Subscription is a browser that is told of the end of one audit, or of all. Where its
// messages go is shown to nobody.
type Subscription struct {
	ID int64 `json:"id"`
	// AuditID is null where it is told of all audits.
	AuditID   *int64 `json:"audit_id"`
	Language  string `json:"language"`
	CreatedAt Time   `json:"created_at"`
}

// SubscriptionsMax is how many subscriptions one caller may have to what is still to end.
const SubscriptionsMax = 50

// PushEvents is what browsers are told of.
var PushEvents = []Event{EventFinished, EventFailed}
