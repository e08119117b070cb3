//go:build js

package regexp

import (
	standard "regexp"
	"strings"
	"testing"
)

// TestMatchString holds the stand-in to the package that it stands in for, which
// is why this test is compiled without the overlay.
func TestMatchString(t *testing.T) {
	patterns := []string{
		`^/audits/[1-9][0-9]{0,18}$`, `^/audits/[1-9][0-9]{0,18}/report$`, `^/`,
		`a.c`, `^a.c$`, `^(?:a|b)+$`, `^[^/.]*$`, `^\.\d+$`, `[.$]`, `é`, `^.$`, `x*`, `^Test(A|B)$`, ``,
	}
	subjects := []string{
		"", "/", "/audits/1", "/audits/01", "/audits/1234567890123456789", "/audits/12345678901234567890",
		"/audits/1/", "/audits/1\n", "\n/audits/1", "/audits/1/report", "/audits/٣", "/audits/1?x",
		"abc", "a\nc", "a\rc", "a\u2028c", "aéc", "a😀c", "😀", "é", "\xff", "a\xffc", ".5", ".٥", "$", "TestA", "TestAB", "abab",
	}
	for _, pattern := range patterns {
		want := standard.MustCompile(pattern)
		got, err := Compile(pattern)
		if err != nil {
			t.Errorf("Compile(%q): %v", pattern, err)
			continue
		}
		for _, s := range subjects {
			if got, want := got.MatchString(s), want.MatchString(s); got != want {
				t.Errorf("%q in %q: got %v, want %v", pattern, s, got, want)
			}
		}
	}
}

// TestCompileRefuses names what Go and JavaScript read differently, or what one of
// them does not read at all.
func TestCompileRefuses(t *testing.T) {
	for _, pattern := range []string{
		`\w`, `\s`, `\pL`, `\z`, `\`, `(?i)a`, `(?=a)`, `(?P<n>a)`, `[[:alpha:]]`, `[]a]`, `[^]a]`, `[a`, `(`, `a**`, `[b-a]`,
	} {
		if r, err := Compile(pattern); err == nil || r != nil || !strings.Contains(err.Error(), pattern) {
			t.Errorf("Compile(%q): got %v, want an error that names it", pattern, err)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("MustCompile took what Compile refuses")
		}
	}()
	MustCompile(`(`)
}
