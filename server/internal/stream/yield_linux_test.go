package stream

import (
	"net"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// TestYieldLetsThoseRunWhoWaitForASocket keeps every processor busy and counts the turns
// that pass between a byte's coming and its being read. By runtime.Gosched it is as many as
// fit into 10 ms.
func TestYieldLetsThoseRunWhoWaitForASocket(t *testing.T) {
	here, there := loopbackPair(t)
	var read atomic.Int64
	go func() {
		for b := make([]byte, 1); ; read.Add(1) {
			if _, err := there.Read(b); err != nil {
				return
			}
		}
	}()
	var stop atomic.Bool
	var busy sync.WaitGroup
	for range runtime.GOMAXPROCS(0) - 1 {
		y := newTestYielder(t)
		busy.Go(func() {
			for !stop.Load() {
				y.yield()
			}
		})
	}
	y := newTestYielder(t)
	const bytes = 101
	var turns []int
	for sent := int64(1); sent <= bytes; sent++ {
		if _, err := here.Write([]byte{0}); err != nil {
			t.Fatal(err)
		}
		passed := 0
		for ; read.Load() < sent; passed++ {
			y.yield()
		}
		turns = append(turns, passed)
	}
	stop.Store(true)
	busy.Wait()
	slices.Sort(turns)
	if got := turns[bytes/2]; got > 8 {
		t.Errorf("a byte was read %d turns after it had come (%v), want 8 at most", got, turns)
	}
}

func newTestYielder(t *testing.T) *yielder {
	t.Helper()
	y, err := newYielder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(y.close)
	return y
}

// loopbackPair are the two ends of a connection.
func loopbackPair(t *testing.T) (here, there net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if here, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = here.Close() })
	if there, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = there.Close() })
	return here, there
}
