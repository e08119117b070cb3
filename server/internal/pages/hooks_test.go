package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/api"
	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
	"atalaya/shared/text"
)

// hooks are webhooks as the server has them.
type hooks struct {
	*store.Store
	rest *api.API
}

func (h hooks) AddWebhook(ctx context.Context, want shared.Webhook) (shared.Webhook, error) {
	return h.rest.AddWebhook(ctx, want)
}

func (h hooks) ChangeWebhook(
	ctx context.Context, id int64, patch shared.WebhookPatch, match int64,
) (shared.Webhook, error) {
	return h.rest.ChangeWebhook(ctx, id, patch, match)
}

func (h hooks) RenewSecret(ctx context.Context, id int64) (shared.Webhook, error) {
	return h.rest.RenewSecret(ctx, id)
}

// hookWish is a form that is filled in as it should be.
func hookWish(changes ...string) url.Values {
	form := url.Values{
		"do": {"make"}, "kind": {"webhook"}, "url": {"https://hook.example/a"}, "audit.failed": {"true"}, "language": {"es"},
	}
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return form
}

var shownSecret = regexp.MustCompile(`<code>(whsec_[^<]+)</code>`)

// TestHookFromItsFormToItsEnd makes a webhook, tests it, sends a message once more, gives it a new
// secret and removes it. Each secret stands in one answer alone.
func TestHookFromItsFormToItsEnd(t *testing.T) {
	s := newSite(t)
	if body := read(t, s.get(shared.PathHooksPage)); !strings.Contains(body, "There is no webhook yet") {
		t.Errorf("an empty list: %s", body)
	}
	r := s.submit(shared.PathHooksPage, hookWish())
	body := read(t, r)
	if r.StatusCode != 200 || r.Header.Get("Cache-Control") != "no-store" || shownSecret.FindString(body) == "" {
		t.Fatalf("made: %s: %s", r.Status, body)
	}
	body = read(t, s.get(shared.PathHooksPage+"?lang=es"))
	for _, part := range []string{
		`<a href="/team/webhooks/1?lang=es">https://hook.example/a</a>`, "Una auditoría ha fallado", "ninguno todavía",
	} {
		if !strings.Contains(body, part) {
			t.Errorf("the list lacks %q: %s", part, body)
		}
	}
	page := shared.PathHookPage(1)
	press := func(do, id, to string) {
		t.Helper()
		r := s.submit(page, url.Values{"do": {do}, "id": {id}})
		if got := r.Header.Get("Location"); r.StatusCode != 303 || got != to {
			t.Errorf("%s: %s to %q", do, r.Status, got)
		}
	}
	press("test", "", page)
	body = read(t, s.get(page))
	for _, part := range []string{"A test", "waiting", `<meta http-equiv="refresh"`, `name="id" value="1"`} {
		if !strings.Contains(body, part) {
			t.Errorf("after a test %q is missing: %s", part, body)
		}
	}
	d, ok, err := s.rows.ClaimDelivery(t.Context(), time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	err = s.rows.SettleDelivery(t.Context(), d, work.Outcome{State: shared.DeliveryFailed, Status: 410})
	if err != nil {
		t.Fatal(err)
	}
	body = read(t, s.get(page))
	if !strings.Contains(body, "given up") || !strings.Contains(body, ">410<") || strings.Contains(body, "refresh") {
		t.Errorf("after it was given up: %s", body)
	}
	if body := read(t, s.get(shared.PathHooksPage)); !strings.Contains(body, "given up (410), ") {
		t.Errorf("the list does not say so: %s", body)
	}
	press("again", "1", page)
	if body := read(t, s.get(page)); !strings.Contains(body, "waiting") {
		t.Errorf("sent again: %s", body)
	}
	body = read(t, s.submit(page, url.Values{"do": {"renew"}}))
	if shownSecret.FindString(body) == "" || strings.Contains(read(t, s.get(page)), "whsec_") {
		t.Errorf("a new secret: %s", body)
	}
	s.asks(page, page+"?ask=remove", "Remove webhook 1?", "https://hook.example/a")
	press("remove", "", shared.PathHooksPage)
	if r := s.get(page); r.StatusCode != 404 {
		t.Errorf("removed: %s", r.Status)
	}
}

// TestHooksForPeople makes one of ntfy, of whose address only the host is shown and whose token is
// shown nowhere.
func TestHooksForPeople(t *testing.T) {
	s := newSite(t)
	r := s.submit(shared.PathHooksPage, hookWish("kind", "ntfy", "url", "https://ntfy.example/s3cret", "token", "tk_1"))
	if to := r.Header.Get("Location"); r.StatusCode != 303 || to != shared.PathHookPage(1) {
		t.Fatalf("made: %s to %q", r.Status, to)
	}
	for _, path := range []string{shared.PathHooksPage, shared.PathHookPage(1)} {
		body := read(t, s.get(path))
		if !strings.Contains(body, "https://ntfy.example/…") || strings.Contains(body, "s3cret") || strings.Contains(body, "tk_1") {
			t.Errorf("%s: %s", path, body)
		}
	}
	body := read(t, s.get(shared.PathHookPage(1)))
	if strings.Contains(body, `value="renew"`) || !strings.Contains(body, "<dd class=\"u\">Español</dd>") {
		t.Errorf("its page: %s", body)
	}
	if r := s.submit(shared.PathHookPage(1), url.Values{"do": {"renew"}}); r.StatusCode != 409 {
		t.Errorf("a secret where none signs: %s", r.Status)
	}
}

// TestHookIsChanged changes a webhook by its form, which keeps what it was told, and has of two who
// do so at once the later see what the other did.
func TestHookIsChanged(t *testing.T) {
	s := newSite(t)
	s.submit(shared.PathHooksPage, hookWish())
	if _, err := s.rows.TestWebhook(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	page := shared.PathHookPage(1)
	edit := page + "?ask=change"
	if body := read(t, s.get(page)); !strings.Contains(body, `<a href="`+edit+`">Change this webhook</a>`) {
		t.Errorf("no way to the form: %s", body)
	}
	body := read(t, s.get(edit))
	for _, part := range []string{
		`value="https://hook.example/a"`, `name="revision" value="1"`, `name="audit.failed" value="true" checked`,
		`name="audit.finished" value="true">`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("the form lacks %q: %s", part, body)
		}
	}
	if strings.Contains(body, `name="kind"`) || strings.Contains(body, `name="token"`) || strings.Contains(body, `name="language"`) {
		t.Errorf("the form asks for what a program has not: %s", body)
	}
	form := url.Values{
		"do": {"change"}, "revision": {"1"}, "url": {"https://other.example/b"}, "audit.finished": {"true"},
	}
	r := s.submit(page+"?lang=es", form)
	if to := r.Header.Get("Location"); r.StatusCode != 303 || to != page+"?lang=es" {
		t.Fatalf("changed: %s to %q", r.Status, to)
	}
	body = read(t, s.get(page))
	for _, part := range []string{"https://other.example/b", `<dd class="u">An audit is finished</dd>`, `id="message-1"`} {
		if !strings.Contains(body, part) {
			t.Errorf("changed without %q: %s", part, body)
		}
	}
	form.Set("url", "https://third.example/")
	r = s.submit(page, form)
	body = read(t, r)
	if r.StatusCode != 412 || !strings.Contains(body, "Somebody else has changed this webhook") ||
		!strings.Contains(body, `value="https://other.example/b"`) || !strings.Contains(body, `name="revision" value="2"`) {
		t.Errorf("the later: %s: %s", r.Status, body)
	}
	for name, tc := range map[string]struct {
		field, value string
		status       int
		says         string
	}{
		"an address": {"url", `"><b>`, 422, `id="url-error" role="alert">This is no address`},
		"no event":   {"audit.finished", "", 422, `id="events-error" role="alert">Choose`},
		"revision":   {"revision", "x", 400, "could not be read"},
	} {
		wrong := url.Values{"do": {"change"}, "revision": {"2"}, "url": {"https://a.example/"}, "audit.finished": {"true"}}
		wrong.Set(tc.field, tc.value)
		r := s.submit(page, wrong)
		if body := read(t, r); r.StatusCode != tc.status || !strings.Contains(body, tc.says) || strings.Contains(body, "><b>") ||
			!strings.Contains(body, `name="revision" value="2"`) {
			t.Errorf("%s: %s without %q: %s", name, r.Status, tc.says, body)
		}
	}
	if r := s.submit(shared.PathHookPage(2), form); r.StatusCode != 404 {
		t.Errorf("none: %s", r.Status)
	}
}

// TestSecretsOfAHookStay changes one whose address and token are not shown, and leaves both fields
// empty.
func TestSecretsOfAHookStay(t *testing.T) {
	s := newSite(t)
	s.submit(shared.PathHooksPage, hookWish("kind", "ntfy", "url", "https://ntfy.example/s3cret", "token", "tk_1"))
	page := shared.PathHookPage(1)
	body := read(t, s.get(page+"?ask=change"))
	if strings.Contains(body, "s3cret") || strings.Contains(body, "tk_1") || !strings.Contains(body, "Left empty, it stays") ||
		!strings.Contains(body, `value="es" lang="es" selected`) {
		t.Errorf("the form: %s", body)
	}
	r := s.submit(page, url.Values{
		"do": {"change"}, "revision": {"1"}, "url": {""}, "token": {""}, "language": {"en"}, "audit.failed": {"true"},
	})
	hook, err := s.rows.Webhook(t.Context(), 1)
	if r.StatusCode != 303 || err != nil || hook.URL != "https://ntfy.example/s3cret" || hook.Language != "en" {
		t.Errorf("changed: %s, %+v, %v", r.Status, hook, err)
	}
	if _, err := s.rows.TestWebhook(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	d, ok, err := s.rows.ClaimDelivery(t.Context(), time.Minute)
	if err != nil || !ok || d.Secrets[0] != "tk_1" {
		t.Errorf("its token: %v, %t, %v", d.Secrets, ok, err)
	}
}

// TestHooksRefuse has what is wrong said beside its field, and what was typed kept.
func TestHooksRefuse(t *testing.T) {
	s := newSite(t)
	all, one := shared.PathHooksPage, shared.PathHookPage(1)
	for _, tc := range []struct {
		path   string
		typed  url.Values
		status int
		says   string
	}{
		{all, hookWish("url", `"><b>`), 422, `id="url-error" role="alert">This is no address`},
		{all, hookWish("url", `"><b>`, "kind", "slack"), 422, `<option value="slack" selected>`},
		{all, hookWish("audit.failed", ""), 422, `id="events-error" role="alert">Choose`},
		{all, hookWish("kind", "email"), 422, `id="kind-error" role="alert">This server sends no e-mail`},
		{all, hookWish("kind", "pigeon"), 422, `id="kind-error"`},
		{all, hookWish("token", "tk_1"), 422, `id="token-error" role="alert">This kind`},
		{all, hookWish("language", "tlh"), 422, `role="alert"`},
		{all, url.Values{"do": {"make", "make"}}, 400, "could not be read"},
		{one, url.Values{"do": {"test"}}, 404, "nothing at this address"},
		{one, url.Values{"do": {"burn"}}, 404, "nothing at this address"},
	} {
		r := s.submit(tc.path, tc.typed)
		body := read(t, r)
		if r.StatusCode != tc.status || !strings.Contains(body, tc.says) || strings.Contains(body, "><b>") {
			t.Errorf("%s %v: got %s without %q: %s", tc.path, tc.typed, r.Status, tc.says, body)
		}
		if strings.Contains(body, "tk_1") {
			t.Errorf("%v: the token comes back", tc.typed)
		}
	}
	if made, err := s.rows.Webhooks(t.Context()); len(made) > 0 || err != nil {
		t.Errorf("made %+v, %v", made, err)
	}
	s.submit(all, hookWish())
	for form, want := range map[string]int{"do=burn": 400, "do=again&id=x": 400, "do=again&id=7": 404, "do=test&do=test": 400} {
		values, _ := url.ParseQuery(form)
		if r := s.submit(one, values); r.StatusCode != want {
			t.Errorf("%s: %s, want %d", form, r.Status, want)
		}
	}
	for path, want := range map[string]int{all + "/x": 404, one + "?cursor=x": 404, one: 200} {
		if r := s.get(path); r.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, r.Status, want)
		}
	}
	for _, path := range []string{all, one} {
		if r := s.do(http.MethodPut, path, ""); r.StatusCode != 405 {
			t.Errorf("PUT %s: %s", path, r.Status)
		}
	}
}

// TestHookLogByPages has more messages than one page shows.
func TestHookLogByPages(t *testing.T) {
	s := newSite(t)
	s.submit(shared.PathHooksPage, hookWish())
	for range shared.ListLimitDefault + 1 {
		if _, err := s.rows.TestWebhook(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	body := read(t, s.get(shared.PathHookPage(1)))
	next := regexp.MustCompile(`/team/webhooks/1\?cursor=[^"]+`).FindString(body)
	if strings.Count(body, `value="again"`) != shared.ListLimitDefault || next == "" {
		t.Fatalf("the first page: %s", body)
	}
	if body := read(t, s.get(next)); strings.Count(body, `value="again"`) != 1 {
		t.Errorf("the second page: %s", body)
	}
}

// TestEveryFieldOfAHookIsNamedOnce holds that no two events share a field, or one of them would be
// lost.
func TestEveryFieldOfAHookIsNamedOnce(t *testing.T) {
	s := newSite(t)
	page := parse(t, s.get(shared.PathHooksPage))
	seen := map[string]bool{}
	for _, kind := range []string{"input", "select"} {
		for _, e := range elements(page, kind) {
			name := attribute(e, "name")
			if seen[name] {
				t.Errorf("%q is there twice", name)
			}
			seen[name] = true
		}
	}
	for _, event := range shared.Events {
		if !seen[string(event)] {
			t.Errorf("no field for %s", event)
		}
	}
	if want := 4 + len(shared.Events); len(seen) != want {
		t.Errorf("%d fields, want %d: %s", len(seen), want, fmt.Sprint(seen))
	}
	if got := len(elements(page, "option")); got != len(shared.WebhookKinds)+len(text.Langs) {
		t.Errorf("%d options", got)
	}
}
