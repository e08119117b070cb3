package notify

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"atalaya/server/internal/work"
)

const (
	// lookEvery is how often a server looks for what there is to tell, and so how late
	// those are told who did not end an audit through this server.
	lookEvery = 5 * time.Second
	// silence is for how long a worker gives no sign of life until somebody is told.
	silence = 5 * time.Minute
	// silenceGrace is how long a server runs before it calls a worker silent: it may be
	// that the server itself could not be reached.
	silenceGrace = time.Minute
	// leaseTime is for how long a message is a server's own; longer than a try.
	leaseTime = time.Minute
	// parallel is how many messages a server sends at once.
	parallel = 8
	// forgetEvery is how often old deliveries are removed.
	forgetEvery = time.Hour
)

// Rows is where messages are kept.
type Rows interface {
	// NoteEnded and NoteSilent write the messages of audits that ended, and of those whose
	// worker is silent, and return of how many; 0 when none are left.
	NoteEnded(ctx context.Context) (int, error)
	NoteSilent(ctx context.Context, silence time.Duration) (int, error)
	// ClaimDelivery gives a message to be tried, SettleDelivery takes what became of it.
	ClaimDelivery(ctx context.Context, lease time.Duration) (d work.Delivery, ok bool, err error)
	SettleDelivery(ctx context.Context, d work.Delivery, o work.Outcome) error
	// ForgetDeliveries removes some of those that were over long ago.
	ForgetDeliveries(ctx context.Context) (int, error)
}

// Config is what a [Sender] needs. All fields are required.
type Config struct {
	Rows Rows
	// Send tries a message once, and returns the answer or why none came.
	Send func(ctx context.Context, d work.Delivery) (Answer, error)
	// Count is told what became of each try.
	Count func(o work.Outcome)
	Log   *slog.Logger
}

// Sender sends messages.
type Sender struct {
	Config
	wake     chan struct{}
	slots    chan struct{}
	forgotAt time.Time
	down     bool // the database failed when it was asked last
}

// New returns a sender; [Sender.Run] has it work.
func New(c Config) *Sender {
	return &Sender{Config: c, wake: make(chan struct{}, 1), slots: make(chan struct{}, parallel)}
}

// Wake has the sender look at once, because there may be something to tell. It does not
// block.
func (s *Sender) Wake() {
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Run sends what is due until ctx ends, and returns nil. A database that fails is asked
// again at the next look.
func (s *Sender) Run(ctx context.Context) error {
	begun := time.Now()
	s.forgotAt = begun
	var tries sync.WaitGroup
	defer tries.Wait()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		err := s.look(ctx, time.Since(begun), &tries)
		s.tellTrouble(ctx, err)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-s.wake:
		}
	}
}

// look writes down what there is to tell, and begins to send what is due.
func (s *Sender) look(ctx context.Context, running time.Duration, tries *sync.WaitGroup) error {
	if err := untilNone(ctx, s.Rows.NoteEnded); err != nil {
		return err
	}
	if running >= silenceGrace {
		if err := untilNone(ctx, s.noteSilent); err != nil {
			return err
		}
	}
	if time.Since(s.forgotAt) >= forgetEvery {
		s.forgotAt = time.Now()
		if err := untilNone(ctx, s.Rows.ForgetDeliveries); err != nil {
			return err
		}
	}
	return s.sendDue(ctx, tries)
}

func (s *Sender) noteSilent(ctx context.Context) (int, error) { return s.Rows.NoteSilent(ctx, silence) }

// sendDue begins as many tries as there are slots for. One that is over wakes the sender.
func (s *Sender) sendDue(ctx context.Context, tries *sync.WaitGroup) error {
	for {
		select {
		case s.slots <- struct{}{}:
		default:
			return nil
		}
		d, ok, err := s.Rows.ClaimDelivery(ctx, leaseTime)
		if err != nil || !ok {
			<-s.slots
			return err
		}
		tries.Go(func() {
			s.try(ctx, d)
			<-s.slots
			s.Wake()
		})
	}
}

// try sends one message. When ctx ends meanwhile nobody knows what became of it, and it
// stays with this server until its lease runs out.
func (s *Sender) try(ctx context.Context, d work.Delivery) {
	answer, err := s.Send(ctx, d)
	if err != nil && ctx.Err() != nil {
		return
	}
	o := outcome(d, answer, err, rand.Float64())
	s.Count(o)
	log := s.Log.With("webhook", d.WebhookID, "delivery", d.ID, "event", d.Event, "audit_id", d.AuditID,
		"try", d.Tries, "state", o.State)
	if o.Error == "" {
		log.Debug("message delivered")
	} else {
		log.Warn("a message was not delivered", "err", o.Error, "wait", o.Wait)
	}
	// The answer is there, also when ctx ends just now.
	if err := s.Rows.SettleDelivery(context.WithoutCancel(ctx), d, o); err != nil {
		log.Warn("what became of a message cannot be written, so it will be sent again", "err", err)
	}
}

// tellTrouble logs once that the database fails, and once that it does no longer.
func (s *Sender) tellTrouble(ctx context.Context, err error) {
	switch {
	case ctx.Err() != nil:
	case err != nil && !s.down:
		s.Log.Warn("nobody can be told of audits", "err", err)
	case err == nil && s.down:
		s.Log.Info("people can be told of audits again")
	}
	s.down = err != nil
}

// untilNone repeats do until it has nothing left to do.
func untilNone(ctx context.Context, do func(context.Context) (int, error)) error {
	for {
		if n, err := do(ctx); err != nil || n == 0 {
			return err
		}
	}
}
