package live

import "syscall/js"

// callbacks are all that JavaScript can call, by their numbers.
//
// Browsers call some of them after we said that we are done with them: WebKit, for one,
// gives a lock that it has already reported as stolen. For a [js.Func] that was released
// Go tells the console of an error then. So there is one of those for all callbacks, which
// is never released; JavaScript gets it with a number bound to it, and a number that is no
// longer here is one of a callback that nobody waits for.
var (
	callbacks    = map[int]func(arg js.Value) any{}
	lastCallback int
	callNumbered = js.FuncOf(func(_ js.Value, args []js.Value) any {
		call, arg := callbacks[args[0].Int()], js.Undefined()
		if call == nil {
			return nil
		}
		if len(args) > 1 {
			arg = args[1]
		}
		return call(arg)
	})
)

// Callback is a function that JavaScript can call.
type Callback struct {
	Value  js.Value // what JavaScript is given
	number int
}

// NewCallback makes a function that JavaScript can call, with its first argument, until it
// is released. A panic in it is told to the console and goes no further.
func NewCallback(doing string, call func(arg js.Value) any) Callback {
	lastCallback++
	callbacks[lastCallback] = func(arg js.Value) any {
		var ignored error
		defer recoverAsError(&ignored, doing)
		return call(arg)
	}
	return Callback{callNumbered.Call("bind", nil, lastCallback), lastCallback}
}

// Release forgets what is to be done. It may be called from within the callback; whoever
// calls that afterwards gets null.
func (c Callback) Release() { delete(callbacks, c.number) }
