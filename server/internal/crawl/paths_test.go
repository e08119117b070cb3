package crawl

import (
	"net/url"
	"testing"
)

func TestPathsWant(t *testing.T) {
	for _, tc := range []struct {
		name             string
		include, exclude []string
		path             string
		want             bool
	}{
		{"everything", nil, nil, "/a", true},
		{"below an included folder", []string{"/docs/"}, nil, "/docs/a.html", true},
		{"beside it", []string{"/docs/"}, nil, "/docs", false},
		{"one of several", []string{"/docs/", "/blog/"}, nil, "/blog/", true},
		{"excluded", nil, []string{"/private"}, "/private/x", false},
		{"excluding wins", []string{"/docs/"}, []string{"*/old/"}, "/docs/old/a", false},
		{"by ending", nil, []string{"*.pdf$"}, "/a/b.pdf", false},
		{"ending elsewhere", nil, []string{"*.pdf$"}, "/a/b.pdf?x=1", true},
		{"by query", nil, []string{"*?*sort="}, "/list?page=2&sort=up", false},
		{"letters are not folded", nil, []string{"/Docs/"}, "/docs/", true},
		{"escapes are one spelling", nil, []string{"/ñ/"}, "/%C3%B1/", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			u, err := url.Parse("https://example.org" + tc.path)
			if err != nil {
				t.Fatal(err)
			}
			if got := NewPaths(tc.include, tc.exclude).Want(u); got != tc.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
