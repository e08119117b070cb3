package audit

import (
	"cmp"
	"slices"

	"atalaya/server/internal/check"
	"atalaya/shared"
)

// unit is one whole in the score's arithmetic: grades, ratios and the raw score
// are integers in 1/10,000, so that the same audit has the same score on every
// machine.
const unit = 10_000

// precision scales the weighted mean over the categories, so that only the last
// step rounds.
const precision = 1_000_000

// rule is a check as the formula sees it.
type rule struct {
	ID       string
	Category shared.Category
	Severity shared.Severity
	// Step is what the check is worth within an item that it shares with others.
	Step check.Step
}

// allRules are the checks of package check as the formula sees them.
var allRules = func() []rule {
	rules := make([]rule, len(check.All))
	for i, c := range check.All {
		rules[i] = rule{c.ID, c.Category, c.Severity, c.Step}
	}
	return rules
}()

// weight is what a check counts within its category.
func (r rule) weight() int64 {
	switch r.Severity {
	case shared.SeverityError:
		return 5
	case shared.SeverityWarning:
		return 3
	case shared.SeverityNotice:
		return 1
	}
	return 0
}

// curve turns the share of a check that passed into what it earns. Errors are
// squared: a grave fault on half the pages costs more than half.
func (r rule) curve(share int64) int64 {
	if r.Severity == shared.SeverityError {
		return share * share / unit
	}
	return share
}

// categoryWeights are points of 100. Being found is half of them (crawlability,
// ai-access, links, performance, security): the studies on generative search
// agree that what cannot be fetched cannot be cited.
var categoryWeights = map[shared.Category]int64{
	shared.CategoryCrawlability:   20,
	shared.CategoryAIAccess:       15,
	shared.CategoryContent:        27,
	shared.CategoryMetadata:       10,
	shared.CategoryStructuredData: 8,
	shared.CategoryLinks:          7,
	shared.CategoryPerformance:    5,
	shared.CategoryAccessibility:  5,
	shared.CategorySecurity:       3,
}

// pageWeight is what a page counts within a check: the home page most, then
// what it links to.
func pageWeight(depth int) int64 {
	switch depth {
	case 0:
		return 4
	case 1:
		return 2
	}
	return 1
}

// line is what one check has found over a whole audit. Its fields are sums, so
// neither the order of pages nor their parallel arrival changes it.
type line struct {
	// Weight are page weights where the check applied; 1 for a site-wide one. Of the checks
	// that share an item only that which decides the page's grade has the weight.
	Weight  int64
	Earned  int64 // page weight × grade, grades in units
	Applied int   // pages where it applied
	Failed  int   // pages where it did not earn everything
}

// add counts one outcome: weight of the page and grade, 0 to unit.
func (l *line) add(weight, grade int64) {
	l.score(weight, grade)
	l.count(grade < unit)
}

// score takes what a page earns.
func (l *line) score(weight, grade int64) {
	l.Weight += weight
	l.Earned += weight * min(max(grade, 0), unit)
}

// count counts an outcome.
func (l *line) count(failed bool) {
	l.Applied++
	if failed {
		l.Failed++
	}
}

// lost is what was not earned.
func (l *line) lost() int64 { return l.Weight*unit - l.Earned }

// tally holds the line of every check that applied somewhere, by check id.
type tally map[string]*line

func (t tally) add(id string, weight, grade int64) {
	t.line(id).add(weight, grade)
}

// line is that of a check, which is in the tally from now on.
func (t tally) line(id string) *line {
	l := t[id]
	if l == nil {
		l = new(line)
		t[id] = l
	}
	return l
}

// merge counts everything in u as well.
func (t tally) merge(u tally) {
	for id, from := range u {
		l := t.line(id)
		l.Weight += from.Weight
		l.Earned += from.Earned
		l.Applied += from.Applied
		l.Failed += from.Failed
	}
}

// verdict is a score with the price of every check.
type verdict struct {
	Score shared.Score
	// Raw is the score before caps, 0 to unit.
	Raw int64
	// Lost is what each applicable check cost, in 1/100 of a point before caps.
	// The values add up to unit − Raw.
	Lost map[string]int
}

// computeScore computes the score. It reports false when no check with a weight
// applied: then there is nothing to score.
func computeScore(rules []rule, t tally, caps []shared.Cap, pages int) (verdict, bool) {
	byCategory := map[shared.Category]*categorySum{}
	for _, it := range itemsOf(rules) {
		l := it.total(t)
		if l.Weight == 0 || it.weight() == 0 || categoryWeights[it.Category] == 0 {
			continue
		}
		s := byCategory[it.Category]
		if s == nil {
			s = &categorySum{weight: categoryWeights[it.Category]}
			byCategory[it.Category] = s
		}
		s.add(it, l, t)
	}
	if len(byCategory) == 0 {
		return verdict{}, false
	}

	var v verdict
	var weights []int64
	var sum, weight int64
	for _, c := range shared.Categories {
		s := byCategory[c]
		if s == nil {
			continue
		}
		sum += s.weight * s.earned * precision / s.possible
		weight += s.weight
		weights = append(weights, s.weight)
		v.Score.Categories = append(v.Score.Categories, shared.CategoryScore{
			Category: c, Score: int(rounded(s.earned / s.possible)),
		})
	}
	v.Raw = sum / (weight * precision)
	for i, share := range apportion(100, weights) {
		v.Score.Categories[i].Weight = int(share)
	}
	v.Lost = splitLost(unit-v.Raw, byCategory)
	v.Score.BeforeCaps = int(v.Raw)
	v.Score.Caps = priceCaps(v.Raw, caps)
	v.Score.Value = int(rounded(v.capped()))
	v.Score.Pages = pages
	return v, true
}

// capped is the score in units, as far as the caps allow.
func (v verdict) capped() int64 {
	if len(v.Score.Caps) == 0 {
		return v.Raw
	}
	return min(v.Raw, int64(v.Score.Caps[0].Limit)*unit/100)
}

// item is what is scored: a check alone, or several that are the steps of one scale.
type item struct {
	rule           // that of the check it is named for
	steps []string // the ids of its checks
}

// itemsOf gives the items that checks make up, in the order of their first checks.
func itemsOf(rules []rule) []item {
	var items []item
	index := map[string]int{}
	for _, r := range rules {
		id := cmp.Or(r.Step.Item, r.ID)
		i, known := index[id]
		if !known {
			i = len(items)
			index[id] = i
			items = append(items, item{})
		}
		if r.ID == id {
			items[i].rule = r
		}
		items[i].steps = append(items[i].steps, r.ID)
	}
	return items
}

// total is what the checks of the item have found together.
func (it item) total(t tally) (sum line) {
	for _, id := range it.steps {
		if l := t[id]; l != nil {
			sum.Weight += l.Weight
			sum.Earned += l.Earned
		}
	}
	return sum
}

// rounded turns units into whole points.
func rounded(units int64) int64 { return (units*100 + unit/2) / unit }

// categorySum gathers the applicable checks of one category.
type categorySum struct {
	weight   int64 // of the category
	earned   int64 // Σ check weight × earned units
	possible int64 // Σ check weight
	missing  []missing
}

// missing is what one check did not earn: check weight × units.
type missing struct {
	id     string
	amount int64
}

// add counts an item that has found l. What it did not earn is split among its checks in
// proportion to what each of them cost.
func (s *categorySum) add(it item, l line, t tally) {
	earned := it.curve(l.Earned / l.Weight)
	s.earned += it.weight() * earned
	s.possible += it.weight()
	lost := l.lost()
	for _, id := range it.steps {
		step := t[id]
		if step == nil || step.Weight == 0 {
			continue
		}
		amount := int64(0)
		if lost > 0 {
			amount = it.weight() * (unit - earned) * step.lost() / lost
		}
		s.missing = append(s.missing, missing{id, amount})
	}
}

// splitLost splits the lost total among the checks that lost it.
func splitLost(total int64, byCategory map[shared.Category]*categorySum) map[string]int {
	var ids []string
	var shares []int64
	for _, c := range shared.Categories {
		s := byCategory[c]
		if s == nil {
			continue
		}
		for _, m := range s.missing {
			ids = append(ids, m.id)
			shares = append(shares, s.weight*m.amount*precision/s.possible)
		}
	}
	lost := make(map[string]int, len(ids))
	for i, n := range apportion(total, shares) {
		lost[ids[i]] = int(n)
	}
	return lost
}

// apportion splits total in proportion to the shares so that the parts add up
// to it exactly (largest remainder; the earlier of equals first). Without any
// share all parts are 0.
func apportion(total int64, shares []int64) []int64 {
	parts := make([]int64, len(shares))
	var sum int64
	for _, s := range shares {
		sum += s
	}
	if sum == 0 {
		return parts
	}
	order := make([]int, len(shares))
	left := total
	for i, s := range shares {
		parts[i] = total * s / sum
		left -= parts[i]
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(total*shares[b]%sum, total*shares[a]%sum)
	})
	for _, i := range order[:left] {
		parts[i]++
	}
	return parts
}
