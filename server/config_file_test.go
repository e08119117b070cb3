package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"atalaya/server/internal/pgtest"
	"atalaya/shared"
)

// configFile writes a file of settings and returns its path.
func configFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "atalaya.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

// TestConfigPrecedence gives settings in several places: a flag wins over its variable,
// and that over the file.
func TestConfigPrecedence(t *testing.T) {
	path := configFile(t, `
rate = 1.5
workers = 5
page-limit = 50
heartbeat = "5s"
skip-ai-agents = true
log-level = "warn"
trusted-proxies = ["10.0.0.0/8", "192.0.2.1"]
cors-origin = "https://a.example"
database-url = "postgres://file"
`)
	env := map[string]string{
		"ATALAYA_CONFIG": path, "ATALAYA_WORKERS": "6", "ATALAYA_PAGE_LIMIT": "60", "DATABASE_URL": "postgres://general",
	}
	c, err := parseConfig([]string{"--page-limit", "70"}, environment(env), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.TrimSpace(fmt.Sprintln(c.Rate, c.Workers, c.PageLimit, c.Heartbeat, c.SkipAIAgents, c.LogLevel,
		c.TrustedProxies, c.CORSOrigins, c.DatabaseURL, c.Sweep))
	const want = "1.5 6 70 5s true WARN [10.0.0.0/8 192.0.2.1/32] [https://a.example] postgres://general 250ms"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	other := configFile(t, "rate = 2")
	if c, err := parseConfig([]string{"--config", other}, environment(env), nil); err != nil || c.Rate != 2 {
		t.Errorf("the flag --config beside its variable: rate %v, %v", c.Rate, err)
	}
}

func TestConfigFileRefuses(t *testing.T) {
	for text, says := range map[string]string{
		`adr = "127.0.0.1:1"`:                `there is no setting "adr"; did you mean "addr"?`,
		`page_limit = 7`:                     `did you mean "page-limit"?`,
		`Workers = 7`:                        `did you mean "workers"?`,
		`colour-of-the-sky = "blue"`:         `there is no setting "colour-of-the-sky"; see atalaya --help`,
		`config = "b.toml"`:                  `there is no setting "config"`,
		"[server]\nworkers = 7":              `there is no setting "server"`,
		"[workers]\na = 7":                   "workers: takes one text, number, true or false",
		`workers = "many"`:                   "workers: ",
		`workers = 65`:                       "--workers is 65, but must be 0 to 64",
		`workers = 1.5`:                      "workers: ",
		`addr = ["127.0.0.1:1"]`:             "addr: takes one text, number, true or false",
		`addr = 2026-11-26`:                  "addr: takes one text",
		`cors-origin = [1]`:                  "an array of texts without commas",
		`cors-origin = ["https://a,b"]`:      "an array of texts without commas",
		`cors-origin = {a = "b"}`:            "a text or an array of texts",
		"workers = 1\nworkers = 2":           "line 2 is not TOML, or a name stands there twice",
		"\naddr = localhost:1":               "line 2 is not TOML",
		"database-url = postgres://a:s3cr@b": "line 1 is not TOML",
		strings.Repeat("# long\n", 200_000):  "longer than 1048576 bytes",
	} {
		_, err := parseConfig([]string{"--config", configFile(t, text)}, noEnv, nil)
		if err == nil || !strings.Contains(err.Error(), says) || strings.ContainsAny(err.Error(), "\n") ||
			strings.Contains(err.Error(), "s3cr") {
			t.Errorf("%.40s: got %v, want one line with %q", text, err, says)
		}
	}
	_, err := parseConfig([]string{"--config", "/not/there.toml"}, noEnv, nil)
	if err == nil || err.Error() != "--config /not/there.toml: no such file or directory" {
		t.Errorf("no file: %v", err)
	}
}

// runProgram runs a command as main does, and returns what it printed.
func runWith(t *testing.T, env map[string]string, args ...string) (stdout string, err error) {
	t.Helper()
	var out bytes.Buffer
	err = run(t.Context(), args, environment(env), &out, &out)
	return out.String(), err
}

func TestConfigCommandSaysFromWhere(t *testing.T) {
	path := configFile(t, "workers = 5\nheartbeat = \"5s\"")
	args := []string{"config", "--config", path, "--rate", "3"}
	env := map[string]string{"ATALAYA_PAGE_LIMIT": "60", "DATABASE_URL": "postgres://ana:s3cret@db.example/audits"}
	out, err := runWith(t, env, args...)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(out) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	for _, want := range []string{
		"rate = 3.0 # flag", "page-limit = 60 # environment ATALAYA_PAGE_LIMIT", "workers = 5 # file " + path,
		`heartbeat = "5s" # file ` + path, `sweep = "250ms" # default`, "insecure-no-auth = false # default",
		`database-url = "postgres://ana:xxxxx@db.example/audits" # environment DATABASE_URL, with its secret hidden`,
	} {
		if !strings.Contains(strings.Join(lines, "\n"), want) {
			t.Errorf("the output lacks %s:\n%s", want, out)
		}
	}
	// It can be a file of settings again, with the same effect.
	again, err := runWith(t, nil, "config", "--config", configFile(t, out))
	if err != nil {
		t.Fatal(err)
	}
	var first, second map[string]any
	if _, err := toml.Decode(out, &first); err != nil {
		t.Fatal(err)
	}
	if _, err := toml.Decode(again, &second); err != nil || fmt.Sprint(first) != fmt.Sprint(second) {
		t.Errorf("read again:\n%v\n%v, %v", first, second, err)
	}

	out, err = runWith(t, env, append(args, "--json")...)
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Settings []shownSetting }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]shownSetting{
		"rate":    {Value: 3.0, Source: "flag"},
		"workers": {Value: 5.0, Source: "file", From: path},
		"sweep":   {Value: "250ms", Source: "default"},
		"database-url": {Value: "postgres://ana:xxxxx@db.example/audits", Source: "environment", From: "DATABASE_URL",
			Hidden: true},
	}
	for _, s := range got.Settings {
		if w, ok := want[s.Name]; ok {
			if w.Name = s.Name; s != w {
				t.Errorf("got %+v, want %+v", s, w)
			}
			delete(want, s.Name)
		}
	}
	if len(want) > 0 || strings.Contains(out, "s3cret") {
		t.Errorf("lacks %v: %s", want, out)
	}
}

func TestConfigCommandRefuses(t *testing.T) {
	for _, args := range [][]string{{"config", "all"}, {"config", "--workers", "65"}, {"config", "--colour"}} {
		if out, err := runWith(t, nil, args...); exitCode(err) != exitUsage {
			t.Errorf("%v: %v, exit code %d, %s", args, err, exitCode(err), out)
		}
	}
}

func TestRedactURL(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"postgres://db/a":               "postgres://db/a",
		"postgres://ana@db/a":           "postgres://ana@db/a",
		"postgres://ana:s3cret@db/a":    "postgres://ana:xxxxx@db/a",
		"postgres://ana:s3@cret@db/a":   "postgres://ana:xxxxx@db/a",
		"postgres://ana:12/s3cret@db/a": hidden,
		"postgres://ana:12?s3cret@db/a": hidden,
		"postgres://ana:12#s3cret@db/a": hidden,
		"postgres://ana:s3%cret@db/a":   hidden,
		"host=db password=s3cret":       hidden,
		"s3cret":                        hidden,
		"mailto:s3cret":                 hidden,
		"postgres://db/a?sslmode=disable&sslpassword=s3cret": "postgres://db/a?sslmode=disable&sslpassword=xxxxx",
	} {
		if got := redactURL(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// TestSecretsAreNotLogged starts servers with passwords wherever one can stand, well
// written and badly, and looks for them in all that the program says.
func TestSecretsAreNotLogged(t *testing.T) {
	t.Parallel()
	server := pgtest.Cluster(t)
	server.Exec(t, "CREATE ROLE keeper SUPERUSER LOGIN PASSWORD 's3cret'")
	t.Cleanup(func() { server.Exec(t, "DROP ROLE keeper") })
	url := strings.Replace(pgtest.Database(t), "postgres@", "keeper:s3cret@", 1)
	file := configFile(t, "listen-url = '"+url+"'\nlog-level = 'debug'")
	p := startWith(t, []string{"DATABASE_URL=" + url}, "--config", file, "--workers", "1")
	a := p.create(`{"url":"x","kind":"external"}`)
	p.request("PATCH", shared.PathProgress(a.AuditID), `{"progress":40}`)
	p.stop()
	if !p.log.Contains("keeper:xxxxx@") {
		t.Error("the log does not name the database without its password")
	}
	said := map[string]string{"the log": p.log.String()}

	for _, bad := range []string{
		url, // a server that is gone
		strings.Replace(url, "s3cret", "1/s3cret", 1),
		strings.Replace(url, "s3cret", "1?s3cret", 1),
		strings.Replace(url, "s3cret", "s3cret%", 1),
		"host=127.0.0.1 password=s3cret",
		"s3cret",
	} {
		bad = strings.Replace(bad, "127.0.0.1:", "127.0.0.1:1", 1)
		for _, place := range []string{"flag", "variable", "file"} {
			args, env := []string{"--log-level", "debug"}, map[string]string{}
			switch place {
			case "flag":
				args = append(args, "--database-url", bad)
			case "variable":
				env["ATALAYA_DATABASE_URL"] = bad
			case "file":
				args = append(args, "--config", configFile(t, fmt.Sprintf("database-url = %q", bad)))
			}
			for _, command := range []string{"serve", "migrate", "config"} {
				more := []string{command}
				if command == "serve" {
					more = append(more, "--addr", "127.0.0.1:0")
				}
				out, err := runWith(t, env, append(more, args...)...)
				if err == nil && command != "config" {
					t.Errorf("%s with %s was well", command, bad)
				}
				said[command+" "+place+" "+bad] = fmt.Sprintln(out, err)
			}
		}
	}
	for what, text := range said {
		if strings.Contains(text, "s3cret") {
			t.Errorf("a secret in what was said by %s:\n%.2000s", what, text)
		}
	}
}
