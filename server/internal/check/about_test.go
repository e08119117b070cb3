package check

import "testing"

func TestStartPagesThatLeadToThoseBehindThem(t *testing.T) {
	for _, c := range []struct {
		name, html string
		want       Contact
	}{
		{"an address", `<a href="/es/quienes-somos.html">Más</a>`, ContactFound},
		{"an address of several words", `<a href="/contact_us/">Más</a>`, ContactFound},
		{"the text of a link", `<a href="/p/12">Über uns</a>`, ContactFound},
		{"a legal notice", `<a href="/p/12">Aviso legal</a>`, ContactFound},
		{"another host", `<a href="https://firma.example/impressum">x</a>`, ContactFound},
		{"mail", `<a href="MailTo:ana@sitio.example">Escribe</a>`, ContactFound},
		{"a telephone", `<a href="tel:+34600000000">Llama</a>`, ContactFound},
		{"no link", ``, ContactNone},
		{"a link that says much", `<a href="/p/12">Todo lo que debes saber sobre la masa madre</a>`, ContactNone},
		{"a word that only begins so", `<a href="/contactless">Pago</a>`, ContactNone},
		{"mail to nobody", `<a href="mailto:">Escribe</a>`, ContactNone},
	} {
		in := with(`<a href="/b">Otra</a>`, c.html)
		in.Home = true
		if got := RunPage(Parse(in)).Facts.Contact; got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}

func TestOnlyStartPagesInKnownLanguagesAreAsked(t *testing.T) {
	other := on(good)
	foreign := with(`lang="es"`, `lang="fi"`)
	foreign.Home = true
	for name, in := range map[string]Input{"another page": other, "Finnish": foreign, "no page": status(404)} {
		if got := RunPage(Parse(in)).Facts.Contact; got != ContactUnknown {
			t.Errorf("%s: got %d", name, got)
		}
	}
}
