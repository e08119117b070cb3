package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	cdptarget "github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// allowNotifications has the user allow notifications.
func (p *tab) allowNotifications() {
	p.t.Helper()
	call(p, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
		Permission: &cdpbrowser.PermissionDescriptor{Name: "notifications"}, Setting: cdpbrowser.PermissionSettingGranted,
	})
}

// worker is the service worker behind a page.
func (p *tab) worker() *tab {
	p.t.Helper()
	var id cdptarget.ID
	testkit.Eventually(p.t, 60*time.Second, "a service worker", func() bool {
		all, err := chromedp.Targets(p.ctx)
		i := slices.IndexFunc(all, func(info *cdptarget.Info) bool { return info.Type == "service_worker" })
		if err == nil && i >= 0 {
			id = all[i].TargetID
		}
		return id != ""
	})
	ctx, cancel := chromedp.NewContext(p.ctx, chromedp.WithTargetID(id))
	p.t.Cleanup(cancel)
	return &tab{t: p.t, ctx: ctx}
}

// promised runs a script whose value is a promise of a text.
func (p *tab) promised(script string) string {
	p.t.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return s
}

// recordsNotifications has a service worker keep what it shows: what the browser says of that
// depends on the screen around it.
func (p *tab) recordsNotifications() {
	p.t.Helper()
	p.eval(`void ((show) => {
		self.shown = [];
		ServiceWorkerRegistration.prototype.showNotification = async function (title, o) {
			await show.call(this, title, o);
			self.shown.push([o.tag, o.lang, title, o.body, o.data.path].join("|"));
		};
	})(ServiceWorkerRegistration.prototype.showNotification)`)
}

// subscribesAs has a service worker get the subscription of a browser of the test: a headless
// one has no push service. It asks for it with the server's key.
func (p *tab) subscribesAs(b *testkit.PushBrowser) {
	p.t.Helper()
	p.eval(fmt.Sprintf(`(() => {
		const subscription = {
			toJSON: () => ({endpoint: %q, expirationTime: null, keys: {p256dh: %q, auth: %q}}),
			unsubscribe: async () => { self.held = null; return true; },
		};
		PushManager.prototype.subscribe = async (o) => { self.asked = o; return (self.held = subscription); };
		PushManager.prototype.getSubscription = async () => self.held || null;
	})()`, b.Endpoint, b.P256dh, b.Auth))
}

// registration is the number of the service worker's registration, by which the browser
// hands it messages.
func (p *tab) registration() serviceworker.RegistrationID {
	p.t.Helper()
	found := make(chan serviceworker.RegistrationID, 100)
	err := chromedp.Listen(p.ctx, func(ev any) {
		if e, ok := ev.(*serviceworker.EventWorkerRegistrationUpdated); ok {
			for _, r := range e.Registrations {
				found <- r.RegistrationID
			}
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	call(p, serviceworker.Enable, cdp.Empty{})
	ctx, cancel := context.WithTimeout(p.ctx, 60*time.Second)
	defer cancel()
	select {
	case id := <-found:
		return id
	case <-ctx.Done():
		p.t.Fatal("the service worker has no registration")
		return ""
	}
}

// shows waits until a service worker has shown these notifications.
func (p *tab) shows(want string) {
	p.t.Helper()
	p.sees(`self.shown.join("\n") === ` + jsString(want))
}

// TestBrowserPush has a reader be notified of an audit with its page closed: the reader asks
// on one visit, the next one knows, and what the push service gets is what is shown.
func TestBrowserPush(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	service := testkit.NewPushService(t)
	s := startWith(t, trusting(t, service), "--data-dir", t.TempDir(), "--workers", "0")
	audit := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	p := openTab(t, chromium)
	p.allowNotifications()
	p.do(chromedp.Navigate(s.url + shared.PathPage(audit)))
	p.sees(running)
	p.controlled()
	w, b := p.worker(), service.Subscribe(t)
	w.subscribesAs(b)
	w.recordsNotifications()
	registration := p.registration()

	p.says("Notify me")
	p.eval(`[...document.querySelectorAll('.head-a button')].find((b) => b.innerText === 'Notify me').click()`)
	p.says("You will be notified")
	p.shot("push-on")
	_, key := s.request(http.MethodGet, shared.PathPush, "")
	if got := w.eval(`JSON.stringify({public_key: self.asked.applicationServerKey})`) + "\n"; got != string(key) {
		t.Errorf("subscribed with %s, not %s", got, key)
	}
	p.do(chromedp.Navigate(s.url + "/"))
	p.do(chromedp.Navigate(s.url + shared.PathPage(audit)))
	p.says("You will be notified")

	p.do(chromedp.Navigate(s.url + "/settings"))
	p.sees(running)
	s.request(http.MethodPatch, shared.PathProgress(audit), `{"status":"failed","error_message":"no answer"}`)
	text := waitPushed(t, service, b, 1)[0]
	call(p, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{
		Origin: s.url, RegistrationID: registration, Data: text,
	})
	const want = "audit-1|en|nightly import: the audit failed|no answer|/audits/1"
	w.shows(want)
	testkit.Eventually(t, 60*time.Second, "nothing more to be told", func() bool {
		return w.promised(`told().then((all) => JSON.stringify(all))`) == "[]"
	})
}

// TestBrowserPushAnything has messages come that are none of the server's, and looks for the
// window that a click on one brings to the front.
func TestBrowserPushAnything(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	audit := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	p := openTab(t, chromium)
	p.allowNotifications()
	p.do(chromedp.Navigate(s.url + shared.PathPage(audit)))
	p.sees(running)
	p.controlled()
	w, registration := p.worker(), p.registration()
	w.recordsNotifications()
	shown := ""
	for _, data := range []string{
		"", "not JSON", "null", "7", `{"title":"x"}`, `{"title":"x","path":"https://evil.example/"}`,
		`{"title":"x","path":"//evil.example/"}`, `{"title":"x","path":"/\\evil.example/"}`,
		`{"title":"x","path":"javascript:alert(1)"}`,
	} {
		call(p, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{
			Origin: s.url, RegistrationID: registration, Data: data,
		})
		if shown != "" {
			shown += "\n"
		}
		shown += "||Atalaya||/"
		w.shows(shown)
	}
	w.eval(`void (WindowClient.prototype.focus = function () { self.focused = new URL(this.url).pathname; },
		Clients.prototype.openWindow = function (path) { self.opened = path; })`)
	for path, want := range map[string]string{
		"/audits/1/report": "/audits/1 ", "/audits/1": "/audits/1 ", "/audits/11": " /audits/11", "/": " /",
	} {
		got := w.promised(`(self.focused = self.opened = "", open(` + jsString(path) +
			`).catch(String).then(() => focused + " " + opened))`)
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// TestBrowserPushSettings has a device be told of all audits, moves it to another push
// service, and switches it off.
func TestBrowserPushSettings(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	service := testkit.NewPushService(t)
	s := startWith(t, trusting(t, service), "--data-dir", t.TempDir(), "--workers", "0")
	p := openTab(t, chromium)
	p.allowNotifications()
	p.do(chromedp.Navigate(s.url + "/settings"))
	p.sees(liveDot)
	p.controlled()
	pressed := func(do string) string {
		return fmt.Sprintf(`document.querySelector('button[value=%q]').ariaPressed === 'true'`, do)
	}
	p.do(presses("push."))
	p.says("does not allow that at present") // a headless browser has no push service
	p.sees(pressed("push.off"))
	w, first, second := p.worker(), service.Subscribe(t), service.Subscribe(t)
	w.subscribesAs(first)
	p.do(presses("push."))
	p.sees(pressed("push."))
	s.fail("one")
	waitPushed(t, service, first, 1)

	w.subscribesAs(second)
	w.promised(`renew().then(String)`)
	s.fail("two")
	waitPushed(t, service, second, 1)
	if n := len(service.Messages(first)); n != 1 {
		t.Errorf("the subscription before was told %d times", n)
	}
	p.do(presses("lang.es"))
	p.says("Datos en este dispositivo")
	p.shot("push-settings")
	p.do(chromedp.Navigate(s.url + "/settings"))
	p.sees(liveDot + ` && ` + pressed("push."))
	s.fail("three")
	if got := waitPushed(t, service, second, 2)[1]; got != `{"title":"three: la auditoría ha fallado","body":"no answer",`+
		`"lang":"es","tag":"audit-3","path":"/audits/3"}` {
		t.Errorf("in another language: %s", got)
	}
	p.do(presses("push.off"))
	p.sees(pressed("push.off"))
	if _, body := s.request(http.MethodGet, shared.PathWebhooks+"?kind=push", ""); string(body) != `{"webhooks":[]}`+"\n" {
		t.Errorf("left %s", body)
	}
	if held := w.eval(`self.held`); held != "null" {
		t.Errorf("the browser is still subscribed: %s", held)
	}
}
