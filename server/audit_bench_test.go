package main

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkAudit audits a real site and one of 10,000 small pages with the built
// server, and walks them with `wget --spider --recursive`, which reads no page but for
// its links, in the same run: so the ratio means something on a shared machine. Both
// wait for nothing but the site, which this process serves on loopback.
//
// Beside the time it gives the CPU seconds that the tool took, for a page and for a megabyte
// of HTML too, and the pages that it saw. The folders are those that Debian's packages of
// documentation install, or of the same names below ATALAYA_DOCS.
func BenchmarkAudit(b *testing.B) {
	docs := cmp.Or(os.Getenv("ATALAYA_DOCS"), "/usr/share/doc")
	sites := []struct {
		name, path string
		dir        string // of the site, or none
		site       http.Handler
	}{
		{name: "postgresql-doc", path: "/index.html", dir: "postgresql-doc-15/html"},
		{name: "sqlite3-doc", path: "/index.html", dir: "sqlite3"},
		{name: "git-doc", path: "/git.html", dir: "git-doc"},
		{name: "10000-pages", path: "/", site: smallPages(10_000)},
	}
	for _, s := range sites {
		if s.dir != "" {
			dir := filepath.Join(docs, s.dir)
			if _, err := os.Stat(filepath.Join(dir, s.path)); err != nil {
				b.Logf("%s: %s is not installed", s.name, dir)
				continue
			}
			s.site = http.FileServer(http.Dir(dir))
		}
		sent := &htmlMeter{site: s.site}
		listener := httptest.NewServer(sent)
		b.Cleanup(listener.Close)
		b.Run(s.name+"/atalaya", func(b *testing.B) { benchmarkAtalaya(b, listener.URL+s.path, sent) })
		b.Run(s.name+"/wget", func(b *testing.B) { benchmarkWget(b, listener.URL+s.path) })
	}
}

func benchmarkAtalaya(b *testing.B, seed string, sent *htmlMeter) {
	p := startProgram(b, build(b), nil, "--data-dir", b.TempDir(), "--rate", "10000", "--page-limit", "10000")
	before, sentBefore, pages := p.cpu(), sent.bytes.Load(), 0
	for b.Loop() {
		pages = p.awaitEnd(p.create(fmt.Sprintf(`{"url":%q}`, seed)).AuditID, 5*time.Minute).TotalPages
	}
	cpu := (p.cpu() - before).Seconds() / float64(b.N)
	megabytes := float64(sent.bytes.Load()-sentBefore) / 1e6 / float64(b.N)
	b.ReportMetric(cpu, "cpu-s/op")
	b.ReportMetric(cpu*1000/float64(pages), "cpu-ms/page")
	b.ReportMetric(cpu*1000/megabytes, "cpu-ms/MB")
	b.ReportMetric(float64(pages), "pages")
}

// htmlMeter is a site that counts the bytes of HTML that it sends.
type htmlMeter struct {
	site  http.Handler
	bytes atomic.Int64
}

func (m *htmlMeter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.site.ServeHTTP(&meteredWriter{w, m}, r)
}

type meteredWriter struct {
	http.ResponseWriter
	meter *htmlMeter
}

func (w *meteredWriter) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b)
	if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		w.meter.bytes.Add(int64(n))
	}
	return n, err
}

func benchmarkWget(b *testing.B, seed string) {
	wget, err := exec.LookPath("wget")
	if err != nil {
		b.Skip("wget is not installed")
	}
	var cpu time.Duration
	pages := 0
	for b.Loop() {
		cmd := exec.Command(wget, "--spider", "--recursive", "--level=inf", "--no-verbose", seed)
		cmd.Dir = b.TempDir()
		log, _ := cmd.CombinedOutput() // broken links of the site are an exit code too
		cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		pages = strings.Count(string(log), " URL:")
	}
	b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(float64(pages), "pages")
}

// smallPages is a site of n pages with ten links each, all within reach of the first.
func smallPages(n int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number := 0
		if _, err := fmt.Sscanf(r.URL.Path, "/p%d", &number); err != nil && r.URL.Path != "/" || number >= n {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><html lang=en><title>Small page number %d</title><h1>Page %d</h1>", number, number)
		for i := range 10 {
			fmt.Fprintf(w, "<p>Some words of a small page <a href=/p%d>page</a></p>\n", (number*10+i+1)%n)
		}
	})
}

// build builds the server as it is delivered: the test binary is not it.
func build(t testing.TB) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "atalaya")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}
