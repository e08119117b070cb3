package check

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"atalaya/shared"
	"atalaya/shared/text"
)

// checkBounds holds for every finding of any page.
func checkBounds(t *testing.T, f shared.Finding) {
	t.Helper()
	b, err := json.Marshal(f.Evidence)
	if err != nil || len(b) > shared.MaxEvidence || f.Evidence == nil {
		t.Errorf("%s: evidence of %d bytes: %v", f.CheckID, len(b), err)
	}
	for _, e := range f.Evidence {
		if !utf8.ValidString(e.Value) || strings.ContainsRune(e.Value, 0) {
			t.Errorf("%s: %s is %q", f.CheckID, e.Name, e.Value)
		}
		if !slices.Contains(text.EvidenceNames(), e.Name) {
			t.Errorf("%s: evidence %q has no label", f.CheckID, e.Name)
		}
	}
}

func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range All {
		if seen[c.ID] || c.ID == "" {
			t.Errorf("%q appears twice or is empty", c.ID)
		}
		seen[c.ID] = true
		if (c.Page == nil) == (c.Site == nil) {
			t.Errorf("%s: needs exactly one rule", c.ID)
		}
		if !slices.Contains(shared.Categories[:], c.Category) || !c.Severity.Valid() || c.Source == "" {
			t.Errorf("%s: category %q, severity %q, source %q", c.ID, c.Category, c.Severity, c.Source)
		}
	}
	if got, want := len(pageChecks)+len(siteChecks), len(All); got != want {
		t.Errorf("got %d page and site checks, want %d", got, want)
	}
	if len(Reasons)+int(notApplicable) > 255 {
		t.Error("an Outcome cannot hold all reasons")
	}
}

// Checks and reasons have words in every language, and there are no words
// without a check or reason.
func TestWordsForEverything(t *testing.T) {
	ids := make([]string, len(All))
	for i, c := range All {
		ids[i] = c.ID
	}
	if got := text.CheckIDs(); !slices.Equal(sorted(got), sorted(ids)) {
		t.Errorf("checks with words:\n got %v\nwant %v", sorted(got), sorted(ids))
	}
	var reasons []string
	for _, r := range Reasons {
		reasons = append(reasons, string(r))
	}
	if got := text.ReasonCodes(); !slices.Equal(sorted(got), sorted(reasons)) {
		t.Errorf("reasons with words:\n got %v\nwant %v", sorted(got), sorted(reasons))
	}
	var all []string
	for _, l := range text.Langs {
		for _, id := range ids {
			w, ok := text.Check(l, id)
			if !ok {
				t.Errorf("%s: no words", id)
			}
			all = append(all, w.Title, w.Why, w.Fix)
		}
		for _, code := range reasons {
			all = append(all, text.Reason(l, code))
		}
	}
	for _, s := range all {
		if s == "" || strings.ContainsAny(s, "!¡") || strings.TrimSpace(s) != s {
			t.Errorf("words %q", s)
		}
	}
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

func TestOutcomes(t *testing.T) {
	for o, want := range map[Outcome]struct {
		result shared.Outcome
		reason Reason
	}{
		passed:                    {shared.OutcomePass, ""},
		failed:                    {shared.OutcomeFail, ""},
		notApplicableFor(NotHTML): {shared.OutcomeNotApplicable, NotHTML},
		Outcome(255):              {shared.OutcomeNotApplicable, ""},
	} {
		if o.Result() != want.result || o.Reason() != want.reason {
			t.Errorf("%d: got %s %q, want %s %q", o, o.Result(), o.Reason(), want.result, want.reason)
		}
	}
	for _, r := range Reasons {
		if got := notApplicableFor(r).Reason(); got != r {
			t.Errorf("got %q, want %q", got, r)
		}
	}
}

func TestEvidenceIsBounded(t *testing.T) {
	hostile := strings.Repeat("<\x00\"&\u2028\u202eñ", 2_000)
	for _, in := range [][]shared.Evidence{
		nil,
		{fact("title", hostile)},
		{fact("page", hostile), fact("page", hostile), fact("page", hostile), fact("page", "https://sitio.example/")},
		listEvidence("page", slices.Repeat([]string{hostile}, 500), 500),
		slices.Repeat(ev("page", "https://sitio.example/una/dirección/bastante/larga"), 100),
	} {
		got := boundEvidence(in)
		checkBounds(t, shared.Finding{Evidence: got})
		kept := len(got)
		if n := len(got); n > 0 && n < len(in) {
			kept--
			if got[n-1].Name != "more" {
				t.Errorf("%d of %d kept without a word", n, len(in))
			}
		}
		if len(in) > 0 && kept == 0 {
			t.Error("nothing kept")
		}
	}
	want := ev("page", "a", "page", "b", "more", "3")
	if got := boundEvidence(listEvidence("page", []string{"a", "b"}, 5)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFactsSurvive(t *testing.T) {
	in := hops(on(good), "https://sitio.example/c")
	in.Home, in.Depth = true, 3
	want := RunPage(Parse(in)).Facts
	want.Places = newIDSet(nil) // known to be none
	if want.Title == "" || want.FinalURL == "" || want.Content == 0 {
		t.Fatalf("too little to prove anything: %+v", want)
	}
	b, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeFacts(b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
	for name, b := range map[string][]byte{
		"empty":         nil,
		"cut":           b[:len(b)/2],
		"another table": []byte(strings.Replace(string(b), `"table":`, `"table":1`, 1)),
		"no outcomes":   []byte(strings.Replace(string(b), `"o":`, `"z":`, 1)),
	} {
		if f, err := DecodeFacts(b); !errors.Is(err, ErrFacts) || !reflect.DeepEqual(f, Facts{}) {
			t.Errorf("%s: got %+v, %v", name, f, err)
		}
	}
}
