package text

import (
	"testing"

	"atalaya/shared"
)

func TestPageFacts(t *testing.T) {
	of := func(p shared.Page) map[Key]string {
		said := map[Key]string{}
		for _, f := range PageFacts(EN, &p, "today") {
			said[f.Key] = f.Value
		}
		return said
	}
	for name, c := range map[string]struct {
		page shared.Page
		key  Key
		want string // empty when it is not said
	}{
		"no answer":         {shared.Page{}, SheetAnswer, EN.T(CodeNone)},
		"its time":          {shared.Page{MS: 3}, SheetTime, ""},
		"a failure":         {shared.Page{Failure: "timeout"}, SheetFailure, EvidenceValue(EN, "failure", "timeout")},
		"not sent on":       {shared.Page{URL: "/a", FinalURL: "/a"}, SheetRedirect, ""},
		"sent on":           {shared.Page{URL: "/a", FinalURL: "/b"}, SheetRedirect, "/b"},
		"sent on, unknown":  {shared.Page{URL: "/a"}, SheetRedirect, ""},
		"words unknown":     {shared.Page{Status: 404}, SheetWords, ""},
		"no words":          {shared.Page{Analysed: true}, SheetWords, "0"},
		"the start":         {shared.Page{}, SheetDepth, "0"},
		"a sitemap's alone": {shared.Page{Depth: shared.DepthUnlinked}, SheetDepth, Reason(EN, "not-linked")},
		"when":              {shared.Page{}, SheetFetched, "today"},
	} {
		if got := of(c.page)[c.key]; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
