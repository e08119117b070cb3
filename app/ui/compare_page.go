//go:build !js

package ui

import (
	"net/url"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// comparePage is what changed between two audits of a site, or the findings of one state
// among it.
type comparePage struct {
	base

	asked  diffQuery
	result *shared.Comparison // nil when there is none
	code   string             // says why; empty when no two audits were named
	// choices are the audits of the site, the newest first.
	choices []shared.AuditProgress
}

// diffQuery is what the address of the page asks for.
type diffQuery struct {
	Base, Head int64
	shared.ChangeQuery
}

func readDiffQuery(query url.Values) (q diffQuery, ok bool) {
	base, baseOK := shared.ParseID(query.Get(shared.ParamBase))
	head, headOK := shared.ParseID(query.Get(shared.ParamHead))
	q = diffQuery{Base: base, Head: head, ChangeQuery: shared.ChangeQuery{
		State: shared.ChangeState(query.Get(shared.ParamState)), Cursor: query.Get(shared.ParamCursor),
		Limit: shared.PlacesShown,
	}}
	if q.State != "" {
		q.Limit = shared.ListLimitMax
	}
	return q, baseOK && headOK
}

// page is the address of the page without a state.
func (q *diffQuery) page() string { return shared.PathDiffPage(q.Base, q.Head) }

// pageOf is the address of the findings of one state behind a cursor.
func (q *diffQuery) pageOf(state shared.ChangeState, cursor *string) string {
	path := q.page() + "&" + shared.ParamState + "=" + url.QueryEscape(string(state))
	if cursor != nil {
		path += "&" + shared.ParamCursor + "=" + url.QueryEscape(*cursor)
	}
	return path
}

func (p *comparePage) OnInit() { p.begin(p.titles) }

func (p *comparePage) OnPreRender(ctx app.Context) {
	var ok bool
	p.asked, ok = readDiffQuery(ctx.Page().URL().Query())
	p.prerender(ctx, pageCompare, 0, func(r *Request, _ *boot) {
		if ok {
			p.read(r)
		}
	})
}

// read compares the two audits, and lists those there are to choose from.
func (p *comparePage) read(r *Request) {
	result, err := r.Data.Compare(r.Ctx, p.asked.Base, p.asked.Head, p.asked.ChangeQuery)
	if err == nil {
		var list shared.AuditList
		list, err = r.Data.List(r.Ctx, shared.ListQuery{Site: shared.SiteName(result.Head.URL)})
		p.choices = comparable(list.Audits)
	}
	if err != nil {
		p.code = r.refused(err)
		return
	}
	p.result = &result
}

// comparable are the audits that can be compared.
func comparable(audits []shared.AuditProgress) (all []shared.AuditProgress) {
	for i := range audits {
		if repeatable(&audits[i]) {
			all = append(all, audits[i])
		}
	}
	return all
}

// site is the name of the site, as far as it is known.
func (p *comparePage) site() string {
	if p.result == nil {
		return ""
	}
	return shared.SiteName(p.result.Head.URL)
}

func (p *comparePage) titles() (title, description string) {
	site := p.site()
	if site == "" {
		return p.lang.T(text.CompareHeading), p.lang.T(text.DescriptionSites)
	}
	return p.lang.T(text.TitleCompare, site), p.lang.T(text.DescriptionCompare, site)
}

func (p *comparePage) Render() app.UI {
	m, loc, l := p.frame(), p.locale(), p.lang
	m.Here = shared.PathSitesPage
	m.Plain = shared.PathBasicSites
	if p.asked.Head > 0 {
		m.Plain = shared.PathBasicPair(p.asked.Base, p.asked.Head)
	}
	main := []app.UI{p.crumbs(), p.headView()}
	switch {
	case p.result != nil && p.asked.State != "":
		main = append(main, loc.oneState(p.result, &p.asked).draw(nil))
	case p.result != nil:
		main = append(main, choiceView(loc, p.choices, &p.asked), loc.compare(p.result, &p.asked).draw(nil))
	case p.code == "":
		main = append(main, waitingView(l.T(text.CompareNoPair), l.T(text.CompareNoPairHelp), p.toSites()))
	default:
		main = append(main, waitingView(l.T(text.CompareUnavailable), p.why(), p.toSites()))
	}
	return frameView(m, p.actions(), main...)
}

func (p *comparePage) crumbs() app.UI {
	l := p.lang
	steps := []app.UI{elWith("a", "", at{"href", shared.PathSitesPage}, app.Text(l.T(text.SitesHeading)))}
	if site := p.site(); site != "" {
		steps = append(steps, elWith("a", "", at{"href", shared.PathSitePage(site), "dir", "auto"}, app.Text(site)))
	}
	if p.asked.State != "" && p.result != nil {
		steps = append(steps, elWith("a", "", at{"href", p.asked.page()}, app.Text(l.T(text.CompareHeading))))
		return crumbs(l.T(text.NavPath), append(steps, elText("span", "", text.ChangeState(l, p.asked.State)))...)
	}
	return crumbs(l.T(text.NavPath), append(steps, elText("span", "", l.T(text.CompareHeading)))...)
}

// headView is the heading, with the ways to take the comparison away.
func (p *comparePage) headView() app.UI {
	l := p.lang
	var buttons []app.UI
	if p.result != nil {
		file := shared.PathDiffFile(p.asked.Base, p.asked.Head, l.Tag())
		buttons = append(buttons,
			button("", at{"data-copy", file, "data-done", l.T(text.CompareCopied), "data-failed", l.T(text.CompareNotCopied)}, nil, "",
				app.Text(l.T(text.CompareCopy))),
			// With download, go-app leaves the link to the browser.
			elWith("a", "btn", at{"href", file, "download", "compare.md"}, app.Text(l.T(text.CompareFile))))
	}
	return el("div", "head",
		el("div", "head-t", elWith("h1", "", at{"id", titleID, "tabindex", "-1"}, app.Text(l.T(text.CompareHeading))),
			elWith("p", "meta", at{"dir", "auto"}, elText("span", "", p.site()))),
		el("div", "head-a", buttons...),
	)
}

// why says why the two audits are not compared.
func (p *comparePage) why() string {
	if p.code == string(shared.CodeConflict) {
		return p.lang.T(text.CompareUnended)
	}
	return text.Problem(p.lang, p.code)
}

func (p *comparePage) toSites() app.UI {
	return elWith("a", "btn", at{"href", shared.PathSitesPage}, app.Text(p.lang.T(text.ToSites)))
}

// refused takes note of an error of Data and gives its code: of a refusal, such as two
// audits of different sites, or of a failure.
func (r *Request) refused(err error) string {
	if r.Problem != nil {
		if p := r.Problem(err); p.Status < firstServerError {
			r.Status = p.Status
			return string(p.Code)
		}
	}
	r.fail(err)
	return string(shared.CodeUnavailable)
}

// firstServerError is the first status that says that the server is at fault.
const firstServerError = 500
