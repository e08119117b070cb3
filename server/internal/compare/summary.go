package compare

import (
	"cmp"
	"slices"

	"atalaya/shared"
)

// categories are the categories that have a score in either audit.
func categories(base, head *shared.Score) []shared.CategoryChange {
	out := []shared.CategoryChange{}
	for _, c := range shared.Categories {
		change := shared.CategoryChange{Category: c, Base: scoreIn(base, c), Head: scoreIn(head, c)}
		if change.Base != nil || change.Head != nil {
			out = append(out, change)
		}
	}
	return out
}

func scoreIn(s *shared.Score, c shared.Category) *int {
	if s == nil {
		return nil
	}
	for i := range s.Categories {
		if s.Categories[i].Category == c {
			return &s.Categories[i].Score
		}
	}
	return nil
}

// checks are the checks of both audits by their ids.
func checks(base, head []shared.CheckResult) []shared.CheckChange {
	all := map[string]*shared.CheckChange{}
	changeOf := func(c *shared.CheckResult) *shared.CheckChange {
		if all[c.ID] == nil {
			all[c.ID] = &shared.CheckChange{ID: c.ID, Category: c.Category, Severity: c.Severity}
		}
		return all[c.ID]
	}
	for i := range head {
		change := changeOf(&head[i])
		change.Head, change.HeadLost = head[i].Outcome, head[i].PointsLost
	}
	for i := range base {
		change := changeOf(&base[i])
		change.Base, change.BaseLost = base[i].Outcome, base[i].PointsLost
	}
	out := make([]shared.CheckChange, 0, len(all))
	for _, change := range all {
		out = append(out, *change)
	}
	slices.SortFunc(out, func(a, b shared.CheckChange) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
