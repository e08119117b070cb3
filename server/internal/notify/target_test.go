package notify_test

import (
	"strings"
	"testing"

	"atalaya/server/internal/notify"
	"atalaya/shared"
)

func TestParseTarget(t *testing.T) {
	for raw, want := range map[string]string{
		"https://hook.example/a?b=c":        "https://hook.example/a?b=c",
		"http://10.0.0.1:8080/#x":           "http://10.0.0.1:8080/",
		"HTTPS://hook.example":              "https://hook.example",
		"":                                  "",
		"hook.example":                      "",
		"ftp://hook.example/":               "",
		"https:///x":                        "",
		"https://:443/":                     "",
		"https://user:secret@hook.example/": "",
		"https://hook.example/\r\nX: y":     "",
		"https://hook.example/a b":          "",
		"https://hook.example/" + strings.Repeat("x", 2048):   "",
		"https://hook.example:99999999999999999999/" + "\x00": "",
		"javascript:alert(1)":                                 "",
		"https://[::1":                                        "",
		"mailto:somebody@example.org":                         "",
		"https://hook.example/%0d%0aX:%20y":                   "https://hook.example/%0d%0aX:%20y",
	} {
		u, err := notify.ParseTarget(shared.KindWebhook, raw)
		if err != nil != (want == "") || err == nil && u.String() != want {
			t.Errorf("%q: got %v, %v, want %q", raw, u, err, want)
		}
	}
}
