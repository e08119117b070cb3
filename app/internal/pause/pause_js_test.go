package pause

import (
	"syscall/js"
	"testing"
	"time"
)

// TestPauses works in pieces of 5 ms and counts how often the program gave way, which
// is when the browser gets to what it was asked to do at once. (Node answers messages
// before it looks at anything else, so only a browser can show that the screen gets
// its turn as well: see TestBenchApp.)
func TestPauses(t *testing.T) {
	pauses = begin() // a run before this one ended them
	gaveWay := 0
	noted := js.FuncOf(func(js.Value, []js.Value) any {
		gaveWay++
		return nil
	})
	defer noted.Release()
	work := func(pieces int) int {
		before := gaveWay
		for range pieces {
			seen := gaveWay
			js.Global().Call("queueMicrotask", noted)
			for begun := time.Now(); time.Since(begun) < stretch/5; {
			}
			Take()
			if gaveWay > seen {
				gaveWay = seen + 1
			}
		}
		return gaveWay - before
	}
	begun := time.Now()
	got := work(50)
	if most := int(time.Since(begun)/stretch) + 1; got < 5 || got > most {
		t.Errorf("gave way %d times, want from 5 to %d", got, most)
	}
	End()
	if got := work(10); got != 0 {
		t.Errorf("gave way %d times after the end of pauses", got)
	}
	End()
	<-time.After(time.Millisecond) // lets the last of what was asked for run before it is released
}
