package main

import (
	"context"
	"log/slog"
	"time"
)

const (
	// keepMax bounds --keep: ten years.
	keepMax = 10 * 365 * 24 * time.Hour
	// keepEvery is how often old audits are looked for.
	keepEvery = 10 * time.Minute
	// keepPause lets other writers go first between two small deletions.
	keepPause = 20 * time.Millisecond
)

// keeper deletes audits that ended longer ago than they are to be kept.
type keeper struct {
	rows expirer
	keep time.Duration
	log  *slog.Logger
}

// expirer is the part of the store that deletes; each call does a little, and returns
// how much.
type expirer interface {
	Expire(ctx context.Context, keep time.Duration) (int, error)
	Purge(ctx context.Context) (int, error)
}

// run looks for old audits now and then, until ctx ends. A database that fails is
// asked again at the next time.
func (k keeper) run(ctx context.Context) error {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		k.once(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// once deletes all that is old, and says so in one line if there was anything.
func (k keeper) once(ctx context.Context) {
	begun := time.Now()
	audits, err := untilNone(ctx, func(ctx context.Context) (int, error) { return k.rows.Expire(ctx, k.keep) })
	rows := 0
	if err == nil {
		rows, err = untilNone(ctx, k.rows.Purge)
	}
	switch {
	case ctx.Err() != nil:
	case err != nil:
		k.log.Warn("old audits could not be deleted", "deleted", audits, "removed_rows", rows, "err", err)
	case audits+rows > 0:
		k.log.Info("old audits deleted", "deleted", audits, "removed_rows", rows, "keep", k.keep,
			"duration", time.Since(begun))
	}
}

// untilNone repeats do, with pauses, until it has nothing left to do, and adds up
// what it did.
func untilNone(ctx context.Context, do func(context.Context) (int, error)) (sum int, err error) {
	for {
		n, err := do(ctx)
		sum += n
		if err != nil || n == 0 {
			return sum, err
		}
		select {
		case <-ctx.Done():
			return sum, ctx.Err()
		case <-time.After(keepPause):
		}
	}
}
