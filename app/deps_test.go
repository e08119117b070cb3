//go:build !js

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// forbidden names what must not be linked into the client, each with the
// reason.
var forbidden = map[string]string{
	"atalaya/server":         "the server's code is not for browsers",
	"github.com/uptrace/bun": "the client knows no database",
	"modernc.org/sqlite":     "the client knows no database",
	"database/sql":           "the client knows no database",
	"html/template":          "heavy, and components escape by themselves",
	"text/template":          "kept out by html/template's absence",
	"os/exec":                "a browser starts no programs",
	"golang.org/x/text":      "tables of megabytes; the browser has Intl",
	"github.com/prometheus":  "metrics are the server's",
	"golang.org/x/net/html":  "parsing is the server's",
	"net/textproto":          "of the standard net/http: the stand-in is not used",
	"crypto/internal":        "heavy, and the browser has random bytes",
	"regexp/syntax":          "the browser has regular expressions",
	"math/big":               "nothing here counts that far",
}

// ours are the packages whose own imports must not name what the client has only
// stand-ins for (see web/slim), nor log/slog, which is heavy.
var ours = []string{
	"atalaya/app", "atalaya/app/ui", "atalaya/app/internal/live", "atalaya/app/internal/browser", "atalaya/app/internal/tabs",
	"atalaya/app/internal/idb", "atalaya/app/internal/kept", "atalaya/app/internal/outbox",
	"atalaya/shared", "atalaya/shared/chart", "atalaya/shared/text",
}

func list(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.Fields(string(out))
}

func TestClientLinksNothingHeavy(t *testing.T) {
	overlay := filepath.Join(t.TempDir(), "overlay.json")
	slim := exec.CommandContext(t.Context(), "go", "run", "../web/slim", "-std", "../web/slim/std", "-o", overlay)
	if out, err := slim.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", slim, err, out)
	}
	deps := list(t, "-deps", "-overlay", overlay, "atalaya/app")
	if len(deps) < 50 {
		t.Fatalf("only %d dependencies listed", len(deps))
	}
	for _, dep := range deps {
		for prefix, reason := range forbidden {
			if (dep == prefix || strings.HasPrefix(dep, prefix+"/")) && dep != "database/sql/driver" { // uuid brings the driver interfaces
				t.Errorf("the client links %s: %s", dep, reason)
			}
		}
	}
	for _, pkg := range ours {
		for _, imported := range list(t, "-f", `{{join .Imports "\n"}}`, pkg) {
			if imported == "net/http" || imported == "log/slog" || imported == "regexp" {
				t.Errorf("%s imports %s", pkg, imported)
			}
		}
	}
}
