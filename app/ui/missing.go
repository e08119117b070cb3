package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared/text"
)

// missingPage answers every address that has no page.
type missingPage struct{ base }

func (m *missingPage) OnInit() { m.begin(m.titles) }

func (m *missingPage) titles() (title, description string) {
	return m.lang.T(text.TitleMissing), m.lang.T(text.MissingPage)
}

func (m *missingPage) OnPreRender(ctx app.Context) {
	m.prerender(ctx, pageMissing, 0, func(r *Request, _ *boot) { r.Status = live.StatusNotFound })
}

func (m *missingPage) OnNav(ctx app.Context) {
	m.navigate(ctx, func() {})
}

func (m *missingPage) OnMount(ctx app.Context) { m.tick(ctx, never) }

func (m *missingPage) OnDismount() { m.leave() }

func (m *missingPage) Render() app.UI {
	return frameView(m.frame(), m.actions(),
		missingView(m.lang.T(text.MissingPage), m.lang.T(text.MissingPageHelp), m.lang, m.device))
}

// missingView says that there is nothing at this address, and leads on: to the audits,
// or to a new one.
func missingView(title, help string, l text.Lang, d *device) app.UI {
	return el("div", "blank",
		elWith("h1", "", at{"id", titleID, "tabindex", "-1"}, app.Text(title)),
		elText("p", "", help),
		elWith("a", "btn", at{"href", "/"}, app.Text(l.T(text.AllAudits))),
		elText("p", "t2", l.T(text.MissingStart)),
		&startBox{Lang: l, Device: d},
	)
}

// missingAudit is [missingView] for an audit; the id 0 stands for an address that
// has no valid id.
func missingAudit(id int64, l text.Lang, d *device) app.UI {
	if id == 0 {
		return missingView(missingTitle(id, l), l.T(text.MissingPageHelp), l, d)
	}
	return missingView(missingTitle(id, l), l.T(text.MissingAuditHelp), l, d)
}

// missingSite is [missingView] for a site.
func missingSite(name string, l text.Lang, d *device) app.UI {
	return missingView(l.T(text.MissingSite, name), l.T(text.MissingSiteHelp), l, d)
}

func missingTitle(id int64, l text.Lang) string {
	if id == 0 {
		return l.T(text.MissingPage)
	}
	return l.T(text.MissingAudit, id)
}

// shellPage is the frame without content. The service worker serves it for every
// address when there is no network; the client then mounts the page that the
// address names. So this page is seen only until then, or at its own address.
type shellPage struct{ base }

func (s *shellPage) OnInit() { s.begin(s.titles) }

func (s *shellPage) titles() (title, description string) {
	return s.lang.T(text.Loading), s.lang.T(text.DescriptionAudits)
}

func (s *shellPage) OnPreRender(ctx app.Context) {
	s.prerender(ctx, pageShell, 0, func(*Request, *boot) {})
}

func (s *shellPage) OnNav(ctx app.Context) {
	if app.IsClient {
		s.arrive(ctx)
	}
}

func (s *shellPage) OnMount(ctx app.Context) { s.tick(ctx, never) }

func (s *shellPage) OnDismount() { s.leave() }

func (s *shellPage) Render() app.UI {
	l := s.lang
	return frameView(s.frame(), s.actions(), el("div", "blank",
		elWith("h1", "t2", at{"id", titleID, "tabindex", "-1"}, app.Text(l.T(text.Loading))),
		elWith("div", "bar wait", at{"role", "progressbar", "aria-label", l.T(text.Loading)}, fill(0, "f-accent")),
		elWith("a", "btn", at{"href", "/"}, app.Text(l.T(text.AllAudits))),
	))
}
