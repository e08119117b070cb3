package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/api/apitest"
	"atalaya/shared"
)

func TestWebhooks(t *testing.T) {
	s := newServer(t)
	all, one := shared.PathWebhooks, shared.PathWebhook(1)
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", all, "", 200, `{"webhooks":[]}`},
		{"GET", one, "", 404, `"not_found"`},
		{"PATCH", one, `{}`, 404, `"not_found"`},
		{"DELETE", one, "", 404, `"not_found"`},
		{"POST", one + "/secret", "", 404, `"not_found"`},
		{"POST", one + "/test", "", 404, `"not_found"`},
		{"GET", one + "/deliveries", "", 404, `"not_found"`},
		{"POST", one + "/deliveries/1/redeliver", "", 404, `"not_found"`},
		{"POST", all, `{}`, 422, `"field":"url"`},
		{"POST", all, `{"url":"ftp://a.example/"}`, 422, `"bad_url"`},
		{"POST", all, `{"url":"https://a.example/","kind":"pigeon"}`, 422, `"field":"kind"`},
		{"POST", all, `{"url":"https://a.example/","events":[]}`, 422, `"field":"events"`},
		{"POST", all, `{"url":"https://a.example/","events":["audit.begun"]}`, 422, `"field":"events"`},
		{"POST", all, `{"url":"https://a.example/","language":"tlh"}`, 422, `"field":"language"`},
		{"POST", all, `{"url":"https://a.example/","secret":"mine"}`, 400, `"unknown_field"`},
		{"POST", all + "?x=1", `{"url":"https://a.example/"}`, 400, `"bad_query"`},
		{"POST", all, `{"url":"https://a.example/","events":["audit.regressed","audit.failed","audit.failed"]}`, 201,
			`"url":"https://a.example/","events":["audit.failed","audit.regressed"],"language":"en","secret":"whsec_`},
		{"GET", one, "", 200, `"language":"en","old_secret_until":null,"created_at":"`},
		{"PATCH", one, `{"url":"https://b.example/","language":"es-MX"}`, 200,
			`"url":"https://b.example/","events":["audit.failed","audit.regressed"],"language":"es"`},
		{"PATCH", one, `{"url":"x"}`, 422, `"bad_url"`},
		{"PATCH", one, `{"kind":"webhook"}`, 400, `"unknown_field"`},
		{"PATCH", one, `{"events":["worker.silent"]}`, 200, `"url":"https://b.example/","events":["worker.silent"]`},
		{"POST", one + "/secret", "", 200, `"secret":"whsec_`},
		{"GET", one, "", 200, `"old_secret_until":"2`},
		{"GET", one + "?x=1", "", 400, `"bad_query"`},
		{"GET", all, "", 200, `{"webhooks":[{"id":1`},
		{"GET", one + "/deliveries", "", 200, `{"deliveries":[],"next_cursor":null}`},
		{"GET", one + "/deliveries?limit=0", "", 400, `"bad_query"`},
		{"GET", one + "/deliveries?cursor=x", "", 400, `"The cursor is not ours."`},
		{"POST", one + "/test?x=1", "", 400, `"bad_query"`},
		{"POST", one + "/test", "", 202, `"event":"webhook.test","audit_id":1,"state":"pending","tries":0`},
		{"GET", one + "/deliveries", "", 200, `{"deliveries":[{"id":1,"message_id":"msg_`},
		{"POST", all, `{"url":"https://a.example/","events":["webhook.test"]}`, 422, `"field":"events"`},
		{"POST", one + "/deliveries/x/redeliver", "", 400, `"bad_id"`},
		{"POST", one + "/deliveries/2/redeliver", "", 404, `"not_found"`},
		{"POST", all, `{"url":"https://a.example/","token":"x"}`, 422, `"field":"token"`},
		{"POST", all, `{"kind":"ntfy","url":"https://a.example/topic","token":"a b"}`, 422, `"field":"token"`},
		{"POST", all, `{"kind":"ntfy","url":"https://a.example/topic","token":"tk_1"}`, 201,
			`"url":"https://a.example/…","events":["audit.finished","audit.failed","audit.regressed","worker.silent"]`},
		{"PATCH", shared.PathWebhook(2), `{"token":"tk_2"}`, 200, `"url":"https://a.example/…"`},
		{"GET", shared.PathWebhook(2), "", 200, `"url":"https://a.example/…"`},
		{"GET", all, "", 200, `"url":"https://a.example/…"`},
		{"POST", shared.PathWebhook(2) + "/secret", "", 409, `"conflict"`},
		{"DELETE", all + "/x", "", 400, `"bad_id"`},
		{"DELETE", one, "", 204, ""},
		{"GET", one, "", 404, `"not_found"`},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		w := s.do(c.method, c.path, body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s %s: %d %s, want %d with %s", c.method, c.path, c.body, w.Code, w.Body, c.status, c.want)
		}
		if strings.Contains(w.Body.String(), "tk_") {
			t.Errorf("%s %s shows a token: %s", c.method, c.path, w.Body)
		}
		// A secret is in the answer to the request that made it, which nobody keeps.
		if shown := strings.Contains(w.Body.String(), "whsec_"); shown != strings.Contains(c.want, "whsec_") ||
			shown && w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s: secret shown %v, %v", c.method, c.path, shown, w.Header())
		}
	}
}

// TestWebhookOfTwoAdmins has two change a webhook that both have read: the later is told.
func TestWebhookOfTwoAdmins(t *testing.T) {
	s := newServer(t)
	one := shared.PathWebhook(1)
	made := s.do("POST", shared.PathWebhooks, `{"url":"https://a.example/"}`)
	read := s.do("GET", one, nil).Header().Get("ETag")
	if read != `"1"` || made.Header().Get("ETag") != read {
		t.Errorf("made as %s, read as %s", made.Header().Get("ETag"), read)
	}
	change := func(url, match string) *httptest.ResponseRecorder {
		t.Helper()
		return s.do("PATCH", one, fmt.Sprintf(`{"url":%q}`, url), "If-Match", match)
	}
	if w := change("https://b.example/", read); w.Code != 200 || w.Header().Get("ETag") != `"2"` ||
		!strings.Contains(w.Body.String(), `"revision":2`) {
		t.Errorf("the first: %d %s %s", w.Code, w.Header().Get("ETag"), w.Body)
	}
	if w := change("https://c.example/", read); w.Code != 412 || !strings.Contains(w.Body.String(), `"precondition_failed"`) {
		t.Errorf("the later: %d %s", w.Code, w.Body)
	}
	if w := change("https://c.example/", "W/x"); w.Code != 400 {
		t.Errorf("no revision: %d %s", w.Code, w.Body)
	}
	if w := s.do("GET", one, nil); !strings.Contains(w.Body.String(), "https://b.example/") {
		t.Errorf("changed by the later: %s", w.Body)
	}
	if w := s.do("POST", one+"/secret", nil); w.Header().Get("ETag") != `"3"` {
		t.Errorf("a new secret is no change: %s", w.Header().Get("ETag"))
	}
	if w := change("https://d.example/", "*"); w.Code != 200 {
		t.Errorf("whatever it is: %d %s", w.Code, w.Body)
	}
	if w := s.do("PATCH", shared.PathWebhook(2), `{}`, "If-Match", read); w.Code != 404 {
		t.Errorf("none: %d %s", w.Code, w.Body)
	}
}

func TestDeliveries(t *testing.T) {
	s := newServer(t)
	s.do("POST", shared.PathWebhooks, `{"url":"https://a.example/"}`)
	for i := range 3 {
		p := s.progress(s.do("POST", shared.PathAudits, fmt.Sprintf(`{"url":"work %d","kind":"external"}`, i)), 201)
		s.progress(s.do("PATCH", shared.PathProgress(p.AuditID), `{"status":"failed","error_message":"x"}`), 200)
	}
	list := func(query string) (list shared.DeliveryList) {
		t.Helper()
		w := s.do("GET", shared.PathWebhook(1)+"/deliveries"+query, nil)
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || w.Code != 200 {
			t.Fatalf("%d %s: %v", w.Code, w.Body, err)
		}
		return list
	}
	page := list("?limit=2")
	if len(page.Deliveries) != 2 || page.Deliveries[0].AuditID != 3 || page.NextCursor == nil ||
		page.Deliveries[0].Event != shared.EventFailed || page.Deliveries[0].State != shared.DeliveryPending {
		t.Fatalf("got %+v", page)
	}
	if page := list("?cursor=" + *page.NextCursor); len(page.Deliveries) != 1 || page.Deliveries[0].AuditID != 1 {
		t.Errorf("the second page: %+v", page)
	}
	d, ok, err := s.store.ClaimDelivery(t.Context(), time.Minute)
	if err != nil || !ok {
		t.Fatal(errors.Join(err, errors.New("nothing is due")))
	}
	if err := apitest.Read(t).Fits("Notice", d.Body); err != nil {
		t.Error(err)
	}
	w := s.do("POST", fmt.Sprintf("%s/deliveries/%d/redeliver", shared.PathWebhook(1), page.Deliveries[0].ID), nil)
	if w.Code != 202 || !strings.Contains(w.Body.String(), `"state":"pending","tries":0`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestATestIsANotice holds the message of a test against the schema that all messages fit.
func TestATestIsANotice(t *testing.T) {
	s := newServer(t)
	s.do("POST", shared.PathWebhooks, `{"url":"https://a.example/"}`)
	s.do("POST", shared.PathWebhook(1)+"/test", nil)
	d, ok, err := s.store.ClaimDelivery(t.Context(), time.Minute)
	if err != nil || !ok {
		t.Fatal(errors.Join(err, errors.New("nothing is due")))
	}
	if err := apitest.Read(t).Fits("Notice", d.Body); err != nil {
		t.Error(err)
	}
	var n shared.Notice
	if err := json.Unmarshal(d.Body, &n); err != nil || n.Type != shared.EventTest || n.Data.Validate() != nil {
		t.Errorf("%s: %v, %v", d.Body, err, n.Data.Validate())
	}
}
