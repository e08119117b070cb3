package text

import (
	"slices"
	"strings"
	"testing"
)

func TestCheckWords(t *testing.T) {
	for _, l := range Langs {
		for _, id := range CheckIDs() {
			c, ok := Check(l, id)
			if !ok || c.Title == "" || strings.HasSuffix(c.Title, ".") || !strings.HasSuffix(c.Why, ".") || !strings.HasSuffix(c.Fix, ".") {
				t.Errorf("%s %s: got %+v, %v; want a title and two sentences", l.Tag(), id, c, ok)
			}
			if other, _ := Check(1-l, id); other.Title == c.Title || other.Why == c.Why || other.Fix == c.Fix {
				t.Errorf("%s: not translated", id)
			}
		}
		for _, code := range ReasonCodes() {
			if s := Reason(l, code); !strings.HasSuffix(s, ".") {
				t.Errorf("%s %s: got %q, want a sentence", l.Tag(), code, s)
			}
		}
	}
}

func TestCodesAreUnique(t *testing.T) {
	for _, list := range [][]string{CheckIDs(), ReasonCodes(), EvidenceNames()} {
		s := slices.Sorted(slices.Values(list))
		if n := len(slices.Compact(s)); n != len(list) {
			t.Errorf("%d codes, %d of them distinct", len(list), n)
		}
	}
}

// A later version's code is shown as it is, in whatever language is asked for.
func TestUnknownCodes(t *testing.T) {
	c, ok := Check(ES, "new-check")
	if want := (CheckText{Title: "new-check"}); c != want || ok {
		t.Errorf("got %+v, %v", c, ok)
	}
	got := []string{Reason(ES, "new"), EvidenceName(ES, "new"), EvidenceName(Lang(9), "page"), Reason(Lang(9), "no-title")}
	if want := []string{"new", "new", "Page", "There is no title."}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
