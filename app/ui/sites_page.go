//go:build !js

package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// sitesPage is the list of the sites that were audited.
type sitesPage struct {
	base

	list shared.SiteList
	next string // the address of the sites that follow; empty at the end
	lost bool   // the data did not come
}

func (p *sitesPage) OnInit() { p.begin(p.titles) }

func (p *sitesPage) OnPreRender(ctx app.Context) {
	query := ctx.Page().URL().Query()
	p.prerender(ctx, pageSites, 0, func(r *Request, _ *boot) {
		var err error
		q := shared.SiteQuery{Cursor: query.Get(shared.ParamCursor), Limit: shared.SitesShown}
		if p.list, err = r.Data.Sites(r.Ctx, q); err != nil {
			p.lost = true
			r.refused(err)
			return
		}
		p.next = behind(shared.PathSitesPage, nil, p.list.NextCursor)
	})
}

func (p *sitesPage) titles() (title, description string) {
	return p.lang.T(text.SitesHeading), p.lang.T(text.DescriptionSites)
}

func (p *sitesPage) Render() app.UI {
	l, m, loc := p.lang, p.frame(), p.locale()
	m.Here = shared.PathSitesPage
	m.Plain = shared.PathBasicSites
	head := el("div", "head", el("div", "head-t",
		elWith("h1", "", at{"id", titleID, "tabindex", "-1"}, app.Text(l.T(text.SitesHeading)))))
	if p.lost {
		return frameView(m, p.actions(), head, waitingView(l.T(text.SitesUnknown), l.T(text.ProblemOther)))
	}
	return frameView(m, p.actions(), head, loc.sites(p.list.Sites).draw(nil), followingView(l, p.next))
}

// followingView leads to what follows in a list.
func followingView(l text.Lang, next string) app.UI {
	if next == "" {
		return el("div", "")
	}
	return el("div", "row more", elWith("a", "btn", at{"href", next}, app.Text(l.T(text.ReportMore))))
}
