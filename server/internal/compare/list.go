package compare

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"

	"atalaya/shared"
)

// ErrCursor is returned for a cursor that no [List] made.
var ErrCursor = errors.New("not a cursor of this list")

// List keeps the changes that one answer holds.
type List struct {
	// State keeps the changes of one state; empty keeps all.
	State shared.ChangeState
	// Limit is how many changes the list holds at most.
	Limit int

	changes []shared.Change
	after   *place
	more    bool
}

// place is where a change stands among all.
type place struct{ PageURL, CheckID, Subject string }

func placeOf(c *shared.Change) place { return place{c.PageURL, c.CheckID, c.Subject} }

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.PageURL, q.PageURL), cmp.Compare(p.CheckID, q.CheckID), cmp.Compare(p.Subject, q.Subject))
}

// Continue has the list begin behind the last change of another, whose cursor is given. An
// empty one is the beginning.
func (l *List) Continue(cursor string) error {
	if cursor == "" {
		return nil
	}
	body, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return ErrCursor
	}
	var after place
	if json.Unmarshal(body, &after) != nil || after.cursor() != cursor {
		return ErrCursor
	}
	l.after = &after
	return nil
}

func (p place) cursor() string {
	body, err := json.Marshal(p)
	if err != nil { // three strings always encode
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(body)
}

// Take takes a change, as [Audits] tells it.
func (l *List) Take(c shared.Change) {
	switch {
	case l.State != "" && c.State != l.State, l.after != nil && placeOf(&c).compare(*l.after) <= 0:
	case len(l.changes) == l.Limit:
		l.more = true
	default:
		l.changes = append(l.changes, c)
	}
}

// Fill puts the list into a comparison.
func (l *List) Fill(c *shared.Comparison) {
	c.Changes = append([]shared.Change{}, l.changes...)
	c.NextCursor = nil
	if l.more && len(l.changes) > 0 {
		next := placeOf(&l.changes[len(l.changes)-1]).cursor()
		c.NextCursor = &next
	}
}

// Digest keeps the first changes of each state but persistent, for people to read.
type Digest struct{ lists []List }

// NewDigest returns one that holds at most limit changes of each state.
func NewDigest(limit int) *Digest {
	d := new(Digest)
	for _, state := range [...]shared.ChangeState{
		shared.ChangeNew, shared.ChangeHeadOnly, shared.ChangeFixed, shared.ChangeBaseOnly,
	} {
		d.lists = append(d.lists, List{State: state, Limit: limit})
	}
	return d
}

// Take takes a change, as [Audits] tells it.
func (d *Digest) Take(c shared.Change) {
	for i := range d.lists {
		d.lists[i].Take(c)
	}
}

// Fill puts the digest into a comparison.
func (d *Digest) Fill(c *shared.Comparison) {
	c.Changes = []shared.Change{}
	for i := range d.lists {
		c.Changes = append(c.Changes, d.lists[i].changes...)
	}
}
