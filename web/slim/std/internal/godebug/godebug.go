// Package godebug stands in for the standard package of this name in the client.
// A browser has no variable GODEBUG, so every setting has its default.
package godebug

// Setting is a setting that nobody set.
type Setting struct{ name string }

func New(name string) *Setting { return &Setting{name} }

func (s *Setting) Name() string   { return s.name }
func (s *Setting) Value() string  { return "" }
func (s *Setting) String() string { return s.name + "=" }

// IncNonDefault counts nothing: there is no such setting to be counted.
func (s *Setting) IncNonDefault() {}
