//go:build !js

package ui

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/shared/text"
)

// A list is read as people keep them: a text, a table, a page that was shared.
func TestReadBatch(t *testing.T) {
	b := readBatch("# sites\r\n\r\nexample.org\nhttps://www.a.example/x?y=1, shop\n\"b.example\";12\n" +
		"see https://c.example/ for more\nexample.org\nno address\nlocalhost\n192.0.2.1:8080\n<script>\n;\n" +
		"http://d.example/?to=https://e.example/\n")
	want := []string{"example.org", "https://www.a.example/x?y=1", "b.example", "https://c.example/", "192.0.2.1:8080",
		"http://d.example/?to=https://e.example/"}
	if !slices.Equal(b.lines, want) {
		t.Errorf("got %q, want %q", b.lines, want)
	}
	if want := []string{"example.org", "no address", "localhost", "<script>", ";"}; !slices.Equal(b.skipped, want) {
		t.Errorf("left out %q, want %q", b.skipped, want)
	}
}

func TestIsList(t *testing.T) {
	for text, want := range map[string]bool{
		"site.example": true, "https://site.example/a?b=1": true, "localhost:8000": true, "a.example\n\nb.example": true,
		"": false, "\n": false, "hello": false, "see site.example": false, "a.example\nhello": false, "a.example\nb c.example": false,
	} {
		if got := isList(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestReadBatchIsBounded(t *testing.T) {
	var list strings.Builder
	for i := range 130 {
		fmt.Fprintf(&list, "site-%d.example\n", i)
	}
	if b := readBatch(list.String()); len(b.lines) != batchMost || len(b.skipped) != 30 {
		t.Errorf("%d lines, %d left out", len(b.lines), len(b.skipped))
	}
	if b := readBatch(strings.Repeat("nothing\n", batchBytes)); len(b.skipped) > batchBytes/len("nothing\n") {
		t.Errorf("%d lines read", len(b.skipped))
	}
}

// The question names the count, the first addresses and what is left out.
func TestBatchWords(t *testing.T) {
	b := readBatch("a.example\nb.example\nc.example\nd.example\ne.example\nf.example\ng.example\nno\na.example")
	want := "Start 7 audits?\n\na.example\nb.example\nc.example\nd.example\ne.example\nand 2 more\n\n" +
		"2 lines are left out: no address, repeated, or beyond the first 100\nno\na.example"
	if got := b.words(text.EN); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// A list that is opened once more asks for the same audits by the same keys; another list,
// and the same one much later, for audits of their own.
func TestOpeningAList(t *testing.T) {
	now := moment(t, "12:00:00")
	lines := []string{"a.example", "b.example"}
	first := opening{}.open(lines, now)
	one, two := first.entry(0), first.entry(1)
	if one.Key == two.Key || one.Wish.URL != "a.example" || two.Wish.URL != "b.example" {
		t.Errorf("rows: %+v, %+v", one, two)
	}
	for _, c := range []struct {
		name  string
		lines []string
		after time.Duration
		same  bool
	}{
		{"at once", []string{"a.example", "b.example"}, 0, true},
		{"after a while", lines, openedFor - time.Second, true},
		{"much later", lines, openedFor, false},
		{"before, by a clock that was set", lines, -time.Second, false},
		{"in another order", []string{"b.example", "a.example"}, 0, false},
		{"with a row more", append(lines, "c.example"), 0, false},
	} {
		got := first.open(c.lines, now.Add(c.after)).entry(0)
		if same := reflect.DeepEqual(got, one); same != c.same {
			t.Errorf("%s: %+v after %+v", c.name, got, one)
		}
	}
}
