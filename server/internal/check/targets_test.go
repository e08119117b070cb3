package check

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"atalaya/shared"
)

// A canonical URL that names another one is a lesser fault than one that is no page; what
// the chain leads to is said.
func TestCanonicalChains(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		pages []Facts
		want  [][]shared.Evidence
	}{
		"chain": {
			[]Facts{listedPage("a", canonical("b")), listedPage("b", canonical("c")), listedPage("c", canonical("c"))},
			[][]shared.Evidence{ev("page", home+"a", "target", home+"b", "canonical", home+"c")},
		},
		"circle of two": {
			[]Facts{listedPage("a", canonical("b")), listedPage("b", canonical("a"))},
			[][]shared.Evidence{
				ev("page", home+"a", "target", home+"b", "canonical", home+"a", "canonical", home+"b"),
				ev("page", home+"b", "target", home+"a", "canonical", home+"b", "canonical", home+"a"),
			},
		},
		"to nowhere": {
			[]Facts{listedPage("a", canonical("b")), listedPage("b", canonical("c")), listedPage("c", gone)},
			[][]shared.Evidence{
				ev("page", home+"b", "target", home+"c", "status", "404"),
				ev("page", home+"a", "target", home+"b", "canonical", home+"c", "status", "404"),
			},
		},
		"to what was not seen": {
			[]Facts{listedPage("a", canonical("b")), listedPage("b", canonical("unseen"))},
			[][]shared.Evidence{ev("page", home+"a", "target", home+"b", "canonical", home+"unseen")},
		},
		"one step": {[]Facts{listedPage("a", canonical("b")), listedPage("b"), listedPage("c", canonical("c"))}, nil},
	} {
		i := slices.IndexFunc(siteChecks, func(c Check) bool { return c.ID == "canonical-broken" })
		var got [][]shared.Evidence
		for _, f := range runSite(sound(pagesAre(test.pages...)))[i].Findings {
			got = append(got, f.Evidence)
			isError := f.Evidence[2].Name == "status"
			if isError != (f.Severity == shared.SeverityError) {
				t.Errorf("%s: %s", name, f.Severity)
			}
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s:\n got %v\nwant %v", name, got, test.want)
		}
	}
}

// The canonical URLs that nobody has seen are few, and those of most pages come first.
func TestUnseenCanonicals(t *testing.T) {
	t.Parallel()
	got := UnseenCanonicals([]Facts{
		listedPage("1", canonical("b")), listedPage("2", canonical("a")), listedPage("3", canonical("c")),
		listedPage("4", canonical("c")), listedPage("5", canonical("1")), listedPage("6", canonical("6")),
		listedPage("7", canonical("d"), gone), listedPage("8"),
	})
	if want := []string{home + "c", home + "a", home + "b"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	var many []Facts
	for i := range maxCanonicals + 1 {
		many = append(many, listedPage(fmt.Sprint(i), canonical(fmt.Sprint("to", i))))
	}
	if n := len(UnseenCanonicals(many)); n != maxCanonicals {
		t.Errorf("%d are asked for", n)
	}
}
