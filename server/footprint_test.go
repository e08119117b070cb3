package main

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"atalaya/server/internal/testkit/hostile"
	"atalaya/shared"
)

const (
	// maxFootprint is what a server's resident memory may come to, whatever a site
	// sends, and maxFootprintLarge on an honest site of 1,000 large pages; in MB.
	maxFootprint      = 350
	maxFootprintLarge = 150
	// footprintTime is how long an audit of such a site may take. Those that need
	// longer are cancelled: their memory is of interest, not their end.
	footprintTime = 3 * time.Minute
	// footprintRate spares the wait for politeness: everything comes at once.
	footprintRate = "1000"
)

// TestFootprint audits sites that want to take a server's memory, each with a server
// of its own at its default settings, and prints how large it became: the table in the
// README. `make footprint` runs it, without the race detector, which takes several
// times the memory.
func TestFootprint(t *testing.T) {
	if os.Getenv("ATALAYA_FOOTPRINT") == "" {
		t.Skip("make footprint runs it: it takes some minutes")
	}
	program := build(t) // the binary of the tests holds what they send, some 70 MB
	for _, name := range slices.Sorted(maps.Keys(hostile.Sites)) {
		limit, pages := maxFootprint, 500
		if name == "distinct" {
			limit, pages = maxFootprintLarge, 1000
		}
		t.Run(name, func(t *testing.T) { checkFootprint(t, program, hostile.Sites[name](), "/", pages, limit) })
	}
	t.Run("erlang-doc", func(t *testing.T) {
		const dir = "/usr/share/doc/erlang-doc"
		if _, err := os.Stat(dir); err != nil {
			t.Skip("Debian's erlang-doc is not installed")
		}
		checkFootprint(t, program, http.FileServer(http.Dir(dir)), "/doc/", 10_000, maxFootprintLarge)
	})
}

// checkFootprint audits a site with the server that program is, and fails if it became larger
// than limit, in MB.
func checkFootprint(t *testing.T, program string, site http.Handler, path string, pages, limit int) {
	listener := httptest.NewServer(site)
	defer listener.Close()
	defer listener.CloseClientConnections()
	p := startProgram(t, program, nil, "--data-dir", t.TempDir(), "--rate", footprintRate)
	before := p.footprint("VmRSS")
	begun := time.Now()
	id := p.create(fmt.Sprintf(`{"url":%q,"page_limit":%d}`, listener.URL+path, pages)).AuditID
	last := p.awaitEnd(id, footprintTime)
	peak := p.footprint("VmHWM")
	t.Logf("%-12s %4d MB → %4d MB of %d  %6.1f s  %-9s %d pages, %d known, %s", t.Name()[len("TestFootprint/"):],
		before, peak, limit, time.Since(begun).Seconds(), last.Status, last.TotalPages, last.Discovered, *last.Message)
	if peak > limit {
		t.Errorf("the server took %d MB, more than %d", peak, limit)
	}
	if last.Status != shared.StatusCompleted && last.Status != shared.StatusCancelled {
		t.Errorf("the audit ended as %s: %v", last.Status, last.ErrorMessage)
	}
}

// awaitEnd waits for the end of an audit, and cancels it when the time is over.
func (p *process) awaitEnd(id int64, limit time.Duration) shared.AuditProgress {
	p.t.Helper()
	late := time.After(limit)
	for {
		last := p.progress(id)
		if last.Status.Terminal() {
			return last
		}
		select {
		case <-late:
			p.request(http.MethodPost, fmt.Sprintf("/api/v1/audits/%d/cancel", id), "")
			late = nil
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// footprint reads a figure of the process's memory, in MB.
func (p *process) footprint(name string) int {
	p.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	for line := range bytes.Lines(status) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && string(fields[0]) == name+":" {
			kib, err := strconv.Atoi(string(fields[1]))
			if err != nil {
				p.t.Fatal(err)
			}
			return kib >> 10
		}
	}
	p.t.Fatalf("no %s in %s", name, status)
	return 0
}

// cpu is the processor time that the process took so far.
func (p *process) cpu() time.Duration {
	p.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	// utime and stime are fields 14 and 15; the name of the program, which may hold
	// anything, ends with a bracket.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	var ticks int
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(string(field))
		if err != nil {
			p.t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100 // USER_HZ, the same on every Linux
}
