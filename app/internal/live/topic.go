package live

import (
	"strconv"

	"atalaya/shared"
)

// Topic is what a session follows: one audit or the list of audits. Topics are
// comparable; the zero value is the list.
type Topic struct{ id int64 }

// Audit is the topic of one audit. It ends when the audit does.
func Audit(id int64) Topic { return Topic{id: id} }

// List is the topic of the newest audits and all that have not ended. It has no end.
func List() Topic { return Topic{} }

// ID is the audit's id, or 0 for the list.
func (t Topic) ID() int64 { return t.id }

// IsList reports whether the topic is the list.
func (t Topic) IsList() bool { return t.id == 0 }

// streamURL is the address of the topic's stream. A new EventSource sends no
// Last-Event-ID, so the cursor travels as a parameter; 0 asks for a snapshot.
func (t Topic) streamURL(cursor int64) string {
	if t.IsList() {
		return shared.PathStreams
	}
	address := shared.PathStream(t.id)
	if cursor > 0 {
		address += "?" + shared.ParamLastEvent + "=" + strconv.FormatInt(cursor, 10)
	}
	return address
}

// pollURL is the address that answers with the topic's state.
func (t Topic) pollURL() string {
	if t.IsList() {
		return shared.PathAudits + "?limit=" + strconv.Itoa(shared.ListSnapshot) + "&" + shared.ParamUnfinished + "=true"
	}
	return shared.PathProgress(t.id)
}
