package audit

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"atalaya/server/internal/check"
	"atalaya/shared"
)

// testRules has every category and severity, and more checks than the table of
// package check has today.
func testRules() []rule {
	var rules []rule
	for _, c := range shared.Categories {
		for _, s := range []shared.Severity{
			shared.SeverityError, shared.SeverityWarning, shared.SeverityNotice, shared.SeverityInfo,
		} {
			rules = append(rules, rule{ID: string(c) + "-" + string(s), Category: c, Severity: s})
		}
	}
	return rules
}

// outcome is one answer of one check on a page of one weight.
type outcome struct {
	id     string
	weight int64
	grade  int64
}

// audited is a random audit: outcomes in pages, the last one of the site.
func audited(rng *rand.Rand, rules []rule) []outcome {
	var out []outcome
	for p := range 1 + rng.IntN(8) {
		for _, r := range rules {
			switch rng.IntN(4) {
			case 0:
				out = append(out, outcome{r.ID, pageWeight(p), 0})
			case 1:
				out = append(out, outcome{r.ID, pageWeight(p), unit})
			case 2:
				out = append(out, outcome{r.ID, pageWeight(p), int64(rng.IntN(5)) * unit / 4})
			}
		}
	}
	return out
}

func tallied(out []outcome) tally {
	t := tally{}
	for _, o := range out {
		t.add(o.id, o.weight, o.grade)
	}
	return t
}

// each runs f on many random audits that have a score.
func each(t *testing.T, f func(rng *rand.Rand, rules []rule, out []outcome, v verdict)) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	rules := testRules()
	for range 1_000 {
		// A part of the checks, so that categories come and go.
		some := slices.Clone(rules)
		rng.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
		some = some[:1+rng.IntN(len(some))]
		out := audited(rng, some)
		if v, ok := computeScore(rules, tallied(out), nil, 1); ok {
			f(rng, rules, out, v)
		}
	}
}

func TestMendingAFaultNeverLowersTheScore(t *testing.T) {
	each(t, func(rng *rand.Rand, rules []rule, out []outcome, before verdict) {
		better := slices.Clone(out)
		i := rng.IntN(len(better))
		better[i].grade = unit
		after, _ := computeScore(rules, tallied(better), nil, 1)
		if after.Raw < before.Raw {
			t.Fatalf("raw %d became %d when %+v passed", before.Raw, after.Raw, out[i])
		}
	})
}

func TestAFaultlessPageNeverLowersTheScore(t *testing.T) {
	each(t, func(rng *rand.Rand, rules []rule, out []outcome, before verdict) {
		more := slices.Clone(out)
		for _, r := range rules {
			if rng.IntN(2) == 0 {
				more = append(more, outcome{r.ID, pageWeight(rng.IntN(3)), unit})
			}
		}
		after, _ := computeScore(rules, tallied(more), nil, 2)
		if after.Raw < before.Raw {
			t.Fatalf("raw %d became %d", before.Raw, after.Raw)
		}
	})
}

func TestOrderDoesNotMatter(t *testing.T) {
	each(t, func(rng *rand.Rand, rules []rule, out []outcome, want verdict) {
		// Two parts, each shuffled, merged: what parallel workers would do.
		mixed := slices.Clone(out)
		rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		cut := rng.IntN(len(mixed))
		whole := tallied(mixed[:cut])
		whole.merge(tallied(mixed[cut:]))
		shuffled := slices.Clone(rules)
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got, _ := computeScore(rules, whole, nil, 1)
		if got.Raw != want.Raw || !maps.Equal(got.Lost, want.Lost) ||
			!slices.Equal(got.Score.Categories, want.Score.Categories) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		got, _ = computeScore(shuffled, whole, nil, 1)
		if got.Raw != want.Raw || got.Score.Value != want.Score.Value {
			t.Fatalf("another order of checks: got %d, want %d", got.Raw, want.Raw)
		}
	})
}

func TestLostPointsExplainTheScore(t *testing.T) {
	each(t, func(_ *rand.Rand, _ []rule, _ []outcome, v verdict) {
		sum := int64(0)
		for id, n := range v.Lost {
			if n < 0 {
				t.Fatalf("%s lost %d", id, n)
			}
			sum += int64(n)
		}
		if got, want := sum, unit-v.Raw; got != want {
			t.Fatalf("lost points add up to %d, want %d", got, want)
		}
		weights := 0
		for _, c := range v.Score.Categories {
			weights += c.Weight
			if c.Score < 0 || c.Score > 100 {
				t.Fatalf("category %+v", c)
			}
		}
		if weights != 100 {
			t.Fatalf("weights add up to %d", weights)
		}
		if v.Raw < 0 || v.Raw > unit || v.Score.Value < 0 || v.Score.Value > 100 {
			t.Fatalf("raw %d, value %d", v.Raw, v.Score.Value)
		}
	})
}

// A graded check is one item: a step up never costs, as it would if each step
// were a check of its own that starts to apply.
func TestGradesRise(t *testing.T) {
	rules := testRules()
	for _, r := range rules {
		last := int64(-1)
		for grade := int64(0); grade <= unit; grade += unit / 4 {
			out := []outcome{{r.ID, 1, grade}, {"metadata-error", 1, unit / 2}, {"metadata-notice", 4, unit}}
			v, _ := computeScore(rules, tallied(out), nil, 1)
			if v.Raw < last {
				t.Errorf("%s: grade %d gives %d, less than %d", r.ID, grade, v.Raw, last)
			}
			last = v.Raw
		}
	}
}

// The formula by hand, in whole numbers.
func TestScoreByHand(t *testing.T) {
	rules := []rule{
		{ID: "c-error", Category: shared.CategoryCrawlability, Severity: shared.SeverityError},
		{ID: "c-notice", Category: shared.CategoryCrawlability, Severity: shared.SeverityNotice},
		{ID: "m-warning", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning},
		{ID: "m-info", Category: shared.CategoryMetadata, Severity: shared.SeverityInfo},
		{ID: "l-never", Category: shared.CategoryLinks, Severity: shared.SeverityError},
	}
	out := tallied([]outcome{
		{"c-error", 4, unit}, {"c-error", 2, unit}, {"c-error", 2, 0}, // share 6/8, squared 0.5625
		{"c-notice", 1, unit / 2},
		{"m-warning", 1, 0}, {"m-warning", 4, unit}, // 0.8
		{"m-info", 1, 0},
	})
	// crawlability (5×5625 + 1×5000)/6 = 5520.8, metadata 8000, weights 20 and 10.
	caps := []shared.Cap{{ID: "b", Limit: 60}, {ID: "a", Limit: 60}, {ID: "c", Limit: 40}}
	got, ok := computeScore(rules, out, caps, 7)
	want := verdict{
		Score: shared.Score{
			Value: 40,
			Categories: []shared.CategoryScore{
				{Category: shared.CategoryCrawlability, Score: 55, Weight: 67},
				{Category: shared.CategoryMetadata, Score: 80, Weight: 33},
			},
			// 6347 − 6000 = 347, 6000 − 4000 = 2000; lifting one of two equal caps brings nothing.
			Caps: []shared.Cap{
				{ID: "c", Limit: 40, PointsLost: 2000}, {ID: "a", Limit: 60}, {ID: "b", Limit: 60, PointsLost: 347},
			},
			BeforeCaps: 6347,
			Pages:      7,
		},
		Raw: 6347, // (20×5520.83 + 10×8000) / 30
		// 20/30 × 5×4375/6 = 2430.56, 20/30 × 5000/6 = 555.56, 10/30 × 2000 = 666.67;
		// rounded together to 10000 − 6347.
		Lost: map[string]int{"c-error": 2431, "c-notice": 555, "m-warning": 667},
	}
	if !ok || got.Raw != want.Raw || !maps.Equal(got.Lost, want.Lost) ||
		!reflect.DeepEqual(got.Score, want.Score) {
		t.Errorf("got %+v, %v\nwant %+v", got, ok, want)
	}
	if _, ok := computeScore(rules, tallied([]outcome{{"m-info", 1, 0}}), nil, 1); ok {
		t.Error("a fact without weight gave a score")
	}
}

func TestCategoryWeightsAreAHundred(t *testing.T) {
	sum := int64(0)
	for _, c := range shared.Categories {
		sum += categoryWeights[c]
	}
	if sum != 100 || len(categoryWeights) != len(shared.Categories) {
		t.Errorf("%d categories weigh %d", len(categoryWeights), sum)
	}
}

// markupSteps are the heads of a page whose markup grows better, each with the check that
// decides what the page earns, and how much that is in units.
var markupSteps = []struct {
	head, check string
	grade       int64
}{
	{"", "structured-data-missing", 0},
	{`<script type="application/ld+json">{"@type":"Event",}</script>`, "jsonld-invalid", unit / 4},
	{`<script type="application/ld+json">{"@type":"Event","name":"x"}</script>`, "jsonld-incomplete", unit * 7 / 10},
	{
		`<script type="application/ld+json">{"@type":"Event","name":"x","startDate":"2026-11-26","location":"y"}</script>`,
		"", unit,
	},
}

// markupVisit is a page that has come to a step.
func markupVisit(step, depth int) *visit {
	p := check.Parse(check.Input{
		URL: "https://site.example/", Depth: depth, Status: 200, ContentType: "text/html",
		Body: []byte(markupSteps[step].head),
	})
	v := &visit{facts: check.RunPage(p).Facts}
	v.derive()
	return v
}

// markupRules are the checks of a page's markup.
func markupRules() []rule {
	return slices.DeleteFunc(slices.Clone(allRules), func(r rule) bool { return r.Step.Item == "" })
}

// Checks that are steps of one scale are one item of the score: each page earns what its
// step is worth, and the check that it fails has cost the rest.
func TestStepsAreOneItem(t *testing.T) {
	for i, step := range markupSteps {
		v, _ := computeScore(markupRules(), markupVisit(i, 2).tally, nil, 1)
		if v.Raw != step.grade || step.check != "" && int64(v.Lost[step.check]) != unit-step.grade {
			t.Errorf("step %d: got %d, lost %v, want %d, lost by %q", i, v.Raw, v.Lost, step.grade, step.check)
		}
		if l := markupVisit(i, 2).tally["structured-data-missing"]; l.Applied != 1 || (l.Failed == 1) != (i == 0) {
			t.Errorf("step %d: the check of the item itself: %+v", i, l)
		}
	}
}

// Whatever the other pages of a site have, better markup on one never lowers the score. With
// the checks scored one by one it did.
func TestBetterMarkupNeverLowersTheScore(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		rest := tally{}
		for range rng.IntN(6) {
			rest.merge(markupVisit(rng.IntN(len(markupSteps)), rng.IntN(3)).tally)
		}
		before, depth := int64(-1), rng.IntN(3)
		for step := range markupSteps {
			site := tally{}
			site.merge(rest)
			site.merge(markupVisit(step, depth).tally)
			v, ok := computeScore(markupRules(), site, nil, 1)
			if !ok || v.Raw <= before {
				t.Fatalf("step %d: %d after %d", step, v.Raw, before)
			}
			before = v.Raw
			sum := int64(0)
			for _, n := range v.Lost {
				sum += int64(n)
			}
			if sum != unit-v.Raw {
				t.Fatalf("lost points add up to %d, want %d: %v", sum, unit-v.Raw, v.Lost)
			}
		}
	}
}
