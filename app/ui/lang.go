package ui

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared/text"
)

// LangCookie carries the tag of the language the reader chose, so that the
// server can draw pages in it. The language switch writes it.
const LangCookie = "atalaya_lang"

const langKey = "atalaya.lang" // in localStorage

// ChooseLang is the language of a request: the reader's choice, else the best
// of the browser's.
func ChooseLang(cookie, acceptLanguage string) text.Lang {
	if l, ok := text.Parse(cookie); ok {
		return l
	}
	return text.Accept(acceptLanguage)
}

// deviceLang is the language on this device: the reader's choice, else the one
// the document was drawn in. The order is the server's, so that a page does not
// change its language when the client takes it over.
func deviceLang() text.Lang {
	document := app.Window().Get("document")
	return chosenLang(document.Get("cookie").String(), savedLang(), document.Get("documentElement").Get("lang").String())
}

// chosenLang is the first language named by the cookies of a document, what is
// kept on the device, and the document itself.
func chosenLang(cookies, kept, drawn string) text.Lang {
	for c := range strings.SplitSeq(cookies, ";") {
		if name, value, _ := strings.Cut(strings.TrimSpace(c), "="); name == LangCookie {
			if l, ok := text.Parse(value); ok {
				return l
			}
		}
	}
	if l, ok := text.Parse(kept); ok {
		return l
	}
	l, _ := text.Parse(drawn)
	return l
}

// savedLang is the choice kept on this device; a browser that refuses storage
// keeps none.
func savedLang() (tag string) {
	defer func() { _ = recover() }()
	if v := app.Window().Get("localStorage").Call("getItem", langKey); v.Truthy() {
		return v.String()
	}
	return ""
}

// saveLang keeps the reader's choice on this device and for the server.
func saveLang(l text.Lang) {
	setCookie(LangCookie, l.Tag())
	defer func() { _ = recover() }()
	app.Window().Get("localStorage").Call("setItem", langKey, l.Tag())
}

// setCookie tells the server a choice of the reader's for a year; an empty value takes the
// choice back.
func setCookie(name, value string) {
	age := "31536000"
	if value == "" {
		age = "0"
	}
	app.Window().Get("document").Set("cookie", name+"="+value+"; Path=/; Max-Age="+age+"; SameSite=Lax")
}
