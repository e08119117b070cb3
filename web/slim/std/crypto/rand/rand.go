//go:build js

package rand

import (
	"io"
	"syscall/js"
)

// Reader reads what [Read] gives.
var Reader io.Reader = reader{}

type reader struct{}

func (reader) Read(b []byte) (int, error) { return Read(b) }

// most is how many bytes the browser gives at once.
const most = 65536

// Read fills b. It never fails, as the standard one.
func Read(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		array := js.Global().Get("Uint8Array").New(min(len(rest), most))
		js.Global().Get("crypto").Call("getRandomValues", array)
		rest = rest[js.CopyBytesToGo(rest, array):]
	}
	return len(b), nil
}

// Text gives 26 random characters, 130 bits, of the alphabet of base32.
func Text() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	b := make([]byte, 26)
	_, _ = Read(b)
	for i := range b {
		b[i] = alphabet[b[i]%32]
	}
	return string(b)
}
