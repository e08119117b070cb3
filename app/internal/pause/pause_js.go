package pause

import (
	"syscall/js"
	"time"
)

// stretch is how long the program may run between two pauses: with what a piece of
// the start may take beyond it, and on a phone four times as slow as a desk, less than the
// 50 ms that a person does not notice.
const stretch = 6 * time.Millisecond

// pauses is used by the main goroutine alone.
var pauses = begin()

type pauser struct {
	ended bool
	last  time.Time // when the last pause ended
	// A message to oneself comes back after what the browser has to do. Unlike a
	// timer it does as soon in a tab that nobody sees.
	port js.Value
	back chan struct{}
	on   js.Func
}

// begin makes the first pause, so that whatever ran before it stands alone.
func begin() *pauser {
	p := &pauser{back: make(chan struct{}, 1)}
	channel := js.Global().Get("MessageChannel")
	if !channel.Truthy() {
		p.ended = true
		return p
	}
	ports := channel.New()
	p.on = js.FuncOf(func(js.Value, []js.Value) any {
		p.back <- struct{}{}
		return nil
	})
	ports.Get("port1").Set("onmessage", p.on)
	p.port = ports.Get("port2")
	p.take()
	return p
}

func (p *pauser) take() {
	// The page's script (web/static/watch.js) would take a start of more than two seconds
	// for the program's death.
	if script := js.Global().Get("atalaya"); script.Truthy() {
		script.Call("beat")
	}
	p.port.Call("postMessage", nil)
	<-p.back
	p.last = time.Now()
}

// Take pauses when the program has run for a while. Only the main goroutine, on
// which go-app mounts and draws, may call it.
func Take() {
	if !pauses.ended && time.Since(pauses.last) >= stretch {
		pauses.take()
	}
}

// End ends the pauses: from now on, Take does nothing.
func End() {
	if !pauses.ended {
		pauses.ended = true
		pauses.port.Call("close")
		pauses.on.Release()
	}
}
