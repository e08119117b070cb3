package pages

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"atalaya/shared"
	"atalaya/shared/text"
)

// A field of the forms of sites and of links, and what the buttons of sites ask for.
const (
	fieldAudit = "audit"

	doSave = "save"
	doStop = "stop"
)

// sites lists the sites that were audited, a slice at a time.
func (p *plain) sites(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	list, err := p.Data.Sites(ctx, shared.SiteQuery{Cursor: r.URL.Query().Get(paramCursor)})
	switch {
	case err == nil:
		m := newSitesModel(r, l, list)
		m.Frame = p.frame(r, l, m.Heading, shared.PathSitesPage)
		p.write(w, r, http.StatusOK, "sites.html", m)
	case p.Problem(err).Status == http.StatusBadRequest: // the cursor is not one of ours
		p.nothing(w, r)
	default:
		p.unavailable(w, r, l, err)
	}
}

// site shows one site; by POST it changes its schedule or starts an audit of it.
func (p *plain) site(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		p.showSite(w, r, http.StatusOK, nil, "")
	case http.MethodPost:
		p.changeSite(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.showSite(w, r, http.StatusMethodNotAllowed, nil, p.choose(w, r).T(text.BasicBadForm))
	}
}

// showSite writes a site with its forms: what was typed and refused, and why.
func (p *plain) showSite(w http.ResponseWriter, r *http.Request, status int, typed url.Values, wrong string) {
	l, name := p.choose(w, r), r.PathValue("site")
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	known, err := p.readSite(ctx, name)
	switch {
	case err == nil:
		m := newSiteModel(r, l, known)
		m.Frame = p.frame(r, l, l.T(text.TitleSite, name), shared.PathSitePage(name))
		m.Plan.Wrong = wrong
		m.Plan.take(typed)
		p.write(w, r, status, "site.html", m)
	case p.Missing(err):
		p.missing(w, r, l.T(text.MissingSite, name), l.T(text.MissingSiteHelp))
	default:
		p.unavailable(w, r, l, err)
	}
}

// knownSite is what a page about one site says; schedule is nil for none.
type knownSite struct {
	site     shared.Site
	audits   shared.AuditList
	schedule *shared.Schedule
	// wish is what audits of the schedule ask for, or would: what the newest one did.
	wish shared.NewAudit
}

func (p *plain) readSite(ctx context.Context, name string) (k knownSite, err error) {
	if k.site, err = p.Data.Site(ctx, name); err != nil {
		return k, err
	}
	if k.audits, err = p.Data.List(ctx, shared.ListQuery{Site: name}); err != nil {
		return k, err
	}
	s, err := p.Data.Schedule(ctx, name)
	switch {
	case err == nil:
		k.schedule, k.wish = &s, s.NewAudit
	case p.Missing(err):
		k.wish, _, err = p.Data.Settings(ctx, k.site.Latest.AuditID)
	}
	return k, err
}

// changeSite does what a button of the plain page asks for and shows the page again.
func (p *plain) changeSite(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	typed, status := readValues(w, r)
	if status != http.StatusOK {
		p.showSite(w, r, status, nil, l.T(text.BasicBadForm))
		return
	}
	name := r.PathValue("site")
	audit, err := p.do(r.Context(), name, typed)
	switch {
	case err != nil:
		problem := p.refusal(r, name, err)
		p.showSite(w, r, problem.Status, typed, siteFault(l, typed, problem))
	case audit != 0:
		http.Redirect(w, r, withLang(r, shared.PathBasicPage(audit)), http.StatusSeeOther)
	default:
		http.Redirect(w, r, withLang(r, shared.PathBasicSite(name)), http.StatusSeeOther)
	}
}

// siteForms answers the forms of the app's page of a site, which leads back to it: the
// page says what came of them by its query. Everything else is the app's.
func (p *plain) siteForms(app http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			app.ServeHTTP(w, r)
			return
		}
		typed, status := readValues(w, r)
		if status != http.StatusOK {
			p.note(w, r, status, p.choose(w, r).T(text.ProblemOther), p.choose(w, r).T(text.BasicBadForm), 0)
			return
		}
		name := r.PathValue("site")
		audit, err := p.do(r.Context(), name, typed)
		next := shared.PathPage(audit)
		if audit == 0 || err != nil {
			said := saidOf(typed)
			if err != nil {
				said = p.saidRefused(r, name, typed, err)
			}
			next = shared.PathSitePage(name) + "?" + said.Encode()
		}
		http.Redirect(w, r, next, http.StatusSeeOther)
	})
}

// saidOf is the query that says that a form was followed.
func saidOf(typed url.Values) url.Values {
	if typed.Get(shared.FieldDo) == doStop {
		return url.Values{shared.ParamSaid: {shared.SaidStopped}}
	}
	return url.Values{shared.ParamSaid: {shared.SaidSaved}}
}

// saidRefused is the query that says why a form was not followed, with what was typed.
func (p *plain) saidRefused(r *http.Request, site string, typed url.Values, err error) url.Values {
	problem := p.refusal(r, site, err)
	code := string(problem.Code)
	if _, ok := rhythmOf(typed).Expression(); !ok && code == string(shared.CodeOutOfRange) {
		code = shared.SaidCount
	}
	said := url.Values{shared.ParamSaid: {code}}
	if typed.Get(shared.FieldDo) == shared.DoAgain {
		said.Set(shared.FieldDo, shared.DoAgain)
		return said
	}
	if text.Option(text.EN, problem.Field) != "" {
		said.Set(shared.ParamField, problem.Field)
	}
	for _, field := range [...]string{
		shared.FieldCount, shared.FieldUnit, shared.FieldCron, shared.FieldZone, shared.FieldURL, shared.FieldPages,
		shared.FieldDepth, shared.FieldInclude, shared.FieldExclude, shared.FieldAgents, shared.FieldRate,
	} {
		if v := typed.Get(field); typed.Has(field) && len(v) <= maxTyped {
			said.Set(field, v)
		}
	}
	return said
}

// maxTyped bounds what is shown again of one field, in bytes.
const maxTyped = 500

// refusal is what an error of a form means to users; what is the server's fault is logged.
func (p *plain) refusal(r *http.Request, site string, err error) *shared.Problem {
	problem := p.Problem(err)
	if problem.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		p.Log.Error("site not changed", "site", site, "err", err)
	}
	return problem
}

// do does what a button of a site asks for, and returns the audit that it started; 0 for
// none.
func (p *plain) do(ctx context.Context, name string, typed url.Values) (audit int64, err error) {
	switch typed.Get(shared.FieldDo) {
	case shared.DoAgain:
		return p.repeat(ctx, typed)
	case doStop:
		if err = p.Schedules.DeleteSchedule(ctx, name); err != nil && p.Missing(err) {
			err = nil // somebody else switched it off
		}
		return 0, err
	}
	return 0, p.plan(ctx, name, typed)
}

// plan stores the schedule that was typed.
func (p *plain) plan(ctx context.Context, name string, typed url.Values) error {
	known, err := p.readSite(ctx, name)
	if err != nil {
		return err
	}
	rhythm := rhythmOf(typed)
	cron, _ := rhythm.Expression() // an empty expression is refused with the others
	wish := known.wish
	if typed.Has(shared.FieldURL) { // the form has the settings
		wish.URL = strings.TrimSpace(typed.Get(shared.FieldURL))
		wish.TakeOptions(typed)
	}
	want, err := p.Plan(name, wish, cron, strings.TrimSpace(typed.Get(shared.FieldZone)))
	if err != nil {
		return err
	}
	_, err = p.Schedules.PutSchedule(ctx, want)
	return err
}

// repeat starts an audit like the one that the form names.
func (p *plain) repeat(ctx context.Context, typed url.Values) (id int64, err error) {
	before, _ := shared.ParseID(typed.Get(fieldAudit)) // what is no number is no audit
	wish, err := p.Repeat(ctx, before)
	if err != nil {
		return 0, err
	}
	made, _, err := p.Create.Create(ctx, wish, formKey(typed.Get(fieldKey), typed.Get(fieldAudit)))
	return made.AuditID, err
}

func rhythmOf(typed url.Values) shared.Rhythm {
	return shared.Rhythm{Count: typed.Get(shared.FieldCount), Unit: typed.Get(shared.FieldUnit), Cron: typed.Get(shared.FieldCron)}
}

// siteFault says why a form of a site was refused.
func siteFault(l text.Lang, typed url.Values, problem *shared.Problem) string {
	again := typed.Get(shared.FieldDo) == shared.DoAgain
	if problem.Code != shared.CodeOutOfRange || again || text.Option(l, problem.Field) != "" {
		return wishFault(l, problem)
	}
	if _, ok := rhythmOf(typed).Expression(); !ok {
		return l.T(text.ScheduleCountRefused)
	}
	return l.T(text.ScheduleRefused)
}

// compare shows what changed between two audits.
func (p *plain) compare(w http.ResponseWriter, r *http.Request) {
	l, q := p.choose(w, r), r.URL.Query()
	base, baseOK := shared.ParseID(q.Get(shared.ParamBase))
	head, headOK := shared.ParseID(q.Get(shared.ParamHead))
	if !baseOK || !headOK {
		p.note(w, r, http.StatusBadRequest, l.T(text.CompareNoPair), l.T(text.CompareNoPairHelp), 0)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), compareTimeout)
	defer cancel()
	result, err := p.Data.Compare(ctx, base, head, shared.ChangeQuery{Limit: shared.PlacesShown})
	var list shared.AuditList
	if err == nil {
		list, err = p.Data.List(ctx, shared.ListQuery{Site: shared.SiteName(result.Head.URL)})
	}
	if err != nil {
		p.notCompared(w, r, l, err)
		return
	}
	m := newCompareModel(r, l, &result, list.Audits)
	m.Frame = p.frame(r, l, l.T(text.TitleCompare, m.Site), shared.PathDiffPage(base, head))
	p.write(w, r, http.StatusOK, "compare.html", m)
}

// notCompared says why two audits cannot be compared.
func (p *plain) notCompared(w http.ResponseWriter, r *http.Request, l text.Lang, err error) {
	problem := p.Problem(err)
	if problem.Status >= http.StatusInternalServerError {
		p.unavailable(w, r, l, err)
		return
	}
	says := text.Problem(l, string(problem.Code))
	if problem.Code == shared.CodeConflict {
		says = l.T(text.CompareUnended)
	}
	p.note(w, r, problem.Status, l.T(text.CompareUnavailable), says, 0)
}
