package shared

import "time"

// Deed is what somebody did.
type Deed string

// The deeds.
const (
	DeedStarted     Deed = "started"      // an audit
	DeedCancelled   Deed = "cancelled"    // an audit
	DeedDeleted     Deed = "deleted"      // an audit
	DeedShared      Deed = "shared"       // an audit, by a link
	DeedUnshared    Deed = "unshared"     // a link was revoked
	DeedScheduled   Deed = "scheduled"    // a site
	DeedUnscheduled Deed = "unscheduled"  // a site
	DeedTokenMade   Deed = "token_made"   // a token, by another
	DeedTokenEnded  Deed = "token_ended"  // a token was revoked
	DeedSignedIn    Deed = "signed_in"    // with a token, or by a provider
	DeedSignedOut   Deed = "signed_out"   // on one device, or everywhere
	DeedTriedSignIn Deed = "tried_signin" // and was refused

	DeedWebhookMade    Deed = "webhook_made"
	DeedWebhookChanged Deed = "webhook_changed"
	DeedWebhookDeleted Deed = "webhook_deleted"
	DeedSecretMade     Deed = "secret_made" // a new one, of a webhook
	DeedRedelivered    Deed = "redelivered" // a message of a webhook, once more
	DeedWebhookTested  Deed = "webhook_tested"
	DeedSubscribed     Deed = "subscribed" // a browser, to one audit or to all
	DeedUnsubscribed   Deed = "unsubscribed"
)

// Deeds lists every deed, in the order in which people are offered them.
var Deeds = [...]Deed{
	DeedStarted, DeedCancelled, DeedDeleted, DeedShared, DeedUnshared, DeedScheduled, DeedUnscheduled,
	DeedTokenMade, DeedTokenEnded, DeedSignedIn, DeedSignedOut, DeedTriedSignIn,
	DeedWebhookMade, DeedWebhookChanged, DeedWebhookDeleted, DeedSecretMade, DeedRedelivered,
	DeedWebhookTested, DeedSubscribed, DeedUnsubscribed,
}

// TrailNobody is [TrailEntry.Who] of what was done without signing in.
const TrailNobody = "nobody"

// TrailEntry is one line of the trail of what people did.
type TrailEntry struct {
	ID   int64 `json:"id"`
	At   Time  `json:"at"`
	Deed Deed  `json:"deed"`
	// TokenID is null for somebody who did not have to sign in, or tried to.
	TokenID *int64 `json:"token_id"`
	Who     string `json:"who"`
	Role    Role   `json:"role"`
	// Address is that of the peer; of IPv6 the /64.
	Address string `json:"address"`
	AuditID *int64 `json:"audit_id"`
	// About names what is no audit: a site, a token, a link, a webhook, a browser, or webhook/delivery.
	About string `json:"about"`
}

// TrailQuery selects lines of the trail: those that are all it says. What is empty says
// nothing.
type TrailQuery struct {
	Who  string // the whole name
	Deed Deed
	// From is the first moment, and Until the first one after the last.
	From, Until time.Time
	// Before is a line that those selected are older than, and Limit how many they are at most.
	Before int64
	Limit  int
}

// TrailList is the answer to GET /api/v1/trail.
type TrailList struct {
	Entries []TrailEntry `json:"entries"`
	// NextBefore is the number to ask for older entries with; null at the end.
	NextBefore *int64 `json:"next_before"`
}
