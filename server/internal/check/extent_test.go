package check

import (
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
