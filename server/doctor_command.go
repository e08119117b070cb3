package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"

	"atalaya/server/internal/doctor"
)

const doctorHelp = `Examines what a server needs on this machine, and then, through the address at which people
find it, whether streams get through whatever stands between. Says what is wrong and how to
cure it.

Usage:
  atalaya doctor [URL] [flags]

Examples:
  atalaya doctor --config /etc/atalaya/atalaya.toml
  atalaya doctor https://atalaya.example --config /etc/atalaya/atalaya.toml
  atalaya doctor https://atalaya.example --read-only --json

The flags, the environment and the file are those of the server. Nothing is changed here:
the database's schema stays as it is, and a write is tried and undone. At URL an external
audit is made, watched and deleted, unless --read-only is given. It takes about as long as
the interval of beats, a minute at most.

Exit codes:
  0    nothing is broken
  1    something is
  2    the command line cannot be followed
`

// doctorOptions are the settings of a server, and what is examined beside it.
type doctorOptions struct {
	Config
	unparsed
	address, token string
	readOnly, json bool
}

func (o *doctorOptions) settings() []setting {
	return append(o.Config.settings(&o.unparsed),
		secretText(unbounded("token", &o.token, "", "`token` for a server at URL that asks for one")),
		unbounded("read-only", &o.readOnly, false, "make no audit at URL, and so see no change arrive"),
		unbounded(jsonFlag, &o.json, false, "print JSON"))
}

func (o *doctorOptions) complete(args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("doctor takes one address, not %d; see atalaya doctor --help", len(args))
	}
	if len(args) == 1 {
		u, err := url.Parse(args[0])
		if err != nil || u.Host == "" || u.User != nil || u.Path != "" && u.Path != "/" ||
			u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Errorf("doctor takes an address such as https://atalaya.example, not %q", args[0])
		}
		o.address = u.Scheme + "://" + u.Host
	}
	return o.Config.complete(o.unparsed)
}

func doctorCommand(ctx context.Context, p program) error {
	var o doctorOptions
	if helped, err := p.read("doctor", doctorHelp, &o); helped || err != nil {
		return err
	}
	found := examineHere(ctx, o.Config, o.address != "", slog.New(slog.DiscardHandler))
	if o.address != "" {
		found = append(found, doctor.NewServer(o.address, o.token, o.readOnly).Examine(ctx)...)
	}
	write := writeDiagnoses
	if o.json {
		write = writeDiagnosesJSON
	}
	if err := write(p.stdout, found); err != nil {
		return err
	}
	if doctor.AnyBroken(found) {
		return errors.New("something is broken")
	}
	return nil
}

func writeDiagnosesJSON(w io.Writer, found []doctor.Diagnosis) error {
	return json.NewEncoder(w).Encode(map[string]any{"broken": doctor.AnyBroken(found), "parts": found})
}

// writeDiagnoses gives each part a line, and one to its cure.
func writeDiagnoses(w io.Writer, found []doctor.Diagnosis) error {
	var lines strings.Builder
	for _, d := range found {
		fmt.Fprintf(&lines, "%-8s %-13s %s\n", d.State, d.Part, d.Says)
		if d.Cure != "" {
			fmt.Fprintf(&lines, "%-22s → %s\n", "", d.Cure)
		}
	}
	_, err := io.WriteString(w, lines.String())
	return err
}
