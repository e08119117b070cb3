package check

import (
	"net/http"
	"slices"
	"testing"

	"atalaya/shared"
)

func TestHreflangCodes(t *testing.T) {
	for code, want := range map[string]bool{
		"es": true, "es-MX": true, "X-Default": true, "zh-Hant-TW": true, "gsw": true, "es-419": true, "pt-br": true,
		"zh-yue": true, "de-CH-1996": true,
		"en-UK": false, "en_US": false, "jp": false, "en-EU": false, "latam": false, "": false, "x-es": false, "es-": false,
	} {
		if got := isHreflang(code); got != want {
			t.Errorf("%q: got %v, want %v", code, got, want)
		}
	}
}

func TestAlternatesOfAPage(t *testing.T) {
	for _, c := range []struct {
		head, link string
		self       bool
		others     []string
		want       []shared.Evidence
	}{
		{head: `<title>x</title>`},
		{head: `<link rel=alternate hreflang=es href=https://sitio.example/a><link rel=alternate hreflang=de href=https://sitio.example/de>`,
			self: true, others: []string{home + "de"}},
		{head: `<link rel=alternate hreflang=en-UK href=https://sitio.example/a><link rel=alternate hreflang=de href=/de>`,
			self: true, others: []string{home + "de"},
			want: ev("bad-code", "en-UK → https://sitio.example/a", "relative", "de → /de")},
		{link: `<https://sitio.example/a>; rel="alternate"; hreflang="es", </b>; rel=next, <https://sitio.example/de>; rel=alternate; hreflang=de`,
			self: true, others: []string{home + "de"}},
		{head: `<body><link rel=alternate hreflang=de href=/de>`}, // search engines read the head
	} {
		f := Parse(on(c.head, func(in *Input) { in.Header = http.Header{"Link": {c.link}} })).facts()
		if c.others == nil {
			if f.Alternates != nil {
				t.Errorf("%s: got %+v, want none", c.head, f.Alternates)
			}
			continue
		}
		var others []uint64
		for _, u := range c.others {
			others = append(others, hashString(u))
		}
		if a := f.Alternates; a == nil || a.Self != c.self || !slices.Equal(a.Targets, others) || !slices.Equal(a.Faults, c.want) {
			t.Errorf("%s %s: got %+v", c.head, c.link, a)
		}
	}
}

// What is not known of a version is not held against the page.
func TestHreflangFaults(t *testing.T) {
	changed := func(change func(f *Facts), more ...func(*Facts)) []func(*Facts) { return append(more, change) }
	for name, c := range map[string]struct {
		b    []func(*Facts)
		a    func(*Facts)
		want []shared.Evidence
	}{
		"named in return": {b: []func(*Facts){alsoAt("a")}},
		"not in return":   {b: []func(*Facts){alsoAt("c")}, want: ev("no-return", home+"b")},
		"names none":      {want: ev("no-return", home+"b")},
		"redirects": {b: changed(func(f *Facts) { f.FinalURL = home + "z" }),
			want: ev("target", home+"b", "final-url", home+"z")},
		"gone": {b: changed(func(f *Facts) { f.Status, f.Analysed = 410, false }),
			want: ev("target", home+"b", "status", "410")},
		"asked to wait": {b: changed(func(f *Facts) { f.Status, f.Analysed = 429, false })},
		"was cut":       {b: changed(func(f *Facts) { f.Cut = CutBody })},
		"no answer":     {b: changed(func(f *Facts) { f.Status, f.Analysed = 0, false })},
		"not itself": {b: []func(*Facts){alsoAt("a")}, a: func(f *Facts) { f.Alternates.Self = false },
			want: ev("missing", home+"a")},
		"cut before itself": {b: []func(*Facts){alsoAt("a")}, a: func(f *Facts) { f.Alternates.Self, f.Cut = false, CutBody }},
	} {
		from := listedPage("a", alsoAt("b"))
		if c.a != nil {
			c.a(&from)
		}
		to := listedPage("b", c.b...)
		got := from.hreflangFaults(map[uint64]*Facts{hashString(from.URL): &from, hashString(to.URL): &to})
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
