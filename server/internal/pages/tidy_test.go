package pages

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// What go-app writes stays the same page to a browser.
func TestTidy(t *testing.T) {
	for name, c := range map[string]struct{ page, want string }{
		"indentation":           {"<ul>\n    <li>\n      a  b\n    </li>\n</ul>\n", "<ul>\n<li>\na  b\n</li>\n</ul>\n"},
		"order":                 {`<a href="/" class="x y" id="z">`, `<a class="x y" href="/" id="z">`},
		"an end in a value":     {`<a title="1 > 0 < 2" href="/">  <b>`, `<a href="/" title="1 > 0 < 2">  <b>`},
		"lines in a value":      {"<a title=\"a\n   b\">", "<a title=\"a\n   b\">"},
		"an attribute in twice": {`<a id="b" class="c" id="a">`, `<a class="c" id="b" id="a">`},
		"no value":              {`<input required id="a">`, `<input id="a" required>`},
		"no attributes":         {"<!doctype html>\n<br></p>", "<!doctype html>\n<br></p>"},
		"no end":                {`<a id="b" class="c`, `<a id="b" class="c`},
		"no tag":                {"a > b", "a > b"},
		"nothing":               {"", ""},
	} {
		got := string(tidy([]byte(c.page)))
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		if got, want := browserReads(t, got), browserReads(t, c.page); got != want {
			t.Errorf("%s: a browser reads\n%s, want\n%s", name, got, want)
		}
	}
}

// browserReads writes a page down as a browser takes it: without the spaces that it does
// not show, with the attributes in one order.
func browserReads(t *testing.T, page string) string {
	t.Helper()
	document, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for d := range document.Descendants() {
		slices.SortFunc(d.Attr, func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
		text := d.Data
		if d.Type == html.TextNode {
			text = strings.Join(strings.Fields(text), " ")
		}
		fmt.Fprintf(&b, "%d %q %q\n", d.Type, text, d.Attr)
	}
	return b.String()
}
