package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
)

// program is what a command gets of the process.
type program struct {
	args           []string // behind the command's name
	getenv         func(string) string
	stdout, stderr io.Writer
}

// commands are those that run none of the server's parts for others. Each reads its own flags.
var commands = map[string]func(context.Context, program) error{
	"audit":   auditCommand,
	"compare": compareCommand,
	"report":  reportCommand,
	"watch":   watchCommand,
}

// options are what a command is told by its command line.
type options interface {
	settings() []setting
	complete(args []string) error
}

// read fills in a command's options, unless help was asked for and printed.
func (p program) read(name, help string, o options) (helped bool, err error) {
	args, err := p.parse(name, help, o.settings())
	if errors.Is(err, flag.ErrHelp) {
		return true, nil
	}
	if err == nil {
		err = o.complete(args)
	}
	if err != nil {
		return false, usageError{err}
	}
	return false, nil
}

// parse reads a command's flags and the environment, and returns its arguments. Flags may
// stand before, between and behind these. flag.ErrHelp when help was asked for and printed.
func (p program) parse(name, help string, settings []setting) (args []string, err error) {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	for _, s := range settings {
		s.declare(fs)
	}
	if err := fromEnvironment(fs, p.getenv); err != nil {
		return nil, err
	}
	for rest := p.args; ; {
		err := fs.Parse(rest)
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(p.stdout, help+"\nFlags (each also as an environment variable, ATALAYA_RATE for --rate):\n")
			printFlags(fs, p.stdout)
			return nil, err
		}
		if err != nil {
			return nil, fmt.Errorf("%w; see atalaya %s --help", err, name)
		}
		if fs.NArg() == 0 {
			break
		}
		args, rest = append(args, fs.Arg(0)), fs.Args()[1:]
	}
	for _, s := range settings {
		if err := s.check(); err != nil {
			return nil, err
		}
	}
	return args, nil
}
