package pages

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"atalaya/app/ui"
	"atalaya/shared"
	"atalaya/shared/text"
)

//go:embed templates
var templateFiles embed.FS

var templates = template.Must(template.ParseFS(templateFiles, "templates/*.html"))

// maxKey bounds the form's key, in bytes.
const maxKey = 64

// plain serves the pages that need neither script nor style.
type plain struct{ Config }

// home lists the newest audits; by POST it starts one.
func (p *plain) home(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		p.list(w, r, http.StatusOK, nil, "")
	case http.MethodPost:
		p.start(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.list(w, r, http.StatusMethodNotAllowed, nil, p.choose(w, r).T(text.BasicBadForm))
	}
}

// start creates the audit of the form and goes to its page. What was typed and
// refused comes back in the form, with the reason.
func (p *plain) start(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	typed, status := readValues(w, r)
	if status != http.StatusOK {
		p.list(w, r, status, nil, l.T(text.BasicBadForm))
		return
	}
	form, key := readForm(typed)
	if form.URL == "" {
		p.list(w, r, http.StatusUnprocessableEntity, typed, l.T(text.StartEmpty))
		return
	}
	wish, err := p.Validate(form)
	var made shared.AuditProgress
	if err == nil {
		made, _, err = p.Create.Create(r.Context(), wish, key)
	}
	if err != nil {
		problem := p.Problem(err)
		if problem.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
			p.Log.Error("audit not created", "url", wish.URL, "err", err)
		}
		p.list(w, r, problem.Status, typed, wishFault(l, problem))
		return
	}
	http.Redirect(w, r, withLang(r, shared.PathBasicPage(made.AuditID)), http.StatusSeeOther)
}

// wishFault says why an audit that was asked for is none.
func wishFault(l text.Lang, problem *shared.Problem) string {
	if problem.Code == shared.CodeOutOfRange {
		if words := text.Option(l, problem.Field); words != "" {
			return words
		}
	}
	return text.Problem(l, string(problem.Code))
}

// fieldKey is the field of the key of a form.
const fieldKey = "key"

// readForm reads what was typed. The key makes a form sent twice start one audit: it
// covers everything else as well, so that a form taken back and changed counts as another.
func readForm(typed url.Values) (wish shared.NewAudit, key string) {
	wish.URL = strings.TrimSpace(typed.Get(shared.FieldURL))
	wish.TakeOptions(typed)
	return wish, formKey(typed.Get(fieldKey), fmt.Sprintf("%+v %q", wish, []string(wish.Headers)))
}

// readValues reads the fields of a form, each of which is there once at most.
func readValues(w http.ResponseWriter, r *http.Request) (typed url.Values, status int) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, http.StatusUnsupportedMediaType
	}
	r.Body = http.MaxBytesReader(w, r.Body, shared.MaxBody)
	if err := r.ParseForm(); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return nil, http.StatusRequestEntityTooLarge
		}
		return nil, http.StatusBadRequest
	}
	for _, values := range r.PostForm {
		if len(values) > 1 { // our forms send one, so nobody knows which of them is meant
			return nil, http.StatusBadRequest
		}
	}
	return r.PostForm, http.StatusOK
}

// formKey names a form that was sent with a key and what it is about; empty for a key that
// none of our forms has.
func formKey(given, about string) string {
	if given == "" || len(given) > maxKey {
		return ""
	}
	sum := sha256.Sum256([]byte(given + "\n" + about))
	return "form-" + hex.EncodeToString(sum[:16])
}

// list writes the form, with what was typed and what was wrong with it, and the part of
// the list that the address asks for. Without the data the form is still there.
func (p *plain) list(w http.ResponseWriter, r *http.Request, status int, typed url.Values, wrong string) {
	l := p.choose(w, r)
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	q := readListQuery(r)
	list, err := p.Data.List(ctx, q)
	if err != nil && q.Cursor != "" && p.Problem(err).Status == http.StatusBadRequest { // it is not one of ours
		p.nothing(w, r)
		return
	}
	m := homeModel{
		Frame: p.frame(r, l, l.T(text.TitleAudits), "/"), Heading: l.T(text.TitleAudits),
		Start:       newStartModel(r, l),
		ListHeading: l.T(text.AllAudits), Empty: l.T(text.ListEmpty) + ". " + l.T(text.ListEmptyHelp),
	}
	m.Start.take(typed, wrong)
	if err != nil {
		if r.Context().Err() == nil {
			p.Log.Error("plain list drawn without data", "err", err)
		}
		m.Empty = l.T(text.ListUnknown) + ". " + text.Problem(l, string(shared.CodeUnavailable))
		if status == http.StatusOK {
			status = http.StatusServiceUnavailable
		}
	}
	m.fill(r, l, list)
	m.find(r, l, q, list)
	p.write(w, r, status, "home.html", m)
}

// audit shows one audit; until that has ended, the page loads itself again. By POST it stops the
// audit.
func (p *plain) audit(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.note(w, r, http.StatusMethodNotAllowed, l.T(text.ProblemOther), l.T(text.MissingPageHelp), 0)
		return
	}
	id, ok := shared.ParseID(r.PathValue("id"))
	if !ok {
		p.note(w, r, http.StatusBadRequest, l.T(text.BasicBadNumber), l.T(text.BasicBadNumberHelp), 0)
		return
	}
	if r.Method == http.MethodPost {
		p.cancel(w, r, id)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	progress, report, err := p.read(ctx, id)
	switch {
	case err == nil:
		m := newAuditModel(r, l, progress, report)
		m.Frame = p.frame(r, l, m.Title, shared.PathPage(id))
		if p.Door.Who(r).starts() {
			m.Shares = &link{Href: withLang(r, shared.PathBasicShares(id)), Text: l.T(text.ShareAudit)}
		}
		if !progress.Status.Terminal() && !m.Cancel.asks() {
			m.Frame.Refresh = refreshSeconds
		}
		p.write(w, r, http.StatusOK, "audit.html", m)
	default:
		p.failed(w, r, l, id, err)
	}
}

// failed says that there is no such audit, or that the data does not come.
func (p *plain) failed(w http.ResponseWriter, r *http.Request, l text.Lang, id int64, err error) {
	if p.Missing(err) {
		p.missing(w, r, l.T(text.MissingAudit, id), l.T(text.MissingAuditHelp))
		return
	}
	p.unavailable(w, r, l, err)
}

// unavailable says that the data does not come.
func (p *plain) unavailable(w http.ResponseWriter, r *http.Request, l text.Lang, err error) {
	if r.Context().Err() == nil {
		p.Log.Error("plain page drawn without data", "path", r.URL.Path, "err", err)
	}
	says := text.Problem(l, string(shared.CodeUnavailable)) + " " + l.T(text.BasicRetries, retrySeconds)
	p.note(w, r, http.StatusServiceUnavailable, l.T(text.BasicUnavailable), says, retrySeconds)
}

// findings shows where one check failed, a slice at a time: the first finding of every group,
// or all of the group that is named.
func (p *plain) findings(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	id, ok := shared.ParseID(r.PathValue("id"))
	if !ok {
		p.note(w, r, http.StatusBadRequest, l.T(text.BasicBadNumber), l.T(text.BasicBadNumberHelp), 0)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	q := shared.FindingQuery{
		CheckID: r.PathValue("check"), Group: r.URL.Query().Get(shared.ParamGroup),
		Cursor: r.URL.Query().Get(paramCursor), Limit: shared.ListLimitMax,
	}
	q.Grouped = q.Group == ""
	progress, err := p.Data.Progress(ctx, id)
	var list shared.FindingList
	if err == nil {
		list, err = p.Details.Findings(ctx, id, q)
	}
	switch {
	case err == nil:
		m := newFindingsModel(r, l, progress, q.CheckID, list)
		m.Frame = p.frame(r, l, m.Title, shared.PathReportPage(id))
		p.write(w, r, http.StatusOK, "findings.html", m)
	case p.Problem(err).Status == http.StatusBadRequest: // the cursor is not one of ours
		p.nothing(w, r)
	default:
		p.failed(w, r, l, id, err)
	}
}

// paramCursor is where the next slice of findings begins.
const paramCursor = "cursor"

// read asks for an audit and, once it has ended, for its report.
func (p *plain) read(ctx context.Context, id int64) (shared.AuditProgress, *shared.Report, error) {
	progress, err := p.Data.Progress(ctx, id)
	if err != nil || !progress.Status.Terminal() {
		return progress, nil, err
	}
	report, err := p.Data.Report(ctx, id)
	if err != nil {
		return progress, nil, err
	}
	return progress, &report, nil
}

// nothing says that there is no page at this address.
func (p *plain) nothing(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	p.missing(w, r, l.T(text.MissingPage), l.T(text.MissingPageHelp))
}

// missing says that something is not there, and offers a new audit instead.
func (p *plain) missing(w http.ResponseWriter, r *http.Request, heading, says string) {
	l := p.choose(w, r)
	start := newStartModel(r, l)
	p.write(w, r, http.StatusNotFound, "note.html", noteModel{p.frame(r, l, heading, "/"), heading, says, &start})
}

// note writes a page of two sentences that loads itself again after refresh
// seconds; 0 means never.
func (p *plain) note(w http.ResponseWriter, r *http.Request, status int, heading, says string, refresh int) {
	frame := p.frame(r, p.choose(w, r), heading, "/")
	frame.Refresh = refresh
	p.write(w, r, status, "note.html", noteModel{frame, heading, says, nil})
}

func (p *plain) write(w http.ResponseWriter, r *http.Request, status int, name string, model any) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, model); err != nil {
		panic(err) // models and templates are ours: a mismatch is a bug, and api.Log answers for it
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	comesBack := status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests
	if comesBack && h.Get("Retry-After") == "" { // who counts knows better
		h.Set("Retry-After", retryAfter)
	}
	send(w, r, status, b.Bytes())
}

// paramLang chooses the language of a plain page by its address, for browsers
// that keep no cookie.
const paramLang = "lang"

// paramOld says that the app's page sent a browser here that it cannot run in (old.js).
const paramOld = "old"

// choose finds the reader's language and remembers one that the address names,
// for the app as well.
func (p *plain) choose(w http.ResponseWriter, r *http.Request) text.Lang {
	l, named := text.Parse(r.URL.Query().Get(paramLang))
	if !named {
		return language(r)
	}
	const year = 365 * 24 * 60 * 60
	cookie := http.Cookie{Name: ui.LangCookie, Value: l.Tag(), Path: "/", MaxAge: year, SameSite: http.SameSiteLaxMode}
	w.Header().Set("Set-Cookie", cookie.String())
	return l
}

// withLang keeps the language that the request's address names.
func withLang(r *http.Request, path string) string {
	if l, named := text.Parse(r.URL.Query().Get(paramLang)); named {
		joint := "?"
		if strings.Contains(path, "?") {
			joint = "&"
		}
		return path + joint + paramLang + "=" + l.Tag()
	}
	return path
}
