package main

import (
	"os/exec"
	"strings"
	"testing"
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
	for _, shell := range []string{"zsh", "fish"} {
		if code, script, _ := command(t.Context(), "completion", shell); code != 0 || !strings.Contains(script, "include") {
			t.Errorf("%s: code %d, %s", shell, code, script)
		}
	}
	for _, args := range [][]string{{"completion"}, {"completion", "tcsh"}, {"completion", "bash", "fish"}} {
		if code, stdout, _ := command(t.Context(), args...); code != exitUsage || stdout != "" {
			t.Errorf("%q: code %d, %s", args, code, stdout)
		}
	}
}
