package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// post is a message in the form that its receiver takes.
type post struct {
	method, url string
	header      map[string]string
	body        []byte // JSON
}

// form makes a post of a message that is sent at a time.
type form func(d work.Delivery, at time.Time) (post, error)

// forms are those of each kind of webhook that is sent as it is made here. What goes to a browser
// package webpush makes.
var forms = map[shared.WebhookKind]form{
	shared.KindWebhook: standardPost,
	shared.KindNtfy:    inWords(ntfyPost),
	shared.KindSlack:   inWords(slackPost),
	shared.KindMatrix:  inWords(matrixPost),
}

// standardPost is the message as it is, signed.
func standardPost(d work.Delivery, at time.Time) (post, error) {
	signatures, err := signAll(d.Secrets, d.Message, at, d.Body)
	return post{
		method: http.MethodPost, url: d.URL, body: d.Body,
		header: map[string]string{
			"Webhook-Id": d.Message, "Webhook-Timestamp": unix(at), "Webhook-Signature": signatures,
		},
	}, err
}

// inWords adapts a form that is for people.
func inWords(say func(d work.Delivery, w words) (p post, body any)) form {
	return func(d work.Delivery, _ time.Time) (post, error) {
		w, err := wordsOf(d)
		if err != nil {
			return post{}, err
		}
		p, body := say(d, w)
		p.body, err = json.Marshal(body)
		return p, err
	}
}

// signs are how ntfy marks events (https://docs.ntfy.sh/emojis) and how urgent it takes
// them to be: 3 is its usual, 4 rings longer.
var signs = map[shared.Event]struct {
	tag      string
	priority int
}{
	shared.EventFinished:  {"white_check_mark", 3},
	shared.EventFailed:    {"x", 4},
	shared.EventRegressed: {"chart_with_downwards_trend", 4},
	shared.EventSilent:    {"hourglass", 4},
	shared.EventTest:      {"bell", 3},
}

// ntfyPost publishes as JSON (https://docs.ntfy.sh/publish#publish-as-json): headers, the
// other way, hold neither lines nor all letters. The address is that of the topic; JSON
// goes to the one above.
func ntfyPost(d work.Delivery, w words) (post, any) {
	cut := strings.LastIndexByte(d.URL, '/') + 1
	sign := signs[w.event]
	return post{method: http.MethodPost, url: d.URL[:cut], header: bearer(d)}, map[string]any{
		"topic": d.URL[cut:], "title": w.title, "message": w.text, "tags": []string{sign.tag}, "priority": sign.priority,
	}
}

// slackPost is what Slack's incoming webhooks take, and Mattermost's and others like them.
// All of it stands in a block of code, where neither gives signs a meaning: no mention
// rings, no image is fetched. Slack wants three characters escaped even there
// (https://docs.slack.dev/messaging/formatting-message-text).
func slackPost(d work.Delivery, w words) (post, any) {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "'")
	text := "```\n" + escape.Replace(w.title+"\n"+w.text) + "\n```"
	return post{method: http.MethodPost, url: d.URL}, map[string]string{"text": text}
}

// matrixPost sends an event to a room
// (https://spec.matrix.org/v1.11/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid):
// the message names the transaction, so that one that is tried again appears once. Nobody
// is mentioned, whatever the text says.
func matrixPost(d work.Delivery, w words) (post, any) {
	return post{method: http.MethodPut, url: d.URL + "/" + d.Message, header: bearer(d)}, map[string]any{
		"msgtype": "m.notice", "body": w.title + "\n" + w.text, "m.mentions": struct{}{},
	}
}

// bearer is the header that shows a receiver's own token, if there is one.
func bearer(d work.Delivery) map[string]string {
	if token := d.Secrets[0]; token != "" {
		return map[string]string{"Authorization": "Bearer " + token}
	}
	return nil
}

// newRequest is a message as a request that is made at a time.
func newRequest(ctx context.Context, d work.Delivery, at time.Time) (*http.Request, error) {
	form := forms[d.Kind]
	if form == nil {
		return nil, fmt.Errorf("there is no kind of webhook %q", d.Kind)
	}
	made, err := form(d, at)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, made.method, made.url, bytes.NewReader(made.body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range made.header {
		r.Header.Set(name, value)
	}
	return r, nil
}
