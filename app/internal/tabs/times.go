package tabs

import "time"

const (
	// askAfter is how long a tab hears nothing of the leader before it asks whether it
	// is there, and askSpread is added, times jitter, so that one tab asks for all.
	askAfter  = 600 * time.Millisecond
	askSpread = 150 * time.Millisecond
	// answerWithin is how soon a leader answers. With the times above, one that froze is
	// replaced within two seconds.
	answerWithin = 1100 * time.Millisecond
	// giveWay is how much longer those wait who have heard another ask: it takes the lock,
	// if there is no answer, and twenty who took it from each other would do nobody good.
	giveWay = 100 * time.Millisecond
	// calm is how long one tab must have led before the next is asked for as little as
	// that again. Leaders that follow each other sooner are busy rather than frozen, and
	// each gets twice the time of the last to answer, at most mostPatience times it.
	calm         = 30 * time.Second
	mostPatience = 8
	// grantWithin is how soon a lock that was taken away from its holder is given. A
	// browser that does not give it is led without.
	grantWithin = time.Second
	// overslept is how late a deadline must be noticed to mean that this tab itself was
	// throttled, busy or asleep: the answer may still be queued. It asks again then, but
	// no more than maxExcuses times, as the timers of hidden tabs are always late.
	overslept  = 250 * time.Millisecond
	maxExcuses = 5
	// gather is how long an open stream goes on before it is opened anew for newcomers:
	// tabs that are restored together come together.
	gather = 100 * time.Millisecond
	// silentAfter is how long a stream may send nothing before it is opened anew for a source
	// that comes: servers beat every 30 s at the latest, and a source gives up after 50 s.
	silentAfter = 40 * time.Second
	// renewAfter is the least age at which a source is renewed for a new leader. The
	// machine takes sources that live for less, three in a row, for useless.
	renewAfter = time.Second
	// linger is how long a tab that watches nothing any more still carries for the
	// others: between two screens it watches nothing for a moment.
	linger = 2 * time.Second

	// pauseAfter is how long a hidden tab keeps a stream of its own.
	pauseAfter = 10 * time.Second
	// leaseFor is how long a lease holds unless it is renewed, which it is every
	// leaseEvery.
	leaseFor   = 15 * time.Second
	leaseEvery = 5 * time.Second
	// maxLeases is how many streams of its own one browser may have: two fewer than the
	// connections that it opens to one host.
	maxLeases = 4
	// turnSpread is how long a tab that waits for a lease lets others go first.
	turnSpread = 500 * time.Millisecond
)
