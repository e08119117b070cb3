package shared_test

import (
	"net/url"
	"reflect"
	"testing"

	"atalaya/shared"
)

func TestTakeOptions(t *testing.T) {
	for typed, want := range map[string]shared.NewAudit{
		"":                               {},
		"page_limit=+70+&max_depth=4":    {PageLimit: 70, MaxDepth: 4},
		"page_limit=0&max_depth=many":    {PageLimit: -1, MaxDepth: -1},
		"include=%20/a%0D%0A%0D%0A/b%0A": {Include: []string{"/a", "/b"}},
		"exclude=*.pdf$&skip_ai_agents=true&url=https://two.example/": {Exclude: []string{"*.pdf$"}, SkipAIAgents: true},
	} {
		values, err := url.ParseQuery(typed)
		if err != nil {
			t.Fatal(err)
		}
		want.URL = "https://one.example/"
		got := shared.NewAudit{URL: want.URL, PageLimit: 9, Include: []string{"/old"}, SkipAIAgents: true}
		if got.TakeOptions(values); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, want %+v", typed, got, want)
		}
	}
}
