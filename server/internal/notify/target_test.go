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

func TestParseTargetOfKinds(t *testing.T) {
	const room = "https://matrix.example/_matrix/client/v3/rooms/!a:matrix.example/send/m.room.message"
	for _, c := range []struct {
		kind shared.WebhookKind
		raw  string
		good bool
	}{
		{shared.KindNtfy, "https://ntfy.sh/topic_1-a", true},
		{shared.KindNtfy, "https://push.example/below/topic", true},
		{shared.KindNtfy, "https://ntfy.sh/", false},
		{shared.KindNtfy, "https://ntfy.sh/topic/", false},
		{shared.KindNtfy, "https://ntfy.sh/topic?x=y", false},
		{shared.KindNtfy, "https://ntfy.sh/to%2Fpic%20", false},
		{shared.KindPush, "https://push.example/send/abc:DEF_1-2?a=b", true},
		{shared.KindPush, "http://push.example/send", false},
		{shared.KindPush, "https://user:secret@push.example/", false},
		{shared.KindSlack, "https://hooks.slack.com/services/T/B/x", true},
		{shared.KindMatrix, room, true},
		{shared.KindMatrix, room + "/1", false},
		{shared.KindMatrix, room + "?access_token=x", false},
		{shared.KindMatrix, "https://matrix.example/", false},
	} {
		if u, err := notify.ParseTarget(c.kind, c.raw); err == nil != c.good || c.good && u.String() != c.raw {
			t.Errorf("%s %s: got %v, %v", c.kind, c.raw, u, err)
		}
	}
}
