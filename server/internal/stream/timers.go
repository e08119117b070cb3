package stream

import "time"

// timers holds one instant for each stream of a shard, the first at the top of
// a heap. A stream's deadline mostly moves away, with every byte it is sent; that
// costs nothing, for its entry stays until its old time has come, and is then
// put where it belongs.
type timers struct{ heap []timer }

type timer struct {
	at     time.Duration
	stream *epollStream
}

// next returns the first instant; ok is false if there is none.
func (t *timers) next() (at time.Duration, ok bool) {
	if len(t.heap) == 0 {
		return 0, false
	}
	return t.heap[0].at, true
}

// due returns the stream whose instant has come; nil if there is none. It stays
// where it is until the caller sets or removes it.
func (t *timers) due(now time.Duration) *epollStream {
	if len(t.heap) == 0 || t.heap[0].at > now {
		return nil
	}
	return t.heap[0].stream
}

func (t *timers) add(st *epollStream, at time.Duration) {
	st.timer = int32(len(t.heap))
	t.heap = append(t.heap, timer{at.Truncate(deadlineSlack), st})
	t.up(int(st.timer))
}

// sooner sees to it that st comes up at the latest at at.
func (t *timers) sooner(st *epollStream, at time.Duration) {
	if at = at.Truncate(deadlineSlack); at < t.heap[st.timer].at {
		t.heap[st.timer].at = at
		t.up(int(st.timer))
	}
}

// set puts st off to at, or prefers it.
func (t *timers) set(st *epollStream, at time.Duration) {
	t.heap[st.timer].at = at.Truncate(deadlineSlack)
	t.up(int(st.timer))
	t.down(int(st.timer))
}

func (t *timers) remove(st *epollStream) {
	i, last := int(st.timer), len(t.heap)-1
	t.swap(i, last)
	t.heap[last] = timer{}
	if t.heap = t.heap[:last]; i < last {
		t.up(i)
		t.down(i)
	}
}

func (t *timers) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if t.heap[parent].at <= t.heap[i].at {
			return
		}
		t.swap(i, parent)
		i = parent
	}
}

func (t *timers) down(i int) {
	for {
		least := 2*i + 1
		if least >= len(t.heap) {
			return
		}
		if right := least + 1; right < len(t.heap) && t.heap[right].at < t.heap[least].at {
			least = right
		}
		if t.heap[i].at <= t.heap[least].at {
			return
		}
		t.swap(i, least)
		i = least
	}
}

func (t *timers) swap(i, j int) {
	t.heap[i], t.heap[j] = t.heap[j], t.heap[i]
	t.heap[i].stream.timer, t.heap[j].stream.timer = int32(i), int32(j)
}
