package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"atalaya/server/internal/testkit"
)

// screenPage is a page in a browser that has no driver: mouse and keys copy what it shows.
type screenPage struct {
	t       *testing.T
	command []string // the address comes last
	copies  string   // what xdotool does to have the page's text in selection
	taken   string   // the selection: primary or clipboard
	home    string
	display string
	browser *exec.Cmd // nil before the first page
}

// screenPageOf opens pages by a command, on a screen of its own.
func screenPageOf(taken, copies string, command ...string) func(t *testing.T) shown {
	return func(t *testing.T) shown {
		for _, program := range []string{command[0], "xdotool", "xclip", "import"} {
			testkit.Program(t, program)
		}
		home := t.TempDir()
		return &screenPage{t: t, command: command, copies: copies, taken: taken, home: home,
			display: startScreen(t, testkit.Program(t, "Xvfb"), home)}
	}
}

func (p *screenPage) use(t *testing.T) { p.t = t }

// visit starts the browser anew, as it takes an address from nobody but its command line.
func (p *screenPage) visit(url string) {
	p.t.Helper()
	if p.browser != nil {
		_ = syscall.Kill(-p.browser.Process.Pid, syscall.SIGKILL)
	}
	p.browser = p.program(p.command[0], append(p.command[1:len(p.command):len(p.command)], url)...)
	launch(p.t, p.browser, p.home, p.browser.Env...)
}

// program is a program on the screen of the page, which outlives a column.
func (p *screenPage) program(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Env = []string{"DISPLAY=" + p.display, "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=" + p.home}
	return c
}

func (p *screenPage) says(text string) {
	p.t.Helper()
	last := ""
	p.t.Cleanup(func() {
		if p.t.Failed() {
			p.t.Logf("the page says:\n%s", last)
		}
	})
	testkit.Eventually(p.t, patience, text, func() bool {
		_ = p.program("timeout", append([]string{"9", "xdotool"}, strings.Fields(p.copies)...)...).Run()
		shown, _ := p.program("timeout", "3", "xclip", "-o", "-selection", p.taken).Output() // none at first
		last = string(shown)
		return strings.Contains(strings.Join(strings.Fields(last), " "), text)
	})
}

func (p *screenPage) shot(name string) {
	file := filepath.Join("../artefacts", name+".png")
	if err := p.program("timeout", "9", "import", "-window", "root", file).Run(); err != nil {
		p.t.Logf("%s: %v", file, err)
	}
}
