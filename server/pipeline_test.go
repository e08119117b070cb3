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

// The pipelines of the README pass for a site as they first find it, fail for a link to
// nowhere that is new, until it is mended, and leave their artefacts in all cases.
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
		r := newRunner(t, p.script())
		const old, lost = `<a href="old.html">old</a>`, `<a href="lost.html">lost</a>`
		for _, c := range []struct {
			body string
			want int
		}{{old, 0}, {old + lost, exitBelow}, {old + lost, exitBelow}, {"", 0}} {
			code, said := r.run(t, c.body)
			if code != c.want || strings.Contains(said, "lost.html") != (c.want != 0) {
				t.Errorf("the site with %q: code %d, want %d\n%s", c.body, code, c.want, said)
			}
			for _, file := range []string{"audit.sarif", "audit.html"} {
				if info, err := os.Stat(filepath.Join(r.folder, file)); err != nil || info.Size() < 1000 {
					t.Errorf("no %s: %v", file, err)
				}
			}
		}
	}
	if ran != 2 {
		t.Errorf("%d pipelines are in the README, want 2", ran)
	}
}

// runner does a script again and again as one of a service does, in a folder where make site
// builds a site.
type runner struct{ script, folder string }

func newRunner(t *testing.T, script string) runner {
	t.Helper()
	_, port, err := net.SplitHostPort(testkit.FreeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	r := runner{strings.ReplaceAll(script, "8080", port), t.TempDir()}
	r.write(t, "Makefile", "site:\n\tmkdir -p public && mv index.html public\n")
	r.write(t, "atalaya", "#!/bin/sh\n"+asProgram+"=1 exec "+os.Args[0]+` "$@"`)
	return r
}

func (r runner) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(r.folder, name), []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

// run does the script for a site whose page has body. Of its artefacts only what the script
// itself makes is there: a service begins with an empty folder, and what it has in its cache.
func (r runner) run(t *testing.T, body string) (code int, said string) {
	t.Helper()
	artefacts, err := filepath.Glob(filepath.Join(r.folder, "audit.*"))
	for _, file := range artefacts {
		err = errors.Join(err, os.Remove(file))
	}
	if err != nil {
		t.Fatal(err)
	}
	r.write(t, "index.html", `<!doctype html><html lang="en"><title>The home of a site that is built</title><h1>Home</h1>`+body)
	c := exec.CommandContext(t.Context(), "bash", "-eo", "pipefail", "-c", r.script)
	c.Dir, c.Env = r.folder, append(os.Environ(), "PATH="+r.folder+":"+os.Getenv("PATH"))
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	file, err := os.Create(filepath.Join(r.folder, "output")) // no pipe, which what runs on would hold open
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
	output, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(output)
}
