package main

import (
	"bytes"
	"errors"
	"flag"
	"log/slog"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/openid"
	"atalaya/server/internal/stream"
)

func noEnv(string) string { return "" }

func TestConfigDefaults(t *testing.T) {
	got, err := parseConfig(nil, noEnv, nil)
	want := Config{
		Addr: "127.0.0.1:8000", DataDir: "./data", KeepTrail: 90 * 24 * time.Hour, Heartbeat: 15 * time.Second, StreamLifetime: 10 * time.Minute,
		Sweep: 250 * time.Millisecond, WriteTimeout: 5 * time.Second, Drain: 10 * time.Second,
		StreamWriter: stream.WriterAuto, MaxStreamsPerIP: 100, MaxQueue: 1000, MaxPerHost: 10, MaxPerHour: 120, MaxRequests: 60_000,
		Workers: 2, PageLimit: 500, MaxBytes: 2 << 30, MaxTime: 30 * time.Minute,
		Rate: 5, AllowPrivateTargets: true, OpenID: openid.Config{GroupsClaim: "groups"}, LogFormat: "text",
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func TestConfigSources(t *testing.T) {
	env := func(name string) string {
		return map[string]string{
			"ATALAYA_RATE": "9", "ATALAYA_WORKERS": "7", "DATABASE_URL": "postgres://general",
			"ATALAYA_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1", "ATALAYA_LOG_LEVEL": "debug",
		}[name]
	}
	got, err := parseConfig([]string{"--rate", "3", "-addr=0.0.0.0:80", "--insecure-no-auth"}, env, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rate != 3 || got.Workers != 7 || got.DatabaseURL != "postgres://general" || got.LogLevel != slog.LevelDebug {
		t.Errorf("got %+v", got)
	}
	if got.AllowPrivateTargets {
		t.Error("private targets are allowed beyond loopback")
	}
	if want := []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32"),
	}; !reflect.DeepEqual(got.TrustedProxies, want) {
		t.Errorf("proxies %v", got.TrustedProxies)
	}
	for text, want := range map[string]string{
		"::ffff:192.0.2.1": "192.0.2.1/32", "::ffff:10.0.0.0/104": "10.0.0.0/8", "::/0": "::/0", "fd00::/8": "fd00::/8",
	} {
		if network, err := parseNetwork(text); err != nil || network.String() != want {
			t.Errorf("network %s: got %v, %v; want %s", text, network, err, want)
		}
	}
	ours := func(name string) string {
		return map[string]string{"ATALAYA_DATABASE_URL": "postgres://ours", "DATABASE_URL": "postgres://general"}[name]
	}
	if got, err := parseConfig(nil, ours, nil); err != nil || got.DatabaseURL != "postgres://ours" {
		t.Errorf("our own variable: %q, %v", got.DatabaseURL, err)
	}
}

func TestPrivateTargetsAreForThisMachineOnly(t *testing.T) {
	for args, want := range map[string]bool{
		"": true, "--addr=[::1]:80": true, "--addr=localhost:80": true,
		"--public-url=https://audits.example":                              false,
		"--trusted-proxies=127.0.0.1":                                      false,
		"--addr=unix:/run/atalaya.sock":                                    false,
		"--addr=:80 --insecure-no-auth":                                    false,
		"--allow-private-targets=false":                                    false,
		"--allow-private-targets=true":                                     true,
		"--allow-private-targets=true --public-url=https://audits.example": true,
	} {
		got, err := parseConfig(strings.Fields(args), noEnv, nil)
		if err != nil || got.AllowPrivateTargets != want {
			t.Errorf("%q: got %v, %v; want %v", args, got.AllowPrivateTargets, err, want)
		}
	}
}

func TestPublicURLs(t *testing.T) {
	got, err := parseConfig([]string{"--public-url", "https://Audits.example/, http://lan.example:8000"}, noEnv, nil)
	want := []string{"https://audits.example", "http://lan.example:8000"}
	if err != nil || !reflect.DeepEqual(got.PublicURLs, want) {
		t.Errorf("got %v, %v; want %v", got.PublicURLs, err, want)
	}
}

func TestConfigRefuses(t *testing.T) {
	for arg, says := range map[string]string{
		"--stream-writer=quill":                       `--stream-writer is "quill", but must be auto, nethttp, conn or epoll`,
		"--heartbeat=31s":                             "--heartbeat is 31s, but must be 1s to 30s",
		"--heartbeat=0":                               "1s to 30s",
		"--stream-lifetime=11m":                       "10s to 10m0s",
		"--sweep=1ms":                                 "20ms to 10s",
		"--write-timeout=0s":                          "100ms to 1m0s",
		"--drain=-1s":                                 "0s to 10m0s",
		"--workers=65":                                "0 to 64",
		"--page-limit=0":                              "1 to 10000",
		"--rate=0":                                    "above 0",
		"--rate=NaN":                                  "above 0",
		"--max-streams=-1":                            "0 to",
		"--max-queue=-1":                              "0 to",
		"--max-per-host=-1":                           "0 to",
		"--max-requests=-1":                           "0 to",
		"--max-per-hour=-1":                           "0 to",
		"--max-bytes=-1":                              "0 to 1125899906842624",
		"--max-bytes=2GiB":                            "see atalaya --help",
		"--max-time=0":                                "1s to 24h",
		"--max-time=25h":                              "1s to 24h",
		"--tls-cert=a.pem":                            "both or neither",
		"--tls-key=a.pem":                             "both or neither",
		"--log-format=xml":                            "text or json",
		"--addr=unix:a.sock":                          "absolute path",
		"--addr=unix:":                                "absolute path",
		"--addr=unix:@abstract":                       "absolute path",
		"--addr=systemd":                              "passed no socket",
		"--addr=8000":                                 "host:port",
		"--allow-private-targets=yes":                 "auto, true or false",
		"--trusted-proxies=everybody":                 "10.0.0.0/8",
		"--smtp-url=post.example":                     "smtp://host:587",
		"--mail-from=a@example.org":                   "--smtp-url",
		"--debug-addr=:6060":                          "on loopback",
		"--debug-addr=192.0.2.1:6060":                 "on loopback",
		"--debug-addr=127.0.0.1":                      "host:port",
		"--cors-origin=*":                             "exact origins",
		"--public-url=audits.example":                 "such as https://audits.example",
		"--public-url=https://audits.example/atalaya": "without a path",
		"--cors-origin=https://a.example,https://b.example/": `"https://b.example/"`,
		"--colour=red":     "see atalaya --help",
		"--heartbeat=soon": "see atalaya --help",
		"serve":            "unexpected argument",
	} {
		_, err := parseConfig([]string{arg}, noEnv, nil)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line with %q", arg, err, says)
		}
	}
	bad := func(name string) string { return map[string]string{"ATALAYA_SWEEP": "often"}[name] }
	if _, err := parseConfig(nil, bad, nil); err == nil || !strings.Contains(err.Error(), "ATALAYA_SWEEP") {
		t.Errorf("a bad variable: %v", err)
	}
}

func TestHelpListsEveryFlag(t *testing.T) {
	var out bytes.Buffer
	if _, err := parseConfig([]string{"--help"}, noEnv, &out); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	for _, name := range []string{
		"--addr", "--database-url", "--heartbeat", "--rate", "--insecure-no-auth",
		"(default 127.0.0.1:8000)", "atalaya migrate",
	} {
		if !strings.Contains(out.String(), name) {
			t.Errorf("help does not name %s:\n%s", name, &out)
		}
	}
}

// TestHelpNamesNoValueAsPlaceholder finds "--log-format text" in the help, which
// reads like a complete setting.
func TestHelpNamesNoValueAsPlaceholder(t *testing.T) {
	var out bytes.Buffer
	if _, err := parseConfig([]string{"--help"}, noEnv, &out); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	for _, want := range []string{"--log-format format ", "--allow-private-targets choice "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("help lacks %q:\n%s", want, &out)
		}
	}
	for line := range strings.Lines(out.String()) {
		fields := strings.Fields(line)
		if _, value, ok := strings.Cut(strings.TrimSpace(line), "(default "); ok && strings.HasPrefix(line, "  --") &&
			fields[1]+")" == value {
			t.Errorf("the placeholder is the default: %s", line)
		}
	}
}

func TestConfigNotice(t *testing.T) {
	for _, c := range []struct {
		addr        string
		drain, want time.Duration
	}{
		{"127.0.0.1:8000", 10 * time.Second, 0},
		{"[::1]:8000", 10 * time.Second, 0},
		{"localhost:8000", 10 * time.Second, 0},
		{"unix:/run/a.sock", 10 * time.Second, 0},
		{"systemd", 10 * time.Second, 2 * time.Second},
		{"0.0.0.0:8000", 10 * time.Second, 2 * time.Second},
		{":8000", 10 * time.Second, 2 * time.Second},
		{"192.0.2.7:8000", time.Second, time.Second},
		{"192.0.2.7:8000", 0, 0},
	} {
		if got := (Config{Addr: c.addr, Drain: c.drain}).notice(); got != c.want {
			t.Errorf("%s, drain %v: got %v, want %v", c.addr, c.drain, got, c.want)
		}
	}
}

func TestDatabaseIsNamedWithoutItsPassword(t *testing.T) {
	c := Config{DatabaseURL: "postgres://ana:secret@db.example/audits"}
	if s := c.database(); strings.Contains(s, "secret") || !strings.Contains(s, "db.example") {
		t.Errorf("named as %s", s)
	}
}

// TestReadmeListsEveryFlag keeps the README's table true.
func TestReadmeListsEveryFlag(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var help bytes.Buffer
	if _, err := parseConfig([]string{"--help"}, noEnv, &help); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	flags := 0
	for _, line := range strings.Split(help.String(), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || !strings.HasPrefix(fields[0], "--") {
			continue
		}
		flags++
		row := "| `" + fields[0] + "` | "
		if _, value, ok := strings.Cut(line, "(default "); ok {
			row += "`" + strings.TrimSuffix(value, ")") + "` |"
		}
		if !bytes.Contains(readme, []byte(row)) {
			t.Errorf("the README lacks %s", row)
		}
	}
	if n := bytes.Count(readme, []byte("\n| `--")); n != flags {
		t.Errorf("the README has %d flags, the program %d", n, flags)
	}
}

// TestReadmeNamesTheBounds finds in each row the bounds that the help names.
func TestReadmeNamesTheBounds(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range new(Config).settings(new(unparsed)) {
		_, row, _ := strings.Cut(string(readme), "\n| `--"+s.name+"` |")
		row, _, _ = strings.Cut(row, "\n")
		if strings.Contains(s.help, "{bounds}") && !strings.Contains(row, s.bounds) {
			t.Errorf("the row of --%s lacks %q: %s", s.name, s.bounds, row)
		}
	}
}
