package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"atalaya/shared"
)

// changingSite has one page with a link to /gone, until broken says that there is a second.
func changingSite(t *testing.T, broken *atomic.Bool) string {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>Home of all that changes</title><h1>Home</h1><p><a href="/gone">gone</a>`)
		if broken.Load() {
			fmt.Fprint(w, ` <a href="/lost">lost</a>`)
		}
	}))
	t.Cleanup(site.Close)
	return site.URL
}

// TestCompareCommand audits a site twice and compares: files, a folder and a server give the same.
func TestCompareCommand(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	url, data, files := changingSite(t, &broken), t.TempDir(), t.TempDir()
	before, after := filepath.Join(files, "before.json"), filepath.Join(files, "after.json")
	audit := func(file string, more ...string) (int, string) {
		args := append([]string{"audit", url, "--rate", "1000", "--data-dir", data, "--output", file}, more...)
		code, _, stderr := command(t.Context(), args...)
		return code, stderr
	}
	if code, stderr := audit(before); code != 0 {
		t.Fatalf("code %d, %s", code, stderr)
	}
	if code, stderr := audit(after, "--baseline", before, "--fail-on", "new"); code != 0 ||
		!strings.Contains(stderr, "Nothing is new and nothing is fixed.") {
		t.Errorf("nothing changed: code %d, %s", code, stderr)
	}
	broken.Store(true)
	for _, baseline := range []string{before, "1"} {
		if code, stderr := audit(after, "--baseline", baseline, "--fail-on", "new"); code != exitBelow ||
			!strings.Contains(stderr, "/lost") || !strings.Contains(stderr, "--fail-on new: new findings") {
			t.Errorf("a new broken link since %s: code %d, %s", baseline, code, stderr)
		}
	}
	if code, stderr := audit(filepath.Join(files, "scored.json"), "--baseline", before, "--min-score", "100"); code != exitBelow ||
		!strings.Contains(stderr, "What changed") || !strings.Contains(stderr, "below the wanted score of 100") {
		t.Errorf("a score that is too low for another reason too: code %d, %s", code, stderr)
	}
	var outputs []string
	for _, pair := range [][2]string{{before, after}, {"1", after}, {before, "4"}, {"1", "4"}} {
		code, stdout, stderr := command(t.Context(), "compare", pair[0], pair[1], "--data-dir", data, "--format",
			"json", "--fail-on", "new")
		var c shared.Comparison
		if err := json.Unmarshal([]byte(stdout), &c); err != nil || code != exitBelow || c.Pages.HeadOnly == 0 || len(c.Changes) == 0 {
			t.Errorf("%v: code %d, %v, %s%s", pair, code, err, stdout, stderr)
		}
		outputs = append(outputs, stdout)
	}
	if code, back, stderr := command(t.Context(), "compare", after, before, "--fail-on", "new"); code != 0 ||
		!strings.Contains(back, "/lost") {
		t.Errorf("the other way round: code %d, %s%s", code, back, stderr)
	}
	p := start(t, "--data-dir", data, "--workers", "0").url
	code, stdout, stderr := command(t.Context(), "compare", "1", "4", "--server", p, "--format", "json")
	if outputs = append(outputs, stdout); code != 0 {
		t.Errorf("a server: code %d, %s", code, stderr)
	}
	for _, output := range outputs {
		if output != outputs[0] {
			t.Errorf("got\n%s\nand\n%s", output, outputs[0])
		}
	}
	if code, _, stderr := command(t.Context(), "compare", "1", "99", "--server", p); code != exitFailed ||
		!strings.Contains(stderr, "no such audit") {
		t.Errorf("no such audit: code %d, %s", code, stderr)
	}
}

func TestCompareThatCannotBe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.json")
	if code, _, stderr := command(t.Context(), "audit", smallSite(t), "--rate", "1000", "--data-dir", dir, "--output",
		file); code != 0 {
		t.Fatalf("code %d, %s", code, stderr)
	}
	other := smallSite(t)
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no file":            {[]string{"compare", "nothing.json", file}, "nothing.json"},
		"no folder":          {[]string{"compare", "1", file, "--data-dir", filepath.Join(dir, "none")}, "no data folder"},
		"no audit":           {[]string{"compare", "1", "9", "--data-dir", dir}, "no audit 9"},
		"no report":          {[]string{"compare", "compare.go", file}, "no whole report"},
		"a baseline of else": {[]string{"audit", other, "--baseline", file}, "different sites"},
	} {
		if code, stdout, stderr := command(t.Context(), c.args...); code != exitFailed || stdout != "" ||
			!strings.Contains(stderr, c.says) {
			t.Errorf("%s: code %d, %s%s", name, code, stdout, stderr)
		}
	}
}
