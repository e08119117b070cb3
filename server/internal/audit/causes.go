package audit

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// The causes that end the fetching before the site is done. The first five end the
// audit with what was found; after the others it is left to the next Claim.
var (
	errCancelled = errors.New("cancelled by request")
	errTimeUp    = errors.New("time limit reached")
	errBytesUp   = errors.New("limit of bytes reached")
	errSilent    = errors.New("the site stopped answering")
	errBusy      = errors.New("the site keeps asking for a pause")

	errStopping     = errors.New("the engine is stopping")
	errLeaseExpired = errors.New("the lease could not be renewed in time")
)

// causeOr gives the cause of ctx's end where ctx has ended, because err is then only
// its echo, and err otherwise.
func causeOr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// panicked is a panic caught where it would have ended the process.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// guard turns a panic of f into an error: one broken page must not end the
// audits of others.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v, debug.Stack()}
		}
	}()
	return f()
}
