package stream

import "time"

// watchingEvery is the least time between two counts of the streams of one audit. However
// many come and go meanwhile, nobody is told more often.
const watchingEvery = 5 * time.Second

// watching is how many streams an audit had at an instant, as they are told it: by their
// heartbeats, and by one more beside a frame when the number has changed. Whoever comes or
// goes wakes nobody, so a crowd that joins costs the others next to nothing.
type watching struct {
	count  int32
	at     time.Duration
	serial uint8 // one more than that of the number before, and never 0
	// heartbeats are those that tell the number.
	heartbeats heartbeats
}

// watching is the number to tell of an audit; nil while it never had more than one stream.
func (t *topic) watching(at time.Duration) *watching {
	told, count := t.told.Load(), t.streams.Load()
	switch {
	case told == nil && count < 2:
		return nil
	case told != nil && (told.count == count || at-told.at < watchingEvery):
		return told
	}
	next := &watching{count: count, at: at, serial: told.lastSerial() + 1}
	if next.serial == 0 {
		next.serial = 1
	}
	if count > 1 {
		next.heartbeats.watching = map[int64]int{t.id: int(count)}
	}
	if !t.told.CompareAndSwap(told, next) {
		return t.told.Load() // another stream was just as quick
	}
	return next
}

// lastSerial is 0 where there is no number.
func (w *watching) lastSerial() uint8 {
	if w == nil {
		return 0
	}
	return w.serial
}

// watchedBy is how many watch an audit if somebody who polls is one of them.
func (h *hub) watchedBy(id int64) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t := h.topics[id]; t != nil {
		return int(t.streams.Load()) + 1
	}
	return 1
}
