package check

import (
	"net/http"
	"slices"
	"testing"
)

func TestWhatIsLoadedByHTTP(t *testing.T) {
	const secure, plain = "https://x.example/", "http://x.example/"
	for body, want := range map[string][]string{
		`<img src=` + plain + `>`: {plain}, `<IMG SRC=" HTTP://x.example/ ">`: {"HTTP://x.example/"},
		`<img src=` + secure + ` srcset="` + secure + `1 1x, ` + plain + `2 2x">`: {plain + "2"},
		`<script src=` + plain + `></script>`:                                     {plain}, `<iframe src=` + plain +
			`></iframe>`: {plain},
		`<video poster=` + plain + `><source src=` + plain + `2></video>`: {plain, plain + "2"},
		`<object data=` + plain + `></object>`:                            {plain}, `<input type=image src=` + plain + `>`: {plain},
		`<link rel=stylesheet href=` + plain + `>`: {plain}, `<link rel="shortcut icon" href=` + plain + `>`: {plain},
		`<link rel=canonical href=` + plain + `>`: nil, `<link rel=next href=` + plain + `>`: nil,
		`<a href=` + plain + `>x</a><p data=` + plain + `>`: nil, `<img data-src=` + plain + `><img src=x>`: nil,
		`<img src=http://localhost:8/x><img src=http://127.0.0.1/>`:                                                           nil,
		`<template><img src=` + plain + `></template>`:                                                                        nil,
		`<meta http-equiv=Content-Security-Policy content="default-src *; Upgrade-Insecure-Requests"><img src=` + plain + `>`: nil,
	} {
		if got := Parse(on(body)).Insecure; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
	upgraded := on(`<img src=`+plain+`>`, func(in *Input) {
		in.Header = http.Header{"Content-Security-Policy": {"upgrade-insecure-requests"}}
	})
	if p := Parse(upgraded); p.InsecureTotal != 0 {
		t.Errorf("a header that upgrades all loads: got %q", p.Insecure)
	}
}
