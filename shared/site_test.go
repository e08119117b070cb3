package shared

import "testing"

func TestSiteName(t *testing.T) {
	for raw, want := range map[string]string{
		"https://www.example.com/a": "example.com",
		"http://127.0.0.1:8080/":    "127.0.0.1:8080",
		"https://[::1]:8/":          "[::1]:8",
		"nightly import «ñandú»":    "nightly import «ñandú»",
		"":                          "",
	} {
		if got := SiteName(raw); got != want {
			t.Errorf("%s: got %q, want %q", raw, got, want)
		}
	}
}
