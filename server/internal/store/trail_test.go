package store_test

import (
	"fmt"
	"slices"
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
			list, err := f.Trail(t.Context(), shared.TrailQuery{Before: before, Limit: 2})
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
		if list, _ := f.Trail(t.Context(), shared.TrailQuery{}); len(list.Entries) != 1 {
			t.Errorf("left %+v", list)
		}
	})
}

// TestTrailSelects asks for lines by who, what and when, and for the whole of a selection by
// its pages. Line 4 has the higher number and the earlier time.
func TestTrailSelects(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for _, e := range []shared.TrailEntry{
			{Deed: shared.DeedSignedIn, Who: "Ana"}, {Deed: shared.DeedStarted, Who: "Ana"},
			{Deed: shared.DeedSignedIn, Who: "Luis"}, {Deed: shared.DeedSignedIn, Who: "Ana"},
		} {
			if err := f.NoteDeed(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		for id, at := range []string{1: "01 12:00:00.000", 2: "02 00:00:00.000", 3: "03 00:00:00.001", 4: "03 00:00:00.000"} {
			if at != "" {
				f.sql(t, fmt.Sprintf("UPDATE trail SET at = '2026-11-%s+00:00' WHERE id = %d", at, id))
			}
		}
		day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
		for _, c := range []struct {
			q    shared.TrailQuery
			want []int64
		}{
			{shared.TrailQuery{}, []int64{3, 4, 2, 1}},
			{shared.TrailQuery{Who: "Ana"}, []int64{4, 2, 1}},
			{shared.TrailQuery{Who: "ana"}, nil},
			{shared.TrailQuery{Deed: shared.DeedSignedIn}, []int64{3, 4, 1}},
			{shared.TrailQuery{Who: "Ana", Deed: shared.DeedSignedIn}, []int64{4, 1}},
			{shared.TrailQuery{From: day(2)}, []int64{3, 4, 2}},
			{shared.TrailQuery{From: day(3).Add(time.Millisecond)}, []int64{3}},
			{shared.TrailQuery{Until: day(2)}, []int64{1}},
			{shared.TrailQuery{From: day(2), Until: day(3)}, []int64{2}},
			{shared.TrailQuery{Who: "Luis", From: day(4)}, nil},
			{shared.TrailQuery{Who: "Luis", Before: 99}, nil},
		} {
			c.q.Limit = 1
			var got []int64
			for {
				list, err := f.Trail(t.Context(), c.q)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range list.Entries {
					got = append(got, e.ID)
				}
				if list.NextBefore == nil {
					break
				}
				c.q.Before = *list.NextBefore
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v: got %v, want %v", c.q, got, c.want)
			}
		}
	})
}
