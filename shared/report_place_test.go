package shared

import (
	"net/url"
	"reflect"
	"slices"
	"testing"
)

// An address is read as it was written, and what it should not say is taken for nothing.
func TestReportPlace(t *testing.T) {
	placeAt := func(query string) ReportPlace {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		return ReadReportPlace(q)
	}
	whole := ReportPlace{
		Part: PartPages, Text: "a&b é", Severity: SeverityError, Category: CategoryLinks,
		Answer: AnswerClientError, Reason: "depth", Gravest: true, Open: []string{"http-4xx", "title-missing"},
		Page: "https://example.org/?a=b&c",
	}
	for _, p := range []ReportPlace{{}, whole, {Part: PartUnvisited, Reason: "limit"}} {
		if got := placeAt(p.Query()); !reflect.DeepEqual(got, p) {
			t.Errorf("%s: got %+v, want %+v", p.Query(), got, p)
		}
	}
	if got := placeAt("view=check&sev=dreadful&code=200&order=odd&open="); !reflect.DeepEqual(got, ReportPlace{}) {
		t.Errorf("what is unknown: got %+v", got)
	}
	if got, want := (ReportPlace{}).Of(7), "/audits/7/report"; got != want {
		t.Errorf("the first view: got %s, want %s", got, want)
	}
	if got := whole.Everything(); got.Filtered() || !got.Gravest || got.Part != PartPages {
		t.Errorf("without filters: %+v", got)
	}
	open := ReportPlace{}.Toggled("a").Toggled("b").Toggled("a")
	if !slices.Equal(open.Open, []string{"b"}) {
		t.Errorf("unfolded: got %q", open.Open)
	}
	if got := whole.ToPart(PartChecks); !reflect.DeepEqual(got, ReportPlace{}) {
		t.Errorf("the filters of another part stay: %+v", got)
	}
}
