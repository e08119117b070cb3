package stream

import "time"

// bothSubscriber is the subscriber of the list and of some audits, which share one stream:
// a browser has few connections. The stream ends as that of the list does, whatever becomes
// of the audits.
type bothSubscriber struct {
	*listSubscriber
	audits *auditSubscriber
	subs   []subscription // that of the list, then those of the audits
}

// subscribeBoth subscribes to the list, and to audits whether they exist or not.
func (h *hub) subscribeBoth(s *snapshots, ids []int64) *bothSubscriber {
	b := &bothSubscriber{listSubscriber: h.subscribeList(s), audits: h.subscribeAudits(ids, beside)}
	// Nothing refers to a subscription before it is attached, so they can still move.
	b.subs = append(b.listSubscriber.subs, b.audits.subs...)
	b.listSubscriber.subs, b.audits.subs = b.subs[:1], b.subs[1:]
	return b
}

func (b *bothSubscriber) attach(w waker)                          { b.hub.attach(b.subs, w) }
func (b *bothSubscriber) subscriptions() []subscription           { return b.subs }
func (b *bothSubscriber) heartbeats(at time.Duration) *heartbeats { return b.audits.heartbeats(at) }
func (b *bothSubscriber) hasNews(at time.Duration) bool           { return b.audits.hasNews(at) }

func (b *bothSubscriber) request() request {
	return request{ids: b.audits.request().ids, variant: beside}
}

func (b *bothSubscriber) begin(s *snapshot, frames [][]byte) [][]byte {
	return b.audits.begin(s, b.listSubscriber.begin(s, frames))
}

func (b *bothSubscriber) take(frames [][]byte) ([][]byte, subscriberState) {
	frames, _ = b.audits.take(frames)
	return b.listSubscriber.take(frames)
}

func (b *bothSubscriber) flushed() {
	b.listSubscriber.flushed()
	b.audits.flushed()
}

func (b *bothSubscriber) unsubscribe() {
	b.listSubscriber.unsubscribe()
	b.audits.unsubscribe()
}
