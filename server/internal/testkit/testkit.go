// Package testkit holds what the tests of several packages need: a log that
// goroutines and processes write to while a test reads it, waiting for a condition,
// programs of others that run beside a test, such as proxies, a push service and its browsers,
// and sites that answer as
// a table or a file says. Log and waiting work on real
// clocks and inside a synctest bubble alike.
package testkit

import (
	"bytes"
	"sync"
	"testing"
	"time"
)

// LogBuffer keeps what was written to it. Every method may be called from any
// goroutine.
type LogBuffer struct {
	mu   sync.Mutex
	data []byte
}

func (b *LogBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.data = append(b.data, p...)
	return len(p), nil
}

// String returns everything so far.
func (b *LogBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.data)
}

// Tail returns the last n bytes, or all of them if there are fewer.
func (b *LogBuffer) Tail(n int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.data[max(0, len(b.data)-n):])
}

// Count returns how often text occurs.
func (b *LogBuffer) Count(text string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Count(b.data, []byte(text))
}

// Contains reports whether text occurs.
func (b *LogBuffer) Contains(text string) bool { return b.Count(text) > 0 }

// The pauses of [Eventually] grow from the first to the last: most conditions
// hold at once, and those that do not may be costly to ask.
const (
	firstPause = time.Millisecond
	lastPause  = 20 * time.Millisecond
)

// Eventually asks cond until it holds, and fails the test if it does not within
// limit. It belongs to the test's own goroutine; cond may fail the test too.
func Eventually(t testing.TB, limit time.Duration, what string, cond func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for pause := firstPause; !cond(); pause = min(2*pause, lastPause) {
		left := time.Until(deadline)
		if left <= 0 {
			t.Fatalf("not within %v: %s", limit, what)
		}
		<-time.After(min(pause, left))
	}
}
