//go:build !js

package ui

import (
	"net/url"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// sitePage is one site: its audits, its scores over time and its schedule. Its forms are
// plain ones, which the server answers by leading back here.
type sitePage struct {
	base

	name string
	data *siteData // nil while nothing is known
	gone bool      // the server knows of no audit of the site
	next string    // the address of the audits that follow; empty at the end
	form scheduleForm
}

func (p *sitePage) OnInit() { p.begin(p.titles) }

func (p *sitePage) OnPreRender(ctx app.Context) {
	address := ctx.Page().URL()
	p.name = siteName(address.Path)
	p.prerender(ctx, pageSite, 0, func(r *Request, b *boot) {
		query := address.Query()
		d, err := readSite(r, p.name, query.Get(shared.ParamCursor))
		if err != nil {
			b.Missing = r.Missing != nil && r.Missing(err)
			p.gone = b.Missing
			r.refused(err)
			return
		}
		p.data, p.next = d, behind(shared.PathSitePage(p.name), nil, d.Next)
		p.form = p.locale().scheduleForm(d, query)
	})
}

func (p *sitePage) titles() (title, description string) {
	if p.gone {
		return p.lang.T(text.TitleMissing), p.lang.T(text.MissingSite, p.name)
	}
	return p.lang.T(text.TitleSite, p.name), p.lang.T(text.DescriptionSite, p.name)
}

func (p *sitePage) Render() app.UI {
	l, m, loc := p.lang, p.frame(), p.locale()
	m.Here = shared.PathSitesPage
	m.Plain = shared.PathBasicSite(p.name)
	if p.gone {
		return frameView(m, p.actions(), missingSite(p.name, l, p.device))
	}
	main := []app.UI{
		crumbs(l.T(text.NavPath),
			elWith("a", "", at{"href", shared.PathSitesPage}, app.Text(l.T(text.SitesHeading))),
			elWith("span", "", at{"dir", "auto"}, app.Text(p.name))),
		p.headView(),
	}
	if p.data == nil {
		return frameView(m, p.actions(), append(main, waitingView(l.T(text.SiteUnknown), l.T(text.ProblemOther)))...)
	}
	site := loc.site(p.data)
	return frameView(m, p.actions(), append(main,
		worseCard(site),
		elWith("div", "cols", at{"data-renew", p.renews()},
			el("div", "stack", trendCard(site), siteAuditsView(site), followingView(l, p.next)),
			el("div", "side", scheduleView(p.form))))...)
}

// renews marks a page that has news soon, because an audit of the site goes on.
func (p *sitePage) renews() string {
	if p.data.Site.Latest.Status.Terminal() {
		return ""
	}
	return "true"
}

// headView is the name of the site with what can be done about it.
func (p *sitePage) headView() app.UI {
	again := el("span", "")
	if p.data != nil && repeatable(&p.data.Site.Latest) {
		again = form("", at{"method", "post", "action", shared.PathSitePage(p.name)}, nil,
			hiddenInput("audit", num(p.data.Site.Latest.AuditID)), hiddenInput("key", p.form.Key),
			submit("btn-primary", at{"name", shared.FieldDo, "value", shared.DoAgain}, iconAgain.draw(""),
				elText("span", "", p.lang.T(text.AgainButton))))
	}
	return el("div", "head",
		tile(p.name, false),
		el("div", "head-t", elWith("h1", "", at{"id", titleID, "tabindex", "-1", "dir", "auto"}, app.Text(p.name))),
		el("div", "head-a", again),
	)
}

// repeatable reports whether an audit may be started again with its settings.
func repeatable(p *shared.AuditProgress) bool {
	return p.Status.Terminal() && p.Kind == shared.KindSite
}

// said reads from the query of a page what came of its form: in words, and whether it was
// refused.
func said(l text.Lang, query url.Values) (words string, wrong bool) {
	code := query.Get(shared.ParamSaid)
	if code != "" && query.Get(shared.FieldDo) == shared.DoAgain {
		return l.T(text.AgainFailed, text.Problem(l, code)), true
	}
	switch code {
	case "":
		return "", false
	case shared.SaidSaved:
		return l.T(text.ScheduleSaved), false
	case shared.SaidStopped:
		return l.T(text.ScheduleStopped), false
	case shared.SaidCount:
		return l.T(text.ScheduleCountRefused), true
	case string(shared.CodeOutOfRange):
		if words := text.Option(l, query.Get(shared.ParamField)); words != "" {
			return words, true
		}
		return l.T(text.ScheduleRefused), true
	default:
		return l.T(text.ScheduleFailed, text.Problem(l, code)), true
	}
}
