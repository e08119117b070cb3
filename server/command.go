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
	"config":  configCommand,
	"doctor":  doctorCommand,
	"health":  healthCommand,
	"report":  reportCommand,
	"token":   tokenCommand,
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

// parse reads a command's flags and the environment, and returns its arguments.
// flag.ErrHelp when help was asked for and printed.
func (p program) parse(name, help string, settings []setting) (args []string, err error) {
	args, _, err = p.trace(name, help, settings)
	return args, err
}

// trace is parse that also says where the settings got their values.
func (p program) trace(name, help string, settings []setting) (args []string, from sources, err error) {
	return readSettings(name, p.args, p.getenv, settings, func(fs *flag.FlagSet) {
		fmt.Fprint(p.stdout, help+"\nFlags (each also as an environment variable, ATALAYA_RATE for --rate):\n")
		printFlags(fs, p.stdout)
	})
}
