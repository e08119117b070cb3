package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/BurntSushi/toml"
)

const configHelp = `Prints the settings that a server with these flags, this environment and this file would
have, and where each comes from. Secrets are hidden; but for them the output can be the file
of --config.

Usage:
  atalaya config [flags]

Examples:
  atalaya config --config /etc/atalaya/atalaya.toml
  atalaya config --json | jq '.settings[] | select(.source != "default")'
`

// jsonFlag is the command's own, and no setting of a server.
const jsonFlag = "json"

// configOptions are the settings of a server, and how to print them.
type configOptions struct {
	Config
	unparsed
	json bool
}

func (o *configOptions) settings() []setting {
	return append(o.Config.settings(&o.unparsed), unbounded(jsonFlag, &o.json, false, "print JSON"))
}

func (o *configOptions) complete(args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %q; see atalaya config --help", args[0])
	}
	return o.Config.complete(o.unparsed)
}

func configCommand(_ context.Context, p program) error {
	var o configOptions
	settings := o.settings()
	args, from, err := p.trace("config", configHelp, settings)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err == nil {
		err = o.complete(args)
	}
	if err != nil {
		return usageError{err}
	}
	shown := inForce(settings, from)
	if o.json {
		return json.NewEncoder(p.stdout).Encode(map[string]any{"settings": shown})
	}
	return writeSettings(p.stdout, shown)
}

// shownSetting is a setting for whoever may see it.
type shownSetting struct {
	Name   string `json:"name"`
	Value  any    `json:"value"`  // text, number or boolean
	Source string `json:"source"` // flag, environment, file or default
	From   string `json:"from"`   // the variable or the file
	Hidden bool   `json:"hidden"` // the value was cut
}

// inForce is what settings that were read are.
func inForce(settings []setting, from sources) []shownSetting {
	var shown []shownSetting
	for _, s := range settings {
		if s.name == jsonFlag {
			continue
		}
		by, set := from[s.name]
		if !set {
			by.Kind = "default"
		}
		value := s.value()
		text, isText := value.(string)
		one := shownSetting{Name: s.name, Value: value, Source: by.Kind, From: by.Name}
		if isText && s.redact != nil {
			one.Value, one.Hidden = s.redact(text), s.redact(text) != text
		}
		shown = append(shown, one)
	}
	return shown
}

// value is what a setting is, as a file would have it.
func (s setting) value() any {
	switch into := s.into.(type) {
	case *bool:
		return *into
	case *int:
		return *into
	case *int64:
		return *into
	case *float64:
		return *into
	case *string:
		return *into
	}
	return s.into.(fmt.Stringer).String()
}

// writeSettings writes a file of settings.
func writeSettings(w io.Writer, shown []shownSetting) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range shown {
		line, err := toml.Marshal(map[string]any{s.Name: s.Value})
		if err != nil {
			return err
		}
		note := strings.TrimSpace(s.Source + " " + s.From)
		if s.Hidden {
			note += ", with its secret hidden"
		}
		if s.Name == configFlag {
			fmt.Fprint(table, "# ") // a file names no other
		}
		fmt.Fprintf(table, "%s\t# %s\n", strings.TrimSpace(string(line)), note)
	}
	return table.Flush()
}

// hidden stands for a text that may be a secret as a whole.
const hidden = "(hidden)"

// redactURL is an address without its password. Of one in which a password may stand
// elsewhere, because a character of it is not percent-encoded, nothing is left.
func redactURL(text string) string {
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Opaque != "" ||
		strings.ContainsRune(u.EscapedPath()+u.RawQuery+u.EscapedFragment(), '@') {
		return hidden
	}
	query := u.Query()
	for name := range query {
		if strings.Contains(strings.ToLower(name), "password") {
			query.Set(name, "xxxxx")
			u.RawQuery = query.Encode()
		}
	}
	return u.Redacted()
}
