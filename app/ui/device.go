package ui

import (
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// device is what all pages of one browser share. Only the UI goroutine of the
// browser changes it; a server's pages only read it, and it stays empty there.
type device struct {
	// skew is what is known about this device's clock.
	skew skew
	// visits counts the pages opened in this browser.
	visits int
	// created is the audit that the user has just started, for its page to begin
	// with.
	created *shared.AuditProgress
}

// hear learns from a view how far this device's clock is off.
func (d *device) hear(v live.View) {
	if !v.ServerTime.IsZero() {
		d.skew = d.skew.sample(v.ServerTime, v.ServerTimeAt)
	}
}

// skew estimates how far this device's clock is ahead of the server's, so that
// the age of a running audit is true although the clock is not. Every sample is
// too large by the time the news took to arrive, so the smallest is the best.
type skew struct {
	ahead time.Duration
	known bool
}

// sample takes note of news that the server stamped and that was read here at now.
func (s skew) sample(stamped, now time.Time) skew {
	if d := now.Sub(stamped); !s.known || d < s.ahead {
		return skew{ahead: d, known: true}
	}
	return s
}

// frame is [skew.sample] for a state of an audit. The first state seen may be
// old: it proves something only when it lies in the future.
func (s skew) frame(updated, now time.Time) skew {
	if !s.known && updated.Before(now) {
		return s
	}
	return s.sample(updated, now)
}

// server is the server's time at this device's now.
func (s skew) server(now time.Time) time.Time { return now.Add(-s.ahead) }
