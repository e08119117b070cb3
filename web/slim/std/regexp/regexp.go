//go:build js

package regexp

import (
	"errors"
	"strings"
	"syscall/js"
)

// Regexp is a pattern that the browser matches.
type Regexp struct{ pattern js.Value }

// MustCompile is [Compile] for patterns known to be right.
func MustCompile(pattern string) *Regexp {
	r, err := Compile(pattern)
	if err != nil {
		panic(err.Error())
	}
	return r
}

// Compile refuses what Go and JavaScript read differently.
func Compile(pattern string) (r *Regexp, err error) {
	translated, err := translate(pattern)
	if err != nil {
		return nil, errors.New("regexp: " + pattern + ": " + err.Error())
	}
	defer func() {
		// A js.Error is what the browser's constructor throws.
		if thrown, ok := recover().(js.Error); ok {
			r, err = nil, errors.New("regexp: "+pattern+": "+thrown.Error())
		}
	}()
	return &Regexp{js.Global().Get("RegExp").New(translated, "u")}, nil
}

// MatchString reports whether s has a match of the pattern.
func (r *Regexp) MatchString(s string) bool { return r.pattern.Call("test", s).Bool() }

// translate gives the pattern as JavaScript must read it to find what Go finds, or
// an error where the two languages part.
func translate(pattern string) (string, error) {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(pattern); i++ {
		c, rest := pattern[i], pattern[i+1:]
		switch {
		case c == '\\':
			if rest == "" || !strings.Contains(`.*+?()[]{}|^$\/d`, rest[:1]) {
				return "", errors.New("an escape that the client does not know")
			}
			b.WriteByte(c)
			c, i = rest[0], i+1
		case inClass:
			if c == '[' {
				return "", errors.New("a bracket within a class")
			}
			inClass = c != ']'
		case c == '[':
			if strings.HasPrefix(strings.TrimPrefix(rest, "^"), "]") {
				return "", errors.New("a class that begins with a bracket")
			}
			inClass = true
		case c == '(' && strings.HasPrefix(rest, "?") && !strings.HasPrefix(rest, "?:"):
			return "", errors.New("a group with a question mark")
		case c == '.':
			b.WriteString(`[^\n]`)
			continue
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}
