package shared

import (
	"slices"
	"testing"
)

func TestWeights(t *testing.T) {
	for header, want := range map[string][]Weighted{
		"":                           nil,
		"br":                         {{"br", 1}},
		"ES-mx, en;q=0.5":            {{"es-mx", 1}, {"en", 0.5}},
		"br ; Q = 0.3 , , ;":         {{"br", 0.3}},
		"a;q=0, b;q=1.000, a;q=0.25": {{"a", 0}, {"b", 1}, {"a", 0.25}},
		"a;q=x, b;q=7, c;q=-1, d;q=NaN, e;level=1, f;, g;q": nil,
		"*;q=.5": {{"*", 0.5}},
	} {
		if got := Weights(header); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", header, got, want)
		}
	}
}

func TestSplitUnquoted(t *testing.T) {
	for header, want := range map[string][]string{
		"":                   {""},
		"a,b, c":             {"a", "b", " c"},
		`a="x,y",b`:          {`a="x,y"`, "b"},
		`a="x\\",y",b`:       {`a="x\\"`, `y",b`},
		`a="x\",y",b`:        {`a="x\",y"`, "b"},
		`a="never closed,b`:  {`a="never closed,b`},
		`,`:                  {"", ""},
		`a="ends in escape\`: {`a="ends in escape\`},
	} {
		if got := SplitUnquoted(header, ','); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}
