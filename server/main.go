// Command atalaya audits websites and streams each audit's progress live.
//
//	atalaya                                     serve at http://127.0.0.1:8000, data in ./data
//	atalaya --addr :8443 --tls-cert c --tls-key k --public-url https://audits.example:8443
//	atalaya --database-url postgres://db/atalaya
//	atalaya --config atalaya.toml               the same from a file
//	atalaya config                              what is in force, and from where
//	atalaya doctor URL                          what is wrong with a server, and the cure
//	atalaya health                              whether the server on this machine is ready
//	atalaya migrate                             bring the database up to date and stop
//	atalaya migrate adopt                       take over another program's table audits
//	atalaya audit URL                           audit a site without a server
//	atalaya report ID                           write the report of an audit
//	atalaya compare BASE HEAD                   what changed between two audits
//	atalaya token create --role admin           let somebody in
//	atalaya watch ID                            follow an audit of a server
//	atalaya completion SHELL                    complete commands and flags in a shell
//	atalaya --help                              every flag, with its default and bounds
//
// A server says where it is on standard output and logs to standard error. It
// ends with 0 after SIGINT or SIGTERM, once every stream was told when to come
// back; with 2 if the command line cannot be followed; with 1 otherwise, after
// one line that says why. The commands beside serve and migrate have their own
// --help, and audit, compare and watch have more codes, for pipelines. A second
// signal ends it at once. Nothing is lost when it is killed: the truth is in the
// rows, and the next start goes on with them.
//
// # Files, in reading order
//
//   - main.go, exit.go: the command and its exit code
//   - run.go: the parts, wired in the order that data flows through them, and the drain
//   - group.go: running the parts and waiting for all of them
//   - config.go: what the operator decides, with defaults and bounds
//   - flags.go: the table of flags, which prints and checks itself, and where a value comes from
//   - config_file.go: the file of --config
//   - config_command.go: atalaya config, which shows no secret
//   - errors.go: which error of which part becomes which error code
//   - signin.go: what each route asks of its caller, and how people come in
//   - trail.go: what people did is noted
//   - routes.go: every path that is not the JSON API
//   - listen.go: the socket that --addr stands for
//   - http.go: the HTTP server and its bounds
//   - descriptors.go, descriptors_unix.go, descriptors_other.go: who may have how many descriptors
//   - connections.go: the sockets of clients within their share of them
//   - misfit.go: what is answered to what is no request has the headers of every answer
//   - unsent_linux.go, unsent_other.go: how much the kernel holds for one slow subscriber
//   - certificate.go: the TLS certificate, renewed without a restart
//   - debug.go: profiles, on a port of their own
//   - metrics.go: the registry behind /metrics
//   - story.go: what browsers tell of their streams, in it
//   - stats.go: what of them GET /api/v1/stats says
//   - regress.go: an audit that ended is told, and one that ended worse than the last of its site
//   - keep.go: old audits are deleted
//   - memory.go: how large the heap may grow, and from what size on the collector works
//   - trim.go: giving back what a rush of streams left behind
//   - command.go: the commands that need no server, and how they read their flags
//   - audit.go: atalaya audit, from the command line to the exit code
//   - display.go: how an audit's progress is shown to whoever started it
//   - outputs.go: the files that a report is written to
//   - doctor_command.go: atalaya doctor, and what it prints
//   - doctor_here.go: what a server needs of this machine
//   - health_command.go: atalaya health, for containers and supervisors
//   - adopt_command.go: atalaya migrate adopt
//   - origin.go: the database or server that keeps audits
//   - report.go: atalaya report
//   - compare.go: atalaya compare, and what is new beside a baseline
//   - token.go: atalaya token
//   - watch.go: atalaya watch, by the client's rules (app/follow)
//   - completion.go: atalaya completion, made from every --help
//   - watch_source.go: the streams and polls of a watch, over HTTP
//
// Tests start the program as a process (process_test.go), some under faults
// (fault_rig_test.go); imports_test.go holds which package may import which.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // schedules have time zones on machines without them too
)

func main() {
	runtime.MemProfileRate = 0 // see debugListener
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "atalaya:", err)
		os.Exit(exitCode(err))
	}
}

// run is the whole program except for the process: tests call it as main does.
// It returns when ctx ends, after everything is closed.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	command := "serve"
	if len(args) > 0 && (args[0] == "" || args[0][0] != '-') {
		command, args = args[0], args[1:]
	}
	if command == "migrate" && len(args) > 0 && args[0] == "adopt" {
		return adoptCommand(ctx, program{args[1:], getenv, stdout, stderr})
	}
	if run := commands[command]; run != nil {
		return run(ctx, program{args, getenv, stdout, stderr})
	}
	switch command {
	case "completion": // not among commands, because it goes over them
		return completionCommand(ctx, program{args, getenv, stdout, stderr})
	case "version":
		fmt.Fprintln(stdout, "atalaya", version())
		return nil
	case "serve", "migrate":
	case "help":
		command, args = "serve", []string{"--help"}
	default:
		return usageError{fmt.Errorf("unknown command %q; see atalaya --help", command)}
	}
	read := parseConfig
	if command == "migrate" {
		read = readConfig
	}
	cfg, err := read(args, getenv, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return usageError{err}
	case command == "migrate":
		return migrate(ctx, cfg, stdout, cfg.logger(stderr))
	}
	log := cfg.logger(stderr)
	limitMemory(getenv, log)
	return serve(ctx, cfg, stdout, log)
}

// version is the module's version, or the revision it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return "devel"
}
