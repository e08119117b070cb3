package check

import (
	"bytes"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// hostileSize is a part of the largest body that is fetched: what it costs grows with
// its size alone, and the tests stay short.
const hostileSize = 2 << 20

// hostilePages are small on the wire and dear to whoever builds a tree or keeps what
// they say.
var hostilePages = []struct {
	name, start, unit string
	cut               Cut
}{
	{name: "line breaks", unit: "<br>"},
	{name: "texts", unit: "<i>a</i>"},
	{name: "attributes", unit: "<p a b c d e f g h i j k l m n o p>"},
	{name: "formatting left open", unit: "<p><b><i><u><s><em>x"},
	{name: "depth", unit: "<div>"},
	{name: "depth and ends", start: strings.Repeat("<div><p><span>", 5_000), unit: "<p></b></p></span>"},
	{name: "one formatting element", unit: "<b>"},
	{name: "formatting elements of all kinds", start: kinds("<b a=%d>", 500), unit: "<p>x</b><td>"},
	{name: "formatting around many children", start: kinds("<b a=%d>", 500) + "<div>" + strings.Repeat("<br>", 100_000),
		unit: "</b>"},
	{name: "links", unit: "<a href=x>"},
	{name: "tables", unit: "<table>x"},
	{name: "cells", unit: "<table><tr><td><b>"},
	{name: "lists", unit: "<ul><li><dl><dd>"},
	{name: "one tag of attributes", start: "<p ", unit: "a%d= ", cut: CutMarkup},
	{name: "tags within a tag", unit: "<p a%d=", cut: CutMarkup},
	{name: "an end tag of attributes", start: "</p ", unit: "a%d ", cut: CutMarkup},
	{name: "quotes within a tag", start: "<p ", unit: `"'"' `, cut: CutMarkup},
	{name: "one big tag before small ones", start: "<p " + kinds("a%d ", 1_000) + ">", unit: "<i>"},
	{name: "tags of many attributes", unit: "<p " + kinds("a%d ", 100) + ">"},
	{name: "one text", unit: "x"},
	{name: "one comment", start: "<!--", unit: "x"},
	{name: "comments", unit: "<!---->"},
	{name: "one script", start: "<script>", unit: "<b "},
	{name: "scripts", unit: "<script></script>"},
	{name: "markup for readers without scripts", start: "<noscript>", unit: "<p a b c d e f g h i j k l m n o p>"},
	{name: "attributes for readers without scripts", start: "<noscript><p ", unit: "a%d "},
	{name: "drawings", unit: "<svg><desc>"},
	{name: "drawings left", unit: "<svg><g><p>"},
	{name: "references", unit: "&lt;&notin;&#x41;"},
	{name: "distinct links", unit: "<a href=/p%d>x</a>", cut: CutLinks},
	{name: "long links", unit: "<a href=/" + strings.Repeat("a", 400) + "%d>x</a>"},
	{name: "links no browser opens", unit: "<a href=http://%d:99999/ >x</a>", cut: CutLinks},
	{name: "headings", unit: "<h1>x</h2>"},
	{name: "data", unit: `<script type="application/ld+json">{}</script>`},
	{name: "frames", unit: "<iframe src=/f%d></iframe>", cut: CutLinks},
	{name: "templates", unit: "<template>"},
	{name: "selects", unit: "<select><option>"},
	{name: "forms", unit: "<form><div></form>"},
	{name: "words of one letter", unit: "a "},
	{name: "ideographs", unit: "字"},
}

func kinds(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func hostilePage(start, unit string) []byte {
	var b strings.Builder
	b.Grow(hostileSize)
	b.WriteString("<!doctype html><html lang=en><title>A page of many elements</title><h1>x</h1>" + start)
	before, after, numbered := strings.Cut(unit, "%d")
	for i := 0; b.Len()+len(unit)+10 < hostileSize; i++ {
		b.WriteString(before)
		if numbered {
			b.WriteString(strconv.Itoa(i))
			b.WriteString(after)
		}
	}
	return []byte(b.String())
}

// What a page may cost beside its body; a race detector and a busy machine are allowed
// for in the time. A page of 10 MiB takes 9 to 43 MB and 0.1 to 1 s.
const (
	maxGrowth = 24 << 20
	maxTime   = 10 * time.Second
)

func TestNoPageCostsMuch(t *testing.T) {
	for _, c := range hostilePages {
		t.Run(c.name, func(t *testing.T) {
			in := on("", func(in *Input) { in.Body = hostilePage(c.start, c.unit) })
			var p *Page
			growth, took := measure(func() { p = Parse(in); RunPage(p) })
			t.Logf("%d KB, %v", growth>>10, took.Round(time.Millisecond))
			if growth > maxGrowth || took > maxTime {
				t.Errorf("took %d MB and %v", growth>>20, took)
			}
			if p.Title != "A page of many elements" || p.Cut != c.cut {
				t.Errorf("title %q, cut %q, want %q", p.Title, p.Cut, c.cut)
			}
		})
	}
}

// Other charsets grow when they are decoded, XML when it is read.
func TestNoOtherFormCostsMuch(t *testing.T) {
	xhtml := func(unit string) func(*Input) {
		return func(in *Input) {
			in.ContentType = "application/xhtml+xml"
			body := hostilePage("", unit)
			head := `<html xmlns="http://www.w3.org/1999/xhtml"><title>x</title><body>`
			if strings.HasPrefix(unit, " ") {
				head = strings.TrimSuffix(head, ">")
			}
			in.Body = append([]byte(head), body[bytes.Index(body, []byte("</h1>"))+5:]...)
		}
	}
	latin := func(in *Input) {
		in.Header = http.Header{"Content-Type": {"text/html; charset=latin1"}}
		in.Body = hostilePage("", "\xe9\x80")
	}
	for name, form := range map[string]func(*Input){
		"latin1": latin, "broken UTF-8": func(in *Input) { in.Body = hostilePage("", "a\xff") },
		"XML depth": xhtml("<p>"), "XML elements": xhtml("<p/>"), "XML attributes": xhtml(`<p a="" b="" c="" d=""/>`),
		"one XML tag": xhtml(` a%d=""`), "XML links": xhtml(`<a href="/%d"/>`),
	} {
		t.Run(name, func(t *testing.T) {
			in := on("", form)
			growth, took := measure(func() { RunPage(Parse(in)) })
			t.Logf("%d KB, %v", growth>>10, took.Round(time.Millisecond))
			if growth > maxGrowth || took > maxTime {
				t.Errorf("took %d MB and %v", growth>>20, took)
			}
		})
	}
}

// measure gives the most that the heap grew while f ran, and how long that took.
func measure(f func()) (growth uint64, took time.Duration) {
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := uint64(0)
		for tick := time.NewTicker(2 * time.Millisecond); ; {
			select {
			case <-done:
				tick.Stop()
				peak <- most
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	start := time.Now()
	f()
	took = time.Since(start)
	runtime.ReadMemStats(&now)
	close(done)
	if most := max(<-peak, now.HeapAlloc); most > before.HeapAlloc {
		growth = most - before.HeapAlloc
	}
	return growth, took
}

// A text of many lines fills what is kept of it, and no more.
func TestProseIsBounded(t *testing.T) {
	p := Parse(on(strings.Repeat("<p>una línea</p>", 50_000) + strings.Repeat("<nav><p>otra</p></nav>", 20_000)))
	if main, rest := len(p.Prose.Main), len(p.Prose.Rest); !p.Prose.Cut || main > maxMainProse+1 || rest > maxRestProse+1 {
		t.Errorf("kept %d and %d bytes, cut %v", main, rest, p.Prose.Cut)
	}
}
