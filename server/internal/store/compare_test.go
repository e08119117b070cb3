package store_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/compare"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

const (
	// largePages is how many pages the largest audit has, each with largeFindings findings.
	largePages, largeFindings = shared.PageLimitMax, 8
	// comparedWithin is for a machine of its own; shared, it may be many times slower.
	comparedWithin, timesSlower = time.Second, 20
)

// TestComparesTheLargest compares two audits of as many pages as there may be, of which the
// second has a page less, another more, and a fault less.
func TestComparesTheLargest(t *testing.T) {
	if testing.Short() {
		t.Skip("stores 160,000 findings")
	}
	both(t, func(t *testing.T, f *fixture) {
		sides := [2]compare.Side{}
		for turn := range sides {
			sides[turn] = f.largeSide(t, turn)
		}
		begun := time.Now()
		var changes []shared.Change
		c, err := compare.Audits(sides[0], sides[1], func(c shared.Change) {
			if c.State != shared.ChangePersistent {
				changes = append(changes, c)
			}
		})
		took := time.Since(begun)
		t.Logf("took %v", took)
		want := shared.PageOverlap{Both: largePages - 1, BaseOnly: 1, HeadOnly: 1}
		if err != nil || c.Pages != want || c.Counts.Fixed.Warning != 1 || len(changes) != 1+2*largeFindings {
			t.Errorf("got %v, %+v of %+v, %d changes", err, c.Counts, c.Pages, len(changes))
		}
		if took > comparedWithin*timesSlower {
			t.Errorf("it took %v", took)
		}
	})
}

// largeSide stores an audit as its worker would.
func (f *fixture) largeSide(t *testing.T, turn int) compare.Side {
	t.Helper()
	f.create(t, site)
	job := f.claim(t, "w")
	report := &shared.Report{Audit: shared.AuditProgress{URL: site.URL}}
	for n := range largeFindings + 3 {
		report.Checks = append(report.Checks, shared.CheckResult{ID: fmt.Sprint("check-", n), Outcome: shared.OutcomeFail})
	}
	for part := 0; part < largePages; part += 500 {
		records := make([]work.PageRecord, 500)
		for i := range records {
			n := part + i
			if n == largePages-1 {
				n += turn
			}
			var found []shared.Finding
			for k := range largeFindings {
				found = append(found, finding(fmt.Sprint("check-", (n+k)%(largeFindings+3)), "a value of some length, as evidence has it"))
			}
			if n == 7 {
				found = found[turn:]
			}
			records[i] = page(fmt.Sprint("https://example.org/a/page/of/the/site-", n), found...)
		}
		if err := f.SavePages(t.Context(), job.Lease, records); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Finish(t.Context(), job.Lease, work.Result{Status: shared.StatusCompleted}); err != nil {
		t.Fatal(err)
	}
	return compare.Side{Report: report, Pages: compare.Stored(t.Context(), f.Store, job.AuditID)}
}

// TestPageFaults reads what a comparison looks at, beside what another program spoilt.
func TestPageFaults(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.create(t, site)
		job := f.claim(t, "w")
		err := f.SavePages(t.Context(), job.Lease, []work.PageRecord{
			page("https://example.org/a", finding("one", "1"), finding("two", "2"), finding("spoilt", "3")),
			page("https://example.org/b"), page("https://example.org/c", finding("one", "4")),
		})
		if err != nil {
			t.Fatal(err)
		}
		f.sql(t, "UPDATE findings SET severity = 'grave' WHERE check_id = 'spoilt'")
		pages, next, err := f.PagesByURL(t.Context(), job.AuditID, "", 2)
		if err != nil || len(pages) != 2 || next != "https://example.org/b" || !pages[0].Analysed || pages[0].Status != 200 {
			t.Fatalf("got %+v, %q, %v", pages, next, err)
		}
		got, err := f.PageFaults(t.Context(), job.AuditID, []int64{pages[0].ID, pages[1].ID})
		slices.SortFunc(got[pages[0].ID], func(a, b shared.Finding) int { return strings.Compare(a.CheckID, b.CheckID) })
		fault := shared.Finding{Category: shared.CategoryMetadata, Severity: shared.SeverityWarning}
		one, two := fault, fault
		one.CheckID, two.CheckID = "one", "two"
		want := map[int64][]shared.Finding{pages[0].ID: {one, two}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	})
}
