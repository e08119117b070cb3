package check

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"atalaya/shared"
)

func TestReadLLMs(t *testing.T) {
	t.Parallel()
	base, err := url.Parse(home + "llms.txt")
	if err != nil {
		t.Fatal(err)
	}
	read := func(body string) *LLMs {
		return ReadLLMs(Probe{Status: 200}, []byte(body), func(ref string) (*url.URL, error) { return resolve(base, ref, "") })
	}
	for body, want := range map[string]LLMs{
		"# Shop\n\n> What it sells\n\n## Docs\n- [A](/a): first\n- [B](b.md \"title\") and [again](/a#x)\n": {
			Heading: "Shop", Links: []string{home + "a", home + "b.md"}, LinkTotal: 3,
		},
		"\xef\xbb\xbf# Marked\r\n[w](<https://otro.example/x>)\r\n": {
			Heading: "Marked", Links: []string{"https://otro.example/x"}, LinkTotal: 1,
		},
		"[of brackets](/a_(b)_c)": {Links: []string{home + "a_(b)_c"}, LinkTotal: 1},
		"[open](/a\n[next](/b)":   {Links: []string{home + "b"}, LinkTotal: 1},
		"[none]()\n##  Second":    {Links: []string{home + "llms.txt"}, LinkTotal: 1},
		"<!DOCTYPE html><title>x": {HTML: true},
		"":                        {},
	} {
		want.Status = 200
		if got := read(body); !reflect.DeepEqual(*got, want) {
			t.Errorf("%q:\n got %+v\nwant %+v", body, *got, want)
		}
	}
	if many := read(strings.Repeat("[x](/y)", maxLLMsLinks) + strings.Repeat("](", 1<<18)); many.LinkTotal != maxLLMsLinks {
		t.Errorf("got %d links", many.LinkTotal)
	}
}

func TestMissingAddresses(t *testing.T) {
	t.Parallel()
	page := func(path string) Facts { return Facts{URL: home + path, Analysed: true} }
	pages := []Facts{
		page(""), page("a"), page("b"), page("blog/x/"), page("blog/y/"), page("docs/1.html"), page("docs/2.html"),
		page("docs/3.html"), page("docs/v3.11"), {URL: "https://otro.example/z/1"}, {URL: home + "gone/x"},
	}
	got := MissingAddresses(home, pages)
	var places []string
	for _, raw := range got {
		folder, name, _ := strings.Cut(strings.TrimPrefix(raw, "https://sitio.example"), "atalaya-no-such-page-")
		_, ending, _ := strings.Cut(name, ".")
		places = append(places, folder+"*"+ending+name[len(name)-1:][:strings.Count(name, "/")])
	}
	if want := []string{"/*", "/docs/*html", "/blog/*/", "/docs/*"}; !slices.Equal(places, want) {
		t.Errorf("got %q of %q, want %q", places, got, want)
	}
	slices.Reverse(pages)
	if again := MissingAddresses(home, pages); !slices.Equal(again, got) {
		t.Errorf("in another order %q, not %q", again, got)
	}
	for i := range 100 {
		pages = append(pages, page("f"+strings.Repeat("x", i)+"/p"))
	}
	if got := MissingAddresses(home, pages); len(got) != maxMissing {
		t.Errorf("%d addresses", len(got))
	}
}

// A sign that we are shown as well, such as that of a form on the page, turns nobody away.
func TestChallengeThatEverybodyMeets(t *testing.T) {
	t.Parallel()
	const sign = "recaptcha/api.js"
	control := challenged(asAgent("", 200), sign)
	for _, r := range runSite(sound(agents(&control, challenged(asAgent("PerplexityBot", 200), sign)))) {
		if r.ID == agentsRefusedRule.ID && r.Grade != fullMarks {
			t.Errorf("got %+v", r)
		}
	}
}

func TestChallengeOf(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"<TITLE>Just a moment...</TITLE>":                "<title>just a moment...",
		"<p>Just a moment, please":                       "",
		strings.Repeat(" ", maxChallenge) + "px-captcha": "",
	} {
		if got := ChallengeOf(nil, []byte(body)); got != want {
			t.Errorf("%.40q: got %q, want %q", body, got, want)
		}
	}
	if got := ChallengeOf(http.Header{"Cf-Mitigated": {"challenge"}}, nil); got != "cf-mitigated: challenge" {
		t.Errorf("the header: got %q", got)
	}
}

// What asks to sign in says nothing of what is behind it: not that there is a page.
func TestDoorHidesWhetherThereIsAPage(t *testing.T) {
	t.Parallel()
	door := shown("x/no", 200)
	door.Door = true
	for _, r := range runSite(sound(missing(shown("no", 404), door))) {
		if r.ID == softRule.ID && r.Outcome != shared.OutcomePass {
			t.Errorf("got %+v", r)
		}
	}
}
