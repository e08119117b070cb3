package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
	"atalaya/shared/text"
)

// command runs a command as main does.
func command(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, log testkit.LogBuffer
	err := run(ctx, args, noEnv, &out, &log)
	if err != nil {
		fmt.Fprintln(&log, "atalaya:", err)
	}
	return exitCode(err), out.String(), log.String()
}

// smallSite has a page, and a link that leads nowhere.
func smallSite(t *testing.T) string {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>=1+1 [x](javascript:y)</title><h1>Home</h1><p><a href="/gone">gone</a>`)
	}))
	t.Cleanup(site.Close)
	return site.URL
}

// endlessSite has a page behind each page; met hears of each.
func endlessSite(t *testing.T, met func(n int)) string {
	n := 0
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" || strings.Contains(r.URL.Path, "sitemap") {
			http.NotFound(w, r)
			return
		}
		n++ // one page after the other: each is found on the one before
		met(n)
		fmt.Fprintf(w, `<!doctype html><title>Page %d</title><a href="/%d">on</a>`, n, n)
	}))
	t.Cleanup(site.Close)
	return site.URL
}

func TestAuditCommand(t *testing.T) {
	t.Parallel()
	url, dir := smallSite(t), t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	for name, c := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		"plain":      {nil, 0, "## Findings by check", "100%  Done"},
		"in Spanish": {[]string{"--lang", "es", "--format=csv", "--bom"}, 0, "\ufeffpage,status", "100%  Terminada"},
		"files": {[]string{"--output", file("a.html"), "--output", file("a.sarif"), "--output", file("b"), "--format", "json"}, 0,
			"", "a.sarif: sarif"},
		"JSON lines":    {[]string{"--json"}, 0, `"status":"completed"`, ""},
		"errors":        {[]string{"--fail-on", "error"}, 3, "http-4xx", "severity error: 1"},
		"a part":        {[]string{"--exclude", "/g*", "--format", "json"}, 0, `"reason":"excluded"`, "Done"},
		"score":         {[]string{"--min-score", "100"}, 3, "# Report", "below the wanted score of 100"},
		"score reached": {[]string{"--min-score", "1"}, 0, "# Report", "Done"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"audit", url, "--rate", "1000"}, c.args...)
			code, stdout, stderr := command(t.Context(), args...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("code %d, want %d; stdout, want %q:\n%s\nstderr, want %q:\n%s", code, c.code, c.stdout, stdout, c.stderr, stderr)
			}
		})
	}
	t.Cleanup(func() {
		for name, want := range map[string]string{"a.html": "<!doctype html>", "a.sarif": `"version":"2.1.0"`, "b": `"pages":[{`} {
			if body, err := os.ReadFile(file(name)); err != nil || !strings.Contains(string(body), want) {
				t.Errorf("%s: %v, want %s in %.300s", name, err, want, body)
			}
		}
	})
}

// A site that wants a password is audited with a header, which stands in nothing that
// comes out or is kept, and which no other host is sent, however it was given.
func TestAuditCommandWithAHeader(t *testing.T) {
	t.Parallel()
	site, line := newStagingSite(t), "Authorization: "+stagingPassword
	for name, c := range map[string]struct {
		args []string
		env  string
	}{
		"by flags":           {[]string{"--header", line, "--header", "X-Stage: 2"}, ""},
		"by the environment": {nil, line + "\nX-Stage: 2\n"},
	} {
		var out, log testkit.LogBuffer
		dir := t.TempDir()
		args := append([]string{
			"audit", site, "--rate", "1000", "--format", "json", "--log-level", "debug", "--data-dir", dir,
		}, c.args...)
		err := run(t.Context(), args, func(name string) string {
			return map[string]string{"ATALAYA_HEADER": c.env}[name]
		}, &out, &log)
		if err != nil || !out.Contains(`"title":"Inside /inside"`) {
			t.Errorf("%s: %v\n%s\n%s", name, err, out.String(), log.String())
		}
		if leaks([]byte(out.String())) || leaks([]byte(log.String())) {
			t.Errorf("%s: the secret came out:\n%s\n%s", name, out.String(), log.String())
		}
		checkFiles(t, dir)
	}
}

func TestAuditCommandThatCannotBeFollowed(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"audit"}, {"audit", "https://a.example", "https://b.example"}, {"audit", "ftp://a.example"},
		{"audit", "https://user:secret@a.example"}, {"audit", "https://a.example", "--page-limit", "0"},
		{"audit", "https://a.example", "--fail-on", "everything"}, {"audit", "https://a.example", "--colour"},
		{"audit", "https://a.example", "--output", filepath.Join(t.TempDir(), "no", "folder.csv")},
		{"audit", "http://127.0.0.1:9", "--allow-private-targets", "false"},
		{"audit", "https://a.example", "--fail-on", "new"}, {"audit", "https://a.example", "--baseline", "7"},
		{"audit", "https://a.example", "--include", "docs/"}, {"audit", "https://a.example", "--exclude", ""},
		{"audit", "https://a.example", "--header", "secret@x"}, {"audit", "https://a.example", "--header", "Host: secret@x"},
		{"compare"}, {"compare", "1"}, {"compare", "1", "2", "3"}, {"compare", "1", "2", "--server", "localhost"},
		{"compare", "1", "2", "--format", "csv"}, {"compare", "1", "2", "--places", "0"},
		{"watch"}, {"watch", "x"}, {"watch", "0"}, {"watch", "ftp://a.example/audits/7"},
		{"watch", "https://u:secret@a.example/audits/7"},
		{"report"}, {"report", "x"}, {"report", "1", "2"}, {"report", "1", "--server", "localhost"},
	} {
		if code, stdout, stderr := command(t.Context(), args...); code != exitUsage || stdout != "" ||
			strings.Contains(stderr, "secret@") {
			t.Errorf("%q: code %d, %s%s", args, code, stdout, stderr)
		}
	}
}

// TestReadmeCommandsAreUnderstood reads every command line of the README and of --help as
// the program does.
func TestReadmeCommandsAreUnderstood(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^[ -]*atalaya (audit|report|compare|watch|token) ([^[\n|>]*)`).
		FindAllStringSubmatch(string(readme)+auditHelp+reportHelp+compareHelp+watchHelp+tokenHelp, -1)
	if len(lines) < 10 {
		t.Errorf("found %d command lines", len(lines))
	}
	for _, line := range lines {
		p := program{words(line[2]), noEnv, io.Discard, io.Discard}
		o := map[string]options{
			"audit": &auditOptions{}, "report": &reportOptions{}, "compare": &compareOptions{}, "watch": &watchOptions{},
			"token": &tokenOptions{},
		}[line[1]]
		if line[2] == "URL " || line[2] == "ID " || line[2] == "BASE HEAD " || line[2] == "ID" ||
			line[2] == "revoke NUMBER" { // the form of the command
			continue
		}
		if _, err := p.read(line[1], "", o); err != nil {
			t.Errorf("%s: %v", line[0], err)
		}
	}
}

// words are those of a command line in which single quotes may hold blanks.
func words(line string) []string {
	found := regexp.MustCompile(`'[^']*'|[^' ]+`).FindAllString(line, -1)
	for i := range found {
		found[i] = strings.Trim(found[i], "'")
	}
	return found
}

func TestCommandsHelp(t *testing.T) {
	t.Parallel()
	forOperators := map[string]bool{"config": true, "doctor": true, "health": true, "token": true} // they speak as the flags and the log do
	for name := range commands {
		code, stdout, stderr := command(t.Context(), name, "--help")
		if code != 0 || stderr != "" || !strings.Contains(stdout, "Examples:\n  atalaya "+name) ||
			!forOperators[name] && !strings.Contains(stdout, "  --lang language") {
			t.Errorf("%s: code %d, %s%s", name, code, stdout, stderr)
		}
	}
}

func TestAuditOfASiteThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := command(t.Context(), "audit", "http://"+testkit.FreeAddr(t), "--rate", "1000")
	if code != exitFailed || !strings.Contains(stdout, "refused the connection") || !strings.Contains(stderr, "atalaya: 127.0.0.1") {
		t.Errorf("code %d, %s%s", code, stdout, stderr)
	}
}

// TestInterruptedAuditHasAReport: Ctrl-C stops the audit, and what was seen is written.
func TestInterruptedAuditHasAReport(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	url := endlessSite(t, func(n int) {
		if n == 5 {
			interrupt()
		}
	})
	code, stdout, stderr := command(ctx, "audit", url, "--rate", "1000")
	if code != exitInterrupted || !strings.Contains(stdout, "- **Status:** Cancelled") || !strings.Contains(stderr, "interrupted") {
		t.Errorf("code %d, %s%s", code, stdout, stderr)
	}
}

func TestAuditThatComesToItsTimeLimit(t *testing.T) {
	t.Parallel()
	url := endlessSite(t, func(int) {})
	code, stdout, stderr := command(t.Context(), "audit", url, "--rate", "5", "--max-time", "1s", "--fail-on", "error")
	if code != exitTime || !strings.Contains(stdout, "Partial report") || !strings.Contains(stderr, "the time limit of 1s") {
		t.Errorf("code %d, %s%s", code, stdout, stderr)
	}
}

// TestReportCommand takes the report of an audit that was kept: from its folder, and from
// a server over it.
func TestReportCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if code, _, stderr := command(t.Context(), "audit", smallSite(t), "--rate", "1000", "--data-dir", dir); code != 0 {
		t.Fatalf("code %d, %s", code, stderr)
	}
	code, fromFolder, stderr := command(t.Context(), "report", "1", "--data-dir", dir, "--format", "csv")
	if code != 0 || !strings.Contains(fromFolder, ",'=1+1 [x](javascript:y),") {
		t.Errorf("code %d, %s%s", code, fromFolder, stderr)
	}
	if code, stdout, stderr := command(t.Context(), "report", "2", "--data-dir", dir); code != exitFailed ||
		!strings.Contains(stderr, "no audit 2") {
		t.Errorf("code %d, %s%s", code, stdout, stderr)
	}
	missing := filepath.Join(dir, "missing")
	code, _, stderr = command(t.Context(), "report", "1", "--data-dir", missing)
	if _, err := os.Stat(missing); code != exitFailed || !strings.Contains(stderr, "there is no data folder") || err == nil {
		t.Errorf("without a folder: code %d, %s, %v", code, stderr, err)
	}
	p := start(t, "--data-dir", dir, "--workers", "0")
	code, fromServer, stderr := command(t.Context(), "report", "--server", p.url, "1", "--format", "csv")
	if code != 0 || fromServer != fromFolder {
		t.Errorf("from the server: code %d, %s%s", code, fromServer, stderr)
	}
	if code, _, stderr := command(t.Context(), "report", "2", "--server", p.url+"/"); code != exitFailed ||
		!strings.Contains(stderr, "no such audit") {
		t.Errorf("from the server: code %d, %s", code, stderr)
	}
	if code, _, stderr := command(t.Context(), "report", "1", "--data-dir", dir); code != exitFailed {
		t.Errorf("from the folder of a server: code %d, %s", code, stderr)
	}
}

func TestDisplays(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	said := "Fetched https://example.org/\x1b[31m" + strings.Repeat("x", 200)
	p := shared.AuditProgress{
		Status: shared.StatusRunning, Stage: shared.StageCrawl, Progress: 40, TotalPages: 3, Message: &said, UpdatedAt: shared.At(at),
	}
	var log, screen bytes.Buffer
	shown := &lines{out: &log, lang: text.EN}
	drawn := newBar(&screen, text.EN, func() int { return 60 })
	for _, d := range []display{shown, drawn} {
		q := p
		d.show(&q)
		q.Progress, q.UpdatedAt = 41, shared.At(at.Add(time.Second))
		d.show(&q) // too soon for another line
		q.Progress, q.UpdatedAt = 50, shared.At(at.Add(lineEvery))
		d.show(&q)
		q.Status, q.Stage, q.Progress = shared.StatusCompleted, shared.StageNone, 100
		d.show(&q)
	}
	if got := log.String(); strings.Count(got, "\n") != 3 || !strings.HasPrefix(got, " 40%  Crawl") ||
		strings.Contains(got, "\x1b") ||
		!strings.Contains(got, "100%  Done, 3 pages") {
		t.Errorf("lines: %q", got)
	}
	for _, row := range strings.Split(strings.ReplaceAll(screen.String(), "\x1b[0K", ""), "\r") {
		if n := len([]rune(strings.TrimSpace(row))); n > 60 || strings.Contains(row, "\x1b[3") {
			t.Errorf("bar: a row of %d: %q", n, row)
		}
	}
	if got := screen.String(); !strings.Contains(got, " 41% |") || !strings.Contains(got, "100% |") ||
		!strings.HasSuffix(got, "\n") {
		t.Errorf("bar: %q", got)
	}
}

// TestReplacedFileIsWholeOrOld: what fails half-way leaves the old file.
func TestReplacedFileIsWholeOrOld(t *testing.T) {
	name := filepath.Join(t.TempDir(), "report.md")
	write := func(body string, err error) error {
		return writeFile(name, func(w io.Writer) error {
			_, _ = w.Write([]byte(body))
			return err
		})
	}
	if err := write("old", nil); err != nil {
		t.Fatal(err)
	}
	if err := write("half", context.Canceled); err == nil {
		t.Error("no error")
	}
	files, _ := filepath.Glob(filepath.Dir(name) + "/*")
	if body, err := os.ReadFile(name); string(body) != "old" || len(files) != 1 {
		t.Errorf("got %q, %v, among %v", body, err, files)
	}
}
