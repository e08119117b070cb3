package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// newerProgram builds a program whose files for the browser have another version.
func newerProgram(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	worker, err := os.ReadFile("../web/worker.js")
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(dir, "worker.js")
	if err := os.WriteFile(changed, append(worker, "// newer\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	original, err := filepath.Abs("../web/worker.js")
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: changed}})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "atalaya")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", list, "-o", program, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// A newer server is told in every open tab, also in one of a first visit, and loads
// nothing anew by itself. The next page loaded is the newer one as a whole.
func TestBrowserTellsOfANewVersion(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	newer := newerProgram(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	external := s.create(`{"url":"nightly import","kind":"external"}`)
	const (
		version = `goappEnv.GOAPP_VERSION`
		live    = running + ` && document.querySelector('.pill .dot.live') !== null`
		offered = `document.querySelector('.app-note[role=status]')?.innerText.includes('new version')`
	)
	first := openTab(t, chromium)
	first.do(chromedp.Navigate(s.url + shared.PathPage(external.AuditID)))
	first.sees(live)
	first.controlled()
	second := openTab(t, first.ctx)
	second.do(chromedp.Navigate(s.url + "/"))
	second.sees(live)
	old := first.eval(version)
	for _, p := range []*tab{first, second} {
		if p.eval(offered) == "true" || p.logged("has been updated") {
			t.Errorf("a first visit is told of a new version: %v", p.lines())
		}
	}

	s.kill()
	s.path = newer
	if err := s.launch(); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*tab{first, second} {
		p.sees(offered)
		p.sees(live)
		if got := p.eval(version); got != old {
			t.Errorf("loaded anew by itself: %s, was %s", got, old)
		}
	}
	first.shot("new-version")
	first.do(chromedp.Click(".app-note button"))
	first.sees(running + ` && ` + version + ` !== ` + jsString(old) + ` && !(` + offered + `)`)
	third := openTab(t, first.ctx)
	third.do(chromedp.Navigate(s.url + "/"))
	third.sees(live)
	if got, want := third.eval(version), first.eval(version); got != want {
		t.Errorf("got version %s, want %s", got, want)
	}
	third.clean()
}
