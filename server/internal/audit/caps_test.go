package audit

import (
	"slices"
	"testing"

	"atalaya/server/internal/check"
	"atalaya/shared"
)

func TestCaps(t *testing.T) {
	for _, test := range []struct {
		name  string
		facts capFacts
		want  []string
	}{
		{"none", capFacts{
			Analysed: 10, NeedJS: 5, Elsewhere: 5, Fetched: 10, Broken: map[string]int{checkHTTP5xx: 3}, Unseen: 10,
		}, nil},
		{"empty", capFacts{}, nil},
		{"scripts", capFacts{Analysed: 10, NeedJS: 6, Fetched: 10}, []string{capNeedsJS}},
		{"failing", capFacts{
			Analysed: 1, Fetched: 10, Broken: map[string]int{checkHTTP5xx: 3, checkTimeout: 1},
		}, []string{capSiteFailing}},
		{"shown elsewhere", capFacts{Analysed: 10, Elsewhere: 6, Fetched: 10}, []string{capElsewhere}},
		{"a small part", capFacts{Analysed: 10, Fetched: 10, Unseen: 11}, []string{capSeenInPart}},
		{"a fair sample", capFacts{Analysed: fairSample, Fetched: 50, Unseen: 10_000}, nil},
		{"all", capFacts{
			SearchBlocked: true, HomeNoindex: true, AIBlocked: true, AIMainBlocked: true,
			Analysed: 1, NeedJS: 1, Elsewhere: 1, Fetched: 1, Broken: map[string]int{checkTimeout: 1}, Unseen: 2, NotHTTPS: true,
		}, []string{
			capHomeNoindex, capSearchBlocked, capSiteFailing, capAIBlocked, capElsewhere, capNeedsJS, capSeenInPart,
			capAIMainBlocked, capNotHTTPS,
		}},
	} {
		var got []string
		for _, c := range priceCaps(unit, test.facts.list()) {
			got = append(got, c.ID)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

// The engine reads these outcomes by name; a renamed check must not silently
// lift a cap.
func TestTheChecksBehindTheCapsExist(t *testing.T) {
	exists := func(id string, is func(check.Check) bool) bool {
		return slices.ContainsFunc(check.All, func(c check.Check) bool { return c.ID == id && is(c) })
	}
	for _, id := range []string{checkNeedsJS, checkHTTP5xx, checkTimeout, checkFetchFailed, checkNoindex, checkCanonical} {
		if !exists(id, func(c check.Check) bool { return c.Page != nil }) {
			t.Errorf("no page check %s", id)
		}
	}
	for _, id := range []string{checkSearchBlocked, checkAIBlocked, checkNotHTTPS} {
		if !exists(id, func(c check.Check) bool { return c.Site != nil }) {
			t.Errorf("no site check %s", id)
		}
	}
}

// A cap is explained by the checks that set it: mended, they lift it. The one that no
// check sets is no fault of the site.
func TestMendingItsChecksLiftsACap(t *testing.T) {
	all := capFacts{
		SearchBlocked: true, HomeNoindex: true, AIBlocked: true, AIMainBlocked: true, Analysed: 1, NeedJS: 1, Elsewhere: 1,
		Fetched: 1, Broken: map[string]int{checkTimeout: 1, checkHTTP5xx: 1}, Unseen: 2, NotHTTPS: true,
	}
	for _, c := range all.list() {
		mended := all
		for _, id := range c.Checks {
			mended = mended.mended(id)
		}
		lifted := !slices.ContainsFunc(mended.list(), func(o shared.Cap) bool { return o.ID == c.ID })
		if lifted != (c.ID != capSeenInPart) {
			t.Errorf("%s with %v mended: lifted %v", c.ID, c.Checks, lifted)
		}
	}
	if len(all.Broken) != 2 {
		t.Error("mending changed what was seen")
	}
}

// Pages that a search engine is told to show from another host are not judged as others
// are; that alone must not make a site look good.
func TestASiteShownElsewhereDoesNotLookGood(t *testing.T) {
	for head, capped := range map[string]bool{
		`<link rel=canonical href="">`:                                       false,
		`<link rel=canonical href="https://site.example/p">`:                 false,
		`<link rel=canonical href="https://www.site.example/p">`:             false,
		`<link rel=canonical href="https://other.example/p">`:                true,
		`<meta http-equiv=refresh content="0; url=https://site.example/q">`:  false,
		`<meta http-equiv=refresh content="0; url=https://other.example/p">`: true,
	} {
		b := newBoard(allRules, 0, nil)
		p := check.Parse(check.Input{
			URL: "https://site.example/p", Status: 200, ContentType: "text/html",
			Body: []byte(head),
		})
		v := &visit{page: shared.Page{Analysed: true}, facts: check.RunPage(p).Facts}
		v.derive()
		b.countVisit(v)
		got, _ := b.score()
		held := slices.ContainsFunc(got.Score.Caps, func(c shared.Cap) bool { return c.ID == capElsewhere && c.Pages == 1 })
		if held != capped {
			t.Errorf("%s: caps %+v", head, got.Score.Caps)
		}
	}
}

func TestUnseen(t *testing.T) {
	left := []shared.Unvisited{
		{Reason: "limit", Count: 3}, {Reason: "robots", Count: 4}, {Reason: leftMemory, Count: 5},
		{Reason: leftCut, Count: 10}, {Reason: leftExternal, Count: 20}, {Reason: "private", Count: 40},
	}
	if got, want := countUnseen(left), 12; got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}
