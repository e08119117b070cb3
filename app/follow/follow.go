// Package follow lets programs that are no browser follow an audit by the rules of the
// client, whose package live it opens to them: the same machine, replica and times, over a
// [Platform] of their own. It is not part of the client.
//
//	session := follow.Open(follow.Options{Topic: follow.Audit(7), Platform: mine, OnChange: show})
//	<-session.Done()
//
// The contract is that of package live, whose documentation has the rules.
package follow

import "atalaya/app/internal/live"

// What a program meets.
type (
	Options  = live.Options
	Session  = live.Session
	Topic    = live.Topic
	View     = live.View
	Platform = live.Platform
	Stream   = live.Stream
	Signal   = live.Signal
	Request  = live.Request
	Response = live.Response
	Wake     = live.Wake
)

// The signals of a stream.
const (
	SignalOpen      = live.SignalOpen
	SignalMessage   = live.SignalMessage
	SignalHeartbeat = live.SignalHeartbeat
	SignalDeleted   = live.SignalDeleted
	SignalEnd       = live.SignalEnd
	SignalError     = live.SignalError
)

// The phases of a session that is no more connecting.
const (
	Live     = live.Live
	Retrying = live.Retrying
	Polling  = live.Polling
	Offline  = live.Offline
)

// Why a stream is lost, where the server said it, and why nothing more will be heard.
const (
	ReasonDrain       = live.ReasonDrain
	ReasonUnavailable = live.ReasonUnavailable
	ReasonDeleted     = live.ReasonDeleted
	ReasonNotFound    = live.ReasonNotFound
	ReasonFinished    = live.ReasonFinished
)

// ErrTooLarge is what a platform gives for an answer beyond its bound.
var ErrTooLarge = live.ErrTooLarge

// Open starts a session and returns at once.
func Open(o Options) *Session { return live.Open(o) }

// Audit is the topic of one audit. It ends when the audit does.
func Audit(id int64) Topic { return live.Audit(id) }
