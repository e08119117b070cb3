package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"atalaya/server/internal/notify"
	"atalaya/server/internal/testkit"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

func newVapid(t *testing.T, subject string) *notify.Vapid {
	t.Helper()
	key, err := notify.DrawVapidKey()
	if err != nil {
		t.Fatal(err)
	}
	vapid, err := notify.NewVapid(key, subject)
	if err != nil {
		t.Fatal(err)
	}
	return vapid
}

// pushPoster sends to a push service whose certificate nobody else knows.
func pushPoster(t *testing.T, s *testkit.PushService, vapid *notify.Vapid) *notify.Poster {
	t.Helper()
	poster := notify.NewPoster((&net.Dialer{}).DialContext, vapid)
	poster.Trust(s.Certificate())
	return poster
}

// forBrowser is the message that an audit ended, for a browser.
func forBrowser(t *testing.T, b *testkit.PushBrowser, language string, n shared.Notice) work.Delivery {
	t.Helper()
	keys, err := notify.PushKeys(b.P256dh, b.Auth)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return work.Delivery{
		Message: "msg_1", Tries: 1, Event: n.Type, AuditID: n.Data.AuditID, Kind: shared.KindPush,
		URL: b.Endpoint, Secrets: []string{keys}, Language: language, Body: body,
	}
}

func finished(score int) shared.Notice {
	return shared.Notice{Type: shared.EventFinished, Data: shared.AuditProgress{
		AuditID: 7, URL: "https://www.a.example/x", Kind: shared.KindSite, Status: shared.StatusCompleted, GeoScore: &score,
	}}
}

// TestPush sends messages to a push service that checks who sends and opens them.
func TestPush(t *testing.T) {
	s := testkit.NewPushService(t)
	s.Subject = "https://audits.example"
	vapid := newVapid(t, s.Subject)
	poster := pushPoster(t, s, vapid)
	why := "no </b> answer\nat all"
	failed := shared.Notice{Type: shared.EventFailed, Data: shared.AuditProgress{
		AuditID: 8, URL: "nightly\u202e import", Kind: shared.KindExternal, Status: shared.StatusFailed, ErrorMessage: &why,
	}}
	for _, c := range []struct {
		language string
		n        shared.Notice
		want     string
	}{
		{"en", finished(82), `{"title":"a.example: the audit is finished","body":"Score: 82 of 100",` +
			`"lang":"en","tag":"audit-7","path":"/audits/7/report"}`},
		{"es", finished(82), `{"title":"a.example: auditoría terminada","body":"Puntuación: 82 de 100",` +
			`"lang":"es","tag":"audit-7","path":"/audits/7/report"}`},
		{"en", failed, `{"title":"nightly import: the audit failed","body":"no \u003c/b\u003e answer",` +
			`"lang":"en","tag":"audit-8","path":"/audits/8"}`},
	} {
		b := s.Subscribe(t)
		answer, err := poster.Send(t.Context(), forBrowser(t, b, c.language, c.n))
		if got := s.Messages(b); answer.Status != 201 || err != nil || len(got) != 1 || string(got[0].Text) != c.want {
			t.Errorf("got %v, %v, %v\n%s\nwant %s", answer, err, s.Refused(), got, c.want)
		} else if h := got[0].Header; h.Get("TTL") != "86400" || h.Get("Urgency") != "normal" ||
			h.Get("Topic") != fmt.Sprintf("audit-%d", c.n.Data.AuditID) || got[0].Key != vapid.PublicKey() {
			t.Errorf("header %v", h)
		}
	}
}

// TestPushIsBounded has a site and a worker say as much as they can.
func TestPushIsBounded(t *testing.T) {
	s := testkit.NewPushService(t)
	poster, b := pushPoster(t, s, newVapid(t, "")), s.Subscribe(t)
	n := finished(1)
	why := strings.Repeat("\U0001F9A9\u2028", 1_000)
	n.Type, n.Data.Status, n.Data.ErrorMessage = shared.EventFailed, shared.StatusFailed, &why
	n.Data.URL = "https://" + strings.Repeat("\u2028\"", 1_000) + "/"
	answer, err := poster.Send(t.Context(), forBrowser(t, b, "es", n))
	if answer.Status != 201 || err != nil || s.Refused() != nil {
		t.Errorf("got %v, %v, %v", answer, err, s.Refused())
	}
}

// TestPushAnswers reads what push services say of browsers that are gone, and of haste.
func TestPushAnswers(t *testing.T) {
	s := testkit.NewPushService(t)
	poster, b := pushPoster(t, s, newVapid(t, "")), s.Subscribe(t)
	d := forBrowser(t, b, "en", finished(1))
	s.Answer("120", http.StatusTooManyRequests)
	answer, err := poster.Send(t.Context(), d)
	if answer.Status != 429 || answer.After.Seconds() != 120 || err != nil {
		t.Errorf("got %v, %v", answer, err)
	}
	d.URL += "x"
	if answer, err := poster.Send(t.Context(), d); answer.Status != 404 || err != nil {
		t.Errorf("got %v, %v", answer, err)
	}
	s.Subject = "mailto:somebody-else@example.org"
	d.URL = b.Endpoint
	if answer, _ := poster.Send(t.Context(), d); answer.Status != 400 || s.Refused() == nil {
		t.Errorf("a service that checks nothing: %v", answer)
	}
}

// TestPushSaysWhoSends has the token of a sender name whom the operator has named, in whichever
// letters, or nobody.
func TestPushSaysWhoSends(t *testing.T) {
	s := testkit.NewPushService(t)
	for subject, want := range map[string]string{
		"":                        "mailto:nobody@atalaya.invalid",
		"mailto:team@example.org": "mailto:team@example.org",
		"MAILTO:team@example.org": "mailto:team@example.org",
		"https://audits.example":  "https://audits.example",
		"HTTPS://audits.example":  "https://audits.example",
	} {
		s.Subject = want
		b := s.Subscribe(t)
		answer, err := pushPoster(t, s, newVapid(t, subject)).Send(t.Context(), forBrowser(t, b, "en", finished(1)))
		if answer.Status != 201 || err != nil || len(s.Messages(b)) != 1 {
			t.Errorf("%q: %v, %v, %v", subject, answer, err, s.Refused())
		} else if agent := s.Messages(b)[0].Header.Get("User-Agent"); agent != "Atalaya-Webhooks/1" {
			t.Errorf("sent as %q", agent)
		}
	}
}

// TestPushGoesNowhereElse has a push service lead elsewhere, and one that may not be reached.
func TestPushGoesNowhereElse(t *testing.T) {
	s := testkit.NewPushService(t)
	d := forBrowser(t, s.Subscribe(t), "en", finished(1))
	followed := false
	away := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		followed = followed || r.URL.Path == "/"
		http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
	}))
	defer away.Close()
	d.URL = away.URL + "/s3cret"
	answer, err := pushPoster(t, s, newVapid(t, "")).Send(t.Context(), d) // all test servers have one certificate
	if answer.Status != http.StatusTemporaryRedirect || err != nil || followed {
		t.Errorf("led elsewhere: %v, %v, followed %t", answer, err, followed)
	}
	refuse := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("not there") }
	_, err = notify.NewPoster(refuse, newVapid(t, "")).Send(t.Context(), d)
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("what the dialer refuses: %v", err)
	}
}

func TestPushKeys(t *testing.T) {
	// Those of the browser of RFC 8291, appendix A.
	const (
		itsKey  = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
		itsAuth = "BTBZMqHH6r4Tts7J_aSIgg"
	)
	offCurve := "BA" + strings.Repeat("A", 85)
	for _, c := range []struct {
		name, key, auth string
		good            bool
	}{
		{"of a browser", itsKey, itsAuth, true},
		{"no key", "", itsAuth, false},
		{"a short key", itsKey[:80], itsAuth, false},
		{"a long key", itsKey + "AAAA", itsAuth, false},
		{"another alphabet", strings.ReplaceAll(itsKey, "_", "/"), itsAuth, false},
		{"no point of the curve", offCurve, itsAuth, false},
		{"the point of no key", "AA", itsAuth, false},
		{"no secret", itsKey, "", false},
		{"a short secret", itsKey, itsAuth[:20], false},
		{"a long secret", itsKey, itsAuth + "AAAA", false},
		{"two secrets", itsKey, itsAuth + "." + itsAuth, false},
	} {
		keys, err := notify.PushKeys(c.key, c.auth)
		if err == nil != c.good || c.good && keys != c.key+"."+c.auth {
			t.Errorf("%s: got %q, %v", c.name, keys, err)
		}
		if err != nil && strings.Contains(err.Error(), itsAuth) {
			t.Errorf("%s: the error has a secret: %v", c.name, err)
		}
	}
}

func TestVapid(t *testing.T) {
	for _, key := range []string{"", "AAAA", "!", strings.Repeat("A", 43)} {
		if _, err := notify.NewVapid(key, ""); err == nil || key != "" && strings.Contains(err.Error(), key) && len(key) > 4 {
			t.Errorf("%q: %v", key, err)
		}
	}
	for subject, good := range map[string]bool{
		"mailto:team@example.org": true, "https://audits.example": true, "http://audits.example": false,
		"team@example.org": false, "mailto:": false, "mailto:team": false, "https://": false, "https://a b": false,
	} {
		if err := notify.CheckVapidSubject(subject); err == nil != good {
			t.Errorf("%s: %v", subject, err)
		}
	}
}
