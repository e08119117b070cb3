package check

import (
	"cmp"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkCost reads pages that others wrote, and one of many elements, and asks every page
// check about each. It gives the processor time of the process for a page and for a megabyte
// of HTML, with what the collector of garbage takes: 2 and 80 ms are the bounds.
//
// The folders are those that Debian's packages of documentation install, or of the same names
// below ATALAYA_DOCS.
func BenchmarkCost(b *testing.B) {
	root := cmp.Or(os.Getenv("ATALAYA_DOCS"), "/usr/share/doc")
	for name, folder := range map[string]string{
		"git-doc": "git-doc", "postgresql-doc": "postgresql-doc-15", "sqlite3-doc": "sqlite3",
	} {
		b.Run(name, func(b *testing.B) {
			folder := filepath.Join(root, folder)
			if _, err := os.Stat(folder); err != nil {
				b.Skipf("%s is not installed", folder)
			}
			benchmarkCost(b, pagesOf(b, folder))
		})
	}
	b.Run("20000-elements", func(b *testing.B) { benchmarkCost(b, []Input{manyElements(20_000)}) })
}

func benchmarkCost(b *testing.B, pages []Input) {
	size := 0
	for _, in := range pages {
		size += len(in.Body)
	}
	before := cpuTime(b)
	for b.Loop() {
		for _, in := range pages {
			RunPage(Parse(in))
		}
	}
	ms := (cpuTime(b) - before).Seconds() * 1000 / float64(b.N)
	b.ReportMetric(ms/float64(len(pages)), "cpu-ms/page")
	b.ReportMetric(ms/(float64(size)/1e6), "cpu-ms/MB")
}

// pagesOf reads the pages of a folder, each as a server would send it.
func pagesOf(b *testing.B, folder string) (pages []Input) {
	b.Helper()
	for _, name := range pagesIn(b, folder) {
		body, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			b.Fatal(err)
		}
		pages = append(pages, goldenInput(name, body))
	}
	return pages
}

// manyElements is a page of n elements with next to no text.
func manyElements(n int) Input {
	var s strings.Builder
	s.WriteString(strings.TrimSuffix(good, "</body></html>"))
	for i := range n / 4 {
		id := strconv.Itoa(i)
		s.WriteString(`<div class="row item" id="r` + id + `"><span class="cell">` + id + `</span><a href="/i/` + id +
			`" title="x"><i class="icon"></i></a></div>` + "\n")
	}
	return on(s.String())
}

// cpuTime is the processor time that the process took so far.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
