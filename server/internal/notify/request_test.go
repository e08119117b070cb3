package notify

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// hostileNotice is of an audit whose address and error are meant to do more than be read.
func hostileNotice(t *testing.T) []byte {
	t.Helper()
	name := "*x* @channel <!here> <script>alert(1)</script> ``` ![x](http://evil.example/) " +
		"\u202egpj\u2066\x1b[2J\r\nSubject: y"
	why := "</pre>&lt;b&gt; [a](javascript:x)\n```\n@room " + strings.Repeat("€", 2_000)
	n := shared.Notice{Type: shared.EventFailed, Data: shared.AuditProgress{
		AuditID: 7, URL: name, Kind: shared.KindExternal, Status: shared.StatusFailed, ErrorMessage: &why,
	}}
	body, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func request(t *testing.T, d work.Delivery) (r *http.Request, body string) {
	t.Helper()
	r, err := newRequest(t.Context(), d, time.Unix(1614265330, 0))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, string(b)
}

func TestRequests(t *testing.T) {
	body := []byte(`{"type":"audit.failed","timestamp":"2026-11-26T10:00:00.000Z",` +
		`"data":{"audit_id":7,"url":"https://a.example/","error_message":"no answer"}}`)
	for _, c := range []struct {
		kind              shared.WebhookKind
		url, token        string
		method, asked     string
		authorization     string
		language, content string
	}{
		{shared.KindNtfy, "https://ntfy.sh/base/topic", "tk", "POST", "https://ntfy.sh/base/", "Bearer tk", "en",
			`{"message":"no answer\nAudit #7: https://a.example/","priority":4,"tags":["x"],` +
				`"title":"a.example: the audit failed","topic":"topic"}`},
		{shared.KindSlack, "https://hooks.slack.com/x", "", "POST", "https://hooks.slack.com/x", "", "es",
			"{\"text\":\"```\\na.example: la auditoría ha fallado\\nno answer\\n" +
				"Auditoría n.º 7: https://a.example/\\n```\"}"},
		{shared.KindMatrix, "https://m.example/send/m.room.message", "tk", "PUT",
			"https://m.example/send/m.room.message/msg_1", "Bearer tk", "",
			`{"body":"a.example: the audit failed\nno answer\nAudit #7: https://a.example/",` +
				`"m.mentions":{},"msgtype":"m.notice"}`},
		{shared.KindNtfy, "https://ntfy.sh/topic", "", "POST", "https://ntfy.sh/", "", "en", ""},
	} {
		r, got := request(t, work.Delivery{
			Message: "msg_1", Kind: c.kind, URL: c.url, Secrets: []string{c.token}, Language: c.language, Body: body,
		})
		if r.Method != c.method || r.URL.String() != c.asked || r.Header.Get("Authorization") != c.authorization ||
			c.content != "" && got != c.content || r.Header.Get("Webhook-Signature") != "" {
			t.Errorf("%s: %s %s %v\n%s", c.kind, r.Method, r.URL, r.Header, got)
		}
	}
	if _, err := newRequest(t.Context(), work.Delivery{Kind: "pigeon"}, time.Time{}); err == nil {
		t.Error("a pigeon flew")
	}
}

// TestHostileWords has what a site or a worker wrote be nothing but text for those who
// read it.
func TestHostileWords(t *testing.T) {
	d := work.Delivery{
		Message: "msg_1", URL: "https://a.example/topic", Secrets: []string{""}, Language: "en", Body: hostileNotice(t),
	}
	for kind := range forms {
		d.Kind = kind
		r, body := request(t, d)
		if !json.Valid([]byte(body)) || r.URL.Host != "a.example" {
			t.Errorf("%s: %s %s", kind, r.URL, body)
		}
		if kind == shared.KindWebhook { // programs get all of it, as it is
			continue
		}
		var said map[string]any
		if err := json.Unmarshal([]byte(body), &said); err != nil {
			t.Fatal(err)
		}
		all := fmt.Sprint(said["title"], said["message"], said["text"], said["body"])
		if strings.ContainsAny(all, "\x1b\r\u202e\u2066") || !utf8.ValidString(all) || len(all) > 4_000 ||
			!strings.Contains(all, "…") {
			t.Errorf("%s: %d bytes, %q", kind, len(all), all)
		}
		title, _ := said["title"].(string)
		if strings.Contains(title, "\n") || utf8.RuneCountInString(title) > titleMax {
			t.Errorf("%s: title %q", kind, title)
		}
	}
	d.Kind = shared.KindSlack
	_, body := request(t, d)
	var said struct{ Text string }
	if err := json.Unmarshal([]byte(body), &said); err != nil {
		t.Fatal(err)
	}
	inner, ok := strings.CutPrefix(said.Text, "```\n")
	inner, closed := strings.CutSuffix(inner, "\n```")
	if !ok || !closed || strings.ContainsAny(inner, "`<>") {
		t.Errorf("slack: %q", said.Text)
	}
}
