package main

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport is the design's rule of dependencies: what each package of ours may
// import beside the standard library. A trailing /... stands for everything
// below.
var mayImport = map[string][]string{
	"atalaya/shared":        {},
	"atalaya/shared/chart":  {"atalaya/shared"},
	"atalaya/shared/escape": {},
	"atalaya/shared/text":   {"atalaya/shared", "atalaya/shared/escape"},
	"atalaya/app":           {"atalaya/app/ui", "github.com/maxence-charriere/go-app/..."},
	"atalaya/app/ui": {"atalaya/shared", "atalaya/shared/chart", "atalaya/shared/text", "atalaya/app/internal/live",
		"atalaya/app/internal/browser", "atalaya/app/internal/kept", "atalaya/app/internal/outbox",
		"atalaya/app/internal/pause", "atalaya/app/internal/tabs",
		"github.com/maxence-charriere/go-app/..."},
	"atalaya/app/follow":                      {"atalaya/app/internal/live"},
	"atalaya/app/internal/pause":              {},
	"atalaya/app/internal/browser":            {"atalaya/app/internal/live"},
	"atalaya/app/internal/idb":                {"atalaya/app/internal/live"},
	"atalaya/app/internal/kept":               {"atalaya/shared", "atalaya/app/internal/live", "atalaya/app/internal/idb"},
	"atalaya/app/internal/outbox":             {"atalaya/shared", "atalaya/app/internal/live", "atalaya/app/internal/idb"},
	"atalaya/web/slim":                        {},
	"atalaya/web/shrink":                      {},
	"atalaya/web/licences":                    {},
	"atalaya/web/source":                      {},
	"atalaya/app/internal/live":               {"atalaya/shared"},
	"atalaya/app/internal/tabs":               {"atalaya/shared", "atalaya/app/internal/live"},
	"atalaya/web":                             {"atalaya/shared", "atalaya/shared/text", "atalaya/web/internal/packed"},
	"atalaya/web/internal/packed":             {},
	"atalaya/web/pack":                        {"atalaya/web/internal/packed", "github.com/andybalholm/brotli"},
	"atalaya/server/internal/sse":             {},
	"atalaya/server/internal/feed":            {},
	"atalaya/server/internal/testkit":         {},                                                // tests only
	"atalaya/server/internal/testkit/hostile": {},                                                // tests only
	"atalaya/server/internal/sse/ssetest":     {"atalaya/shared", "atalaya/server/internal/sse"}, // tests only
	"atalaya/server/internal/netname":         {},
	"atalaya/server/internal/crawl": {"atalaya/shared", "atalaya/server/internal/netname", "golang.org/x/net/...",
		"github.com/nlnwa/whatwg-url/url", "github.com/andybalholm/brotli", "github.com/klauspost/compress/zstd"},
	"atalaya/server/internal/check": {"atalaya/shared", "atalaya/server/internal/netname", "golang.org/x/net/html/...",
		"github.com/tdewolff/parse/v2/..."},
	"atalaya/server/internal/work": {"atalaya/shared", "atalaya/shared/text"}, // the engine's English sentences
	"atalaya/server/internal/audit": {"atalaya/shared", "atalaya/server/internal/work", "atalaya/server/internal/crawl",
		"atalaya/server/internal/check", "golang.org/x/sync/semaphore", "github.com/klauspost/compress/flate"},
	"atalaya/server/internal/store": {"atalaya/shared", "atalaya/server/internal/work",
		"atalaya/server/internal/store/migrations", "github.com/uptrace/bun/...",
		"modernc.org/sqlite/...", "github.com/fsnotify/fsnotify"},
	"atalaya/server/internal/notify": {"atalaya/shared", "atalaya/shared/text", "atalaya/server/internal/work",
		"github.com/SherClockHolmes/webpush-go"},
	"atalaya/server/internal/schedule": {"atalaya/shared", "github.com/robfig/cron/v3"},
	"atalaya/server/internal/stream": {"atalaya/shared", "atalaya/server/internal/sse", "atalaya/server/internal/feed",
		"github.com/prometheus/client_golang/..."},
	"atalaya/server/internal/compare": {"atalaya/shared"},
	"atalaya/server/internal/export":  {"atalaya/shared", "atalaya/shared/escape", "atalaya/shared/text"},
	"atalaya/server/internal/api": {"atalaya/shared", "atalaya/shared/text", "atalaya/server/internal/compare",
		"atalaya/server/internal/export", "atalaya/server/internal/schedule", "atalaya/server/internal/notify"},
	"atalaya/server/internal/api/apitest": {"atalaya/server/internal/api", "github.com/getkin/kin-openapi/..."}, // tests only
	"atalaya/server/internal/doctor": {"atalaya/shared", "atalaya/server/internal/netname",
		"atalaya/server/internal/sse"},
	// Others import worker, and its sample shows how.
	"atalaya/server/worker":         {"atalaya/shared"},
	"atalaya/server/worker/samples": {"atalaya/server/worker"},
	"atalaya/server/samples":        {}, // as others would write it
	// dist is a program of its own.
	"atalaya/server/dist":            {},
	"atalaya/server/internal/answer": {"atalaya/shared", "atalaya/web", "github.com/andybalholm/brotli"},
	"atalaya/server/internal/access": {"atalaya/shared", "atalaya/server/internal/netname"},
	"atalaya/server/internal/openid": {"atalaya/shared", "atalaya/server/internal/netname",
		"github.com/coreos/go-oidc/v3/oidc", "golang.org/x/oauth2"},
	"atalaya/server/internal/openid/openidtest": {}, // tests only
	"atalaya/server/internal/pages": {"atalaya/shared", "atalaya/shared/text", "atalaya/app/ui", "atalaya/web",
		"github.com/maxence-charriere/go-app/..."},
	// These are linked into tests, and pgtest into load as well.
	"atalaya/server/internal/pgtest": {"atalaya/server/internal/testkit", "github.com/uptrace/bun/driver/pgdriver"},
	// load is a program of its own.
	"atalaya/server/internal/load": {"atalaya/shared", "atalaya/server/internal/sse",
		"atalaya/server/internal/pgtest", "github.com/uptrace/bun/driver/pgdriver", "golang.org/x/sys/unix",
		"modernc.org/sqlite"},

	"atalaya/server/internal/store/migrations": {},
}

// wires is the one package that may know all others.
const wires = "atalaya/server"

// standIns stand for standard packages and so import only such.
const standIns = "atalaya/web/slim/std/"

func TestImports(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "atalaya/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&pkg); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		allowed, known := mayImport[pkg.ImportPath]
		if !known && pkg.ImportPath != wires && !strings.HasPrefix(pkg.ImportPath, standIns) {
			t.Errorf("%s has no rule: say what it may import", pkg.ImportPath)
			continue
		}
		for _, imported := range pkg.Imports {
			first, _, _ := strings.Cut(imported, "/")
			standard := !strings.Contains(first, ".") && first != "atalaya"
			if pkg.ImportPath == wires || standard || matches(allowed, imported) {
				continue
			}
			t.Errorf("%s imports %s", pkg.ImportPath, imported)
		}
	}
}

func matches(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		base, below := strings.CutSuffix(p, "/...")
		return path == base || below && strings.HasPrefix(path, base+"/")
	})
}
