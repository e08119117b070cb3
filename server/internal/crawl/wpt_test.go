package crawl

import (
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"
)

// wptCase is one case of testdata/urltestdata.json whose base, if any, is http or
// https.
type wptCase struct {
	Input   string
	Base    *string
	Href    string
	Failure bool

	Username, Password string
}

// readWPT returns the cases of the URL standard's own test data that concern us:
// what has an http or https result, and what fails although http or https was
// meant.
func readWPT(t testing.TB) []wptCase {
	t.Helper()
	data, err := os.ReadFile("testdata/urltestdata.json")
	if err != nil {
		t.Fatal(err)
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		t.Fatal(err)
	}
	var cases []wptCase
	for _, r := range raw {
		var c wptCase
		if json.Unmarshal(r, &c) != nil { // a comment
			continue
		}
		base := ""
		if c.Base != nil {
			base = *c.Base
		}
		if !c.Failure && !isWeb(c.Href) || base != "" && !isWeb(base) {
			continue
		}
		if c.Failure && !isWeb(c.Input) && base == "" {
			continue
		}
		if scheme, _ := cutScheme(c.Input); scheme != "" && !isWeb(c.Input) {
			continue
		}
		cases = append(cases, c)
	}
	return cases
}

func isWeb(s string) bool {
	scheme, _ := cutScheme(strings.TrimLeft(s, " \t\n"))
	return scheme == "http" || scheme == "https"
}

// expectedWire is the href of a case without what is never sent.
func expectedWire(c wptCase) string {
	before, rest, _ := strings.Cut(c.Href, "://")
	if c.Username != "" || c.Password != "" {
		_, rest, _ = strings.Cut(rest, "@")
	}
	rest, _, _ = strings.Cut(rest, "#")
	return before + "://" + rest
}

func TestResolvePassesTheURLStandardsOwnTestData(t *testing.T) {
	cases := readWPT(t)
	failed := 0
	for _, c := range cases {
		var base *url.URL
		if c.Base != nil && *c.Base != "" {
			var err error
			if base, err = Resolve(nil, *c.Base, ""); err != nil {
				continue // a base that is no URL has cases of its own
			}
		}
		u, err := Resolve(base, c.Input, "")
		switch {
		case c.Failure:
			if err == nil {
				failed++
				t.Errorf("%q at %v is %s, want a failure", c.Input, base, u)
			} else if !Unopenable(err) {
				failed++
				t.Errorf("%q at %v: %v does not say that it cannot be opened", c.Input, base, err)
			}
		case err != nil:
			failed++
			t.Errorf("%q at %v: %v, want %s", c.Input, base, err, c.Href)
		default:
			normal := Normal(u)
			again, err := Canonical(nil, normal.String())
			if err != nil || again.String() != normal.String() {
				t.Errorf("%q at %v: the normal form %s becomes %v, %v", c.Input, base, normal, again, err)
			}
			if want := expectedWire(c); u.String() != want {
				failed++
				t.Errorf("%q at %v is\n%s, want\n%s", c.Input, base, u, want)
			}
		}
	}
	t.Logf("%d of %d", len(cases)-failed, len(cases))
	if len(cases) < 430 {
		t.Errorf("only %d cases were read", len(cases))
	}
}
