package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// webhook makes one that is told of everything.
func (f *fixture) webhook(t *testing.T) shared.Webhook {
	t.Helper()
	w, err := f.CreateWebhook(t.Context(), shared.Webhook{
		Kind: shared.KindWebhook, URL: "https://hook.example/", Events: shared.Events[:], Secret: "whsec_one",
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// told lists what a webhook was told, the oldest first.
func (f *fixture) told(t *testing.T, webhook int64) []string {
	t.Helper()
	list, err := f.Deliveries(t.Context(), webhook, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	said := []string{}
	for _, d := range slices.Backward(list.Deliveries) {
		said = append(said, fmt.Sprintf("%s %d", d.Event, d.AuditID))
	}
	return said
}

func (f *fixture) sweepNotices(t *testing.T) (noted int) {
	t.Helper()
	ended, err := f.NoteEnded(t.Context())
	silent, err2 := f.NoteSilent(t.Context(), 5*time.Minute)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return ended + silent
}

// TestEveryEventIsToldOnce ends audits in each way that there is.
func TestEveryEventIsToldOnce(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.sql(t, "INSERT INTO audits (url, status) VALUES ('https://before.example/', 'failed')") // 1: nobody to tell
		f.sweepNotices(t)
		w := f.webhook(t)

		p := f.create(t, site) // 2: the engine
		job := f.claim(t, "w")
		result := work.Result{Status: shared.StatusCompleted, GeoScore: ptr(80)}
		if err := f.Finish(t.Context(), job.Lease, result); err != nil {
			t.Fatal(err)
		}
		f.create(t, site) // 3: likewise, and worse
		job = f.claim(t, "w")
		result.GeoScore = ptr(70)
		if err := f.Finish(t.Context(), job.Lease, result); err != nil {
			t.Fatal(err)
		}
		p = f.create(t, external) // 4: the API
		if _, err := f.Patch(t.Context(), p.AuditID, shared.ProgressPatch{Status: ptr(shared.StatusFailed)}, 0); err != nil {
			t.Fatal(err)
		}
		p = f.create(t, external) // 5: somebody cancels, which nobody needs to be told
		if _, err := f.Cancel(t.Context(), p.AuditID); err != nil {
			t.Fatal(err)
		}
		f.create(t, site) // 6: its workers die
		for range store.LeasesLostMax {
			f.claim(t, "w")
			f.loseLease(t)
		}
		if _, ok, err := f.Claim(t.Context(), "w", time.Minute); ok || err != nil {
			t.Fatal(ok, err)
		}
		want := []string{
			"audit.finished 2", "audit.finished 3", "audit.regressed 3", "audit.failed 4", "audit.failed 6",
		}
		if got := f.told(t, w.ID); !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}

		// A foreign worker, of whom the sweep learns: 7, 8 and 9.
		f.sql(t, "INSERT INTO audits (url, status, geo_score) VALUES ('https://a.example/', 'completed', 80)")
		f.sql(t, "INSERT INTO audits (url, status, geo_score) VALUES ('https://a.example/', 'completed', 75)")
		f.sql(t, "INSERT INTO audits (url, status, worker_seen_at) VALUES ('https://b.example/', 'running', "+otherTime+")")
		f.sql(t, "INSERT INTO audits (url, status) VALUES ('https://c.example/', 'running')") // 10: hearty
		want = append(want, "audit.finished 7", "audit.finished 8", "audit.regressed 8")
		if n := f.sweepNotices(t); n != 2 {
			t.Errorf("%d noted, want 2", n)
		}
		f.age(t, 9)
		want = append(want, "worker.silent 9")
		if n := f.sweepNotices(t); n != 1 {
			t.Errorf("%d noted, want the silent one", n)
		}
		if n := f.sweepNotices(t); n != 0 {
			t.Errorf("%d noted again", n)
		}
		if got := f.told(t, w.ID); !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}

// age has an audit be changed long ago, which no trigger allows.
func (f *fixture) age(t *testing.T, id int64) {
	t.Helper()
	if f.Dialect() == "sqlite" {
		f.sql(t, "UPDATE audits_clock SET fixing = 1")
		defer f.sql(t, "UPDATE audits_clock SET fixing = 0")
	} else {
		f.sql(t, "ALTER TABLE audits DISABLE TRIGGER audits_touch_update")
		defer f.sql(t, "ALTER TABLE audits ENABLE TRIGGER audits_touch_update")
	}
	f.sql(t, fmt.Sprintf("UPDATE audits SET updated_at = %s WHERE id = %d", otherTime, id))
}

// TestWebhookIsTested sends two webhooks tests, of which each was told last of another.
func TestWebhookIsTested(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		one, two := f.webhook(t), f.webhook(t)
		for range 2 {
			if d, err := f.TestWebhook(t.Context(), one.ID); err != nil || d.Event != shared.EventTest ||
				d.State != shared.DeliveryPending || d.NextAt == nil || d.CreatedAt.IsZero() {
				t.Fatalf("tested: %+v, %v", d, err)
			}
		}
		if _, err := f.TestWebhook(t.Context(), 1000); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("no webhook: %v", err)
		}
		f.create(t, external)
		if _, err := f.Patch(t.Context(), 1, shared.ProgressPatch{Status: ptr(shared.StatusFailed)}, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := f.TestWebhook(t.Context(), one.ID); err != nil {
			t.Fatal(err)
		}
		if got := f.told(t, two.ID); !slices.Equal(got, []string{"audit.failed 1"}) {
			t.Errorf("the other was told %q", got)
		}
		mute := f.webhook(t)
		newest, err := f.NewestDeliveries(t.Context())
		if err != nil || len(newest) != 2 || newest[one.ID].Event != shared.EventTest || newest[one.ID].ID != 5 ||
			newest[two.ID].Event != shared.EventFailed || newest[mute.ID].ID != 0 {
			t.Errorf("newest %+v, %v", newest, err)
		}
	})
}

// TestNoticeSaysWhatHappened reads the message that a receiver gets.
func TestNoticeSaysWhatHappened(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.webhook(t)
		hostile := `https://a.example/"}<script>&` + "\u2028"
		f.sql(t, "INSERT INTO audits (url, status, error_message, activity) VALUES ('"+hostile+"', 'failed', 'a\nb', '{}')")
		f.sweepNotices(t)
		d, ok, err := f.ClaimDelivery(t.Context(), time.Minute)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		var n shared.Notice
		if err := json.Unmarshal(d.Body, &n); err != nil {
			t.Fatal(err)
		}
		p := f.progress(t, 1)
		p.Activity = nil
		if want := (shared.Notice{Type: shared.EventFailed, Timestamp: *p.FinishedAt, Data: p}); !equal(n, want) {
			t.Errorf("got %s, want %s", wire(n), wire(want))
		}
		if d.Event != n.Type || d.AuditID != 1 || d.Tries != 1 || d.URL != "https://hook.example/" ||
			!slices.Equal(d.Secrets, []string{"whsec_one"}) || !strings.HasPrefix(d.Message, "msg_") {
			t.Errorf("claimed %+v", d)
		}
	})
}

func TestDeliveryIsTriedAndSettled(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		w := f.webhook(t)
		f.sql(t, "INSERT INTO audits (url, status) VALUES ('https://a.example/', 'failed'), ('https://b.example/', 'failed')")
		f.sweepNotices(t)
		claim := func(want int64) work.Delivery {
			t.Helper()
			d, ok, err := f.ClaimDelivery(t.Context(), time.Minute)
			if err != nil || ok != (want != 0) || d.AuditID != want {
				t.Fatalf("claimed %+v, %v, %v, want that of audit %d", d, ok, err, want)
			}
			return d
		}
		settle := func(d work.Delivery, o work.Outcome) {
			t.Helper()
			if err := f.SettleDelivery(t.Context(), d, o); err != nil {
				t.Fatal(err)
			}
		}
		newest := func(i int) shared.Delivery {
			t.Helper()
			list, err := f.Deliveries(t.Context(), w.ID, "", 0)
			if err != nil {
				t.Fatal(err)
			}
			return list.Deliveries[i]
		}
		first := claim(1)
		claim(0) // one at a time for each webhook
		settle(first, work.Outcome{State: shared.DeliveryPending, Wait: time.Hour, Status: 500, Error: "status 500"})
		settle(first, work.Outcome{State: shared.DeliveryPending, Status: 501})
		second := claim(2)
		f.sql(t, "UPDATE deliveries SET lease_until = '2001-01-01 00:00:00.000+00:00'") // its server died
		again := claim(2)
		if again.Tries != 2 || again.Message != second.Message {
			t.Errorf("taken up as %+v, after %+v", again, second)
		}
		settle(second, work.Outcome{State: shared.DeliveryFailed}) // it did not die after all, but is too late
		settle(again, work.Outcome{State: shared.DeliveryDelivered, Status: 204})
		if d := newest(0); d.State != shared.DeliveryDelivered || *d.Status != 204 || d.Error != nil || d.NextAt != nil ||
			d.TriedAt == nil {
			t.Errorf("delivered: %s", wire(d))
		}
		d := newest(1)
		if d.State != shared.DeliveryPending || *d.Status != 501 || d.Error != nil || d.NextAt == nil {
			t.Errorf("settled twice: %s", wire(d))
		}
		claim(1)

		redelivered, err := f.Redeliver(t.Context(), w.ID, again.ID)
		if err != nil || redelivered.State != shared.DeliveryPending || redelivered.Tries != 0 ||
			redelivered.Message != again.Message {
			t.Errorf("redelivered %s, %v", wire(redelivered), err)
		}
		if d, err := f.Redeliver(t.Context(), w.ID, first.ID); err != nil || d.Tries != 2 {
			t.Errorf("one that is being tried: %s, %v", wire(d), err)
		}
		_, err = f.Redeliver(t.Context(), w.ID+1, again.ID)
		_, err2 := f.Redeliver(t.Context(), w.ID, 999)
		if !errors.Is(err, store.ErrNotFound) || !errors.Is(err2, store.ErrNotFound) {
			t.Errorf("another's, or none: %v, %v", err, err2)
		}

		f.sql(t, "UPDATE deliveries SET state = 'failed', next_at = "+otherTime+" WHERE audit_id = 1")
		if n, err := f.ForgetDeliveries(t.Context()); n != 1 || err != nil {
			t.Errorf("forgot %d, %v", n, err)
		}
	})
}

// TestDeliveryIsOneServers has many servers send at once what many webhooks are told.
func TestDeliveryIsOneServers(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		const webhooks, audits = 4, 5
		for range webhooks {
			f.webhook(t)
		}
		for range audits {
			f.sql(t, "INSERT INTO audits (url, status) VALUES ('https://a.example/', 'failed')")
		}
		var servers sync.WaitGroup
		var sent atomic.Int64
		seen := sync.Map{}
		for range 6 {
			servers.Go(func() {
				for sent.Load() < webhooks*audits {
					_, err := f.NoteEnded(t.Context())
					d, ok, err2 := f.ClaimDelivery(t.Context(), time.Minute)
					if err := errors.Join(err, err2); err != nil {
						t.Error(err)
						return
					}
					if !ok {
						continue
					}
					if _, twice := seen.LoadOrStore(d.ID, true); twice {
						t.Errorf("delivery %d twice", d.ID)
					}
					sent.Add(1)
					if err := f.SettleDelivery(t.Context(), d, work.Outcome{State: shared.DeliveryDelivered}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		servers.Wait()
		n := f.text(t, "SELECT count(*) FROM deliveries WHERE state = 'delivered' AND tries = 1")
		if n != fmt.Sprint(webhooks*audits) {
			t.Errorf("%s delivered at once, want %d", n, webhooks*audits)
		}
	})
}

func TestWebhooks(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		w := f.webhook(t)
		if w.ID == 0 || w.CreatedAt.IsZero() || w.Secret != "" {
			t.Errorf("made %+v", w)
		}
		w.URL, w.Events, w.Language = "https://other.example/", []shared.Event{shared.EventRegressed}, "es"
		w.Revision++
		got, err := f.UpdateWebhook(t.Context(), w, 0)
		if err != nil || !same(got, w) {
			t.Errorf("changed to %+v, %v, want %+v", got, err, w)
		}
		got, err = f.RotateSecret(t.Context(), w.ID, "whsec_two", time.Hour)
		if err != nil || got.OldSecretUntil == nil || time.Until(got.OldSecretUntil.Time) < 50*time.Minute {
			t.Errorf("rotated: %+v, %v", got, err)
		}
		all, err := f.Webhooks(t.Context())
		one, err2 := f.Webhook(t.Context(), w.ID)
		if errors.Join(err, err2) != nil || len(all) != 1 || !same(all[0], got) || !same(one, got) {
			t.Errorf("all %+v, one %+v, want %+v; %v", all, one, got, errors.Join(err, err2))
		}

		f.sql(t, "INSERT INTO audits (url, status) VALUES ('https://a.example/', 'failed')") // it is not told of those
		f.sql(t, "INSERT INTO audits (url, status, geo_score, previous) VALUES ('https://a.example/', 'completed', 10, '"+
			`{"audit_id":1,"geo_score":70,"errors":0,"finished_at":"2026-01-01T00:00:00.000Z","partial":false}`+"')")
		f.sweepNotices(t)
		if got := f.told(t, w.ID); !slices.Equal(got, []string{"audit.regressed 2"}) {
			t.Errorf("told %q", got)
		}
		d, _, err := f.ClaimDelivery(t.Context(), time.Minute)
		if want := []string{"whsec_two", "whsec_one"}; err != nil || !slices.Equal(d.Secrets, want) {
			t.Errorf("signed with %q, %v, want %q", d.Secrets, err, want)
		}
		f.sql(t, "UPDATE webhooks SET old_secret_until = "+otherTime)
		f.sql(t, "UPDATE deliveries SET lease_until = NULL")
		d, _, err = f.ClaimDelivery(t.Context(), time.Minute)
		if want := []string{"whsec_two"}; err != nil || !slices.Equal(d.Secrets, want) {
			t.Errorf("later signed with %q, %v, want %q", d.Secrets, err, want)
		}

		if err := f.DeleteWebhook(t.Context(), w.ID); err != nil {
			t.Error(err)
		}
		if n := f.text(t, "SELECT count(*) FROM deliveries"); n != "0" {
			t.Errorf("%s deliveries of a webhook that is gone", n)
		}
		_, err = f.Webhook(t.Context(), w.ID)
		_, err2 = f.UpdateWebhook(t.Context(), w, 0)
		_, err3 := f.RotateSecret(t.Context(), w.ID, "x", 0)
		_, err4 := f.Deliveries(t.Context(), w.ID, "", 0)
		for _, err := range []error{err, err2, err3, err4, f.DeleteWebhook(t.Context(), w.ID)} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("gone: %v", err)
			}
		}
	})
}

func TestWebhooksAreBounded(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for range shared.WebhooksMax {
			f.webhook(t)
		}
		_, err := f.CreateWebhook(t.Context(), shared.Webhook{Kind: shared.KindWebhook, URL: "https://a.example/"})
		all, err2 := f.Webhooks(t.Context())
		if !errors.Is(err, store.ErrOutOfRange) || err2 != nil || len(all) != shared.WebhooksMax {
			t.Errorf("one too many: %v; %d, %v", err, len(all), err2)
		}
	})
}

// TestNoticesAreFoundByIndex looks at the plans of what every server asks every few
// seconds, and once for each message: both tables may be large.
func TestNoticesAreFoundByIndex(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.sql(t, "INSERT INTO audits (url, status) SELECT 'https://a.example/', 'completed' FROM "+upTo(2000))
		f.sql(t, "UPDATE audits SET noticed = "+f.bool(true))
		f.sql(t, "ANALYZE audits")
		asked := map[string]string{}
		f.Overhear(func(query string) {
			for _, table := range []string{"audits", "deliveries"} {
				if strings.HasPrefix(query, "SELECT") && strings.Contains(query, `FROM "`+table+`"`) && asked[table] == "" {
					asked[table] = query
				}
			}
		})
		if _, err := f.NoteEnded(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := f.ClaimDelivery(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
		for table, index := range map[string]string{"audits": "audits_unnoticed", "deliveries": "deliveries_due"} {
			if got := f.plan(t, asked[table]); !strings.Contains(got, index) {
				t.Errorf("want %s in the plan of %s\n%s", index, asked[table], got)
			}
		}
	})
}
