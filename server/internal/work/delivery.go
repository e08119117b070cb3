package work

import (
	"time"

	"atalaya/shared"
)

// Delivery is what a sender needs to know to try a message once.
type Delivery struct {
	ID int64
	// Tries counts them, this one included; as a lease's attempt it tells this try from
	// those of others.
	Tries   int
	Message string
	AuditID int64
	Event   shared.Event
	// Body is a [shared.Notice] in JSON.
	Body []byte

	WebhookID int64
	Kind      shared.WebhookKind
	URL       string
	Language  string
	// Secrets sign the message: one, or two while the first is new. That of a browser is the
	// keys by which it is sealed.
	Secrets []string
}

// Outcome is what became of one try.
type Outcome struct {
	State shared.DeliveryState
	// Wait is until when it is tried again; 0 unless it is pending.
	Wait time.Duration
	// Status is the status of the answer, 0 when none came, and Error why the try failed.
	Status int
	Error  string
	// Gone says that the receiver is there no longer.
	Gone bool
}
