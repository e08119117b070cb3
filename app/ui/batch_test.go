//go:build !js

package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"atalaya/shared/text"
)

// A list is read as people keep them: a text, a table, a page that was shared.
func TestReadBatch(t *testing.T) {
	b := readBatch("# sites\r\n\r\nexample.org\nhttps://www.a.example/x?y=1, shop\n\"b.example\";12\n" +
		"see https://c.example/ for more\nexample.org\nno address\nlocalhost\n192.0.2.1:8080\n<script>\n")
	var got []string
	keys := map[string]bool{}
	for _, l := range b.Lines {
		got = append(got, l.Address)
		keys[l.key] = true
	}
	want := []string{"example.org", "https://www.a.example/x?y=1", "b.example", "https://c.example/", "192.0.2.1:8080"}
	if !slices.Equal(got, want) || len(keys) != len(want) {
		t.Errorf("got %q with %d keys, want %q", got, len(keys), want)
	}
	if b.Repeated != 1 || b.BadCount != 3 || !slices.Equal(b.Bad, []string{"no address", "localhost", "<script>"}) {
		t.Errorf("%d repeated, %d bad: %q", b.Repeated, b.BadCount, b.Bad)
	}
}

func TestReadBatchIsBounded(t *testing.T) {
	var list strings.Builder
	for i := range 130 {
		fmt.Fprintf(&list, "site-%d.example\n", i)
	}
	if b := readBatch(list.String()); len(b.Lines) != batchMost || b.Beyond != 30 {
		t.Errorf("%d lines and %d beyond", len(b.Lines), b.Beyond)
	}
	if b := readBatch(strings.Repeat("nothing\n", batchBytes)); b.BadCount > batchBytes/len("nothing\n") || len(b.Bad) != batchNamed {
		t.Errorf("%d lines read, %d named", b.BadCount, len(b.Bad))
	}
	if b := readBatch(strings.Repeat("\xff", 100) + "\nexample.org"); len(b.Lines) != 1 {
		t.Errorf("got %+v", b)
	}
}

// The question names the count, the first addresses and what is left out; the answer what
// became of each.
func TestBatchView(t *testing.T) {
	d := &dashboardPage{batch: readBatch("a.example\nb.example\nc.example\nd.example\ne.example\nf.example\ng.example\nno\na.example")}
	says := func(want string) {
		t.Helper()
		if got := words(draw(t, d.batchView(text.EN))); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	says("Start 7 audits? a.example b.example c.example d.example e.example and 2 more " +
		"1 line is no address: no 1 line says the same as another. Close Start all")
	d.batch = readBatch("a.example\nb.example")
	d.batch.Begun, d.batch.Lines[0].Started, d.batch.Lines[1].Failed = true, 12, "overloaded"
	says("1 of 2 audits started a.example Audit #12 b.example " + text.Problem(text.EN, "overloaded") + " Close Try again")
}
