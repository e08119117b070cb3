//go:build js

package rand

import (
	"io"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	for _, size := range []int{0, 1, most, most + 1, 3*most + 5} {
		b := make([]byte, size)
		if n, err := io.ReadFull(Reader, b); n != size || err != nil {
			t.Fatalf("%d bytes: got %d, %v", size, n, err)
		}
		var seen [256]bool
		for _, c := range b[max(0, size-most):] {
			seen[c] = true
		}
		for c := range seen {
			if size >= most && !seen[c] {
				t.Errorf("%d bytes: %d never came up", size, c)
			}
		}
	}
}

func TestText(t *testing.T) {
	a, b := Text(), Text()
	if a == b || len(a) != 26 || strings.Trim(a+b, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		t.Errorf("got %q and %q", a, b)
	}
}
