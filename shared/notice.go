package shared

import "net/url"

// Event names what people are told of. Its words are those of the type in a message.
type Event string

// The events of an audit. Each happens once to it at most.
const (
	EventFinished  Event = "audit.finished"  // it was completed
	EventFailed    Event = "audit.failed"    // it failed
	EventRegressed Event = "audit.regressed" // it was completed, and ended worse than the one of its site before
	EventSilent    Event = "worker.silent"   // it runs, and its worker gave no sign of life for a while
)

// EventTest is of no audit: somebody wants to see whether a message arrives.
const EventTest Event = "webhook.test"

// Events lists every event that people are told of unasked.
var Events = [...]Event{EventFinished, EventFailed, EventRegressed, EventSilent}

// Ended lists what is to be told of an audit that has ended. Nobody is told that one was
// cancelled: somebody did that.
func (p *AuditProgress) Ended() []Event {
	switch {
	case p.Status == StatusFailed:
		return []Event{EventFailed}
	case p.Status == StatusCompleted && p.Regressed():
		return []Event{EventFinished, EventRegressed}
	case p.Status == StatusCompleted:
		return []Event{EventFinished}
	}
	return nil
}

// Notice is the body of a message, in the form of Standard Webhooks: what happened, when,
// and to which audit, as it was then and without its activity.
type Notice struct {
	Type      Event         `json:"type"`
	Timestamp Time          `json:"timestamp"`
	Data      AuditProgress `json:"data"`
}

// TestNotice is a message about an audit that does not exist, in the form of all others.
func TestNotice(at Time) Notice {
	score := 92
	return Notice{Type: EventTest, Timestamp: at, Data: AuditProgress{
		AuditID: 1, Revision: 1, URL: "https://example.com/", Kind: KindSite, Status: StatusCompleted, Progress: 100,
		GeoScore: &score, TotalPages: 1, Discovered: 1, Attempt: 1,
		CreatedAt: at, StartedAt: &at, UpdatedAt: at, FinishedAt: &at,
	}}
}

// WebhookKind says in which form somebody is told.
type WebhookKind string

// The kinds of webhooks.
const (
	KindWebhook WebhookKind = "webhook" // a signed [Notice], after Standard Webhooks
	KindNtfy    WebhookKind = "ntfy"    // words, to a topic of ntfy
	KindSlack   WebhookKind = "slack"   // words, as Slack's incoming webhooks and those like them take
	KindMatrix  WebhookKind = "matrix"  // words, to a room of Matrix
	KindEmail   WebhookKind = "email"   // words, by e-mail
	KindPush    WebhookKind = "push"    // words, to a browser that has subscribed, by its push service
)

// WebhookKinds lists every kind that is made by hand, which is all but push.
var WebhookKinds = [...]WebhookKind{KindWebhook, KindNtfy, KindSlack, KindMatrix, KindEmail}

// WebhooksMax is how many webhooks there may be.
const WebhooksMax = 100

// Webhook is whom to tell of what.
type Webhook struct {
	ID   int64       `json:"id"`
	Kind WebhookKind `json:"kind"`
	// URL is where messages go.
	URL string `json:"url"`
	// AuditID is the audit of which a browser is told; absent where it is told of all.
	AuditID *int64 `json:"audit_id,omitempty"`
	// Events is what to tell of, in the order of [Events].
	Events []Event `json:"events"`
	// Language is the tag of the language in which people are told; of no use to programs.
	Language string `json:"language"`
	// Secret signs messages: whsec_ and base64. It is shown once, when it was made. Of other
	// kinds it is the token that their receivers want to see, which is not shown.
	Secret string `json:"secret,omitempty"`
	// OldSecretUntil is until when messages are signed with the secret before as well.
	OldSecretUntil *Time `json:"old_secret_until"`
	CreatedAt      Time  `json:"created_at"`
	// Revision grows with every change; it is the ETag.
	Revision int64 `json:"revision"`
}

// WebhookPatch is what to change of a webhook; what is nil stays.
type WebhookPatch struct {
	URL      *string `json:"url"`
	Events   []Event `json:"events"`
	Language *string `json:"language"`
	Token    *string `json:"token"`
}

// Shown is what people may see of a webhook. For Slack, ntfy and a browser, whoever knows the
// address may write there: of it only the host is shown.
func (w Webhook) Shown() Webhook {
	secret := w.Kind == KindSlack || w.Kind == KindNtfy || w.Kind == KindPush
	if u, err := url.Parse(w.URL); err == nil && secret {
		w.URL = u.Scheme + "://" + u.Host + "/…"
	}
	return w
}

// MaxReceiverToken bounds the token that a receiver wants to see, in bytes.
const MaxReceiverToken = 500

// WebhookList is all webhooks, in the order in which they were made.
type WebhookList struct {
	Webhooks []Webhook `json:"webhooks"`
}

// DeliveryState is what became of a message.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryPending   DeliveryState = "pending"   // it is tried, or tried again, at NextAt
	DeliveryDelivered DeliveryState = "delivered" // the receiver took it
	DeliveryFailed    DeliveryState = "failed"    // it is not tried any more
)

// MaxDeliveryError bounds the error of a delivery, in characters.
const MaxDeliveryError = 200

// Delivery is one message to one webhook.
type Delivery struct {
	ID int64 `json:"id"`
	// Message is its header webhook-id: the same in every try, and for all webhooks that
	// are told of the same.
	Message string        `json:"message_id"`
	Event   Event         `json:"event"`
	AuditID int64         `json:"audit_id"`
	State   DeliveryState `json:"state"`
	// Tries counts them since the message was made, or was asked for again.
	Tries int `json:"tries"`
	// Status is the status of the last answer, and Error why the last try failed.
	Status    *int    `json:"status"`
	Error     *string `json:"error"`
	CreatedAt Time    `json:"created_at"`
	TriedAt   *Time   `json:"tried_at"`
	NextAt    *Time   `json:"next_at"`
}

// DeliveryList is one page of the deliveries of a webhook, the newest first.
type DeliveryList struct {
	Deliveries []Delivery `json:"deliveries"`
	NextCursor *string    `json:"next_cursor"`
}
