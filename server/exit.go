package main

import (
	"context"
	"errors"
	"fmt"
)

// The codes that the process ends with. They are part of the contract with pipelines:
// README and --help list them.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitBelow       = 3   // the audit was done, and found more or scored less than was allowed
	exitTime        = 4   // the audit came to its time limit
	exitInterrupted = 130 // somebody stopped it
)

// usageError is a command line that cannot be followed.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// exitError ends the process with a code of its own.
type exitError struct {
	code int
	error
}

func (e exitError) Unwrap() error { return e.error }

func exitWith(code int, format string, args ...any) error {
	return exitError{code, fmt.Errorf(format, args...)}
}

// exitCode is the code that an error of a command stands for.
func exitCode(err error) int {
	if e, ok := errors.AsType[exitError](err); ok {
		return e.code
	}
	switch {
	case err == nil:
		return 0
	case errors.As(err, new(usageError)):
		return exitUsage
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitFailed
}
