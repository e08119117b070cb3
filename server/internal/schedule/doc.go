// Package schedule starts audits again and again:
//
//	plan, err := schedule.Parse("0 6 * * mon", "Europe/Madrid")
//	at := plan.Next(time.Now())
//
//	s := schedule.New(schedule.Config{Rows: rows, Started: engine.Wake, Log: log})
//	err := s.Run(ctx) // until ctx ends
//
// Any number of servers of one database may run it: which of them starts an audit is
// decided in the database, and no time is used twice. An audit that is due while the one
// before it runs is not started, and times that passed while no server ran are not caught
// up on but for one; both are counted as missed.
//
// # Files, in reading order
//
//   - plan.go: when, as a pure function of an expression, a zone and a moment
//   - run.go: the loop that starts what is due
package schedule
