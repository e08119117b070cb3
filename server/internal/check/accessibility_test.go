package check

import (
	"slices"
	"testing"
)

func TestImagesThatNeedNoText(t *testing.T) {
	for body, bad := range map[string]int{
		`<img src=a>`: 1, `<img src=a alt>`: 0, `<img src=a alt="">`: 0, `<img src=a alt=x>`: 0,
		`<img src=a role=presentation>`: 0, `<img src=a role=none>`: 0, `<img src=a title=x>`: 0,
		`<img src=a aria-label=" ">`: 1, `<img src=a aria-label=x>`: 0,
		`<div hidden><img src=a></div>`: 0, `<span aria-hidden=true><img src=a></span>`: 0,
		`<span aria-hidden=false><img src=a></span>`: 1,
		`<noscript><img src=a></noscript>`:           0, `<template><img src=a></template>`: 0,
		`<picture><source srcset=a><img src=a></picture>`: 1,
	} {
		if got := Parse(on(body)).ImagesWithoutAlt; got != bad {
			t.Errorf("%s: got %d, want %d", body, got, bad)
		}
	}
}

func TestNamesOfLinks(t *testing.T) {
	for body, nameless := range map[string]int{
		`<a href=x>text</a>`: 0, `<a href=x> <b>text</b></a>`: 0, `<a href=x></a>`: 1, `<a href=x> &nbsp; </a>`: 1,
		`<a></a>`: 0, `<a name=x></a>`: 0, `<a href="#"></a>`: 1, `<a href="javascript:f()"></a>`: 1,
		`<a href=x aria-label=x></a>`: 0, `<a href=x title=x></a>`: 0, `<a href=x aria-labelledby=y></a>`: 0,
		`<a href=x><img src=a alt=x></a>`: 0, `<a href=x><img src=a alt=""></a>`: 1, `<a href=x><img src=a></a>`: 1,
		`<a href=x><i aria-label=x></i></a>`: 0, `<a href=x><i title=x></i></a>`: 0,
		`<a href=x><i aria-hidden=true>home</i></a>`: 1, `<a href=x><i aria-hidden=true title=x></i></a>`: 1,
		`<a href=x><svg><title>x</title><path/></svg></a>`: 0, `<a href=x><svg><path/></svg></a>`: 1,
		`<a href=x><svg aria-label=x></svg></a>`: 0, `<a href=x><svg><style>.a{}</style></svg></a>`: 1,
		`<svg><a href=x><text>x</text></a><a xlink:href=y></a></svg>`: 1,
		`<a href=x aria-hidden=true></a>`:                             0,
		`<div aria-hidden=true><a href=x></a></div>`:                  0, `<a href=x hidden></a>`: 0,
		`<a href=x><span hidden>text</span></a>`: 1, `<a href=x><script>x</script></a>`: 1,
		`<a href=x><a href=y title=y></a>`: 1, `<map><area href=x alt=y><area href=x></map>`: 1,
		`<p><a href=x></p><p>text</a>`: 0,
	} {
		p := Parse(on(body))
		if p.NamelessTotal != nameless || p.LinkElements < nameless {
			t.Errorf("%s: got %d of %d (%q), want %d", body, p.NamelessTotal, p.LinkElements, p.Nameless, nameless)
		}
	}
}

func TestLabelsOfFields(t *testing.T) {
	for body, bad := range map[string]int{
		`<input>`: 1, `<input type=EMAIL>`: 1, `<select></select>`: 1, `<textarea></textarea>`: 1,
		`<input placeholder=x>`: 1, `<input id=a><label for=b>x</label>`: 1,
		`<input type=hidden><input type=Submit><input type=image><input type=button><input type=reset>`: 0,
		`<input aria-label=x><input title=x><input aria-labelledby=x>`:                                  0,
		`<label>x <input></label>`: 0, `<label>x <select><option>y</select></label><input>`: 1,
		`<label for=a>x</label><input id=a>`: 0, `<input id=a><label for=a>x</label>`: 0,
		`<div hidden><input></div>`: 0, `<div aria-hidden=true><input></div>`: 0, `<template><input></template>`: 0,
	} {
		if got := Parse(on(body)).UnlabelledTotal; got != bad {
			t.Errorf("%s: got %d, want %d", body, got, bad)
		}
	}
}

// What names a thing may stand in the part of a page that was not read.
func TestACutPageIsNotBlamedForWhatIsMissing(t *testing.T) {
	const body = `<input id=a><input><a href=x></a><a href=y>`
	whole := Parse(on(body))
	cut := Parse(on(body, func(in *Input) { in.Truncated = true }))
	if whole.UnlabelledTotal != 2 || cut.UnlabelledTotal != 1 {
		t.Errorf("got %d and %d fields without a label, want 2 and 1", whole.UnlabelledTotal, cut.UnlabelledTotal)
	}
	if whole.NamelessTotal != 2 || cut.NamelessTotal != 1 {
		t.Errorf("got %d and %d links without a name, want 2 and 1", whole.NamelessTotal, cut.NamelessTotal)
	}
}

func TestHeadingsThatSkip(t *testing.T) {
	for body, want := range map[string][]string{
		`<h1>a</h1><h2>b</h2><h3>c</h3><h2>d</h2>`: nil,
		`<h3>a</h3><h2>b</h2>`:                     nil, // the first one may have any level
		`<h2>a</h2><h4>b</h4><h5>c</h5><h1>d</h1><h3>e</h3>`: {
			"h2 a → h4 b", "h1 d → h3 e",
		},
	} {
		var got []string
		if f := headingSkip(Parse(on(body))); f != nil {
			for _, e := range f.Evidence {
				got = append(got, e.Value)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}
