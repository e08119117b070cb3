package api_test

import (
	"fmt"
	"strings"
	"testing"

	"atalaya/shared"
)

// aBrowser is the body that subscribes a browser, with the keys of RFC 8291, and more fields.
func aBrowser(endpoint, more string) string {
	return fmt.Sprintf(`{"endpoint":%q,"keys":{"auth":"BTBZMqHH6r4Tts7J_aSIgg","p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-Jv`+
		`LexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"}%s}`, endpoint, more)
}

func TestPush(t *testing.T) {
	s := newServer(t)
	all, one := shared.PathSubscribe, shared.PathSubscription(1)
	audit := s.progress(s.do("POST", shared.PathAudits, `{"url":"work","kind":"external"}`), 201).AuditID
	const endpoint = "https://push.example/s3cret"
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", shared.PathPush, "", 200, `{"public_key":"BKey"}`},
		{"GET", shared.PathPush + "?x=1", "", 400, `"bad_query"`},
		{"GET", one, "", 404, `"not_found"`},
		{"DELETE", one, "", 404, `"not_found"`},
		{"DELETE", all + "/x", "", 400, `"bad_id"`},
		{"POST", all, `{}`, 422, `"field":"endpoint"`},
		{"POST", all, aBrowser("http://push.example/", ""), 422, `"field":"endpoint"`},
		{"POST", all, `{"endpoint":"https://push.example/"}`, 422, `"field":"keys"`},
		{"POST", all, `{"endpoint":"https://push.example/","keys":{"auth":7}}`, 400, `"bad_json"`},
		{"POST", all, `{"endpoint":"https://push.example/","keys":{"x":""}}`, 400, `"unknown_field"`},
		{"POST", all, aBrowser(endpoint, `,"language":"tlh"`), 422, `"field":"language"`},
		{"POST", all, aBrowser(endpoint, `,"audit_id":0`), 422, `"field":"audit_id"`},
		{"POST", all, aBrowser(endpoint, `,"audit_id":1000`), 404, `"not_found"`},
		{"POST", all, aBrowser(endpoint, `,"owner":1`), 400, `"unknown_field"`},
		{"POST", all + "?x=1", aBrowser(endpoint, ""), 400, `"bad_query"`},
		{"POST", all, aBrowser(endpoint, fmt.Sprintf(`,"audit_id":%d,"language":"es-MX"`, audit)), 201,
			fmt.Sprintf(`{"id":1,"audit_id":%d,"language":"es","created_at":"`, audit)},
		{"POST", all, aBrowser(endpoint, `,"audit_id":null`), 201, `{"id":2,"audit_id":null,"language":"en","created_at":"`},
		{"GET", one, "", 200, `"language":"es"`},
		{"GET", shared.PathWebhooks, "", 200, `{"webhooks":[]}`},
		{"GET", shared.PathWebhooks + "?kind=ntfy", "", 400, `"bad_query"`},
		{"GET", shared.PathWebhooks + "?kind=push", "", 200,
			`{"webhooks":[{"id":2,"kind":"push","url":"https://push.example/…","events":["audit.finished","audit.failed"],"language":"en"`},
		{"GET", shared.PathWebhook(1), "", 200, fmt.Sprintf(`"url":"https://push.example/…","audit_id":%d`, audit)},
		{"GET", shared.PathWebhook(1) + "/deliveries", "", 200, `"deliveries":[]`},
		{"PATCH", shared.PathWebhook(1), `{"url":"https://another.example/"}`, 409, `"conflict"`},
		{"POST", shared.PathWebhook(1) + "/secret", "", 409, `"conflict"`},
		{"POST", shared.PathWebhooks, `{"kind":"push","url":"https://push.example/"}`, 422, `"field":"kind"`},
		{"DELETE", one, "", 204, ""},
		{"DELETE", one, "", 404, `"not_found"`},
		{"DELETE", shared.PathWebhook(2), "", 204, ""},
		{"GET", shared.PathSubscription(2), "", 404, `"not_found"`},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		w := s.do(c.method, c.path, body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s %s: %d %s, want %d with %s", c.method, c.path, c.body, w.Code, w.Body, c.status, c.want)
		}
		if answer := w.Body.String(); strings.Contains(answer, "s3cret") || strings.Contains(answer, "BTBZ") {
			t.Errorf("%s %s shows a secret: %s", c.method, c.path, answer)
		}
	}
	s.progress(s.do("PATCH", shared.PathProgress(audit), `{"status":"failed"}`), 200)
	if w := s.do("POST", all, aBrowser(endpoint, fmt.Sprintf(`,"audit_id":%d`, audit))); w.Code != 409 {
		t.Errorf("an audit that has ended: %d %s", w.Code, w.Body)
	}
}
