package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"atalaya/server/internal/testkit"
)

// A real bash completes what was begun.
func TestCompletion(t *testing.T) {
	t.Parallel()
	code, script, stderr := command(t.Context(), "completion", "bash")
	if code != 0 || stderr != "" {
		t.Fatalf("code %d, %s", code, stderr)
	}
	const complete = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _atalaya; echo "${COMPREPLY[*]}"`
	for line, want := range map[string]string{
		"atalaya a":                   "audit",
		"atalaya audit --inc":         "--include",
		"atalaya audit https://x --h": "--help --header",
		"atalaya compare --place":     "--places",
		"atalaya --trusted":           "--trusted-proxies",
		"atalaya serve --trusted":     "--trusted-proxies",
		"atalaya audit --trusted":     "",
		"atalaya audit fil":           "",
	} {
		args := append([]string{"-c", script + complete, "bash"}, strings.Split(line, " ")...)
		out, err := exec.CommandContext(t.Context(), "bash", args...).Output()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", line, got, err, want)
		}
	}
	for shell, want := range map[string]string{"zsh": "\n      '--include:", "fish": "from audit' -l include -d '"} {
		if code, script, _ := command(t.Context(), "completion", shell); code != 0 || !strings.Contains(script, want) {
			t.Errorf("%s: code %d, %s", shell, code, script)
		}
	}
	for _, args := range [][]string{{"completion"}, {"completion", "tcsh"}, {"completion", "bash", "fish"}} {
		if code, stdout, _ := command(t.Context(), args...); code != exitUsage || stdout != "" {
			t.Errorf("%q: code %d, %s", args, code, stdout)
		}
	}
}

// A real zsh takes the script both sourced and from a folder of fpath.
func TestCompletionInZsh(t *testing.T) {
	t.Parallel()
	zsh := testkit.Program(t, "zsh")
	dir := t.TempDir()
	_, script, _ := command(t.Context(), "completion", "zsh")
	if err := os.WriteFile(filepath.Join(dir, "_atalaya"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	// What the shell's own system of completions is asked for is printed.
	const system = `compdef() { print -r -- registers $*; }
_describe() { print -r -- "${(@)${(@P)argv[-1]}%%:*}"; }
compadd() { shift; print -r -- "$@"; }
_files() { print -r -- files; }
words=("$@"); CURRENT=$#; PREFIX=$words[-1]
`
	ask := func(load string, line ...string) string {
		out, err := exec.CommandContext(t.Context(), zsh, append([]string{"-f", "-c", system + load, "zsh"}, line...)...).CombinedOutput()
		if err != nil {
			t.Errorf("%q: %v: %s", line, err, out)
		}
		return string(out)
	}
	for name, load := range map[string]string{
		"sourced": "source " + dir + "/_atalaya; _atalaya", "from fpath": "fpath=(" + dir + "); autoload -U _atalaya; _atalaya",
	} {
		for _, c := range []struct{ line, has, lacks string }{
			{"atalaya a", " compare ", "--"},
			{"atalaya audit --inc", " --include ", "--places"},
			{"atalaya compare 1 2 --p", " --places", "--include"},
			{"atalaya --trusted", " --trusted-proxies ", "--include"},
			{"atalaya audit fil", "files", "--"},
		} {
			said := ask(load, strings.Split(c.line, " ")...)
			if strings.Contains(said, "registers") != (name == "sourced") || !strings.Contains(said, c.has) || strings.Contains(said, c.lacks) {
				t.Errorf("%s, %q: %s", name, c.line, said)
			}
		}
	}
}
