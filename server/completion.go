package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

const completionHelp = `Prints a script that completes commands and flags in a shell.

Usage:
  atalaya completion SHELL

Examples:
  atalaya completion bash > /etc/bash_completion.d/atalaya
  atalaya completion zsh > "${fpath[1]}/_atalaya"
  atalaya completion fish > ~/.config/fish/completions/atalaya.fish

SHELL is bash, zsh or fish.
`

// completionCommand writes what --help lists as a script for a shell.
func completionCommand(ctx context.Context, p program) error {
	args, err := p.parse("completion", completionHelp, nil)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return usageError{err}
	case len(args) != 1 || completions[args[0]] == nil:
		return usageError{fmt.Errorf("completion takes one of %s; see atalaya completion --help",
			strings.Join(slices.Sorted(maps.Keys(completions)), ", "))}
	}
	known, err := flagsOfCommands(ctx)
	if err == nil {
		_, err = p.stdout.Write([]byte(completions[args[0]](known)))
	}
	return err
}

// completions are the scripts by their shells.
var completions = map[string]func([]commandFlags) string{
	"bash": bashScript,
	"zsh":  zshScript,
	"fish": fishScript,
}

// commandFlags are the flags of a command with what they are for.
type commandFlags struct {
	command string
	flags   [][2]string
}

// helpLine is a flag as printFlags shows it.
var helpLine = regexp.MustCompile(`(?m)^  (--[a-z0-9-]+)(?: \S+)? +(.*)$`)

// flagsOfCommands reads the --help of every command.
func flagsOfCommands(ctx context.Context) (known []commandFlags, err error) {
	for _, name := range append(slices.Sorted(maps.Keys(commands)), "migrate", "serve") {
		var help bytes.Buffer
		noEnvironment := func(string) string { return "" }
		if err := run(ctx, []string{name, "--help"}, noEnvironment, &help, &help); err != nil {
			return nil, err
		}
		c := commandFlags{command: name, flags: [][2]string{{"--help", "print help"}}}
		for _, m := range helpLine.FindAllStringSubmatch(help.String(), -1) {
			c.flags = append(c.flags, [2]string{m[1], m[2]})
		}
		known = append(known, c)
	}
	return append(known, commandFlags{command: "completion"}, commandFlags{command: "version"}), nil
}

// bashScript offers commands first, and then the flags of the one that was chosen; what is
// neither is left to the shell, which knows files.
func bashScript(known []commandFlags) string {
	var b strings.Builder
	b.WriteString("_atalaya() {\n  local word current=${COMP_WORDS[COMP_CWORD]} command= flags=\n" +
		"  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n" +
		"    case $word in -*) ;; *) command=$word; break ;; esac\n  done\n")
	names := chooseFlags(&b, known, "'", func(flag [2]string) string { return flag[0] + " " }, "'")
	fmt.Fprintf(&b, "  COMPREPLY=()\n  case $current in\n"+
		"    -*) COMPREPLY=($(compgen -W \"$flags\" -- \"$current\")) ;;\n"+
		"    *) [ -n \"$command\" ] || COMPREPLY=($(compgen -W '%s' -- \"$current\")) ;;\n  esac\n}\n"+
		"complete -o default -F _atalaya atalaya\n", names)
	return b.String()
}

// chooseFlags writes what sets the flags of bash or zsh to those of the command, each as item
// has it, and gives the names of all commands. Without a command the flags are those of serve.
func chooseFlags(
	b *strings.Builder, known []commandFlags, begin string, item func(flag [2]string) string, end string,
) (names string) {
	b.WriteString("  case $command in\n")
	var all []string
	for _, c := range known {
		all = append(all, c.command)
		pattern := c.command
		if pattern == "serve" {
			pattern = "serve|''"
		}
		fmt.Fprintf(b, "    %s) flags=%s", pattern, begin)
		for _, flag := range c.flags {
			b.WriteString(item(flag))
		}
		b.WriteString(end + " ;;\n")
	}
	b.WriteString("  esac\n")
	return strings.Join(all, " ")
}

// zshScript offers the same, and says what each flag is for. From a folder of fpath the shell
// runs the whole file as the function at the first completion; a file that is sourced has to
// say what it completes.
func zshScript(known []commandFlags) string {
	quote := strings.NewReplacer(`'`, `'\''`)
	var b strings.Builder
	b.WriteString("#compdef atalaya\n_atalaya() {\n  local word command\n  local -a flags\n" +
		"  for word in \"${(@)words[2,CURRENT-1]}\"; do\n" +
		"    case $word in -*) ;; *) command=$word; break ;; esac\n  done\n")
	names := chooseFlags(&b, known, "(", func(flag [2]string) string {
		return fmt.Sprintf("\n      '%s:%s'", flag[0], quote.Replace(flag[1]))
	}, ")")
	fmt.Fprintf(&b, "  case $PREFIX in\n    -*) _describe -o flag flags ;;\n"+
		"    *) if [[ -n $command ]]; then _files; else compadd -- %s; fi ;;\n  esac\n}\n"+
		"if [[ $funcstack[1] == _atalaya ]]; then _atalaya \"$@\"; else compdef _atalaya atalaya; fi\n", names)
	return b.String()
}

// fishScript has a line for each command and flag.
func fishScript(known []commandFlags) string {
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	var b strings.Builder
	for _, c := range known {
		fmt.Fprintf(&b, "complete -c atalaya -n __fish_use_subcommand -a %s\n", c.command)
		for _, flag := range c.flags {
			fmt.Fprintf(&b, "complete -c atalaya -n '__fish_seen_subcommand_from %s' -l %s -d '%s'\n",
				c.command, strings.TrimPrefix(flag[0], "--"), quote.Replace(flag[1]))
		}
	}
	return b.String()
}
