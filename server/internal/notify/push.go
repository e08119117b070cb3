package notify

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

const (
	// pushLife is how long a push service keeps a message for a device that is off: who
	// comes back a day later sees the audit in the list.
	pushLife = 24 * time.Hour
	// pushedMax bounds the line below the title, in characters.
	pushedMax = 200
)

// pushed is what the service worker (web/worker.js) gets. Its title and its line are in the
// language of whoever subscribed, and its path is one of this server's own pages.
type pushed struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Lang  string `json:"lang"`
	Tag   string `json:"tag"`
	Path  string `json:"path"`
}

// keysBetween separates the two keys of a subscription where they are kept as one text.
const keysBetween = "."

// PushKeys checks the keys of a browser's subscription, which anybody may have made up, and
// returns them as they are kept. It fails with [ErrKeys].
func PushKeys(p256dh, auth string) (keys string, err error) {
	if _, err := parseRecipient(p256dh, auth); err != nil {
		return "", err
	}
	return p256dh + keysBetween + auth, nil
}

// post is a message as push services take it (RFC 8030), sealed for one browser. One about
// the same audit takes its place while it waits, as it does on the screen.
func (v *Vapid) post(d work.Delivery, at time.Time) (post, error) {
	service, err := url.Parse(d.URL)
	if err != nil {
		return post{}, err
	}
	p256dh, auth, _ := strings.Cut(d.Secrets[0], keysBetween)
	browser, err := parseRecipient(p256dh, auth)
	if err != nil {
		return post{}, err
	}
	message, err := pushedOf(d)
	if err != nil {
		return post{}, err
	}
	body, err := browser.seal(message)
	if err != nil {
		return post{}, err
	}
	authorization, err := v.authorization(service, at)
	return post{
		method: http.MethodPost, url: d.URL, body: body,
		header: map[string]string{
			"Authorization": authorization, "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream",
			"Ttl": strconv.Itoa(int(pushLife / time.Second)), "Urgency": "normal", "Topic": tagOf(d),
		},
	}, err
}

// pushedOf is what the service worker is told of a message: what happened to which site, and
// one line of how it ended.
func pushedOf(d work.Delivery) ([]byte, error) {
	w, err := wordsOf(d)
	if err != nil {
		return nil, err
	}
	path := shared.PathPage(d.AuditID)
	if w.hasReport {
		path = shared.PathReportPage(d.AuditID)
	}
	line, _, _ := strings.Cut(w.text, "\n")
	return json.Marshal(pushed{
		Title: w.title, Body: cutRunes(line, pushedMax), Lang: w.lang.Tag(), Tag: tagOf(d), Path: path,
	})
}

// tagOf names the audit of a message to push services and browsers; the app's own
// notification of its end has the same.
func tagOf(d work.Delivery) string { return "audit-" + strconv.FormatInt(d.AuditID, 10) }
