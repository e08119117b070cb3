package tabs

import (
	"slices"
	"strings"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// watcher is one source of one tab, as its leader knows it.
type watcher struct {
	tab    string
	source int
	topic  topic
	url    string
	on     bool // it was told that its stream is open, and of no error since
}

// upstream is what a leader knows of one of its streams.
type upstream struct {
	generation int // of the newest stream; signals of older ones are ignored
	open       bool
	topics     []topic // what it was asked for
	// cursored says that it was asked for with a cursor: the server then does not
	// repeat a state that only the tab with the cursor has.
	cursored bool
	heard    bool   // the connection has sent something, and met no error since
	beat     string // its newest heartbeat
	// frames are the newest of each audit since the stream was opened, so a list's grow
	// with new audits until its lifetime ends.
	frames   map[topic]string
	reopenAt time.Duration // deadline: it is opened anew, for what it does not carry yet
}

// carries reports whether the stream was asked for a topic.
func (u *upstream) carries(t topic) bool { return u.open && slices.Contains(u.topics, t) }

// stateOf reports whether all that a newcomer needs of a topic is known or will come.
func (u *upstream) stateOf(t topic) bool {
	return u.carries(t) && (!u.cursored || u.frames[t] != "")
}

// snapshot lists the frames that a newcomer to a topic gets first, oldest audit first.
func (u *upstream) snapshot(t topic) (frames []string) {
	if t != theList {
		if frame := u.frames[t]; frame != "" {
			frames = append(frames, frame)
		}
		return frames
	}
	for _, id := range live.IDs(u.frames) {
		frames = append(frames, u.frames[id])
	}
	return frames
}

// carrier is what a leader carries for whom.
type carrier struct {
	watchers  []watcher
	upstreams [lines]upstream
}

// add notes a watcher, and reports whether it was not known.
func (c *carrier) add(w watcher) (added *watcher, fresh bool) {
	if slices.ContainsFunc(c.watchers, func(known watcher) bool { return known.tab == w.tab && known.source == w.source }) {
		return nil, false
	}
	c.watchers = append(c.watchers, w)
	return &c.watchers[len(c.watchers)-1], true
}

func (c *carrier) remove(tab string, source int) {
	c.watchers = slices.DeleteFunc(c.watchers, func(w watcher) bool { return w.tab == tab && w.source == source })
}

// of lists the watchers that a line carries now.
func (c *carrier) of(l line) (all []*watcher) {
	for i := range c.watchers {
		if w := &c.watchers[i]; w.topic.line() == l && c.upstreams[l].carries(w.topic) {
			all = append(all, w)
		}
	}
	return all
}

// wanted lists what the watchers of a line want, without repetitions and no more than one
// stream may carry: those who came first have it.
func (c *carrier) wanted(l line) (topics []topic) {
	for _, w := range c.watchers {
		at, known := slices.BinarySearch(topics, w.topic)
		if w.topic.line() == l && !known && len(topics) < shared.MaxStreamIDs {
			topics = slices.Insert(topics, at, w.topic)
		}
	}
	return topics
}

// prepare makes a line ready to be opened for all who want it, and returns the
// address. The cursor of a single watcher is used; several need the state.
func (c *carrier) prepare(l line) (url string) {
	topics := c.wanted(l)
	u := &c.upstreams[l]
	*u = upstream{generation: u.generation + 1, open: true, topics: topics, frames: map[topic]string{}}
	alone := func(w watcher) bool { return w.topic.line() == l }
	first := slices.IndexFunc(c.watchers, alone)
	if !slices.ContainsFunc(c.watchers[first+1:], alone) {
		u.cursored = strings.Contains(c.watchers[first].url, "?")
		return c.watchers[first].url
	}
	return unionURL(topics)
}

// forget closes a line and takes back what it carried: who still wants it says so
// again, so tabs that are gone are forgotten with it.
func (c *carrier) forget(l line) {
	u := &c.upstreams[l]
	c.watchers = slices.DeleteFunc(c.watchers, func(w watcher) bool {
		return w.topic.line() == l && u.carries(w.topic)
	})
	*u = upstream{generation: u.generation, reopenAt: u.reopenAt}
}

// shared reports whether somebody but one tab is carried for.
func (c *carrier) shared(me string) bool {
	return slices.ContainsFunc(c.watchers, func(w watcher) bool { return w.tab != me })
}
