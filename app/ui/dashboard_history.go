package ui

import (
	"cmp"
	"math"
	"slices"

	"atalaya/shared"
)

// history is what is known of the part of the list below the running audits.
type history struct {
	query listQuery
	page  *shared.AuditList // what the server said last; nil while unknown
	// failed names why the server said nothing; "" when it did.
	failed string
	// taken are the ended audits of the live list that the history has taken in. Others
	// wait for the reader, so that nothing moves what is being read.
	taken map[int64]bool
	// unfolded are the newest audits of sites whose older ones the reader wants to see; nil
	// while they are not known.
	unfolded map[string][]shared.AuditProgress
	// gone are audits that were deleted here or elsewhere.
	gone map[int64]bool
	// stale is true when the numbers above the list are no longer right.
	stale bool
}

// notice compares two states of the live list. What has left it is deleted, unless newer
// audits have only pushed it out at the end.
func (h *history) notice(old, now []shared.AuditProgress) {
	last, here := int64(math.MaxInt64), map[int64]bool{}
	for i := range now {
		here[now[i].AuditID] = true
		if now[i].Status.Terminal() { // others stay whatever their age
			last = min(last, now[i].AuditID)
		}
	}
	for i := range old {
		if id := old[i].AuditID; !here[id] && id > last {
			h.bury(id)
		}
	}
}

// bury takes an audit out of the list.
func (h *history) bury(id int64) {
	if h.gone == nil {
		h.gone = map[int64]bool{}
	}
	h.gone[id], h.stale = true, true
}

// revive puts an audit back that could not be deleted.
func (h *history) revive(id int64) {
	delete(h.gone, id)
	h.stale = true
}

// take has the history take in all that has ended.
func (h *history) take(audits []shared.AuditProgress) {
	if h.taken == nil {
		h.taken = map[int64]bool{}
	}
	for i := range audits {
		if id := audits[i].AuditID; audits[i].Status.Terminal() && !h.taken[id] {
			h.taken[id], h.stale = true, true
		}
	}
}

// answered takes the server's answer.
func (h *history) answered(list *shared.AuditList, audits []shared.AuditProgress) {
	h.page, h.failed = list, ""
	h.take(audits)
	h.stale = false
}

// waiting is how many audits have ended that the list would have and does not show.
func (h *history) waiting(audits []shared.AuditProgress) (n int) {
	for i := range audits {
		p := &audits[i]
		if p.Status.Terminal() && !h.taken[p.AuditID] && !h.gone[p.AuditID] && h.query.keeps(p) {
			n++
		}
	}
	return n
}

// rows are the audits to show: those of the server's answer, as they are now, and in the
// plain list what has ended since. While there is no answer, the plain list is what the
// live one has. known is false when nothing can be shown.
func (h *history) rows(audits []shared.AuditProgress) (rows []*shared.AuditProgress, known bool) {
	if h.page == nil && !h.query.plain() {
		return nil, false
	}
	now := map[int64]*shared.AuditProgress{}
	for i := range audits {
		now[audits[i].AuditID] = &audits[i]
	}
	shown := map[int64]bool{}
	add := func(p *shared.AuditProgress) {
		if p.Status.Terminal() && !h.gone[p.AuditID] && !shown[p.AuditID] {
			shown[p.AuditID] = true
			rows = append(rows, p)
		}
	}
	end := int64(0) // nothing older is on the page
	if h.page != nil {
		for i := range h.page.Audits {
			p := &h.page.Audits[i]
			if live := now[p.AuditID]; live != nil && live.Revision > p.Revision {
				p = live
			}
			add(p)
		}
		if n := len(h.page.Audits); n > 0 && h.page.NextCursor != nil {
			end = h.page.Audits[n-1].AuditID
		}
	}
	if !h.query.plain() {
		return rows, true
	}
	for i := range audits {
		if p := &audits[i]; p.AuditID > end && h.taken[p.AuditID] {
			add(p)
		}
	}
	slices.SortStableFunc(rows, func(a, b *shared.AuditProgress) int { return cmp.Compare(b.AuditID, a.AuditID) })
	return rows, true
}

// withoutKnown is a list without the audits that others have, for the record from which
// the client starts.
func withoutKnown(list shared.AuditList, others []shared.AuditProgress) *shared.AuditList {
	list.Audits = slices.DeleteFunc(slices.Clone(list.Audits), func(p shared.AuditProgress) bool {
		return slices.ContainsFunc(others, func(o shared.AuditProgress) bool { return o.AuditID == p.AuditID })
	})
	return &list
}

// total is how many audits the list has on all pages: at least, if more is set. It is 0
// when that is not known.
func (h *history) total() (n int, more bool) {
	if h.page == nil || h.page.Counts == nil {
		return 0, false
	}
	statuses := endedStatuses
	if h.query.Status != "" {
		statuses = []shared.Status{h.query.Status}
	}
	for _, s := range statuses {
		of := h.page.Counts.Of(s)
		n, more = n+of, more || of >= shared.ListCountMax
	}
	return n, more
}

// endedStatuses are those by which the history can be filtered.
var endedStatuses = []shared.Status{shared.StatusCompleted, shared.StatusFailed, shared.StatusCancelled}
