package check

import (
	"slices"
	"testing"

	"atalaya/shared"
)

// The words for how far a check reaches are chosen by its id, where the table is not
// known.
func TestExtents(t *testing.T) {
	for _, c := range All {
		if got := shared.ExtentOf(c.ID); (got != shared.ExtentPages) != (c.Site != nil) {
			t.Errorf("%s: extent %d, but its rule is for the site: %v", c.ID, got, c.Site != nil)
		}
	}
}

// The reasons that package shared knows by their names are reasons of checks.
func TestUnmeasured(t *testing.T) {
	unknown := []Reason{
		NoAnswer, RateLimited, AddressBlocked, NeedsJS, PartRead, LanguageUnknown, RobotsUnknown, RobotsUnreachable,
		Incomplete, LinksUnchecked, ResourcesUnchecked, NotAsked,
	}
	for _, r := range append(slices.Clone(unknown), NotHTML, Noindex, NoJSONLD, NoExternal, NoFragments, applies) {
		if got, want := shared.Unmeasured(string(r)), slices.Contains(unknown, r); got != want {
			t.Errorf("%q: %v, want %v", r, got, want)
		}
	}
}
