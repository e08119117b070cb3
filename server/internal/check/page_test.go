package check

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

func TestParse(t *testing.T) {
	p := Parse(on(`<!DOCTYPE html>
<html lang="es-ES"><head>
<meta charset="UTF-8"><base href="/blog/"><title>Uno &amp; dos</title>
<meta name="viewport" content="width=device-width"><meta name="Description" content=" Una  frase ">
<script type="application/ld+json">{"@type":"Article"}</script><script>var x = 1;</script>
<link rel="alternate canonical" href="post"></head>
<body><nav><a href="/">Inicio</a></nav>
<svg><title>no es el título</title></svg>
<main><header><h1>El <em>pan</em> <img alt="rico" src="a.png"></h1></header>
<p>Tres palabras aquí <a href="post#dos" rel="nofollow">enlace uno</a> <a href="post">otra vez</a>
<a href="https://otro.example/x">fuera</a> <a href="mailto:a@b.example">correo</a> <a href="#aqui">salto</a></p></main>
<aside>publicidad</aside><div hidden>oculto</div><img src="b.png">
<footer>pie de página</footer></body></html>`))
	p.Resolve = nil // functions do not compare
	p.Content, p.Simhash, p.Prose = 0, 0, Prose{}
	want := &Page{
		Input: p.Input, HTML: true, Encoding: "utf-8", HeaderCharset: "utf-8", MetaCharset: "utf-8", Size: 848,
		Title: "Uno & dos", Titles: []string{"Uno & dos"}, Description: "Una frase",
		Lang: "es-ES", Viewport: "width=device-width", JSONLD: []string{`{"@type":"Article"}`},
		Items:      []Item{{Types: []string{"Article"}}},
		Canonicals: []Canonical{{"post", "https://sitio.example/blog/post", "html"}},
		Canonical:  "https://sitio.example/blog/post",
		Headings:   []Heading{{Level: 1, Text: "El pan rico", Main: true}},
		Links: []Link{
			{URL: "https://sitio.example/", Text: "Inicio", Ref: "/"},
			{URL: "https://sitio.example/blog/post", Text: "enlace uno", Ref: "post", Main: true},
			{URL: "https://otro.example/x", Text: "fuera", Ref: "https://otro.example/x", Main: true},
		},
		Places: newIDSet(nil), Fragments: []Fragment{ // base counts for them too
			{URL: "https://sitio.example/blog/post", ID: "dos", Text: "enlace uno"},
			{URL: "https://sitio.example/blog/", ID: "aqui", Text: "salto"},
		},
		Resources: []Resource{
			{"https://sitio.example/blog/a.png", "img src"}, {"https://sitio.example/blog/b.png", "img src"},
		},
		Outbound: 1, Direct: true, Images: 2, ImagesWithoutAlt: 1, WithoutAlt: []string{"b.png"}, LinkElements: 6,
		Elements: 20, Main: true,
		Unsized:      Written{[]string{`<img alt="rico" src="a.png">`, `<img src="b.png">`}, 2},
		VisibleWords: 17, MainWords: 12, MainLinkWords: 7, ParagraphWords: 10,
		Longest: Section{Words: 10, Headings: 1}, Scripts: 1, ScriptBytes: 10,
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("\n got %+v\nwant %+v", p, want)
	}
}

func TestCharsets(t *testing.T) {
	latin := func(s string) string {
		var b []byte
		for _, r := range s {
			b = append(b, byte(r))
		}
		return string(b)
	}
	utf16 := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, r := range s {
			b = append(b, byte(r), byte(r>>8))
		}
		return string(b)
	}
	const doc = `<title>Año</title><p>niño</p>`
	for _, c := range []struct{ name, header, body, encoding string }{
		{"header", "text/html; charset=iso-8859-1", latin(doc), "windows-1252"},
		{"meta", "text/html", latin(`<meta charset="latin1">` + doc), "windows-1252"},
		{"header wins over meta", "text/html; charset=utf-8", `<meta charset="latin1">` + doc, "utf-8"},
		{"mark wins over header", "text/html; charset=latin1", "\xef\xbb\xbf" + doc, "utf-8"},
		{"utf-16 by mark", "text/html", utf16(doc), "utf-16le"},
		{"meta cannot say utf-16", "text/html", `<meta charset="utf-16">` + doc, "utf-8"},
		{"nothing declared", "text/html", doc, "utf-8"},
		{"nothing declared, letters after 1 KiB", "text/html", "<!--" + strings.Repeat("x", 2000) + "-->" + doc, "utf-8"},
		{"nothing declared, not UTF-8", "text/html", latin(doc), "windows-1252"},
		{"unknown name", "text/html; charset=klingon", doc, "utf-8"},
	} {
		p := Parse(on(c.body, func(in *Input) { in.Header = http.Header{"Content-Type": {c.header}} }))
		if p.Title != "Año" || p.Encoding != c.encoding {
			t.Errorf("%s: got %q in %s, want %q in %s", c.name, p.Title, p.Encoding, "Año", c.encoding)
		}
	}
	broken := Parse(on("<title>a\xffb\x00c</title><p>\xc3"))
	if got, want := broken.Title, "a\uFFFDb\uFFFDc"; got != want || !utf8.ValidString(broken.Title) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHostileTextStaysPlain(t *testing.T) {
	p := Parse(on("<title>&lt;img src=x onerror=alert(1)&gt;\u202e\x1b[31m\n\"quoted\" &amp; more</title>"))
	if want := `<img src=x onerror=alert(1)>[31m "quoted" & more`; p.Title != want {
		t.Errorf("\n got %q\nwant %q", p.Title, want)
	}
}

func TestNestingBeyondAnyTree(t *testing.T) {
	body := `<html lang="es"><head><title>Hondo</title></head><body><h1>Hola</h1><a href="/b">enlace</a>` +
		strings.Repeat("<div><p>una palabra", 20_000) + `<a href="/c">final</a>`
	p := Parse(on(body))
	if _, err := html.Parse(strings.NewReader(body)); err == nil {
		t.Fatal("the parser reads it")
	}
	got := []any{p.Title, p.Lang, p.Headings, p.Links, p.MainWords, p.Cut}
	want := []any{"Hondo", "es", []Heading{{Level: 1, Text: "Hola", Main: true}}, []Link{
		{URL: "https://sitio.example/b", Text: "enlace", Ref: "/b", Main: true},
		{URL: "https://sitio.example/c", Text: "final", Ref: "/c", Main: true},
	}, 40_003, Cut("")}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %v\nwant %v", got, want)
	}
}

func TestLinksAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range MaxLinks + 500 {
		b.WriteString(`<a href="/p` + strconv.Itoa(i) + `">x</a>`)
	}
	p := Parse(on(b.String()))
	if got := len(p.Links); got != MaxLinks {
		t.Errorf("got %d kept, want %d", got, MaxLinks)
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"", 0},
		{"uno dos, tres.", 3},
		{"don't l’amour", 2},
		{"El 40 % de 2026", 4},
		{"pingüino cafe\u0301", 2},
		{"日本語の文章です", 4},   // 8 characters
		{"ภาษาไทยสวย", 2}, // 10 letters
		{"한국어 문장", 2},
		{"— … ·", 0},
	} {
		w := newWordCount()
		w.add([]byte(c.text), place{main: true})
		w.end()
		if got := w.main / wordUnit; got != c.want {
			t.Errorf("%q: got %d words, want %d", c.text, got, c.want)
		}
	}
}

func TestSimhashTellsTexts(t *testing.T) {
	words := strings.Fields(strings.Repeat("alfa beta gama delta épsilon dseta eta zeta iota kapa lambda mi ni xi ómicron pi ro sigma tau ípsilon ", 20))
	for i := range words {
		words[i] += strconv.Itoa(i * i % 97)
	}
	hash := func(words []string) uint64 {
		w := newWordCount()
		w.add([]byte(strings.Join(words, " ")), place{main: true})
		w.end()
		return w.simhash()
	}
	other := slices.Clone(words)
	slices.Reverse(other)
	changed := slices.Clone(words)
	changed[7] = "distinta"
	near := Facts{Simhash: hash(changed), MainWords: 400}
	far := Facts{Simhash: hash(other), MainWords: 400}
	self := Facts{Simhash: hash(words), MainWords: 400}
	if !similar(&self, &near) || similar(&self, &far) {
		t.Errorf("one word changed: similar %v; all moved: similar %v", similar(&self, &near), similar(&self, &far))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good), "text/html; charset=utf-8", "googlebot: noindex", "<a>; rel=canonical")
	f.Add([]byte("<a href=//[::1><base href=http://%zz><svg><a><title>"), "text/html;charset=utf-16", ",:,", "<<>;rel")
	f.Add([]byte(strings.Repeat("<nav><h1><a href=#>", 300)), "", "", "")
	f.Add([]byte("<noscript><body></table><template><head><title>\xff"), "text/html", "", "")
	f.Fuzz(func(t *testing.T, body []byte, contentType, robots, link string) {
		in := on(string(body), func(in *Input) {
			in.Header = http.Header{"Content-Type": {contentType}, "X-Robots-Tag": {robots}, "Link": {link}}
		})
		p := Parse(in)
		r := RunPage(p)
		for _, s := range append([]string{p.Title, p.Description, p.Lang}, p.Titles...) {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || len(s) > maxText {
				t.Errorf("text %q", s)
			}
		}
		if p.MainWords > p.VisibleWords || p.MainLinkWords > p.MainWords || len(p.Links) > MaxLinks {
			t.Errorf("counts %d %d %d", p.VisibleWords, p.MainWords, p.MainLinkWords)
		}
		for _, found := range r.Findings {
			checkBounds(t, found)
		}
		b, err := r.Facts.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := DecodeFacts(b); err != nil || !reflect.DeepEqual(back, r.Facts) {
			t.Errorf("facts: %v\n got %+v\nwant %+v", err, back, r.Facts)
		}
	})
}

func BenchmarkPage(b *testing.B) {
	var s strings.Builder
	s.WriteString(strings.TrimSuffix(good, "</body></html>"))
	for i := range 200 {
		n := strconv.Itoa(i)
		s.WriteString(`<section class="post"><h2 id="s` + n + `">Sección ` + n + `</h2><p>` + loremWords[:200] +
			`<a href="/articulo/` + n +
			`">seguir leyendo</a> y <em>algo más</em>.</p><ul><li>uno</li><li>dos</li></ul></section>`)
	}
	in := on(s.String())
	b.SetBytes(int64(len(in.Body)))
	b.ReportAllocs()
	for b.Loop() {
		RunPage(Parse(in))
	}
}
