package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"atalaya/shared"
	"atalaya/shared/text"
)

// Webhooks is who is told of audits.
type Webhooks interface {
	Webhooks(ctx context.Context) ([]shared.Webhook, error)
	Webhook(ctx context.Context, id int64) (shared.Webhook, error)
	// AddWebhook makes one, and RenewSecret gives one a new secret. They alone tell it, where
	// messages are signed with it.
	AddWebhook(ctx context.Context, want shared.Webhook) (shared.Webhook, error)
	RenewSecret(ctx context.Context, id int64) (shared.Webhook, error)
	// ChangeWebhook changes what a patch names, only over the revision match.
	ChangeWebhook(ctx context.Context, id int64, patch shared.WebhookPatch, match int64) (shared.Webhook, error)
	DeleteWebhook(ctx context.Context, id int64) error
	// NewestDeliveries is what each was told last, and Deliveries what one was told.
	NewestDeliveries(ctx context.Context) (map[int64]shared.Delivery, error)
	Deliveries(ctx context.Context, webhook int64, cursor string, limit int) (shared.DeliveryList, error)
	TestWebhook(ctx context.Context, id int64) (shared.Delivery, error)
	Redeliver(ctx context.Context, webhook, id int64) (shared.Delivery, error)
}

// What the buttons of webhooks ask for beside doMake, and the names of their fields. Each event
// is a field of its own, because a form has no field twice.
const (
	doTest   = "test"
	doRenew  = "renew"
	doAgain  = "again"
	doRemove = "remove"
	doChange = "change"

	fieldKind     = "kind"
	fieldHookURL  = "url"
	fieldLanguage = "language"
	fieldToken    = "token"
	fieldRevision = "revision"
)

// hookPage is the route of [shared.PathHookPage].
const hookPage = shared.PathHooksPage + "/{id}"

// hooks shows who is told of what; by POST it adds somebody.
func (p *plain) hooks(w http.ResponseWriter, r *http.Request) {
	p.byMethod(w, r,
		func() { p.showHooks(w, r, http.StatusOK, func(*hooksModel) {}) },
		func() { p.addHook(w, r) })
}

// addHook makes a webhook. Its secret is shown in the answer itself, as no address may hold it.
func (p *plain) addHook(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	typed, status := readValues(w, r)
	if status != http.StatusOK {
		p.showHooks(w, r, status, func(m *hooksModel) { m.Wrong = l.T(text.BasicBadForm) })
		return
	}
	made, err := p.Webhooks.AddWebhook(r.Context(), readHook(typed))
	switch {
	case err != nil:
		p.refuseHook(w, r, typed, err)
	case made.Kind == shared.KindWebhook:
		p.showHooks(w, r, http.StatusOK, func(m *hooksModel) { m.Secret = made.Secret })
	default:
		http.Redirect(w, r, withLang(r, shared.PathHookPage(made.ID)), http.StatusSeeOther)
	}
}

// readHook reads what somebody wants of a webhook.
func readHook(typed url.Values) shared.Webhook {
	want := shared.Webhook{
		Kind: shared.WebhookKind(typed.Get(fieldKind)), URL: strings.TrimSpace(typed.Get(fieldHookURL)),
		Language: typed.Get(fieldLanguage), Secret: strings.TrimSpace(typed.Get(fieldToken)),
	}
	for _, event := range shared.Events {
		if typed.Get(string(event)) != "" {
			want.Events = append(want.Events, event)
		}
	}
	return want
}

// refuseHook shows the form again, with what was typed and why it was refused. A token is typed
// anew.
func (p *plain) refuseHook(w http.ResponseWriter, r *http.Request, typed url.Values, err error) {
	l, problem := p.choose(w, r), p.Problem(err)
	if problem.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		p.Log.Error("webhook not made", "kind", typed.Get(fieldKind), "err", err)
	}
	p.showHooks(w, r, problem.Status, func(m *hooksModel) {
		m.New.take(typed)
		m.Wrong = m.New.refuse(l, problem)
	})
}

// showHooks writes who is told and the form for one more, with what add says.
func (p *plain) showHooks(w http.ResponseWriter, r *http.Request, status int, add func(*hooksModel)) {
	l := p.choose(w, r)
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	all, err := p.Webhooks.Webhooks(ctx)
	var newest map[int64]shared.Delivery
	if err == nil {
		newest, err = p.Webhooks.NewestDeliveries(ctx)
	}
	m := newHooksModel(r, l, all, newest)
	m.Frame = p.frame(r, l, m.Heading, "/")
	add(&m)
	if err != nil && m.Secret == "" { // a new secret is shown now or never
		p.unavailable(w, r, l, err)
		return
	}
	p.write(w, r, status, "hooks.html", m)
}

// hook shows what one webhook was told, or asks before something is done to it; by POST it does what
// a button asks for.
func (p *plain) hook(w http.ResponseWriter, r *http.Request) {
	id, ok := shared.ParseID(r.PathValue("id"))
	if !ok {
		p.nothing(w, r)
		return
	}
	p.byMethod(w, r,
		func() {
			if asked(r) != "" {
				p.askHook(w, r, id)
				return
			}
			p.showHook(w, r, id, http.StatusOK, func(*hookModel) {})
		},
		func() { p.changeHook(w, r, id) })
}

// changeHook does what a button asks for.
func (p *plain) changeHook(w http.ResponseWriter, r *http.Request, id int64) {
	l := p.choose(w, r)
	typed, status := readValues(w, r)
	if status != http.StatusOK {
		p.showHook(w, r, id, status, func(m *hookModel) { m.Wrong = l.T(text.BasicBadForm) })
		return
	}
	if typed.Get(shared.FieldDo) == doChange {
		p.editHook(w, r, id, typed)
		return
	}
	secret, err := p.doHook(r.Context(), id, typed)
	switch {
	case errors.Is(err, errBadForm):
		p.showHook(w, r, id, http.StatusBadRequest, func(m *hookModel) { m.Wrong = l.T(text.BasicBadForm) })
	case err != nil:
		p.refuseChange(w, r, id, err)
	case secret != "":
		p.showHook(w, r, id, http.StatusOK, func(m *hookModel) { m.Secret = secret })
	case typed.Get(shared.FieldDo) == doRemove:
		http.Redirect(w, r, withLang(r, shared.PathHooksPage), http.StatusSeeOther)
	default:
		http.Redirect(w, r, withLang(r, shared.PathHookPage(id)), http.StatusSeeOther)
	}
}

// doHook does what a form asks for; secret is a new one.
func (p *plain) doHook(ctx context.Context, id int64, typed url.Values) (secret string, err error) {
	switch typed.Get(shared.FieldDo) {
	case doTest:
		_, err = p.Webhooks.TestWebhook(ctx, id)
		return "", err
	case doRenew:
		renewed, err := p.Webhooks.RenewSecret(ctx, id)
		return renewed.Secret, err
	case doRemove:
		return "", p.Webhooks.DeleteWebhook(ctx, id)
	case doAgain:
		if delivery, ok := shared.ParseID(typed.Get(fieldID)); ok {
			_, err = p.Webhooks.Redeliver(ctx, id, delivery)
			return "", err
		}
	}
	return "", errBadForm
}

// refuseChange shows the page again, with why a button did nothing.
func (p *plain) refuseChange(w http.ResponseWriter, r *http.Request, id int64, err error) {
	l, problem := p.choose(w, r), p.Problem(err)
	if problem.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		p.Log.Error("webhook not changed", "webhook", id, "err", err)
	}
	p.showHook(w, r, id, problem.Status, func(m *hookModel) { m.Wrong = text.Problem(l, string(problem.Code)) })
}

// showHook writes a webhook and a slice of what it was told, with what add says. It loads itself
// again while a message is about to be tried.
func (p *plain) showHook(w http.ResponseWriter, r *http.Request, id int64, status int, add func(*hookModel)) {
	l := p.choose(w, r)
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	hook, err := p.Webhooks.Webhook(ctx, id)
	var list shared.DeliveryList
	if err == nil {
		list, err = p.Webhooks.Deliveries(ctx, id, r.URL.Query().Get(paramCursor), shared.ListLimitDefault)
	}
	m := newHookModel(r, l, hook, list)
	m.Frame = p.frame(r, l, m.Heading, "/")
	add(&m)
	switch {
	case err == nil || m.Secret != "": // a new secret is shown now or never
		if r.Method == http.MethodGet && m.soon {
			m.Frame.Refresh = refreshSeconds
		}
		p.write(w, r, status, "hook.html", m)
	case p.Missing(err), p.Problem(err).Status == http.StatusBadRequest: // the cursor is not one of ours
		p.nothing(w, r)
	default:
		p.unavailable(w, r, l, err)
	}
}
