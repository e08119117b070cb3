package shared

import (
	"encoding/json"
	"fmt"
)

// The SSE event types. Progress travels as the default type ("message"), so
// that a plain onmessage works; on a stream that carries the list as well, what it says of
// the audits named is of a type of its own. No event is ever named error or open: those
// would collide with EventSource's own.
const (
	EventAudit     = "audit"
	EventHeartbeat = "heartbeat"
	EventDeleted   = "deleted"
	EventEnd       = "end"
)

// Heartbeat is the data of a heartbeat event. It is an event because a browser hides
// comments from code; the comment sent beside it is for proxies.
type Heartbeat struct {
	ServerTime Time `json:"server_time"`
	// FreshAt is when a query last confirmed the state that the stream shows; null
	// before the first query. It stands still while the database is down.
	FreshAt *Time `json:"fresh_at"`
	// Watching says how many streams an audit has, this one included, by the audits of the
	// stream. An audit with no other stream is left out.
	Watching map[int64]int `json:"watching,omitempty"`
}

// HeaderWatching is the header of a polling answer that says how many watch the audit:
// its streams, and the one who asks.
const HeaderWatching = "Atalaya-Watching"

// Deleted is the data of a deleted event: an audit has left the list.
type Deleted struct {
	AuditID int64 `json:"audit_id"`
}

// EndReason says why the server ended a stream.
type EndReason string

const (
	EndFinished    EndReason = "finished"    // the audit is terminal and its last state was sent
	EndMaxAge      EndReason = "max_age"     // the stream lifetime is over; come back at once
	EndDrain       EndReason = "drain"       // the server is going away; come back after retry_ms
	EndDeleted     EndReason = "deleted"     // the audit is gone
	EndUnavailable EndReason = "unavailable" // the state cannot be read; come back after retry_ms

	EndUnauthorized EndReason = "unauthorized" // the caller may read no longer; sign in again
)

// StreamTimeout is the text that the predecessor's clients look for in the
// error field when a stream reached its lifetime.
const StreamTimeout = "Stream timeout"

// End is the data of an end event, the last of a stream that the server closes.
type End struct {
	Reason EndReason `json:"reason"`
	// Error is [StreamTimeout] with max_age and absent otherwise.
	Error string `json:"error,omitempty"`
	// RetryMS is how long to wait before coming back, in milliseconds; 0 when
	// there is no reason to.
	RetryMS int `json:"retry_ms"`
}

// DecodeHeartbeat reads the data of a heartbeat event; errors wrap [ErrInvalid].
func DecodeHeartbeat(data []byte) (Heartbeat, error) {
	var h Heartbeat
	if err := json.Unmarshal(data, &h); err != nil || h.ServerTime.IsZero() {
		return Heartbeat{}, fmt.Errorf("%w: heartbeat: %v", ErrInvalid, err)
	}
	return h, nil
}

// DecodeDeleted reads the data of a deleted event; errors wrap [ErrInvalid].
func DecodeDeleted(data []byte) (Deleted, error) {
	var d Deleted
	if err := json.Unmarshal(data, &d); err != nil || d.AuditID < 1 {
		return Deleted{}, fmt.Errorf("%w: deleted: %v", ErrInvalid, err)
	}
	return d, nil
}

// DecodeEnd reads the data of an end event; errors wrap [ErrInvalid]. Unknown
// reasons are accepted: a client treats them as a reason to come back.
func DecodeEnd(data []byte) (End, error) {
	var e End
	if err := json.Unmarshal(data, &e); err != nil || e.Reason == "" || e.RetryMS < 0 {
		return End{}, fmt.Errorf("%w: end: %v", ErrInvalid, err)
	}
	return e, nil
}
