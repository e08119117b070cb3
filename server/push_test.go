package main

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// trusting is the environment of a server that trusts a push service of a test.
func trusting(t *testing.T, s *testkit.PushService) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "roots.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"SSL_CERT_FILE=" + file}
}

// subscribe has a browser be told of an audit, or of all if the id is 0.
func (p *process) subscribe(b *testkit.PushBrowser, audit int64, language string) {
	p.t.Helper()
	wish := fmt.Sprintf(`{"endpoint":%q,"keys":{"p256dh":%q,"auth":%q},"language":%q`, b.Endpoint, b.P256dh, b.Auth, language)
	if audit > 0 {
		wish += fmt.Sprintf(`,"audit_id":%d`, audit)
	}
	if status, body := p.request(http.MethodPost, shared.PathSubscribe, wish+"}"); status != http.StatusCreated {
		p.t.Fatalf("%d %s", status, body)
	}
}

// waitPushed waits for a number of messages to a browser and returns the texts.
func waitPushed(t *testing.T, s *testkit.PushService, b *testkit.PushBrowser, n int) (texts []string) {
	t.Helper()
	testkit.Eventually(t, 60*time.Second, fmt.Sprintf("%d messages", n), func() bool { return len(s.Messages(b)) >= n })
	for _, m := range s.Messages(b) {
		texts = append(texts, string(m.Text))
	}
	return texts
}

// TestPushSurvivesKills kills a server whose push service did not take a message, and has
// the next one send it, with the key that browsers have subscribed with.
func TestPushSurvivesKills(t *testing.T) {
	t.Parallel()
	service := testkit.NewPushService(t)
	p := startWith(t, trusting(t, service), "--data-dir", t.TempDir(), "--workers", "0", "--log-level", "debug")
	_, key := p.request(http.MethodGet, shared.PathPush, "")
	all, gone := service.Subscribe(t), service.Subscribe(t)
	p.subscribe(all, 0, "es")
	gone.Endpoint += "-no-longer"
	p.subscribe(gone, 0, "en")
	service.Answer("1", http.StatusTooManyRequests)
	p.fail("nightly <import>")
	testkit.Eventually(t, 30*time.Second, "a note of what was answered", func() bool {
		_, body := p.request(http.MethodGet, shared.PathWebhook(1)+"/deliveries", "")
		return strings.Contains(string(body), `"status":429`)
	})
	testkit.Eventually(t, 30*time.Second, "the browser that is gone be forgotten", func() bool {
		status, _ := p.request(http.MethodGet, shared.PathSubscription(2), "")
		return status == http.StatusNotFound
	})
	p.kill()
	if err := p.launch(); err != nil {
		t.Fatal(err)
	}
	const want = `{"title":"nightly \u003cimport\u003e: la auditoría ha fallado","body":"no answer",` +
		`"lang":"es","tag":"audit-1","path":"/audits/1"}`
	if got := waitPushed(t, service, all, 1); got[0] != want || service.Refused() != nil {
		t.Errorf("got %q, %v, want %s", got, service.Refused(), want)
	}
	sender := service.Messages(all)[0].Key
	if fmt.Sprintf(`{"public_key":%q}`, sender) != strings.TrimSpace(string(key)) {
		t.Errorf("sent by %s, subscribed with %s", sender, key)
	}
	for _, secret := range []string{all.Endpoint, all.Auth, gone.Endpoint} {
		if p.log.Contains(secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

// TestPushComesOnce has two servers of one database, which are one to browsers, end audits
// and send.
func TestPushComesOnce(t *testing.T) {
	t.Parallel()
	service := testkit.NewPushService(t)
	service.Subject = "mailto:team@example.org"
	dsn := pgtest.Database(t)
	args := []string{"--database-url", dsn, "--workers", "0", "--vapid-subject", service.Subject}
	one := startWith(t, trusting(t, service), args...)
	two := startWith(t, trusting(t, service), args...)
	all, some := service.Subscribe(t), service.Subscribe(t)
	one.subscribe(all, 0, "en")
	two.subscribe(some, two.create(`{"url":"the one","kind":"external"}`).AuditID, "en")
	const each = 5
	for i := range each {
		one.fail(fmt.Sprintf("work %d", i))
		two.fail(fmt.Sprintf("other work %d", i))
	}
	one.request(http.MethodPatch, shared.PathProgress(1), `{"status":"failed"}`)
	waitPushed(t, service, all, 2*each+1)
	waitPushed(t, service, some, 1)
	<-time.After(6 * time.Second) // each has looked once more by then
	tags, keys := map[string]int{}, map[string]bool{}
	for _, m := range service.Messages(all) {
		tags[m.Header.Get("Topic")]++
		keys[m.Key] = true
	}
	if len(tags) != 2*each+1 || len(service.Messages(all)) != len(tags) || len(keys) != 1 || service.Refused() != nil {
		t.Errorf("told %v by %d senders, %v", tags, len(keys), service.Refused())
	}
	if n := len(service.Messages(some)); n != 1 {
		t.Errorf("the one audit was told %d times", n)
	}
}

// TestPushStaysPublic asks for push services that are none of the public web's.
func TestPushStaysPublic(t *testing.T) {
	t.Parallel()
	service := testkit.NewPushService(t)
	p := startWith(t, trusting(t, service), "--data-dir", t.TempDir(), "--workers", "0", "--allow-private-targets", "false")
	b := service.Subscribe(t)
	status, body := p.request(http.MethodPost, shared.PathSubscribe,
		fmt.Sprintf(`{"endpoint":%q,"keys":{"p256dh":%q,"auth":%q}}`, b.Endpoint, b.P256dh, b.Auth))
	if status != http.StatusUnprocessableEntity || !strings.Contains(string(body), string(shared.CodePrivateTarget)) ||
		!strings.Contains(string(body), `"field":"endpoint"`) {
		t.Errorf("%d %s", status, body)
	}
	// Its name leads to loopback, of which nobody knows before it is resolved.
	b.Endpoint = "https://" + localName(t) + strings.TrimPrefix(b.Endpoint, "https://127.0.0.1")
	p.subscribe(b, 0, "en")
	p.fail("work")
	testkit.Eventually(t, 20*time.Second, "a refusal in the log of deliveries", func() bool {
		_, body := p.request(http.MethodGet, shared.PathWebhook(1)+"/deliveries", "")
		return strings.Contains(string(body), "not on the public web")
	})
	if n := len(service.Messages(b)); n != 0 {
		t.Errorf("%d messages came", n)
	}
}
