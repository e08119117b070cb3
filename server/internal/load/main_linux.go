package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(2)
		}
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	only, databases, program string
	perf                     string
	largest                  int
	within, soak             time.Duration
	json                     bool
	mode, addr, database     string
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	fs := flag.NewFlagSet("load", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&o.only, "only", "", "measure only the rows whose `name` contains this; -only ? lists the names")
	fs.StringVar(&o.databases, "databases", sqlite+","+postgresql, "comma-separated `list` of databases")
	fs.StringVar(&o.program, "server", "", "`binary` to measure; built from this module when empty")
	fs.IntVar(&o.largest, "subscribers", 10_000, "the largest audience, 1 to 10000")
	fs.DurationVar(&o.within, "within", 8*time.Minute, "deadline of the whole run")
	fs.DurationVar(&o.soak, "soak", 0, "instead of the table: streams that come and go for this time, at most 2 hours")
	fs.StringVar(&o.perf, "perf", "", "`folder` for profiles of the servers' idle and busy time, made with perf")
	fs.BoolVar(&o.json, "json", false, "print the rows as JSON")
	fs.StringVar(&o.mode, "serve", "", "be one of the servers compared with: bare, seed-poll or seed-sse")
	fs.StringVar(&o.addr, "addr", "127.0.0.1:0", "loopback `address` for -serve")
	fs.StringVar(&o.database, "database", "", "`URL` of the database for -serve")
	if err := fs.Parse(args); err != nil {
		return o, flag.ErrHelp // the package has said what is wrong
	}
	if fs.NArg() > 0 || o.largest < 1 || o.largest > 10_000 || o.soak < 0 || o.soak > soakMax {
		return o, errors.New("see -help")
	}
	return o, nil
}

// run is the program but for the process.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.mode != "" {
		return serve(ctx, o.mode, o.addr, o.database, stdout)
	}
	databases := strings.Split(o.databases, ",")
	tasks := plan(databases, o.largest)
	if o.only == "?" {
		for _, t := range tasks {
			fmt.Fprintln(stdout, t.name)
		}
		return nil
	}
	if o.soak > 0 {
		o.within = o.soak + soakLate
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.within, fmt.Errorf("the run did not end within %v", o.within))
	defer cancel()
	b, err := newBench(ctx, o.program, databases, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if o.soak > 0 {
		return b.soak(ctx, databases, o.soak, stdout)
	}
	b.perf = o.perf
	err = b.do(ctx, tasks, o.only)
	return errors.Join(err, report(stdout, b.rows, o.json))
}

// report prints what was measured.
func report(w io.Writer, rows []row, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(rows)
	}
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprintf(w, "%s/%s, %d cores, %s, %s; server, database and generator share them\n\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), time.Now().UTC().Format("2006-01-02 15:04"))
	if err := writeTable(w, rows); err != nil {
		return err
	}
	return writeRatios(w, rows)
}
