package audit

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"atalaya/server/internal/crawl"
	"atalaya/shared"
)

func TestHeadersOfASheet(t *testing.T) {
	const page = "https://example.com/"
	shown := func(status int, final string, header http.Header) []shared.Header {
		res := &crawl.Result{Status: status, FinalURL: address(t, final), Header: header}
		return shownHeaders(asked{Item: crawl.Item{URL: page}}, res)
	}
	got := shown(200, page, http.Header{
		"Vary": {"Accept", "Cookie"}, "Content-Type": {"text/html; charset=\xff\x00"}, "Set-Cookie": {"session=secret"},
		"Www-Authenticate": {"Digest nonce=secret"}, "Location": {"/x"}, "Server": {strings.Repeat("é", shared.MaxHeaderValue)},
	})
	want := []shared.Header{
		{Name: "Content-Type", Value: "text/html; charset=\uFFFD\uFFFD"}, {Name: "Vary", Value: "Accept"}, {Name: "Vary", Value: "Cookie"},
	}
	if len(got) != 4 || !reflect.DeepEqual(got[:3], want) {
		t.Fatalf("got %+v, want %+v and a long one", got, want)
	}
	if v := got[3].Value; len(v) > shared.MaxHeaderValue || !utf8.ValidString(v) || !strings.HasSuffix(v, "é…") {
		t.Errorf("a long value: %d bytes, %q", len(v), v)
	}
	if got := shown(200, page, nil); got == nil || len(got) != 0 {
		t.Errorf("none: %#v", got)
	}
	// The answer of another address, and none, are not the page's.
	if got := shown(200, page+"end", http.Header{"Vary": {"Accept"}}); got != nil {
		t.Errorf("of another page: %+v", got)
	}
	if got := shown(0, page, http.Header{}); got != nil {
		t.Errorf("without an answer: %+v", got)
	}

	flood := http.Header{}
	for _, name := range sheetHeaders {
		flood[name] = strings.Split(strings.Repeat("x", 400)+strings.Repeat(","+strings.Repeat("y", 400), 19), ",")
	}
	size := 0
	for _, h := range shown(200, page, flood) {
		size += len(h.Name) + len(h.Value)
	}
	if size > shared.MaxHeaderBytes || size < shared.MaxHeaderBytes-500 {
		t.Errorf("a flood leaves %d bytes", size)
	}
}

func TestRedirectsOfASheet(t *testing.T) {
	hop := func(url string, status int, location string) crawl.Hop {
		return crawl.Hop{URL: url, Status: status, Location: location}
	}
	for name, c := range map[string]struct {
		res  crawl.Result
		want []shared.Hop
	}{
		"none": {crawl.Result{Status: 200}, []shared.Hop{}},
		"two": {
			crawl.Result{Status: 404, Hops: []crawl.Hop{hop("/a", 301, "/b"), hop("/b", 302, "/c")}},
			[]shared.Hop{{URL: "/a", Status: 301}, {URL: "/b", Status: 302}, {URL: "/c", Status: 404}},
		},
		"one that was not followed": {
			crawl.Result{Status: 301, Hops: []crawl.Hop{hop("/a", 301, "https://b.example/")}, Next: address(t, "https://b.example/")},
			[]shared.Hop{{URL: "/a", Status: 301}, {URL: "https://b.example/"}},
		},
		"a circle": {
			crawl.Result{Status: 302, Hops: []crawl.Hop{hop("/a", 302, "/a")}, Failure: &crawl.Failure{Class: crawl.FailLoop}},
			[]shared.Hop{{URL: "/a", Status: 302}, {URL: "/a"}},
		},
		"nowhere": {
			crawl.Result{Status: 302, Hops: []crawl.Hop{hop("/a", 302, "ht\xfftp:\x00"+strings.Repeat("/", 9000))}, Failure: &crawl.Failure{Class: crawl.FailRedirect}},
			[]shared.Hop{{URL: "/a", Status: 302}, {URL: "ht\uFFFDtp:\uFFFD" + strings.Repeat("/", shared.MaxURL-14) + "…"}},
		},
	} {
		if got := redirectsOf(&c.res); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}
