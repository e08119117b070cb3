package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// setting is one line of the table of flags, which prints it, checks it and fills
// its place.
type setting struct {
	name string
	// help is what --help says; {bounds} stands for bounds.
	help   string
	bounds string
	// into points at the value, which is standard until it is set.
	into, standard any
	// check refuses a value out of bounds, and says which they are.
	check func() error
	// list is a text of several values, separated by commas; a file may write an array.
	list bool
	// redact takes secrets out of the value, for whoever is shown it; nil when there are none.
	redact func(string) string
}

// listOf makes a setting one of several values.
func listOf(s setting) setting {
	s.list = true
	return s
}

// withPassword makes a setting one whose value is an address that may hold a password.
func withPassword(s setting) setting {
	s.redact = redactURL
	return s
}

// unbounded is a setting that takes any value of its type.
func unbounded[T string | bool | slog.Level](name string, into *T, standard T, help string) setting {
	return setting{name: name, help: help, into: into, standard: standard, check: valid}
}

// bounded is a setting of min to max, both included.
func bounded[T int | int64 | time.Duration](name string, into *T, standard, min, max T, help string) setting {
	return setting{
		name: name, help: help, bounds: shorten(min) + " to " + shorten(max), into: into, standard: standard,
		check: func() error {
			if *into < min || *into > max {
				return fmt.Errorf("--%s is %v, but must be %v to %v", name, *into, min, max)
			}
			return nil
		},
	}
}

// positive is a setting above 0, to max.
func positive(name string, into *float64, standard, max float64, help string) setting {
	return setting{
		name: name, help: help, bounds: fmt.Sprintf("above 0 to %v", max), into: into, standard: standard,
		check: func() error {
			if !(*into > 0 && *into <= max) { // NaN is neither
				return fmt.Errorf("--%s is %v, but must be above 0 and at most %v", name, *into, max)
			}
			return nil
		},
	}
}

// oneOf is a setting that takes one of several words.
func oneOf[T ~string](name string, into *T, standard T, choices []T, help string) setting {
	words := string(choices[0])
	for i, choice := range choices[1:] {
		separator := ", "
		if i == len(choices)-2 {
			separator = " or "
		}
		words += separator + string(choice)
	}
	*into = standard
	return setting{
		name: name, help: help, bounds: words, into: word[T]{into}, standard: standard,
		check: func() error {
			if !slices.Contains(choices, *into) {
				return fmt.Errorf("--%s is %q, but must be %s", name, *into, words)
			}
			return nil
		},
	}
}

// word is a flag's text in a type of its own.
type word[T ~string] struct{ into *T }

func (w word[T]) String() string {
	if w.into == nil {
		return "" // package flag makes zero values
	}
	return string(*w.into)
}

//nolint:unparam // flag.Value has the error
func (w word[T]) Set(text string) error {
	*w.into = T(text)
	return nil
}

// textList is a flag that may be given several times.
type textList []string

func (l *textList) String() string { return strings.Join(*l, ", ") }

//nolint:unparam // flag.Value has the error
func (l *textList) Set(text string) error {
	*l = append(*l, text)
	return nil
}

// secretLines is a flag for what nobody else may read: one line each time it is given, or
// several in one text. Whether they are well formed is checked later, because an error from
// here would be shown with the text.
type secretLines []string

func (*secretLines) String() string { return "" }

//nolint:unparam // flag.Value has the error
func (l *secretLines) Set(text string) error {
	*l = slices.AppendSeq(*l, strings.SplitSeq(strings.Trim(text, "\n"), "\n"))
	return nil
}

// valid is the check of a setting that takes whatever its type does.
func valid() error { return nil }

// shorten writes a bound for people: 10m where a duration is written 10m0s.
func shorten[T int | int64 | time.Duration](v T) string {
	switch d, ok := any(v).(time.Duration); {
	case !ok:
		return fmt.Sprint(v)
	case d == 0:
		return "0"
	case d%time.Hour == 0:
		return strings.TrimSuffix(d.String(), "0m0s")
	case d%time.Minute == 0:
		return strings.TrimSuffix(d.String(), "0s")
	default:
		return d.String()
	}
}

// declare adds the flag to fs.
func (s setting) declare(fs *flag.FlagSet) {
	help := strings.ReplaceAll(s.help, "{bounds}", s.bounds)
	switch into := s.into.(type) {
	case *string:
		fs.StringVar(into, s.name, s.standard.(string), help)
	case *bool:
		fs.BoolVar(into, s.name, s.standard.(bool), help)
	case *int:
		fs.IntVar(into, s.name, s.standard.(int), help)
	case *int64:
		fs.Int64Var(into, s.name, s.standard.(int64), help)
	case *float64:
		fs.Float64Var(into, s.name, s.standard.(float64), help)
	case *time.Duration:
		fs.DurationVar(into, s.name, s.standard.(time.Duration), help)
	case *slog.Level:
		fs.TextVar(into, s.name, s.standard.(slog.Level), help)
	case flag.Value:
		fs.Var(into, s.name, help)
	default:
		panic(fmt.Sprintf("flag --%s has the type %T, which declare does not know", s.name, into))
	}
}

// secretText makes a setting one of which nothing is shown.
func secretText(s setting) setting {
	s.redact = func(text string) string {
		if text == "" {
			return ""
		}
		return hidden
	}
	return s
}

// source is where a setting got its value.
type source struct {
	Kind string // flag, environment, file or default
	Name string // of the variable or file; empty otherwise
}

// sources has the source of every setting that was set, by the setting's name.
type sources map[string]source

// set sets a flag, unless a source that wins over this one has.
func (from sources) set(fs *flag.FlagSet, name, text string, by source) error {
	if _, done := from[name]; done {
		return nil
	}
	if err := fs.Set(name, text); err != nil {
		return err
	}
	from[name] = by
	return nil
}

// readSettings fills in settings from the command line, the environment and, if there is a
// flag --config, its file. It returns the arguments that are no flags, which may stand
// before, between and behind these. help is called when it was asked for, and the error is
// then flag.ErrHelp. name is the command's, empty for the server.
func readSettings(
	name string, args []string, getenv func(string) string, settings []setting, help func(*flag.FlagSet),
) (rest []string, from sources, err error) {
	fs := flag.NewFlagSet("atalaya", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	for _, s := range settings {
		s.declare(fs)
	}
	if rest, err = parseFlags(fs, args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			help(fs)
			return nil, nil, err
		}
		return nil, nil, fmt.Errorf("%w; see atalaya %s--help", err, strings.TrimPrefix(name+" ", " "))
	}
	from = sources{}
	fs.Visit(func(f *flag.Flag) { from[f.Name] = source{Kind: "flag"} })
	if err := fromEnvironment(fs, from, getenv); err != nil {
		return nil, nil, err
	}
	if f := fs.Lookup(configFlag); f != nil && f.Value.String() != "" {
		if err := fromFile(fs, from, settings, f.Value.String()); err != nil {
			return nil, nil, err
		}
	}
	for _, s := range settings {
		if err := s.check(); err != nil {
			return nil, nil, err
		}
	}
	return rest, from, nil
}

// parseFlags returns what is no flag.
func parseFlags(fs *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		if fs.NArg() == 0 {
			return rest, nil
		}
		rest, args = append(rest, fs.Arg(0)), fs.Args()[1:]
	}
}

// fromEnvironment sets the flags whose variable is set.
func fromEnvironment(fs *flag.FlagSet, from sources, getenv func(string) string) (err error) {
	set := func(f *flag.Flag, variable string) {
		v := getenv(variable)
		if v == "" || err != nil {
			return
		}
		if e := from.set(fs, f.Name, v, source{"environment", variable}); e != nil {
			err = fmt.Errorf("%s: %q: %w", variable, v, e)
		}
	}
	fs.VisitAll(func(f *flag.Flag) { set(f, envName(f.Name)) })
	if f := fs.Lookup("database-url"); f != nil {
		set(f, "DATABASE_URL") // which is for all programs, so our own wins
	}
	return err
}

func envName(flagName string) string {
	return "ATALAYA_" + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

// usage prints --help: every flag with its default.
func usage(fs *flag.FlagSet, w io.Writer) {
	fmt.Fprint(w, `Atalaya audits websites and shows each audit's progress live.

Usage:
  atalaya [serve] [flags]     run the server
  atalaya migrate [flags]     bring the database up to date and stop
  atalaya migrate adopt       take over another program's table audits (see … adopt --help)
  atalaya config [flags]      print what is in force, and from where (see atalaya config --help)
  atalaya audit URL [flags]   audit a site without a server (see atalaya audit --help)
  atalaya report ID [flags]   write the report of an audit (see atalaya report --help)
  atalaya compare BASE HEAD   say what changed between two audits (see atalaya compare --help)
  atalaya watch ID|URL [flags] follow an audit of a server (see atalaya watch --help)
  atalaya completion SHELL    print a script for bash, zsh or fish that completes all this
  atalaya doctor [URL]        say what is wrong with a server, and the cure (see atalaya doctor --help)
  atalaya health [flags]      ask the server on this machine whether it is ready
  atalaya token create|list|revoke   who may come in (see atalaya token --help)
  atalaya version             print the version

Flags (each also as an environment variable, ATALAYA_ADDR for --addr, and as a line of the
file that --config names, addr = "127.0.0.1:8000"; a flag wins over its variable, and that
over the file):
`)
	printFlags(fs, w)
}

// printFlags prints every flag with its default.
func printFlags(fs *flag.FlagSet, w io.Writer) {
	fs.VisitAll(func(f *flag.Flag) {
		kind, text := flag.UnquoteUsage(f)
		line := "  --" + f.Name
		if kind != "" {
			line += " " + kind
		}
		if f.DefValue != "" && f.DefValue != "false" {
			text += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(w, "%-36s %s\n", line, text)
	})
}
