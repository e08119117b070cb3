package shared_test

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
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
		"rate=+0%2C5": {Rate: 0.5}, "rate=1e1": {Rate: 10}, "rate=0": {Rate: -1}, "rate=-1": {Rate: -1},
		"rate=NaN": {Rate: -1}, "rate=Inf": {Rate: -1}, "rate=1e999": {Rate: -1}, "rate=fast": {Rate: -1},
		"headers=A:+1%0D%0A%0D%0A+B:2": {Headers: shared.Headers{"A: 1", "B:2"}},
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

// However an audit that is asked for is printed, its headers stay unsaid.
func TestHeadersAreNotPrinted(t *testing.T) {
	wish := shared.NewAudit{Headers: shared.Headers{"Authorization: s3cret"}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, what := range []any{wish, &wish, wish.Headers, shared.Retry{Headers: &wish.Headers}} {
			if said := fmt.Sprintf(verb, what); strings.Contains(said, "s3cret") {
				t.Errorf("%s of %T: %s", verb, what, said)
			}
		}
	}
}
