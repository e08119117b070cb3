package store_test

import (
	"testing"
	"time"

	"atalaya/shared"
)

func TestTrail(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		seven := int64(7)
		want := []shared.TrailEntry{
			{Deed: shared.DeedSignedIn, TokenID: &seven, Who: "Ana", Role: shared.RoleAdmin, Address: "192.0.2.1"},
			{Deed: shared.DeedStarted, Who: "a\x00b", Role: shared.RoleAdmin, AuditID: &seven},
			{Deed: shared.DeedScheduled, Who: "Ana", About: "a.example"},
		}
		for _, e := range want {
			if err := f.NoteDeed(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		var got []shared.TrailEntry
		for before := int64(0); ; {
			list, err := f.Trail(t.Context(), before, 2)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, list.Entries...)
			if list.NextBefore == nil {
				break
			}
			before = *list.NextBefore
		}
		if len(got) != 3 || got[0].About != "a.example" || *got[1].AuditID != 7 || got[2].Who != "Ana" ||
			*got[2].TokenID != 7 || got[2].Address != "192.0.2.1" || time.Since(got[2].At.Time).Abs() > time.Minute {
			t.Errorf("got %+v", got)
		}
		f.sql(t, "UPDATE trail SET at = '2020-01-01 00:00:00.000+00:00' WHERE about = ''")
		for _, want := range []int{2, 0} {
			if n, err := f.PurgeTrail(t.Context(), time.Hour); n != want || err != nil {
				t.Errorf("purged %d, %v; want %d", n, err, want)
			}
		}
		if list, _ := f.Trail(t.Context(), 0, 0); len(list.Entries) != 1 {
			t.Errorf("left %+v", list)
		}
	})
}
