package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"syscall"
	"time"

	"atalaya/shared"
)

// The sizes of a soak.
const (
	soakMax      = 2 * time.Hour
	soakLate     = 5 * time.Minute // beyond its time: the last round and the start
	heldFor      = 5 * time.Minute // the audience that only stays
	heldShare    = 5               // at most this part of the whole time
	warmUp       = 2               // rounds before the first footprint
	soakAudits   = 50
	soakViewers  = 20 // of each
	soakRate     = 200
	soakWriting  = 12 * time.Second
	troubleAfter = 2 * time.Second // writing goes on before, during and after
	restWithin   = 30 * time.Second
)

// soak runs for a time: an audience of 19,000 that stays, then rounds of streams that
// come, see updates and trouble, and go, on each database in turn. At rest a server must
// hold no more than after its first rounds, and nobody may have missed the last state.
func (b *bench) soak(ctx context.Context, databases []string, during time.Duration, out io.Writer) error {
	end := now() + during
	var all []*endurance
	held, err := b.hold(ctx, databases[0], min(heldFor, during/heldShare))
	if err != nil {
		return err
	}
	all = append(all, held)
	churn, err := b.churn(ctx, databases, end)
	all = append(all, churn...)
	errs := []error{err, writeEndurance(out, all)}
	for _, e := range all {
		errs = append(errs, e.verdict())
	}
	return errors.Join(errs...)
}

// hold opens as many streams as one process may and keeps them.
func (b *bench) hold(ctx context.Context, db string, during time.Duration) (*endurance, error) {
	e := &endurance{database: db, what: "streams that stay", during: during, rounds: 1}
	return e, b.withAtalaya(ctx, db, func(s *site) error {
		topics, err := s.audits(ctx, 1, min(maxSubscribers, descriptors()-spare))
		if err != nil {
			return err
		}
		c, err := openAudience(ctx, s.addr, topics, 0)
		if err != nil {
			return err
		}
		defer c.close()
		e.streams = c.census().ready
		const settling = 10 * time.Second // the memory of the set-up is given back
		if err := pause(ctx, min(settling, during/2)); err != nil {
			return err
		}
		if e.first, err = s.footprint(ctx); err != nil {
			return err
		}
		if err := steady(ctx, topics[0], s.db.update, max(1, int(during/time.Second)), time.Second); err != nil {
			return err
		}
		if err := c.settled(ctx); err != nil {
			return err
		}
		e.updates, e.lost = len(topics[0].sent), c.deliveries()[0].lost
		e.last, err = s.footprint(ctx)
		return err
	})
}

// churn starts a server on each database and gives them rounds in turn until end.
func (b *bench) churn(ctx context.Context, databases []string, end time.Duration) (all []*endurance, err error) {
	var sites []*site
	defer func() {
		for _, s := range sites {
			s.stop()
			err = errors.Join(err, s.db.close(context.WithoutCancel(ctx)))
		}
	}()
	for _, name := range databases {
		d, err := b.database(ctx, name)
		if err != nil {
			return nil, err
		}
		s, err := b.atalaya(ctx, d, "--log-level", "error")
		if err != nil {
			return nil, errors.Join(err, d.close(ctx))
		}
		sites = append(sites, s)
		all = append(all, &endurance{database: name, what: "streams that come and go"})
	}
	began := now()
	for round := 0; round <= warmUp || now() < end; round++ {
		for i, s := range sites {
			if err := s.round(ctx, all[i], troubles[round%len(troubles)]); err != nil {
				return all, fmt.Errorf("%s, round %d: %w", all[i].database, round+1, err)
			}
			all[i].during = now() - began
			fmt.Fprintf(b.log, "%6.0f s  %s round %d: %.1f MB, %.0f goroutines, %.0f descriptors\n", now().Seconds(),
				all[i].database, round+1, all[i].last.resident/1e6, all[i].last.goroutines, all[i].last.descriptors)
		}
	}
	return all, nil
}

// round has an audience come, see updates, meet trouble and go; another comes and must
// find the last state; the audits end, and the server comes to rest.
func (s *site) round(ctx context.Context, e *endurance, trouble func(context.Context, *site) error) error {
	topics, err := s.audits(ctx, soakAudits, soakViewers)
	if err != nil {
		return err
	}
	s.db.setConns(2)
	if err := s.writeTo(ctx, e, topics, nil); err != nil {
		return err
	}
	if err := s.writeTo(ctx, e, topics, trouble); err != nil {
		return err
	}
	for _, t := range topics {
		body := []byte(`{"status":"completed","geo_score":50}`)
		if _, err := s.request(ctx, http.MethodPatch, shared.PathProgress(t.id), body); err != nil {
			return err
		}
	}
	e.rounds++
	if e.last, err = s.atRest(ctx); err == nil && e.rounds <= warmUp {
		e.first = e.last
	}
	return err
}

// writeTo opens an audience and writes under its eyes. With trouble, those who lost their
// stream cannot be counted: an audience that comes afterwards is.
func (s *site) writeTo(
	ctx context.Context, e *endurance, topics []*topic, trouble func(context.Context, *site) error,
) error {
	c, err := openAudience(ctx, s.addr, topics, 0)
	if err != nil {
		return err
	}
	e.streams += c.census().ready
	before := updates(topics)
	if trouble == nil {
		err = flood(ctx, topics, s.db.update, 1, soakRate, soakWriting)
	} else {
		err = together(
			func() error { return flood(ctx, topics, patient(s.db.update), 1, soakRate, soakWriting) },
			func() error { return errors.Join(pause(ctx, troubleAfter), trouble(ctx, s)) },
		)
	}
	e.updates += updates(topics) - before
	if err == nil && trouble != nil {
		c.close()
		if c, err = openAudience(ctx, s.addr, topics, 0); err != nil {
			return err
		}
		e.streams += c.census().ready
	}
	defer c.close()
	if err == nil {
		err = c.settled(ctx)
	}
	e.lost += c.late()
	return err
}

// late counts the subscribers that have not the last state, and those without a stream.
func (c *audience) late() (n int) {
	last := c.lastStates()
	for _, l := range c.loops {
		l.mu.Lock()
		for _, v := range l.subscribers {
			if v.stage == over || v.seen < last[v.number] {
				n++
			}
		}
		l.mu.Unlock()
	}
	return n
}

// patient repeats a write that trouble has hit, for as long as a worker would.
func patient(w write) write {
	return func(ctx context.Context, id int64, seq int) error {
		const within, every = 20 * time.Second, 100 * time.Millisecond
		for end := now() + within; ; {
			err := w(ctx, id, seq)
			if err == nil || now() > end {
				return err
			}
			if err := pause(ctx, every); err != nil {
				return err
			}
		}
	}
}

// troubles are what happens to a server in the rounds of a soak, in turn.
var troubles = []func(context.Context, *site) error{noTrouble, stopTheServer, cutConnections, holdTheTable}

func noTrouble(context.Context, *site) error { return nil }

// stopTheServer keeps the process from running, as a machine does that is suspended.
func stopTheServer(ctx context.Context, s *site) error {
	if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	return errors.Join(pause(ctx, 3*time.Second), s.cmd.Process.Signal(syscall.SIGCONT))
}

// cutConnections ends every connection to the database but the one that says so; SQLite
// has none.
func cutConnections(ctx context.Context, s *site) error {
	if s.db.name == sqlite {
		return nil
	}
	_, err := s.db.db.ExecContext(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "+
		"WHERE datname = current_database() AND pid <> pg_backend_pid()")
	return err
}

// holdTheTable keeps everybody else from writing, and on PostgreSQL from reading too.
func holdTheTable(ctx context.Context, s *site) error {
	conn, err := s.db.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	take, give := "BEGIN IMMEDIATE", "ROLLBACK"
	if s.db.name == postgresql {
		take = "BEGIN; SET LOCAL lock_timeout = '10s'; LOCK TABLE audits"
	}
	if _, err := conn.ExecContext(ctx, take); err != nil {
		return err
	}
	err = pause(ctx, 2*time.Second)
	_, err2 := conn.ExecContext(context.WithoutCancel(ctx), give)
	return errors.Join(err, err2)
}

// atRest waits until the server has no stream and has had time to give back what they
// needed, and takes its footprint.
func (s *site) atRest(ctx context.Context) (footprint, error) {
	var failed error
	err := wait(ctx, restWithin, func() bool {
		data, err := s.request(ctx, http.MethodGet, shared.PathMetrics, nil)
		failed = err
		return err == nil && value(string(data), `atalaya_streams{transport="sse"}`) == 0
	})
	if err != nil {
		return footprint{}, errors.Join(fmt.Errorf("streams that stay: %w", err), failed)
	}
	const rest = 4 * time.Second
	if err := pause(ctx, rest); err != nil {
		return footprint{}, err
	}
	return s.footprint(ctx)
}

// footprint is what the server holds now.
func (s *site) footprint(ctx context.Context) (f footprint, err error) {
	data, err := s.request(ctx, http.MethodGet, shared.PathMetrics, nil)
	if err != nil {
		return f, err
	}
	used, err := s.use()
	if err != nil {
		return f, err
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
	if err != nil {
		return f, err
	}
	return footprint{
		resident: used.resident, goroutines: value(string(data), "go_goroutines"), descriptors: float64(len(open)),
	}, nil
}
