package stream

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

const (
	// summaryEvery is how often the log sums up what streams did. A line for each
	// would be thousands a minute wherever clients come and go.
	summaryEvery = time.Minute
	// troublesTold is how many streams that ended in trouble have a line of their own
	// between two summaries.
	troublesTold = 10
)

// summary counts streams for the log, from one line to the next.
type summary struct {
	log      *slog.Logger
	open     atomic.Int64 // now
	opened   atomic.Int64
	ended    map[string]*atomic.Int64 // by reason; all are there from the start
	troubles atomic.Int64
}

func newSummary(log *slog.Logger) *summary {
	s := &summary{log: log, ended: map[string]*atomic.Int64{}}
	for _, reason := range ends {
		s.ended[reason] = new(atomic.Int64)
	}
	return s
}

func (s *summary) begin() {
	s.open.Add(1)
	s.opened.Add(1)
}

// end counts a stream that ended, and returns the level of its own line: only trouble
// is worth one, and even that not without end.
func (s *summary) end(reason string) slog.Level {
	s.open.Add(-1)
	s.ended[reason].Add(1)
	if reason == endWriteDeadline && s.troubles.Add(1) <= troublesTold {
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

// run writes a line every minute until ctx ends.
func (s *summary) run(ctx context.Context) {
	tick := time.NewTicker(summaryEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.write()
		}
	}
}

// write sums up what happened since the last time; nothing is not worth a line.
func (s *summary) write() {
	s.troubles.Store(0)
	opened := s.opened.Swap(0)
	var ended []any
	for _, reason := range ends {
		if n := s.ended[reason].Swap(0); n > 0 {
			ended = append(ended, slog.Int64(reason, n))
		}
	}
	if opened > 0 || len(ended) > 0 {
		s.log.Info("streams", "open", s.open.Load(), "opened", opened, slog.Group("ended", ended...))
	}
}
