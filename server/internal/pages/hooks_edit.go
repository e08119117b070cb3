package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"atalaya/shared"
	"atalaya/shared/text"
)

// askHook asks whether to remove a webhook, or has the form that changes it.
func (p *plain) askHook(w http.ResponseWriter, r *http.Request, id int64) {
	switch asked(r) {
	case doRemove:
		p.askRemoval(w, r, id)
	case doChange:
		p.showHookForm(w, r, id, http.StatusOK, func(*hookEditModel) {})
	default:
		p.nothing(w, r)
	}
}

func (p *plain) askRemoval(w http.ResponseWriter, r *http.Request, id int64) {
	l := p.choose(w, r)
	hook, ok := p.findHook(w, r, l, id)
	if !ok {
		return
	}
	m := newHookModel(r, l, hook, shared.DeliveryList{})
	p.ask(w, r, l, askModel{
		Nav: m.Nav, Question: fmt.Sprintf(text.Team(l).HookAsk, strconv.FormatInt(id, 10)),
		Says: text.Team(l).HookAskHelp, Facts: m.Facts, Action: m.Action, Do: doRemove, Button: text.Team(l).HookRemove, Keep: link{Href: m.Action},
	})
}

// findHook finds a webhook, or answers that there is none.
func (p *plain) findHook(w http.ResponseWriter, r *http.Request, l text.Lang, id int64) (hook shared.Webhook, ok bool) {
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	hook, err := p.Webhooks.Webhook(ctx, id)
	switch {
	case err == nil:
		return hook, true
	case p.Missing(err):
		p.nothing(w, r)
	default:
		p.unavailable(w, r, l, err)
	}
	return hook, false
}

// hookEditModel is the page on which a webhook is changed.
type hookEditModel struct {
	Frame          frameModel
	Nav            []teamLink
	Heading, Wrong string
	Form           hookFormModel
	Keep           link
}

// showHookForm writes the form that changes a webhook, with what add says.
func (p *plain) showHookForm(
	w http.ResponseWriter, r *http.Request, id int64, status int, add func(*hookEditModel),
) {
	l := p.choose(w, r)
	hook, ok := p.findHook(w, r, l, id)
	if !ok {
		return
	}
	if hook.Kind == shared.KindPush { // what a browser is told of, its own user decides
		p.nothing(w, r)
		return
	}
	form := newHookChange(r, l, hook)
	m := hookEditModel{
		Nav: newTeamNav(r, l), Heading: form.Heading, Form: form,
		Keep: link{Href: form.Action, Text: text.Team(l).Keep},
	}
	m.Frame = p.frame(r, l, m.Heading, "/")
	add(&m)
	p.write(w, r, status, "hookedit.html", m)
}

// newHookChange is the form that changes a webhook. What may not be shown of it stays when nothing
// is typed in its place.
func newHookChange(r *http.Request, l text.Lang, w shared.Webhook) hookFormModel {
	words, m := text.Team(l), newHookForm(r, l)
	m.Action, m.Do = withLang(r, shared.PathHookPage(w.ID)), doChange
	m.Heading = words.HookChange
	m.Revision = strconv.FormatInt(w.Revision, 10)
	m.KindLabel, m.TokenHelp = "", words.HookStays
	if m.URL = w.URL; w.Shown().URL != w.URL {
		m.URL, m.URLHelp = "", words.HookStays+" "+words.HookAddressHelp
	}
	for i := range m.Events {
		m.Events[i].Selected = slices.Contains(w.Events, shared.Event(m.Events[i].Value))
	}
	for i := range m.Languages {
		m.Languages[i].Selected = m.Languages[i].Value == w.Language
	}
	if w.Kind == shared.KindWebhook {
		m.LanguageLabel = ""
	}
	if w.Kind != shared.KindNtfy && w.Kind != shared.KindMatrix {
		m.TokenLabel = ""
	}
	return m
}

// readHookPatch reads what somebody wants to change of a webhook, and the revision that it had in
// the form; ok is false for a form that is none of ours.
func readHookPatch(typed url.Values) (patch shared.WebhookPatch, match int64, ok bool) {
	want := readHook(typed)
	patch.Events = append([]shared.Event{}, want.Events...) // none at all is refused, not left alone
	if want.URL != "" {
		patch.URL = &want.URL
	}
	if want.Language != "" {
		patch.Language = &want.Language
	}
	if want.Secret != "" {
		patch.Token = &want.Secret
	}
	match, ok = shared.ParseID(strings.TrimSpace(typed.Get(fieldRevision)))
	return patch, match, ok
}

// editHook changes a webhook. Of two who do so at once the later sees what the other has done.
func (p *plain) editHook(w http.ResponseWriter, r *http.Request, id int64, typed url.Values) {
	l := p.choose(w, r)
	patch, match, ok := readHookPatch(typed)
	if !ok {
		p.showHookForm(w, r, id, http.StatusBadRequest, func(m *hookEditModel) { m.Wrong = l.T(text.BasicBadForm) })
		return
	}
	_, err := p.Webhooks.ChangeWebhook(r.Context(), id, patch, match)
	if err == nil {
		http.Redirect(w, r, withLang(r, shared.PathHookPage(id)), http.StatusSeeOther)
		return
	}
	problem := p.Problem(err)
	if problem.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		p.Log.Error("webhook not changed", "webhook", id, "err", err)
	}
	p.showHookForm(w, r, id, problem.Status, func(m *hookEditModel) {
		if problem.Code == shared.CodePrecondition {
			m.Wrong = text.Team(l).HookChanged
			return
		}
		m.Form.take(typed)
		m.Wrong = m.Form.refuse(l, problem)
	})
}
