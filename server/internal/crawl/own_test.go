package crawl

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestOwnHeadersGoToTheirHostAlone(t *testing.T) {
	for _, tc := range []struct {
		site, to string
		sent     bool
	}{
		{"https://a.example/", "https://a.example/x?y", true},
		{"http://a.example/", "https://a.example/", true},
		{"https://a.example/", "http://a.example/", false},
		{"https://a.example/", "https://www.a.example/", false},
		{"https://a.example/", "https://a.example.evil/", false},
		{"https://a.example/", "https://a.example:8443/", false},
		{"http://a.example:8080/", "http://a.example:8080/x", true},
		{"http://a.example:8080/", "https://a.example:8080/x", false},
	} {
		site, err := url.Parse(tc.site)
		to, err2 := url.Parse(tc.to)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		into := http.Header{}
		OwnHeaders{site, http.Header{"X-Key": {"1"}}}.add(into, to)
		if got := into.Get("X-Key") != ""; got != tc.sent {
			t.Errorf("%s to %s: sent %v", tc.site, tc.to, got)
		}
	}
}

func TestParseOwnHeaders(t *testing.T) {
	got, err := ParseOwnHeaders([]string{"authorization: Basic x", "X-Key:1", "X-Key: 2 "})
	if err != nil || got.Get("Authorization") != "Basic x" || strings.Join(got["X-Key"], ",") != "1,2" {
		t.Errorf("got %v, %v", got, err)
	}
	for _, line := range []string{"s3cret", ": s3cret", "A b: s3cret", "Host: s3cret", "proxy-x: s3cret", "X: s3cret\x01"} {
		if _, err := ParseOwnHeaders([]string{line}); !errors.Is(err, ErrOwnHeader) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: got %v", line, err)
		}
	}
}
