package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Links to places are read, and places found, as browsers do.
func TestFragments(t *testing.T) {
	t.Parallel()
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "<i id=%d></i>", i)
		}
		return b.String()
	}
	for name, test := range map[string]struct {
		body  string
		want  []string // URL#ID of what is left to judge, or leads nowhere
		jumps int
	}{
		"ids":               {`<p id=a><a href=#a>x</a><svg><g id=b></g></svg><a href=#b>x</a><a href=#c>x</a>`, []string{"#c"}, 2},
		"names":             {`<a name=a></a><input name=b><a href=#a>x</a><a href=#b>x</a>`, []string{"#b"}, 1},
		"case counts":       {`<p id=A><a href=#a>x</a>`, []string{"#a"}, 0},
		"escapes":           {`<p id="ñ b"><p id="50%"><a href=#%C3%B1%20b>x</a><a href=#50%>x</a><a href=#50%25>x</a>`, nil, 3},
		"raw escape":        {`<p id="a%20b"><a href=#a%20b>x</a>`, nil, 1},
		"not UTF-8":         {`<p id=é><a href=#%E9>x</a>`, []string{"#%E9"}, 0},
		"no place":          {`<a href=#>x</a><a href=#top>x</a><a href=#TOP>x</a><a href=/a#>x</a>`, nil, 0},
		"routes":            {`<a href=#!a>x</a><a href=#/a>x</a>`, nil, 0},
		"directives":        {`<p id=a><a href="#:~:text=x">x</a><a href="#a:~:text=x">x</a><a href="#b:~:text=x">x</a>`, []string{"#b"}, 1},
		"line breaks":       {"<p id=ab><a href=\"#a\nb\">x</a>", nil, 1},
		"template is inert": {`<template><p id=a></template><a href=#a>x</a>`, []string{"#a"}, 0},
		"controls": {
			`<a href=#a role=tab>x</a><a href=#a data-bs-toggle=collapse>x</a><a href=#a onclick=f()>x</a>`, nil, 0,
		},
		"other pages": {`<a href=/b#x>x</a><a href=/b#x>y</a><a href=/b#y>x</a><a href=http://:x/#a>x</a>`,
			[]string{home + "b#x", home + "b#y"}, 0},
		"own address": {`<a href=/a#x>x</a>`, []string{home + "a#x"}, 0},
		"base":        {`<base href=/b/><p id=x><a href=#x>x</a>`, []string{home + "b/#x"}, 0},
		"scripts":     {`<div id=root></div><script src=/x.js></script><a href=#x>x</a><a href=/b#x>x</a>`, []string{home + "b#x"}, 0},
		"sent on":     {`<meta http-equiv=refresh content="0; url=/b"><a href=#x>x</a>`, nil, 0},
		"many places": {many(maxIDs) + `<a href=#x>x</a><a href=#0>x</a>`, []string{"#x"}, 1},
		"too many":    {many(maxIDs+1) + `<a href=#x>x</a><a href=#0>x</a>`, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := Parse(Input{URL: home + "a", Status: 200, ContentType: "text/html", Body: []byte("<!doctype html>" + test.body)})
			var got []string
			for _, f := range p.Fragments {
				got = append(got, f.URL+"#"+f.ID)
			}
			if !slices.Equal(got, test.want) || p.Jumps != test.jumps {
				t.Errorf("got %q and %d jumps, want %q and %d", got, p.Jumps, test.want, test.jumps)
			}
		})
	}
}

// What a page keeps of its places and of links to them is bounded.
func TestFragmentsAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range maxFragments + 10 {
		fmt.Fprintf(&b, "<a href=/b#%d></a>", i)
	}
	short := Parse(Input{URL: home, Status: 200, ContentType: "text/html", Body: []byte(b.String())})
	long := Parse(Input{
		URL: home, Status: 200, ContentType: "text/html",
		Body: []byte("<a href=/b#" + strings.Repeat("x", maxFragmentBytes) + ">x</a>"),
	})
	if len(short.Fragments) != maxFragments || len(long.Fragments) != 0 {
		t.Errorf("%d and %d are kept", len(short.Fragments), len(long.Fragments))
	}
}
