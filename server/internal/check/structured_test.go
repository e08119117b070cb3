package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// block is a page with blocks of JSON-LD.
func block(blocks ...string) *Page {
	var b strings.Builder
	for _, s := range blocks {
		b.WriteString(`<script type="application/ld+json">` + s + `</script>`)
	}
	return Parse(on(b.String()))
}

// itemsOf writes the items of a page as types and properties; those that stand within others
// in brackets.
func itemsOf(p *Page) (items []string) {
	for _, it := range p.Items {
		s := strings.Join(it.Types, "+") + ":" + strings.Join(it.has, ",")
		if it.Nested {
			s = "[" + s + "]"
		}
		items = append(items, s)
	}
	return items
}

func TestJSONLDIsReadInAllItsForms(t *testing.T) {
	for name, c := range map[string]struct {
		blocks []string
		want   []string
	}{
		"one": {[]string{`{"@type":"Article","headline":"x"}`}, []string{"Article:headline"}},
		"a graph": {[]string{`{"@context":"https://schema.org","@graph":[{"@type":"WebSite","name":"x"},{"@type":"WebPage"}]}`},
			[]string{"WebSite:name", "WebPage:"}},
		"a graph of one": {[]string{`{"@graph":{"@type":"Event","name":"x"}}`}, []string{"Event:name"}},
		"a list":         {[]string{` [ {"@type":"Event"} , {"@type":"Recipe"} ] `}, []string{"Event:", "Recipe:"}},
		"several types": {[]string{`{"@type":["Article","NewsArticle"],"headline":"x"}`},
			[]string{"Article+NewsArticle:headline"}},
		"full names": {[]string{`{"@type":"http://schema.org/Event","https://schema.org/name":"x"}`},
			[]string{"Event:name"}},
		"prefixed names": {[]string{`{"@type":"schema:Event","schema:name":"x"}`}, []string{"Event:name"}},
		"what is empty": {[]string{`{"@type":"Event","name":" ","location":[ ],"startDate":null,"url":{}}`},
			[]string{"Event:"}},
		"one within another": {[]string{`{"@type":"Article","author":{"@type":"Person","name":"x"}}`},
			[]string{"[Person:name]", "Article:author"}},
		"the main entity": {[]string{`{"@type":"WebPage","mainEntity":{"@type":"Event","name":"x"}}`},
			[]string{"Event:name", "WebPage:mainEntity"}},
		"two parts of one":        {[]string{`{"@id":"#a","@type":"Event"}`, `{"@id":"#a","name":"x"}`}, []string{"Event:name"}},
		"a reference, then it":    {[]string{`[{"@type":"Event","organizer":{"@id":"#o"}},{"@id":"#o","@type":"Person"}]`}, []string{"Person:", "Event:"}},
		"nothing of a type":       {[]string{`{}`, `[]`, `"x"`, `1`, `{"name":"x"}`}, nil},
		"a broken block and more": {[]string{`{"@type":"Event"`, `{"@type":"Recipe"}`}, []string{"Recipe:"}},
		"an empty block":          {[]string{" \n"}, nil},
	} {
		p := block(c.blocks...)
		if got := itemsOf(p); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		if broken := len(p.BrokenJSONLD); (broken == 1) != strings.HasPrefix(name, "a broken") {
			t.Errorf("%s: %d broken blocks", name, broken)
		}
	}
}

func TestABrokenBlockNamesItsPlace(t *testing.T) {
	for text, want := range map[string]BrokenJSONLD{
		`{"@type":"Article",}`: {19, "invalid character '}' looking for beginning of object key string", `{"@type":"Article",}`},
		`{"a":1} {"b":2}`:      {8, "invalid character '{' after top-level value", `{"a":1} {"b":2}`},
		`{"año":"`:             {8, "unexpected end of JSON input", `{"año":"`},
		strings.Repeat("é", 60) + `]`: {0, "invalid character 'é' looking for beginning of value",
			strings.Repeat("é", 20)},
		strings.Repeat("[", 20_000): {10_000, "invalid character '[' exceeded max depth", strings.Repeat("[", 80)},
	} {
		if got := block(text).BrokenJSONLD; len(got) != 1 || got[0] != want {
			t.Errorf("%.40q:\n got %+v\nwant %+v", text, got, want)
		}
	}
}

// A CDATA section is how XML holds a block.
func TestJSONLDOfXML(t *testing.T) {
	p := Parse(on(`<html xmlns="http://www.w3.org/1999/xhtml"><head><script type="application/ld+json">
<![CDATA[{"@type":"Article"}]]>
</script></head></html>`, func(in *Input) { in.ContentType = "application/xhtml+xml" }))
	if got := itemsOf(p); p.BrokenXML != "" || len(p.BrokenJSONLD) > 0 || !slices.Equal(got, []string{"Article:"}) {
		t.Errorf("got %q, broken %+v %s", got, p.BrokenJSONLD, p.BrokenXML)
	}
}

func TestMarkupOfAnyKindIsStructuredData(t *testing.T) {
	for body, missing := range map[string]bool{
		`<p>x</p>`: true,
		`<div itemscope itemtype="https://schema.org/Product"><b itemprop=name>x</b></div>`:          false,
		`<div vocab="https://schema.org/" typeof="Person"><b property=name>x</b></div>`:              false,
		`<template><div itemscope itemtype="https://schema.org/Product"></div></template>`:           true,
		`<meta property="og:type" content="article"><p property="name">x</p>`:                        true,
		`<script type="application/ld+json">{}</script>`:                                             true,
		`<script type="Application/LD+JSON; charset=utf-8">{"@type":"Thing"}</script>`:               false,
		`<script type="application/ld+json">{"@type":}</script>`:                                     false, // it is invalid
		`<script type="application/ld+json">{"a":"` + strings.Repeat("x", maxJSONLD) + `"}</script>`: false, // it was not read
	} {
		if got := structuredDataMissing(Parse(on(body))) != nil; got != missing {
			t.Errorf("%.90s: got missing %v", body, got)
		}
	}
}

// What belongs to an item is asked of those that stand for themselves, and of schema.org's.
func TestOnlyItemsOfTheirOwnAreIncomplete(t *testing.T) {
	for text, want := range map[string]string{
		`{"@type":"NewsArticle"}`: "Article: headline, image, author, datePublished",
		`{"@context":"https://schema.org","@type":"Event","name":"x","startDate":"2026-01-01","location":{"@type":"Place"}}`: "",
		`{"@type":"Product","name":"x","aggregateRating":{"@type":"AggregateRating"}}`:                                       "",
		`{"@type":"WebPage","publisher":{"@type":"Organization","name":"x"}}`:                                                "",
		`{"@context":"https://www.w3.org/ns/activitystreams","@type":"Article"}`:                                             "",
		`{"@context":{"s":"http://schema.org/"},"@type":"s:Restaurant","s:name":"x"}`:                                        "LocalBusiness: address",
		`[{"@type":["Recipe","Thing"],"name":"x"},{"@type":"Recipe","name":"y"}]`:                                            "Recipe: image, recipeIngredient, recipeInstructions",
	} {
		got := ""
		if f := jsonldIncomplete(block(text)); f != nil {
			for _, e := range f.Evidence {
				got += e.Value
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestWhoStandsBehindASite(t *testing.T) {
	for body, want := range map[string]bool{
		`<script type="application/ld+json">{"@type":"Organization","name":"x","url":"https://x.example/"}</script>`:                            true,
		`<script type="application/ld+json">{"@type":"Organization","name":"x"}</script>`:                                                       false,
		`<script type="application/ld+json">{"@type":"WebSite","publisher":{"@type":"Person","name":"x","url":"/"}}</script>`:                   true,
		`<script type="application/ld+json">{"@type":"WebSite","name":"x","url":"/"}</script>`:                                                  false,
		`<script type="application/ld+json">{"@type":["Bakery"],"name":"x","url":"/"}</script>`:                                                 true,
		`<div itemscope itemtype="http://schema.org/LocalBusiness"></div>`:                                                                      true,
		`<div itemscope itemtype="http://schema.org/WebPage"></div>`:                                                                            false,
		`<script type="application/ld+json">{"@graph":[{"@id":"#o","@type":"Corporation","name":"x"},{"@id":"#o","url":"/"}]}</script><p>x</p>`: true,
	} {
		if got := Parse(on(body)).namesEntity(); got != want {
			t.Errorf("%s: got %v", body, got)
		}
	}
	for address, want := range map[string]bool{
		home + "about": true, home + "en/About-Us/": true, home + "quienes-somos.html": true, home + "%C3%BCber-uns": true,
		home: false, home + "about/team": false, home + "roundabout": false, "http://[": false,
	} {
		if got := isAboutPage(address); got != want {
			t.Errorf("%s: got %v", address, got)
		}
	}
}

// Only the pages that should say who stands behind the site have their types among the facts.
func TestTypesAreFactsOfFewPages(t *testing.T) {
	about := func(in *Input) { in.URL = home + "about" }
	start := func(in *Input) { in.Home = true }
	for _, c := range []struct {
		change func(*Input)
		want   []string
	}{{about, []string{"Article", "Person"}}, {start, []string{"Article", "Person"}}, {func(*Input) {}, nil}} {
		f := RunPage(Parse(on(good, c.change))).Facts
		slices.Sort(f.Types)
		if !slices.Equal(f.Types, c.want) {
			t.Errorf("%s: got %q, want %q", f.URL, f.Types, c.want)
		}
	}
}

// Blocks made to cost much are read within bounds, and never say that they are broken.
func TestHostileJSONLD(t *testing.T) {
	repeat := func(open, unit, end string) string {
		return open + strings.Repeat(unit, (maxJSONLD-len(open)-len(end)-10)/len(unit)) + end
	}
	deep := strings.Repeat(`{"@type":"A","a":`, 9_000) + "1" + strings.Repeat("}", 9_000)
	numbered := &strings.Builder{}
	for i := 0; numbered.Len() < maxJSONLD-40; i++ {
		fmt.Fprintf(numbered, `{"@type":"T%d"},`, i)
	}
	for name, text := range map[string]string{
		"lists":   repeat("[", "[],", "1]"),
		"objects": repeat("[", "{},", "1]"),
		"items":   "[" + numbered.String() + "1]",
		"types":   repeat(`{"@type":[`, `"T",`, `"T"]}`),
		"members": repeat("{", `"name":"x",`, `"a":1}`),
		"dates":   repeat("{\"@type\":\"Article\",", `"datePublished":"2020-01-01",`, `"a":1}`),
		"depth":   deep,
		"graphs":  strings.Repeat(`{"@graph":[`, 4_000) + strings.Repeat("]}", 4_000),
		"escapes": repeat(`{"@type":"`, `\u0000`, `"}`),
	} {
		t.Run(name, func(t *testing.T) {
			in := on(`<script type="application/ld+json">` + text + `</script><title>x</title>`)
			var r PageResult
			var p *Page
			growth, took := measure(func() { p = Parse(in); r = RunPage(p) })
			t.Logf("%d KB, %v", growth>>10, took)
			if growth > maxGrowth || took > maxTime || len(p.Items) > maxItems || len(p.Dates) > maxKept+2 {
				t.Errorf("took %d MB and %v, %d items, %d dates", growth>>20, took, len(p.Items), len(p.Dates))
			}
			if len(p.BrokenJSONLD) > 0 {
				t.Errorf("broken: %+v", p.BrokenJSONLD)
			}
			for _, f := range r.Findings {
				checkBounds(t, f)
			}
		})
	}
}
