package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"atalaya/shared"
)

// The measured tasks. Rows of the same name and as many subscribers are compared.
const (
	oneAudit   = "1 audit"
	overAPI    = "1 audit, over the API"
	manyAudits = "1000 audits, 1 subscriber each"
	lone       = "lone subscriber beside an audience"
	audienceOf = "… and that audience of one audit"
	flatOut    = "1000 audits, flat out"
	feedOff    = "the same, feed off"
)

// The sizes of a run. A heartbeat comes after 83 to 100 % of 15 s, so idle
// spans of that length see each stream's once.
const (
	fanUpdates = 20
	fanEvery   = 500 * time.Millisecond
	idleShort  = 5 * time.Second
	idleBeat   = shared.HeartbeatDefault
	floodRate  = 1000
	floodFor   = 8 * time.Second
	flatFor    = 4 * time.Second
	loneFor    = 10 * time.Second
	many       = 1000
)

// task measures one or more rows.
type task struct {
	name string
	run  func(ctx context.Context, b *bench) error
}

// plan lists the tasks: Atalaya and the seed's designs on each database, then
// the floor.
func plan(databases []string, largest int) (tasks []task) {
	add := func(name string, run func(ctx context.Context, b *bench) error) {
		tasks = append(tasks, task{name, run})
	}
	audienceSize := min(10_000, largest)
	for _, db := range databases {
		for _, n := range sizes(largest, 1, 1000, 10_000) {
			add(fmt.Sprint("atalaya ", db, " ", oneAudit, " ", n), func(ctx context.Context, b *bench) error {
				return b.fanOut(ctx, "", db, oneAudit, n)
			})
		}
		add("atalaya "+db+" "+overAPI, func(ctx context.Context, b *bench) error {
			return b.fanOut(ctx, "", db, overAPI, min(1000, largest))
		})
		add("atalaya "+db+" "+manyAudits, func(ctx context.Context, b *bench) error { return b.manyAudits(ctx, db) })
		add("atalaya "+db+" "+lone, func(ctx context.Context, b *bench) error { return b.lone(ctx, db, audienceSize) })
		if db == postgresql {
			add("atalaya "+db+" "+flatOut, func(ctx context.Context, b *bench) error { return b.flatOut(ctx, db) })
			for _, writer := range []string{"conn", "nethttp"} {
				add(fmt.Sprint("atalaya ", writer, " ", db, " ", oneAudit, " ", audienceSize), func(ctx context.Context, b *bench) error {
					return b.fanOut(ctx, writer, db, oneAudit, audienceSize)
				})
			}
		}
		for _, mode := range []string{serveSeedPoll, serveSeedSSE} {
			add(mode+" "+db, func(ctx context.Context, b *bench) error { return b.peerFanOut(ctx, mode, db, min(1000, largest)) })
		}
	}
	for _, n := range sizes(largest, 1000, 10_000) {
		add(fmt.Sprint(serveBare, " ", n), func(ctx context.Context, b *bench) error {
			return b.peerFanOut(ctx, serveBare, "–", n)
		})
	}
	return tasks
}

// sizes cuts to the largest and leaves out what that makes equal.
func sizes(largest int, want ...int) (got []int) {
	for _, n := range want {
		if n = min(n, largest); len(got) == 0 || got[len(got)-1] != n {
			got = append(got, n)
		}
	}
	return got
}

// do runs the tasks whose names contain only, one after the other. One that
// fails is told and leaves the others alone.
func (b *bench) do(ctx context.Context, tasks []task, only string) error {
	var failed error
	tasks = slices.DeleteFunc(tasks, func(t task) bool { return !strings.Contains(t.name, only) })
	if len(tasks) == 0 {
		return fmt.Errorf("no name contains %q; -only ? lists them", only)
	}
	for _, t := range tasks {
		began := now()
		err := t.run(ctx, b)
		if ctx.Err() != nil {
			return errors.Join(failed, context.Cause(ctx))
		}
		fmt.Fprintf(b.log, "%5.1f s  %s\n", (now() - began).Seconds(), t.name)
		if err != nil {
			err = fmt.Errorf("%s: %w", t.name, err)
			fmt.Fprintln(b.log, err)
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// with gives f the server on an empty database, and ends both.
func (b *bench) with(ctx context.Context, db string, start func(*database) (*site, error), f func(*site) error) error {
	d, err := b.database(ctx, db)
	if err != nil {
		return err
	}
	s, err := start(d)
	if err == nil {
		err = f(s)
		s.stop()
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, s.tail())
		}
	}
	return errors.Join(err, d.close(ctx))
}

func (b *bench) withAtalaya(ctx context.Context, db string, f func(*site) error) error {
	return b.with(ctx, db, func(d *database) (*site, error) { return b.atalaya(ctx, d) }, f)
}

// fanOut is one audit and all who view it, through a stream writer; empty for
// the server's own choice.
func (b *bench) fanOut(ctx context.Context, writer, db, what string, subscribers int) error {
	name, flags := "atalaya", []string(nil)
	if writer != "" {
		name, flags = "atalaya "+writer, []string{"--stream-writer", writer}
	}
	start := func(d *database) (*site, error) { return b.atalaya(ctx, d, flags...) }
	return b.with(ctx, db, start, func(s *site) error {
		topics, err := s.audits(ctx, 1, subscribers)
		if err != nil {
			return err
		}
		w, t := s.db.update, &trial{site: s, topics: topics}
		switch {
		case what == overAPI:
			w = s.patch
		case subscribers >= 10_000:
			t.idle, t.beats = idleBeat, true
		default:
			t.idle, t.beats = idleShort, subscribers == 1
		}
		s.db.setConns(1)
		t.drive = func(ctx context.Context) error { return steady(ctx, topics[0], w, fanUpdates, fanEvery) }
		return b.add(ctx, t, newRow(name, db, what, subscribers))
	})
}

// add measures a row of one sum.
func (b *bench) add(ctx context.Context, t *trial, r row) error {
	all, err := t.measure(ctx, &r)
	if all != nil {
		var d delivery
		for _, o := range all {
			d.join(o)
		}
		d.fill(&r)
		b.rows = append(b.rows, r)
	}
	return err
}

// peerFanOut is the same for another server.
func (b *bench) peerFanOut(ctx context.Context, mode, db string, subscribers int) error {
	task := func(s *site) error {
		topics := []*topic{{id: 1, path: shared.PathStream(1), subscribers: subscribers}}
		t := &trial{site: s, topics: topics, idle: idleShort}
		w := write(s.publish)
		if s.db != nil {
			s.db.setConns(1)
			id, err := s.db.insert(ctx, "https://site0.example/")
			if err != nil {
				return err
			}
			topics[0].id, topics[0].path, w = id, shared.PathStream(id), s.db.update
			t.beats = true // they have none, and do the same all the time
		}
		if mode == serveSeedPoll {
			t.poll, topics[0].path = seedPollEvery, shared.PathProgress(topics[0].id)
		}
		if mode == serveBare {
			if err := s.publish(ctx, 1, 0); err != nil {
				return err
			}
			if t.beats = subscribers >= 10_000; t.beats {
				t.idle = idleBeat
			}
		}
		t.drive = func(ctx context.Context) error { return steady(ctx, topics[0], w, fanUpdates, fanEvery) }
		return b.add(ctx, t, newRow(mode, db, oneAudit, subscribers))
	}
	if mode != serveBare {
		return b.with(ctx, db, func(d *database) (*site, error) { return b.peer(ctx, mode, d) }, task)
	}
	s, err := b.peer(ctx, mode, nil)
	if err != nil {
		return err
	}
	defer s.stop()
	return task(s)
}

// manyAudits is a thousand subscribers, each of an audit of his own, and a thousand
// updates a second.
func (b *bench) manyAudits(ctx context.Context, db string) error {
	return b.withAtalaya(ctx, db, func(s *site) error {
		topics, err := s.audits(ctx, many, 1)
		if err != nil {
			return err
		}
		workers := 4
		if db == sqlite {
			workers = 1 // it has one writer at a time
		}
		s.db.setConns(workers)
		t := &trial{site: s, topics: topics, drive: func(ctx context.Context) error {
			return flood(ctx, topics, s.db.update, workers, floodRate, floodFor)
		}}
		return b.add(ctx, t, newRow("atalaya", db, manyAudits, many))
	})
}

// lone is one subscriber of an audit that changes ten times a second, while another
// audit changes five times a second under the eyes of an audience.
func (b *bench) lone(ctx context.Context, db string, audience int) error {
	return b.withAtalaya(ctx, db, func(s *site) error {
		topics, err := s.audits(ctx, 2, 1)
		if err != nil {
			return err
		}
		topics[0].subscribers = audience
		s.db.setConns(2)
		t := &trial{site: s, topics: topics, drive: func(ctx context.Context) error {
			return together(
				func() error { return steady(ctx, topics[0], s.db.update, 5*int(loneFor.Seconds()), time.Second/5) },
				func() error { return steady(ctx, topics[1], s.db.update, 10*int(loneFor.Seconds()), time.Second/10) },
			)
		}}
		r := newRow("atalaya", db, lone, 1)
		all, err := t.measure(ctx, &r)
		if all == nil {
			return err
		}
		beside := r
		beside.What, beside.Subscribers = audienceOf, audience
		r.Connected, r.Refused, r.ConnectRate, r.QueriesOpening, r.CPUPerEvent, r.QueriesBusy = none, none, none, none, none, none
		all[1].fill(&r)
		all[0].fill(&beside)
		r.UpdateRate, beside.UpdateRate = 10, 5
		b.rows = append(b.rows, r, beside)
		return err
	})
}

// flatOut is how many updates PostgreSQL takes from eight connections with a
// subscriber of each audit, and then with no server and no wake-up.
func (b *bench) flatOut(ctx context.Context, db string) error {
	return b.withAtalaya(ctx, db, func(s *site) error {
		const workers = 8
		topics, err := s.audits(ctx, many, 1)
		if err != nil {
			return err
		}
		s.db.setConns(workers)
		drive := func(ctx context.Context) error { return flood(ctx, topics, s.db.update, workers, 0, flatFor) }
		if err := b.add(ctx, &trial{site: s, topics: topics, drive: drive}, newRow("atalaya", db, flatOut, many)); err != nil {
			return err
		}
		s.stop()
		if _, err := s.db.db.ExecContext(ctx, "ALTER TABLE audits DISABLE TRIGGER audits_wake"); err != nil {
			return err
		}
		before, began := updates(topics), now()
		if err := drive(ctx); err != nil {
			return err
		}
		r := newRow("no server", db, feedOff, 0)
		r.UpdateRate = per(float64(updates(topics)-before), (now() - began).Seconds())
		b.rows = append(b.rows, r)
		return nil
	})
}

func updates(topics []*topic) (n int) {
	for _, t := range topics {
		n += len(t.sent)
	}
	return n
}
