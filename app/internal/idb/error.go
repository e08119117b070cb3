package idb

import (
	"errors"
	"fmt"
)

var (
	// ErrRefused means that the browser keeps nothing here, or nothing more.
	ErrRefused = errors.New("the browser's database refuses")
	// ErrFull means that there is no room for what was to be kept.
	ErrFull = fmt.Errorf("%w: it is full", ErrRefused)
)
