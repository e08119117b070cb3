package stream

import (
	"sync/atomic"
	"time"
)

// env is what every stream and every writer need of their server.
type env struct {
	cfg Config // with its defaults
	clock
	metrics    *metrics
	freshness  freshness
	gate       *gate
	heartbeats heartbeats
	summary    *summary
	takenOver  atomic.Int64 // connections that net/http has no more
}

func newEnv(cfg Config) *env {
	e := &env{
		cfg: cfg, clock: clock{epoch: time.Now()}, metrics: newMetrics(cfg.Metrics),
		gate: newGate(cfg.MaxStreams), summary: newSummary(cfg.Log),
	}
	e.freshness.clock = e.clock
	e.freshness.swept.Store(int64(never))
	return e
}

// draining reports whether the server drains.
func (e *env) draining() bool {
	select {
	case <-e.gate.drain:
		return true
	default:
		return false
	}
}

// release gives back what admission gave.
func (e *env) release(a Admission) {
	if a.Release != nil {
		a.Release()
	}
	e.gate.leave()
}

// clock turns times into instants: durations since the server began. An instant is
// a third of the size of a time, and stays right when somebody sets the system's clock.
type clock struct{ epoch time.Time }

// never is an instant before all others.
const never = -time.Hour

// since is the instant of t.
func (c clock) since(t time.Time) time.Duration { return t.Sub(c.epoch) }

// timeOf is the time of an instant.
func (c clock) timeOf(instant time.Duration) time.Time { return c.epoch.Add(instant) }

// freshness knows when the relay last confirmed all states.
type freshness struct {
	clock
	swept atomic.Int64 // the instant at which the last successful sweep began; never before the first
}

// confirm notes that a sweep that began at t has succeeded.
func (f *freshness) confirm(t time.Time) { f.swept.Store(int64(f.since(t))) }

// confirmed is the instant at which the last successful sweep began, or [never].
func (f *freshness) confirmed() time.Duration { return time.Duration(f.swept.Load()) }

// freshAt is the later of the last successful sweep and the instant of a snapshot,
// as a time of the clock that now was read from.
func (f *freshness) freshAt(snapshot time.Duration, now time.Time) time.Time {
	return now.Add(max(f.confirmed(), snapshot) - f.since(now))
}
