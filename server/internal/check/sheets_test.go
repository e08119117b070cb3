package check

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatSheetsLoad(t *testing.T) {
	t.Parallel()
	for sheet, want := range map[string]string{
		"": "", "a{color:red}": "", "a{background:url(a.png)}": "url() a.png",
		`a{background:URL( "a b.png" ) no-repeat,url('c.png')}`:        "url() a b.png|url() c.png",
		`a{background:url(a.png)} b{background:url(a.png)}`:            "url() a.png",
		`a{background:url(data:image/png;base64,AAAA);filter:url(#f)}`: "",
		`/* url(a.png) */ a::before{content:"url(b.png)"}`:             "",
		`@media print{a{background:url(a.png)}}`:                       "url() a.png",
		`a{&:hover{background:url(a.png)}cursor:url(b.cur),auto}`:      "url() a.png|url() b.cur",
		`a{behavior:url(a.htc);--x:url(b.png);c:url(\61.png)}`:         "",
		`a{background:url(a.png`:                                       "url() a.png",

		`@import "a.css";@import url(b.css) screen;@import url("c.css") supports(display:grid);`: "@import a.css|@import b.css|@import c.css",
		`@charset "utf-8";@layer x;@import 'a.css';`:                                             "@import a.css",
		`a{color:red}@import "late.css";`:                                                        "",
		`@namespace url(http://www.w3.org/1999/xhtml);@namespace svg "x";`:                       "",

		`@font-face{font-family:A;src:url(a.woff2)}`: "@font-face src a.woff2",
		`@font-face{src:url(a.eot);src:url(a.eot?#iefix) format("embedded-opentype"),url(a.woff2) format("woff2"),url(a.woff)` +
			` format("woff");font-display:swap}`: "@font-face src a.woff2",
		`@FONT-FACE{SRC:local("A"),url(a.ttf) format(truetype)}`:    "@font-face src a.ttf",
		`@font-face{src:url(a.svg#A) format(svg),url(a)}`:           "@font-face src a",
		`@font-face{src:url(a) format("svg")}`:                      "",
		`@font-face{src:url(a.woff);src:url(b.woff2)`:               "@font-face src b.woff2",
		`@font-face{src:url(a.woff)} p{background:url(svg.svg)}`:    "@font-face src a.woff|url() svg.svg",
		`@font-face{src:url(data:font/woff2;base64,AA),url(b)}`:     "",
		`@font-face{src:url(../f/a.woff2?v=4.7.0) format("woff2")}`: "@font-face src ../f/a.woff2?v=4.7.0",
	} {
		var got []string
		for _, r := range SheetResources([]byte(sheet), false) {
			got = append(got, r.Markup+" "+r.URL)
		}
		if joined := strings.Join(got, "|"); joined != want {
			t.Errorf("%s\n got %s\nwant %s", sheet, joined, want)
		}
	}
}

func TestASheetThatWasCut(t *testing.T) {
	t.Parallel()
	for sheet, want := range map[string]int{
		"a{background:url(a.png)}b{background:url(b.pn": 1, "a{background:url(a": 0, "": 0, "a{background:url(a.png)}": 1,
	} {
		if got := SheetResources([]byte(sheet), true); len(got) != want {
			t.Errorf("%s: got %v", sheet, got)
		}
	}
}

func TestStyleElementsLoad(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`<style>@import "a.css";@font-face{src:url(/f.woff2)}</style>`:                       "style @import https://sitio.example/a.css|style @font-face src https://sitio.example/f.woff2",
		`<style>a{color:red}</style><p>url(a.png)`:                                           "",
		`<template><style>a{background:url(a.png)}</style></template>`:                       "",
		`<style>a{background:url(a.png)}`:                                                    "",
		`<style>` + strings.Repeat(" ", maxStyle-20) + `a{background:url(a.png)}</style>`:    "",
		`<style>` + strings.Repeat(" ", maxStyle) + `</style><style>a{b:url(a.png)}</style>`: "",
	} {
		var got []string
		for _, r := range Parse(on(body)).Resources {
			got = append(got, r.Markup+" "+r.URL)
		}
		if joined := strings.Join(got, "|"); joined != want {
			t.Errorf("%.60s\n got %s\nwant %s", body, joined, want)
		}
	}
}

func TestSheets(t *testing.T) {
	t.Parallel()
	for r, want := range map[Resource]bool{
		{"https://a.example/x", "link stylesheet"}: true, {"/x", "link alternate stylesheet"}: true,
		{"/x", MarkupImport}: true, {"/x", "style @import"}: true,
		{"/x.css?v=1", "link preload"}: true, {"/x.js", "link preload"}: false, {"/x.css", "img src"}: false, {"/x", "url()"}: false,
	} {
		if r.IsSheet() != want {
			t.Errorf("%+v: want %v", r, want)
		}
	}
}

// FuzzSheet: any bytes may be a style sheet, and what it loads is bounded.
func FuzzSheet(f *testing.F) {
	for _, s := range []string{"@font-face{src:url(a)}", "@import 'a", "@", "url(", "a{--x:url(b)", "\x00\\", "}}}{{{",
		"@font-face{src:format("} {
		f.Add([]byte(s))
	}
	f.Add([]byte(strings.Repeat("a{background:url(x)}@import\\", 1000)))
	f.Fuzz(func(t *testing.T, sheet []byte) {
		found := SheetResources(slices.Clone(sheet), len(sheet)%2 == 0)
		if len(found) > maxResources {
			t.Errorf("%d found", len(found))
		}
	})
}
