package audit

import (
	"cmp"
	"maps"
	"slices"

	"atalaya/shared"
)

// maxFixes is how many fixes a report proposes.
const maxFixes = 3

// scoring is all that a score is computed from.
type scoring struct {
	rules []rule
	tally tally
	caps  capFacts
	pages int
}

func (s scoring) compute() (verdict, bool) {
	return computeScore(s.rules, s.tally, s.caps.list(), s.pages)
}

// mended is the scoring once the check passes wherever it applies.
func (s scoring) mended(id string) scoring {
	s.caps = s.caps.mended(id)
	if l := s.tally[id]; l != nil {
		s.tally = maps.Clone(s.tally)
		s.tally[id] = &line{Weight: l.Weight, Earned: l.Weight * unit, Applied: l.Applied}
	}
	return s
}

// fixes proposes what to mend first: each time the check that brings most, given those
// before it. Every score is computed anew with the checks passed, none is estimated. Fixes
// that bring the score nowhere in the end are left out.
func (s scoring) fixes(v verdict) []shared.Fix {
	fixes := []shared.Fix{}
	worth := 0
	for score := v.Score.Value; len(fixes) < maxFixes; {
		id, after, found := s.bestFix(v)
		if !found {
			break
		}
		s, v = s.mended(id), after
		fixes = append(fixes, shared.Fix{CheckID: id, Score: v.Score.Value})
		if v.Score.Value > score {
			score, worth = v.Score.Value, len(fixes)
		}
	}
	return fixes[:worth]
}

// bestFix is the check whose passing brings most beyond v.
func (s scoring) bestFix(v verdict) (id string, best verdict, found bool) {
	best = v
	for _, candidate := range s.candidates(v) {
		after, _ := s.mended(candidate).compute()
		if after.compare(best) > 0 {
			id, best, found = candidate, after, true
		}
	}
	return id, best, found
}

// candidates are the checks that cost something, in the order of the rules: points of
// their own, or a cap.
func (s scoring) candidates(v verdict) (ids []string) {
	for _, r := range s.rules {
		l := s.tally[r.ID]
		capping := slices.ContainsFunc(v.Score.Caps, func(c shared.Cap) bool { return slices.Contains(c.Checks, r.ID) })
		if l != nil && l.Failed > 0 && (v.Lost[r.ID] > 0 || capping) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// compare says which verdict is the better one. Of two that a cap holds down equally, it is
// the one with fewer caps: of two faults with the same cap neither mends the score alone.
func (v verdict) compare(o verdict) int {
	return cmp.Or(
		cmp.Compare(v.capped(), o.capped()),
		cmp.Compare(len(o.Score.Caps), len(v.Score.Caps)),
		cmp.Compare(v.Raw, o.Raw))
}
