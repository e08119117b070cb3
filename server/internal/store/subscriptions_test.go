package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// subscribe has a browser be told of an audit, 0 for all, for somebody.
func (f *fixture) subscribe(t *testing.T, browser string, audit int64, by store.Subscriber) shared.Subscription {
	t.Helper()
	made, err := f.Subscribe(t.Context(), toBrowser(browser, audit), by)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func toBrowser(name string, audit int64) store.NewSubscription {
	want := store.NewSubscription{URL: "https://push.example/" + name, Keys: "p256dh.auth", Language: "es"}
	if audit > 0 {
		want.AuditID = &audit
	}
	return want
}

// failExternal has an external audit fail.
func (f *fixture) failExternal(t *testing.T, id int64) {
	t.Helper()
	_, err := f.Patch(t.Context(), id, shared.ProgressPatch{Status: ptr(shared.StatusFailed)}, 0)
	if err != nil {
		t.Fatal(err)
	}
}

// TestBrowsersAreTold subscribes browsers to one audit and to all.
func TestBrowsersAreTold(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		first, second := f.create(t, external).AuditID, f.create(t, external).AuditID
		one := f.subscribe(t, "a", first, store.Subscriber{})
		all := f.subscribe(t, "a", 0, store.Subscriber{})
		again := f.subscribe(t, "a", first, store.Subscriber{})
		if one.AuditID == nil || *one.AuditID != first || all.AuditID != nil || again.ID != one.ID ||
			one.CreatedAt.IsZero() || one.Language != "es" {
			t.Errorf("made %+v, %+v, %+v", one, all, again)
		}
		f.failExternal(t, first)
		f.failExternal(t, second)
		f.sql(t, "INSERT INTO audits (url, status, geo_score, previous) VALUES ('https://a.example/', 'completed', 10, '"+
			`{"audit_id":1,"geo_score":70,"errors":0,"finished_at":"2026-01-01T00:00:00.000Z","partial":false}`+"')")
		f.sweepNotices(t)
		if got := f.told(t, one.ID); !slices.Equal(got, []string{"audit.failed 1"}) {
			t.Errorf("the one is told %q", got)
		}
		if got := f.told(t, all.ID); !slices.Equal(got, []string{"audit.failed 1", "audit.failed 2", "audit.finished 3"}) {
			t.Errorf("all are told %q", got)
		}
		d, ok, err := f.ClaimDelivery(t.Context(), time.Minute)
		if err != nil || !ok || d.Kind != shared.KindPush || d.URL != "https://push.example/a" || d.Language != "es" ||
			!slices.Equal(d.Secrets, []string{"p256dh.auth"}) {
			t.Errorf("sent %+v, %v", d, err)
		}
		by, err := f.Webhooks(t.Context())
		browsers, err2 := f.Browsers(t.Context())
		if errors.Join(err, err2) != nil || len(by) != 0 || len(browsers) != 2 || browsers[0].ID != all.ID {
			t.Errorf("webhooks %+v, browsers %+v, %v", by, browsers, errors.Join(err, err2))
		}
	})
}

// TestSubscribeRefuses asks for what has ended, is not there, or is too much.
func TestSubscribeRefuses(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ended := f.create(t, external).AuditID
		f.failExternal(t, ended)
		for audit, want := range map[int64]error{ended: store.ErrTerminal, 1000: store.ErrNotFound} {
			if _, err := f.Subscribe(t.Context(), toBrowser("a", audit), store.Subscriber{}); !errors.Is(err, want) {
				t.Errorf("audit %d: %v, want %v", audit, err, want)
			}
		}
		awaited := f.create(t, external).AuditID
		f.subscribe(t, "of nobody", awaited, store.Subscriber{Token: 7})
		for i := range shared.SubscriptionsMax {
			f.subscribe(t, fmt.Sprint(i), awaited, store.Subscriber{})
		}
		if _, err := f.Subscribe(t.Context(), toBrowser("a", 0), store.Subscriber{}); !errors.Is(err, store.ErrOutOfRange) {
			t.Errorf("one too many: %v", err)
		}
		f.subscribe(t, "0", awaited, store.Subscriber{}) // the same again
		f.failExternal(t, awaited)
		f.subscribe(t, "a", 0, store.Subscriber{}) // those before it count no longer
	})
}

// TestUnsubscribe is for whoever has subscribed, and for nobody else.
func TestUnsubscribe(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		hook := f.webhook(t)
		token := f.viewer(t, "one")
		made := f.subscribe(t, "a", 0, store.Subscriber{Token: token})
		for name, id := range map[string]int64{"another's": made.ID, "a webhook": hook.ID, "none": 1000} {
			_, err := f.Subscription(t.Context(), id, 0)
			err2 := f.Unsubscribe(t.Context(), id, 0)
			if !errors.Is(err, store.ErrNotFound) || !errors.Is(err2, store.ErrNotFound) {
				t.Errorf("%s: %v, %v", name, err, err2)
			}
		}
		if got, err := f.Subscription(t.Context(), made.ID, token); err != nil || !same(got, made) {
			t.Errorf("got %+v, %v, want %+v", got, err, made)
		}
		if err := f.Unsubscribe(t.Context(), made.ID, token); err != nil {
			t.Error(err)
		}
		if all, err := f.Browsers(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("left %+v, %v", all, err)
		}
	})
}

// viewer makes a token and returns its number.
func (f *fixture) viewer(t *testing.T, prefix string) int64 {
	t.Helper()
	return f.token(t, prefix, shared.NewToken{Role: shared.RoleViewer}).ID
}

// TestWhoIsToldNoLonger signs people out and takes tokens away, and loses browsers.
func TestWhoIsToldNoLonger(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		one, two, three := f.viewer(t, "one"), f.viewer(t, "two"), f.viewer(t, "three")
		for _, s := range []string{"s1", "s2"} {
			if err := f.CreateSession(t.Context(), s, "hash", one, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		f.subscribe(t, "out", 0, store.Subscriber{Token: one, Session: "s1"})
		f.subscribe(t, "in", 0, store.Subscriber{Token: one, Session: "s2"})
		f.subscribe(t, "everywhere", 0, store.Subscriber{Token: two, Session: "s3"})
		f.subscribe(t, "expired", 0, store.Subscriber{Token: three})
		f.subscribe(t, "gone", 0, store.Subscriber{})
		f.subscribe(t, "gone", f.create(t, external).AuditID, store.Subscriber{})
		f.sql(t, fmt.Sprintf("UPDATE tokens SET expires_at = %s WHERE id = %d", otherTime, three))
		hook := f.webhook(t)
		if err := errors.Join(f.EndSession(t.Context(), "s1"), f.EndSessionsOf(t.Context(), two)); err != nil {
			t.Fatal(err)
		}
		left := func() (urls []string) {
			t.Helper()
			all, err := f.Browsers(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range slices.Backward(all) {
				urls = append(urls, b.URL[len("https://push.example/"):])
			}
			return urls
		}
		if got := left(); !slices.Equal(got, []string{"in", "expired", "gone", "gone"}) {
			t.Errorf("left %q", got)
		}
		f.failExternal(t, f.create(t, external).AuditID)
		if n := f.text(t, "SELECT count(*) FROM deliveries"); n != "3" { // in, gone, and the webhook
			t.Errorf("%s are told, want 3", n)
		}
		d := work.Delivery{Kind: shared.KindPush, URL: "https://push.example/gone"}
		if err := f.SettleDelivery(t.Context(), d, work.Outcome{State: shared.DeliveryFailed, Gone: true}); err != nil {
			t.Fatal(err)
		}
		if err := f.RevokeToken(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		if _, err := f.ForgetDeliveries(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := left(); len(got) != 0 {
			t.Errorf("left %q", got)
		}
		d = work.Delivery{Kind: shared.KindWebhook, URL: hook.URL}
		if err := f.SettleDelivery(t.Context(), d, work.Outcome{State: shared.DeliveryFailed, Gone: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Webhook(t.Context(), hook.ID); err != nil {
			t.Errorf("a webhook that is gone stays for its log: %v", err)
		}
	})
}

// TestSubscriptionsAreForgotten keeps those to audits that have ended for as long as what
// they were told.
func TestSubscriptionsAreForgotten(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ended, cancelled, goesOn := f.create(t, external), f.create(t, external), f.create(t, external)
		for _, p := range []shared.AuditProgress{ended, cancelled, goesOn} {
			f.subscribe(t, "a", p.AuditID, store.Subscriber{})
		}
		f.failExternal(t, ended.AuditID)
		if _, err := f.Cancel(t.Context(), cancelled.AuditID); err != nil {
			t.Fatal(err)
		}
		forget := func(want ...int64) {
			t.Helper()
			if _, err := f.ForgetDeliveries(t.Context()); err != nil {
				t.Fatal(err)
			}
			all, err := f.Browsers(t.Context())
			var got []int64
			for _, b := range all {
				got = append(got, *b.AuditID)
			}
			if !slices.Equal(got, want) || err != nil {
				t.Errorf("left %d, %v, want %d", got, err, want)
			}
		}
		forget(goesOn.AuditID, ended.AuditID)
		f.sql(t, "UPDATE deliveries SET state = 'delivered', next_at = "+otherTime)
		forget(goesOn.AuditID)
	})
}
