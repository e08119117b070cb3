package live

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"atalaya/shared"
)

// A stream has no mark where its snapshot ends, and sends none when the cursor
// is current, so the end is inferred.
const (
	// settleQuiet after the last frame of a list, or after the first beat of an
	// audit, the snapshot is taken as complete.
	settleQuiet = time.Second
	// settleEmpty after the first sign of life a snapshot without any frame is
	// taken as empty: the server's query timeout (2 s) and a margin.
	settleEmpty = 3 * time.Second
	// settleBusy is the latest end when frames never pause.
	settleBusy = 5 * time.Second
)

// ledger holds the newest known state of a topic and decides what replaces it.
//
// Stream and fetch can cross, so the newest revision wins. Only the first word
// of a conversation that was begun after the held state arrived is believed
// whatever its revision: the database may have been restored.
type ledger struct {
	topic Topic
	kept  map[int64]entry
	known bool // the topic's state is known, though perhaps an empty list
	saved bool // it is a copy of this device

	// The conversation with the stream.
	askedAt   time.Duration
	confirmed map[int64]bool // ids heard in it
	firstAt   time.Duration  // its first sign of life; 0 before
	settleAt  time.Duration  // deadline: its snapshot is complete; 0 none
}

type entry struct {
	progress shared.AuditProgress
	at       time.Duration // when it arrived
}

func newLedger(t Topic, c Copy) *ledger {
	l := &ledger{topic: t, kept: map[int64]entry{}, saved: !c.SavedAt.IsZero(), confirmed: map[int64]bool{}}
	switch {
	case t.IsList() && c.Audits != nil:
		l.known = true
		for _, p := range c.Audits {
			l.kept[p.AuditID] = entry{progress: p}
		}
	case !t.IsList() && c.Progress != nil && c.Progress.AuditID == t.id:
		l.known = true
		l.kept[t.id] = entry{progress: *c.Progress}
	default:
		l.saved = false
	}
	return l
}

// revision is the cursor of the held state: 0 when there is none, when it is
// only a copy of this device, and for the list.
func (l *ledger) revision() int64 {
	if l.saved || l.topic.IsList() {
		return 0
	}
	return l.kept[l.topic.id].progress.Revision
}

// final reports whether the server said that the audit is terminal.
func (l *ledger) final() bool {
	e, ok := l.kept[l.topic.id]
	return ok && !l.saved && !l.topic.IsList() && e.progress.Status.Terminal()
}

// asked begins a conversation with the stream.
func (l *ledger) asked(at time.Duration) {
	l.askedAt, l.firstAt, l.settleAt = at, 0, 0
	clear(l.confirmed)
}

// lost ends the conversation: what it did not say yet, it will not say.
func (l *ledger) lost() { l.firstAt, l.settleAt = 0, 0 }

// beat takes any sign of life of the stream.
func (l *ledger) beat(at time.Duration) {
	if l.firstAt != 0 {
		return
	}
	l.firstAt, l.settleAt = at, at+settleQuiet
	if l.topic.IsList() {
		l.settleAt = at + settleEmpty
	}
}

// settled reports whether the stream has said all it had to say at first.
func (l *ledger) settled() bool { return l.firstAt != 0 && l.settleAt == 0 }

// streamed takes a frame of the stream and reports whether it changed what is
// held.
func (l *ledger) streamed(p shared.AuditProgress, at time.Duration) bool {
	if !l.topic.IsList() && p.AuditID != l.topic.id {
		return false
	}
	l.beat(at)
	first := !l.confirmed[p.AuditID]
	l.confirmed[p.AuditID] = true
	switch {
	case !l.topic.IsList():
		l.settleAt = 0
	case l.settleAt != 0:
		l.settleAt = min(at+settleQuiet, l.firstAt+settleBusy)
	}
	return l.put(p, at, first, l.askedAt)
}

// fetched takes an answer of the polling address that was asked for at asked,
// and reports whether it changed what is held.
func (l *ledger) fetched(answer []shared.AuditProgress, asked, at time.Duration) bool {
	changed := false
	seen := map[int64]bool{}
	for _, p := range answer {
		if !l.topic.IsList() && p.AuditID != l.topic.id {
			continue
		}
		seen[p.AuditID] = true
		changed = l.put(p, at, true, asked) || changed
	}
	if l.topic.IsList() {
		changed = l.drop(seen, asked) || changed
	}
	return changed
}

// put keeps p unless what is held is as good.
func (l *ledger) put(p shared.AuditProgress, at time.Duration, first bool, asked time.Duration) bool {
	held, ok := l.kept[p.AuditID]
	old := held.progress
	switch {
	case !ok, l.saved, p.Revision > old.Revision:
	case first && asked >= held.at && (p.Revision < old.Revision || !p.UpdatedAt.Equal(old.UpdatedAt.Time)):
	default:
		return false
	}
	l.kept[p.AuditID] = entry{p, at}
	if !l.topic.IsList() {
		l.known, l.saved = true, false
	}
	return true
}

// settle ends the snapshot when its time has come: what the list's snapshot
// did not confirm is gone. It reports whether that changed what is held.
func (l *ledger) settle(at time.Duration) (settled, changed bool) {
	if l.settleAt == 0 || at < l.settleAt {
		return false, false
	}
	l.settleAt = 0
	return true, l.topic.IsList() && l.drop(l.confirmed, l.askedAt)
}

// drop removes the audits that a list of the newest, asked for at asked, would
// have shown and did not: they were deleted. It reports whether anything
// changed.
func (l *ledger) drop(seen map[int64]bool, asked time.Duration) bool {
	changed := !l.known || l.saved
	l.known, l.saved = true, false
	ids := make([]int64, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Compare(b, a) })
	lowest := int64(0)
	if len(ids) >= shared.ListSnapshot {
		lowest = ids[shared.ListSnapshot-1]
	}
	for id, e := range l.kept {
		if id >= lowest && !seen[id] && e.at <= asked {
			delete(l.kept, id)
			changed = true
		}
	}
	return changed
}

// progress is the audit held, or nil.
func (l *ledger) progress() *shared.AuditProgress {
	e, ok := l.kept[l.topic.id]
	if !ok || l.topic.IsList() {
		return nil
	}
	return &e.progress
}

// audits are the audits held, highest id first, at most
// [shared.ListLimitMax]; nil while unknown.
func (l *ledger) audits() []shared.AuditProgress {
	if !l.topic.IsList() || !l.known && len(l.kept) == 0 {
		return nil
	}
	all := make([]shared.AuditProgress, 0, len(l.kept))
	for _, e := range l.kept {
		all = append(all, e.progress)
	}
	slices.SortFunc(all, func(a, b shared.AuditProgress) int { return cmp.Compare(b.AuditID, a.AuditID) })
	for len(all) > shared.ListLimitMax {
		delete(l.kept, all[len(all)-1].AuditID)
		all = all[:len(all)-1]
	}
	return all
}

// decodeAnswer reads the body of a polling answer. Audits of a list that break
// the contract are left out and told to skipped.
func decodeAnswer(t Topic, body []byte, skipped func(error)) ([]shared.AuditProgress, error) {
	if !t.IsList() {
		p, err := shared.DecodeAuditProgress(body)
		if err == nil && p.AuditID != t.id {
			err = fmt.Errorf("%w: audit %d instead of %d", shared.ErrInvalid, p.AuditID, t.id)
		}
		if err != nil {
			return nil, err
		}
		return []shared.AuditProgress{p}, nil
	}
	var list struct {
		Audits *[]json.RawMessage `json:"audits"`
	}
	if err := json.Unmarshal(body, &list); err != nil || list.Audits == nil {
		return nil, fmt.Errorf("%w: list of audits: %v", shared.ErrInvalid, err)
	}
	audits := make([]shared.AuditProgress, 0, len(*list.Audits))
	for _, raw := range *list.Audits {
		p, err := shared.DecodeAuditProgress(raw)
		if err != nil {
			skipped(err)
			continue
		}
		audits = append(audits, p)
	}
	return audits, nil
}
