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
	onAt   time.Duration
	// outdated says that the stream was opened anew under a source of the list: what was
	// deleted meanwhile, only a whole snapshot shows.
	outdated bool
}

// upstream is what a leader knows of its stream.
type upstream struct {
	generation int // of the newest stream; signals of older ones are ignored
	open       bool
	topics     []topic // what it was asked for
	// cursored says that it was asked for with a cursor: the server then does not
	// repeat a state that only the tab with the cursor has.
	cursored bool
	heard    bool          // the connection has sent something, and met no error since
	heardAt  time.Duration // when it last sent something, or was opened
	beat     string        // its newest heartbeat
	// frames are the newest of each audit since the stream was opened, and listed those of
	// the list, which grow with new audits until the lifetime ends.
	frames, listed map[topic]string
	reopenAt       time.Duration // deadline: it is opened anew, for what it does not carry yet
}

// carries reports whether the stream was asked for a topic.
func (u *upstream) carries(t topic) bool { return u.open && slices.Contains(u.topics, t) }

// silent reports whether the connection has sent nothing for so long that it is of no use: a
// source that comes back for that reason would be told of it as of a new one.
func (u *upstream) silent(at time.Duration) bool { return u.open && at-u.heardAt >= silentAfter }

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
	for _, id := range live.IDs(u.listed) {
		frames = append(frames, u.listed[id])
	}
	return frames
}

// carrier is what a leader carries for whom.
type carrier struct {
	watchers []watcher
	upstream upstream
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

// carried lists the watchers whom the stream carries now.
func (c *carrier) carried() (all []*watcher) {
	for i := range c.watchers {
		if w := &c.watchers[i]; c.upstream.carries(w.topic) {
			all = append(all, w)
		}
	}
	return all
}

// wanted lists what is watched, the list first, without repetitions and no more audits than
// one stream may carry: those who came first have it.
func (c *carrier) wanted() (topics []topic) {
	audits := 0
	for _, w := range c.watchers {
		at, known := slices.BinarySearch(topics, w.topic)
		if known || w.topic != theList && audits == shared.MaxStreamIDs {
			continue
		}
		topics = slices.Insert(topics, at, w.topic)
		if w.topic != theList {
			audits++
		}
	}
	return topics
}

// prepare makes the stream ready to be opened for all who want it, and returns the
// address. The cursor of a single watcher is used; several need the state.
func (c *carrier) prepare(at time.Duration) (url string) {
	topics := c.wanted()
	u := &c.upstream
	*u = upstream{
		generation: u.generation + 1, open: true, topics: topics, heardAt: at,
		frames: map[topic]string{}, listed: map[topic]string{},
	}
	if len(c.watchers) == 1 {
		u.cursored = strings.Contains(c.watchers[0].url, "?")
		return c.watchers[0].url
	}
	return unionURL(topics)
}

// forget closes the stream and takes back what it carried: who still wants it says so
// again, so tabs that are gone are forgotten with it.
func (c *carrier) forget() {
	u := &c.upstream
	c.watchers = slices.DeleteFunc(c.watchers, func(w watcher) bool { return u.carries(w.topic) })
	*u = upstream{generation: u.generation, reopenAt: u.reopenAt}
}

// shared reports whether somebody but one tab is carried for.
func (c *carrier) shared(me string) bool {
	return slices.ContainsFunc(c.watchers, func(w watcher) bool { return w.tab != me })
}
