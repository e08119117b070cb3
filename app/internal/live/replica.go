package live

import (
	"slices"
	"time"

	"atalaya/shared"
)

// A stream does not mark where its snapshot ends, and it sends no snapshot when
// the cursor is current. So the end of the snapshot is inferred from time.
const (
	// snapshotQuiet is how long after the last frame of a list, or after the
	// first beat of an audit, the snapshot is taken as complete.
	snapshotQuiet = time.Second
	// snapshotEmpty is how long after the first sign of life a snapshot without
	// any frame is taken as empty: the server's query timeout (2 s) and a margin.
	snapshotEmpty = 3 * time.Second
	// snapshotLatest is how long after the first sign of life a snapshot is taken
	// as complete although frames never paused.
	snapshotLatest = 5 * time.Second
)

// replica is this client's copy of a topic's state, with the rules by which news
// replaces it.
//
// A stream and a poll can cross, so the newest revision wins. There is one
// exception: the first frame of a connection and every answer of a poll are
// believed whatever their revision, if they were asked for after the held state
// arrived. The database may have been restored and count from below.
type replica struct {
	topic      Topic
	held       map[int64]entry
	stateKnown bool // the topic's state is known, though perhaps an empty list
	saved      bool // what is held is a copy kept on this device

	// The current connection of the stream.
	askedAt      time.Duration  // when it was asked for
	heardIDs     map[int64]bool // the audits it has sent
	firstHeardAt time.Duration  // its first sign of life; 0 before
	completeAt   time.Duration  // deadline: its snapshot is complete; 0 when not set
}

type entry struct {
	progress shared.AuditProgress
	at       time.Duration // when it arrived
}

func newReplica(t Topic, c Copy) *replica {
	r := &replica{topic: t, held: map[int64]entry{}, heardIDs: map[int64]bool{}}
	r.hold(c)
	return r
}

// hold takes a copy while nothing is known.
func (r *replica) hold(c Copy) {
	switch t := r.topic; {
	case t.IsList() && c.Audits != nil:
		r.stateKnown = true
		for _, p := range c.Audits {
			r.held[p.AuditID] = entry{progress: p}
		}
	case !t.IsList() && c.Progress != nil && c.Progress.AuditID == t.id:
		r.stateKnown = true
		r.held[t.id] = entry{progress: *c.Progress}
	}
	r.saved = r.stateKnown && !c.SavedAt.IsZero()
}

// cursor is the revision of the held state: 0 when there is none, when it is
// only a copy of this device, and for the list.
func (r *replica) cursor() int64 {
	if r.saved || r.topic.IsList() {
		return 0
	}
	return r.held[r.topic.id].progress.Revision
}

// final reports whether the server said that the audit is terminal.
func (r *replica) final() bool {
	e, ok := r.held[r.topic.id]
	return ok && !r.saved && !r.topic.IsList() && e.progress.Status.Terminal()
}

// expectSnapshot forgets what earlier connections sent: a new connection was
// asked for and will send its snapshot.
func (r *replica) expectSnapshot(at time.Duration) {
	r.askedAt, r.firstHeardAt, r.completeAt = at, 0, 0
	clear(r.heardIDs)
}

// cancelSnapshot notes that the connection is lost: the rest of its snapshot will
// not come.
func (r *replica) cancelSnapshot() { r.firstHeardAt, r.completeAt = 0, 0 }

// streamHeard notes a sign of life of the stream. The first one of a connection
// sets the time at which the snapshot is taken as complete.
func (r *replica) streamHeard(at time.Duration) {
	if r.firstHeardAt != 0 {
		return
	}
	r.firstHeardAt, r.completeAt = at, at+snapshotQuiet
	if r.topic.IsList() {
		r.completeAt = at + snapshotEmpty
	}
}

// snapshotComplete reports whether the connection has sent its whole snapshot.
func (r *replica) snapshotComplete() bool { return r.firstHeardAt != 0 && r.completeAt == 0 }

// takeFrame takes a frame of the stream and reports whether the held state
// changed.
func (r *replica) takeFrame(p shared.AuditProgress, at time.Duration) bool {
	if !r.topic.IsList() && p.AuditID != r.topic.id {
		return false
	}
	r.streamHeard(at)
	first := !r.heardIDs[p.AuditID]
	r.heardIDs[p.AuditID] = true
	switch {
	case !r.topic.IsList():
		r.completeAt = 0
	case r.completeAt != 0:
		r.completeAt = min(at+snapshotQuiet, r.firstHeardAt+snapshotLatest)
	}
	return r.accept(p, at, first, r.askedAt)
}

// takeDeletion drops an audit that left the list, and reports whether it was held.
// Only lists are told so; the stream of one audit ends with it.
func (r *replica) takeDeletion(id int64) bool {
	_, held := r.held[id]
	if !held || !r.topic.IsList() {
		return false
	}
	delete(r.held, id)
	return true
}

// takeAnswer takes the answer to a poll that was sent at asked, and reports
// whether the held state changed.
func (r *replica) takeAnswer(answer []shared.AuditProgress, asked, at time.Duration) bool {
	changed := false
	seen := map[int64]bool{}
	for _, p := range answer {
		if !r.topic.IsList() && p.AuditID != r.topic.id {
			continue
		}
		seen[p.AuditID] = true
		changed = r.accept(p, at, true, asked) || changed
	}
	if r.topic.IsList() {
		changed = r.dropUnlisted(seen, asked) || changed
	}
	return changed
}

// accept replaces the held state of one audit by p if p is newer, or if p is the
// first word of a connection asked for after the held state arrived. It reports
// whether it did.
func (r *replica) accept(p shared.AuditProgress, at time.Duration, first bool, asked time.Duration) bool {
	old, ok := r.held[p.AuditID]
	switch {
	case !ok, r.saved, p.Revision > old.progress.Revision:
	case first && asked >= old.at &&
		(p.Revision < old.progress.Revision || !p.UpdatedAt.Equal(old.progress.UpdatedAt.Time)):
	default:
		return false
	}
	r.held[p.AuditID] = entry{p, at}
	if !r.topic.IsList() {
		r.stateKnown, r.saved = true, false
	}
	return true
}

// completeSnapshot takes the snapshot as complete when its time has come. Audits
// that the snapshot of a list did not show have left it, and are dropped. It
// reports whether the snapshot was completed now and whether the held state
// changed.
func (r *replica) completeSnapshot(at time.Duration) (completed, changed bool) {
	if r.completeAt == 0 || at < r.completeAt {
		return false, false
	}
	r.completeAt = 0
	return true, r.topic.IsList() && r.dropUnlisted(r.heardIDs, r.askedAt)
}

// dropUnlisted removes the audits that the list, asked for at asked, did not show. They
// were deleted or, being older than the newest, have ended; which of them cannot be
// told, so none stays. It reports whether anything changed.
func (r *replica) dropUnlisted(seen map[int64]bool, asked time.Duration) bool {
	changed := !r.stateKnown || r.saved
	r.stateKnown, r.saved = true, false
	for id, e := range r.held {
		if !seen[id] && e.at <= asked {
			delete(r.held, id)
			changed = true
		}
	}
	return changed
}

// progress is the audit held, or nil.
func (r *replica) progress() *shared.AuditProgress {
	e, ok := r.held[r.topic.id]
	if !ok || r.topic.IsList() {
		return nil
	}
	return &e.progress
}

// audits are the audits held, highest id first; nil while unknown. Beyond
// [shared.ListLimitMax] the oldest of those that have ended are given up, then the
// oldest of all beyond what a list may hold.
func (r *replica) audits() []shared.AuditProgress {
	if !r.topic.IsList() || !r.stateKnown && len(r.held) == 0 {
		return nil
	}
	all := make([]shared.AuditProgress, 0, len(r.held))
	for _, id := range slices.Backward(IDs(r.held)) {
		all = append(all, r.held[id].progress)
	}
	all = r.giveUp(all, shared.ListLimitMax, func(p *shared.AuditProgress) bool { return p.Status.Terminal() })
	return r.giveUp(all, shared.ListSnapshot+shared.ListUnfinishedMax, func(*shared.AuditProgress) bool { return true })
}

// IDs are the keys of a map, the lowest first. They are few: to put each in its place takes
// 10 KB less of the program than the sort of package slices, and 30 less than to sort what
// they stand for.
func IDs[ID ~int64, V any](of map[ID]V) (ids []ID) {
	for id := range of {
		at, _ := slices.BinarySearch(ids, id)
		ids = slices.Insert(ids, at, id)
	}
	return ids
}

// giveUp drops of the audits that may go the last ones, until at most n are left.
func (r *replica) giveUp(all []shared.AuditProgress, n int, mayGo func(*shared.AuditProgress) bool) []shared.AuditProgress {
	for i := len(all) - 1; i >= 0 && len(all) > n; i-- {
		if mayGo(&all[i]) {
			delete(r.held, all[i].AuditID)
			all = slices.Delete(all, i, i+1)
		}
	}
	return all
}
