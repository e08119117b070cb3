package audit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math/big"
	"math/rand/v2"
	"reflect"
	"testing"

	"atalaya/server/internal/check"
	"atalaya/shared"
)

// wholeAudit is a random audit by the real checks: what its pages and the checks of the site
// answered, and what is a fact of the audit and not of a check.
type wholeAudit struct {
	pages []*visit
	site  []check.SiteResult
	facts capFacts
}

// The outcomes of a page check, as package check counts them.
const (
	pass = check.Outcome(iota)
	fail
	doesNotApply
)

func randomAudit(rng *rand.Rand) wholeAudit {
	a := wholeAudit{facts: capFacts{NotHTTPS: rng.IntN(8) == 0, Unseen: rng.IntN(20)}}
	faulty := 2 + rng.IntN(6) // one outcome of so many is a failure
	for i := range 1 + rng.IntN(8) {
		a.pages = append(a.pages, randomVisit(rng, i, faulty))
	}
	for _, c := range check.All {
		if c.Site != nil && rng.IntN(4) > 0 {
			a.site = append(a.site, siteAnswer(c.ID, min(4, rng.IntN(5+faulty))))
		}
	}
	return a
}

func randomVisit(rng *rand.Rand, depth, faulty int) *visit {
	v := &visit{page: shared.Page{Analysed: true}, facts: check.Facts{
		URL: "https://site.example/", Home: depth == 0, Depth: depth, Analysed: true,
	}}
	failed := map[string]bool{} // a page fails one step of a scale at most, and has one status
	for _, c := range check.PageChecks() {
		o := pass
		switch rng.IntN(faulty) {
		case 0:
			o = fail
		case 1:
			o = doesNotApply
		}
		group := c.Step.Item
		switch c.ID {
		case checkHTTP5xx, checkTimeout:
			group = "broken"
		}
		if group != "" && failed[group] {
			o = doesNotApply
		}
		failed[group] = failed[group] || o == fail
		v.facts.Outcomes = append(v.facts.Outcomes, o)
	}
	v.derive()
	return v
}

func siteAnswer(id string, grade int) check.SiteResult {
	r := check.SiteResult{ID: id, Outcome: shared.OutcomeFail, Grade: grade}
	if grade == 4 {
		r.Outcome = shared.OutcomePass
	}
	return r
}

func (a wholeAudit) score() (scoring, verdict) {
	b := newBoard(allRules, 0, nil)
	b.caps = a.facts
	for _, v := range a.pages {
		b.countVisit(v)
	}
	b.countSite(a.site)
	v, _ := b.score()
	return b.scoring(), v
}

func eachAudit(t *testing.T, f func(rng *rand.Rand, a wholeAudit, s scoring, v verdict)) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		a := randomAudit(rng)
		s, v := a.score()
		f(rng, a, s, v)
	}
}

// With the real checks, their steps and the caps: what a failure costs comes back.
func TestMendingAnOutcomeNeverLowersTheCappedScore(t *testing.T) {
	eachAudit(t, func(rng *rand.Rand, a wholeAudit, _ scoring, before verdict) {
		for range 10 {
			page := rng.IntN(len(a.pages))
			old := a.pages[page]
			better := *old
			better.facts.Outcomes = append(check.Outcomes{}, old.facts.Outcomes...)
			i := rng.IntN(len(better.facts.Outcomes))
			if better.facts.Outcomes[i] != fail {
				continue
			}
			better.facts.Outcomes[i] = pass
			better.derive()
			a.pages[page] = &better
			_, after := a.score()
			a.pages[page] = old
			if after.Score.Value < before.Score.Value || after.Raw < before.Raw {
				t.Fatalf("%d became %d when %s passed", before.Raw, after.Raw, check.PageChecks()[i].ID)
			}
		}
		for i, r := range a.site {
			a.site[i] = siteAnswer(r.ID, 4)
			_, after := a.score()
			a.site[i] = r
			if after.Score.Value < before.Score.Value || after.Raw < before.Raw {
				t.Fatalf("%d became %d when %s passed", before.Raw, after.Raw, r.ID)
			}
		}
	})
}

// A page more that passes whatever applies can lift a cap, and sets none.
func TestAFaultlessPageNeverLowersTheCappedScore(t *testing.T) {
	eachAudit(t, func(rng *rand.Rand, a wholeAudit, _ scoring, before verdict) {
		good := randomVisit(rng, 1+rng.IntN(3), 2)
		for i, o := range good.facts.Outcomes {
			if o == fail {
				good.facts.Outcomes[i] = pass
			}
		}
		good.derive()
		a.pages = append(a.pages, good)
		if _, after := a.score(); after.Score.Value < before.Score.Value || after.Raw < before.Raw {
			t.Fatalf("%d became %d", before.Raw, after.Raw)
		}
	})
}

// Every point that is missing has its line: a check, or a cap with the checks behind it.
func TestChecksAndCapsExplainEveryPoint(t *testing.T) {
	eachAudit(t, func(_ *rand.Rand, _ wholeAudit, s scoring, v verdict) {
		sum := 0
		for id, n := range v.Lost {
			sum += n
			if n > 0 && s.tally[id].Failed == 0 {
				t.Fatalf("%s passed and lost %d", id, n)
			}
		}
		for _, c := range v.Score.Caps {
			sum += c.PointsLost
			for _, id := range c.Checks {
				if s.tally[id] == nil || s.tally[id].Failed == 0 {
					if id != checkNotHTTPS { // the fact comes from the address alone
						t.Fatalf("cap %s names %s, which passed", c.ID, id)
					}
				}
			}
		}
		if got, want := int64(sum), unit-v.capped(); got != want {
			t.Fatalf("explained %d, lost %d: %+v", got, want, v)
		}
	})
}

// The fixes' scores are those of the audit with their checks passed, counted anew from the
// outcomes, and no single other check would have brought more than the first.
func TestFixesAreComputed(t *testing.T) {
	proposed := 0
	eachAudit(t, func(_ *rand.Rand, a wholeAudit, s scoring, before verdict) {
		fixes := s.fixes(before)
		for _, f := range fixes {
			a = a.mended(f.CheckID)
			if _, after := a.score(); after.Score.Value != f.Score {
				t.Fatalf("%s: score %d, want %d", f.CheckID, f.Score, after.Score.Value)
			}
		}
		proposed += len(fixes)
		if n := len(fixes); n > 0 && fixes[n-1].Score <= before.Score.Value {
			t.Fatalf("%+v bring nothing to %d", fixes, before.Score.Value)
		}
		for id := range s.tally {
			single, _ := s.mended(id).compute()
			if single.Score.Value > before.Score.Value && (len(fixes) == 0 || single.Score.Value > fixes[len(fixes)-1].Score) {
				t.Fatalf("%s alone brings %d, %+v less", id, single.Score.Value, fixes)
			}
		}
	})
	if proposed < 300 {
		t.Errorf("only %d fixes in all", proposed)
	}
}

// mended is the audit with the check passed wherever it failed.
func (a wholeAudit) mended(id string) wholeAudit {
	m := wholeAudit{facts: a.facts}
	m.facts.NotHTTPS = m.facts.NotHTTPS && id != checkNotHTTPS
	for _, v := range a.pages {
		better := *v
		better.facts.Outcomes = append(check.Outcomes{}, v.facts.Outcomes...)
		for i, c := range check.PageChecks() {
			if c.ID == id && better.facts.Outcomes[i] == fail {
				better.facts.Outcomes[i] = pass
			}
		}
		better.derive()
		m.pages = append(m.pages, &better)
	}
	for _, r := range a.site {
		if r.ID == id {
			r = siteAnswer(id, 4)
		}
		m.site = append(m.site, r)
	}
	return m
}

// Of two faults with the same cap neither mends the score alone; together they do.
func TestFixesLiftEqualCapsTogether(t *testing.T) {
	s := scoring{rules: allRules, tally: tally{}, pages: 1, caps: capFacts{SearchBlocked: true, HomeNoindex: true, Analysed: 1}}
	s.tally.add(checkSearchBlocked, 1, 0)
	s.tally.add(checkNoindex, 4, 0)
	s.tally.add("title-missing", 4, 0)
	s.tally.add("http-4xx", 4, unit)
	s.tally.add("thin-content", 4, unit)
	v, _ := s.compute()
	// crawlability (3×0 + 5×0 + 5×10000)/13, content 10000, metadata 0; weights 20, 27, 10.
	if v.Raw != 6086 || v.Score.Value != 30 {
		t.Fatalf("raw %d, value %d", v.Raw, v.Score.Value)
	}
	// Lifted alone the caps bring nothing; then crawlability is whole: 47/57, then all.
	want := []shared.Fix{{CheckID: checkSearchBlocked, Score: 30}, {CheckID: checkNoindex, Score: 82},
		{CheckID: "title-missing", Score: 100}}
	if got := s.fixes(v); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Nothing that can be mended lifts the cap of a site seen in part.
func TestNoFixesWhereNoneHelps(t *testing.T) {
	s := scoring{rules: allRules, tally: tally{}, pages: 1, caps: capFacts{Analysed: 1, Unseen: 2}}
	s.tally.add("http-4xx", 4, unit)
	s.tally.add("title-length", 4, 0)
	s.tally.add("title-missing", 4, unit)
	v, _ := s.compute()
	if got := s.fixes(v); v.Score.Value != 74 || got == nil || len(got) > 0 {
		t.Errorf("%d, fixes %+v", v.Score.Value, got)
	}
}

// exactScore is the formula in fractions, for the checks that are scored alone.
func exactScore(rules []rule, t tally) *big.Rat {
	type sum struct{ earned, possible *big.Rat }
	categories := map[shared.Category]*sum{}
	for _, r := range rules {
		l := t[r.ID]
		if l == nil || r.weight() == 0 {
			continue
		}
		share := big.NewRat(l.Earned, l.Weight*unit)
		if r.Severity == shared.SeverityError {
			share = new(big.Rat).Mul(share, share)
		}
		s := categories[r.Category]
		if s == nil {
			s = &sum{new(big.Rat), new(big.Rat)}
			categories[r.Category] = s
		}
		weight := big.NewRat(r.weight(), 1)
		s.earned.Add(s.earned, share.Mul(share, weight))
		s.possible.Add(s.possible, weight)
	}
	total, weights := new(big.Rat), new(big.Rat)
	for c, s := range categories {
		weight := big.NewRat(categoryWeights[c], 1)
		weights.Add(weights, weight)
		total.Add(total, weight.Mul(weight, s.earned.Quo(s.earned, s.possible)))
	}
	return total.Quo(total, weights)
}

// The whole numbers stay within 3 of 10,000 of the exact formula, also on the largest audit.
func TestWholeNumbersAreExactEnough(t *testing.T) {
	each(t, func(rng *rand.Rand, rules []rule, out []outcome, _ verdict) {
		sums := tallied(out)
		for _, l := range sums {
			n := 1 + rng.Int64N(shared.PageLimitMax)
			l.Weight, l.Earned = l.Weight*n, l.Earned*n
		}
		got, _ := computeScore(rules, sums, nil, 1)
		exact := exactScore(rules, sums)
		exact.Mul(exact, big.NewRat(unit, 1))
		below := exact.Sub(exact, big.NewRat(got.Raw, 1))
		if below.Sign() < 0 || below.Cmp(big.NewRat(3, 1)) > 0 {
			t.Fatalf("raw %d is %s below the exact score", got.Raw, below.FloatString(3))
		}
	})
}

// A score must be the same on every machine, in WebAssembly too.
func TestTheScoreHasNoFloats(t *testing.T) {
	for _, name := range []string{"score.go", "caps.go", "fixes.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if x, ok := n.(*ast.Ident); ok && (x.Name == "float64" || x.Name == "float32" || x.Name == "math") {
				t.Errorf("%s: %s", name, x.Name)
			}
			if x, ok := n.(*ast.BasicLit); ok && x.Kind == token.FLOAT {
				t.Errorf("%s: %s", name, x.Value)
			}
			return true
		})
	}
}
