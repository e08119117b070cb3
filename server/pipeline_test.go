package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"go.yaml.in/yaml/v4"

	"atalaya/server/internal/testkit"
)

// pipeline is what the README shows of a pipeline's file, on GitHub Actions or on GitLab.
type pipeline struct {
	Jobs struct {
		Audit struct{ Steps []struct{ Run string } }
	}
	Audit struct{ Script []string }
}

// script is what a runner has the shell do.
func (p *pipeline) script() string {
	lines := p.Audit.Script
	for _, step := range p.Jobs.Audit.Steps {
		lines = append(lines, step.Run)
	}
	return strings.Join(lines, "\n")
}

// The pipelines of the README pass for a good site, fail for one with a link to nowhere, and
// leave their artefacts in both cases.
func TestPipelinesOfTheReadme(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"make", "python3", "curl"} {
		testkit.Program(t, name)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(readme, -1)
	ran := 0
	for _, block := range blocks {
		var p pipeline
		if err := yaml.Unmarshal(block[1], &p); err != nil {
			t.Fatalf("%v in\n%s", err, block[1])
		}
		if !strings.Contains(p.script(), "atalaya audit") {
			continue
		}
		ran++
		for body, want := range map[string]int{"": 0, `<a href="lost.html">lost</a>`: exitBelow} {
			code, said, folder := runPipeline(t, p.script(), body)
			if code != want {
				t.Errorf("the site with %q: code %d, want %d\n%s", body, code, want, said)
			}
			for _, file := range []string{"audit.sarif", "audit.html"} {
				if info, err := os.Stat(filepath.Join(folder, file)); err != nil || info.Size() < 1000 {
					t.Errorf("no %s: %v", file, err)
				}
			}
		}
	}
	if ran != 2 {
		t.Errorf("%d pipelines are in the README, want 2", ran)
	}
}

// runPipeline does a script as a runner does, in a folder where make site builds a site.
func runPipeline(t *testing.T, script, body string) (code int, said []byte, folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, content := range map[string]string{
		"Makefile":   "site:\n\tmkdir public && mv index.html public\n",
		"index.html": `<!doctype html><html lang="en"><title>The home of a site that is built</title><h1>Home</h1>` + body,
		"atalaya":    "#!/bin/sh\n" + asProgram + "=1 exec " + os.Args[0] + ` "$@"`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	_, port, err := net.SplitHostPort(testkit.FreeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "bash", "-eo", "pipefail", "-c", strings.ReplaceAll(script, "8080", port))
	c.Dir, c.Env = folder, append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"))
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	file, err := os.Create(filepath.Join(folder, "output")) // no pipe, which what runs on would hold open
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	c.Stdout, c.Stderr = file, file
	err = c.Run()
	_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // the site's server, as a runner does
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	said, err = os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), said, folder
}
