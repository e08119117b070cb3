package tabs

import (
	"encoding/json"
	"strconv"
	"strings"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// message is what one tab tells the others.
type message struct {
	Kind kind   `json:"kind"`
	From string `json:"from"` // the tab
	Term int    `json:"term"` // of the leader that speaks or, of another tab, of the leader that it knows

	// Source and URL say what a tab watches, or does not any more.
	Source int    `json:"source,omitempty"`
	URL    string `json:"url,omitempty"`

	// To and Source address a signal to one source. Without To it concerns all who watch
	// Topic.
	To     string       `json:"to,omitempty"`
	Topic  topic        `json:"topic,omitempty"`
	Signal *live.Signal `json:"signal,omitempty"`
}

// kind tells messages apart. Those that a tab does not know it ignores: it may be older
// than the one that speaks.
type kind string

const (
	watches kind = "watches" // a tab opened a source: Source, URL
	drops   kind = "drops"   // a tab closed a source: Source
	asks    kind = "asks"    // is there a leader?
	leads   kind = "leads"   // there is
	tells   kind = "tells"   // something happened to a stream: Signal
)

func (m message) encode() string {
	text, err := json.Marshal(m)
	if err != nil {
		return "" // nobody decodes that
	}
	return string(text)
}

func decodeMessage(text string) (m message, ok bool) {
	err := json.Unmarshal([]byte(text), &m)
	return m, err == nil && m.From != "" && (m.Kind != tells || m.Signal != nil)
}

// topic is what a source follows: an audit by its id, or the list.
type topic int64

const (
	theList    topic = 0
	everything topic = -1 // whatever a source follows
)

// topicOf reads what a stream's address asks for, and whether it carries a cursor.
func topicOf(url string) (t topic, cursored, ok bool) {
	path, _, cursored := strings.Cut(url, "?")
	if path == shared.PathStreams {
		return theList, false, !cursored
	}
	text, ok := strings.CutPrefix(path, shared.PathStreams+"/")
	if !ok {
		return 0, false, false
	}
	text, ok = strings.CutSuffix(text, "/progress")
	id, valid := shared.ParseID(text)
	return topic(id), cursored, ok && valid
}

// unionURL is the address of the stream that carries topics, the lowest of which comes
// first.
func unionURL(topics []topic) string {
	switch {
	case len(topics) > 1:
	case topics[0] == theList:
		return shared.PathStreams
	default:
		return shared.PathStream(int64(topics[0]))
	}
	url, separator := shared.PathStreams, "?"
	for _, t := range topics {
		name, value := shared.ParamID, strconv.FormatInt(int64(t), 10)
		if t == theList {
			name, value = shared.ParamList, "true"
		}
		url += separator + name + "=" + value
		separator = "&"
	}
	return url
}

// auditIn is the audit that a frame or a deletion is about; 0 when that cannot be read.
func auditIn(data string) topic {
	var about struct {
		AuditID topic `json:"audit_id"`
	}
	if json.Unmarshal([]byte(data), &about) != nil {
		return 0
	}
	return about.AuditID
}
