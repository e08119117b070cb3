package doctor

import (
	"fmt"
	"slices"
)

// State says how one part is.
type State string

// The states, from good to bad.
const (
	OK      State = "ok"
	Skipped State = "skipped" // it could not be examined, and need not work
	Warning State = "warning" // it works, and could be better
	Broken  State = "broken"
)

// Diagnosis is what was found out about one part.
type Diagnosis struct {
	Part  string `json:"part"`
	State State  `json:"state"`
	Says  string `json:"says"`
	// Cure is what to do about it; empty where nothing need be done.
	Cure string `json:"cure,omitempty"`
}

// Well says that a part works.
func Well(part, format string, args ...any) Diagnosis {
	return Diagnosis{Part: part, State: OK, Says: fmt.Sprintf(format, args...)}
}

// Skip says why a part was not examined.
func Skip(part, format string, args ...any) Diagnosis {
	return Diagnosis{Part: part, State: Skipped, Says: fmt.Sprintf(format, args...)}
}

// Warn says what could be better.
func Warn(part, cure, format string, args ...any) Diagnosis {
	return Diagnosis{Part: part, State: Warning, Says: fmt.Sprintf(format, args...), Cure: cure}
}

// Fault says what is broken.
func Fault(part, cure, format string, args ...any) Diagnosis {
	return Diagnosis{Part: part, State: Broken, Says: fmt.Sprintf(format, args...), Cure: cure}
}

// AnyBroken reports whether something must be cured.
func AnyBroken(all []Diagnosis) bool {
	return slices.ContainsFunc(all, func(d Diagnosis) bool { return d.State == Broken })
}
