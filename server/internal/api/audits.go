package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"unicode/utf8"

	"atalaya/shared"
)

// Service is what the handlers need of the store.
type Service interface {
	Create(ctx context.Context, a shared.NewAudit, idempotencyKey string) (p shared.AuditProgress, created bool, err error)
	Progress(ctx context.Context, id int64) (shared.AuditProgress, error)
	Settings(ctx context.Context, id int64) (a shared.NewAudit, status shared.Status, err error)
	List(ctx context.Context, q shared.ListQuery) (shared.AuditList, error)
	Patch(ctx context.Context, id int64, patch shared.ProgressPatch, ifMatch int64) (shared.AuditProgress, error)
	Cancel(ctx context.Context, id int64) (shared.AuditProgress, error)
	Delete(ctx context.Context, id int64) error
	Pages(ctx context.Context, id int64, cursor string, limit int) (shared.PageList, error)
	Findings(ctx context.Context, id int64, q shared.FindingQuery) (shared.FindingList, error)
	Report(ctx context.Context, id int64) (shared.Report, error)
}

// Config is what [New] needs.
type Config struct {
	Service  Service
	Problems *Problems
	// Seed checks what a user typed as an address and returns it in canonical
	// form. Its errors are [*Error] values.
	Seed func(raw string) (string, error)
	// PageLimit is used where a request names none.
	PageLimit int
	// Poll answers GET …/progress; package stream's.
	Poll http.Handler
}

// API holds the JSON handlers.
type API struct {
	Config
}

// New returns the handlers of /api/v1.
func New(c Config) *API { return &API{c} }

// Register adds the routes to mux, with a 404 for whatever else lies under /api.
func (a *API) Register(mux *http.ServeMux) {
	get, post := http.MethodGet, http.MethodPost
	id := shared.PathAudits + "/{id}"
	for path, methods := range map[string]map[string]http.Handler{
		shared.PathAudits:                {get: a.handle(a.list), post: a.handle(a.create)},
		id:                               {get: a.handle(a.audit), http.MethodDelete: a.handle(a.delete)},
		id + "/progress":                 {get: a.Poll, http.MethodPatch: a.handle(a.patch)},
		id + "/cancel":                   {post: a.handle(a.cancel)},
		id + "/retry":                    {post: a.handle(a.retry)},
		id + "/pages":                    {get: a.handle(a.pages)},
		id + "/findings":                 {get: a.handle(a.findings)},
		id + "/report":                   {get: a.handle(a.report)},
		shared.PathAPI + "/openapi.json": {get: http.HandlerFunc(openAPI)},
	} {
		mux.Handle(path, a.Problems.Methods(methods))
	}
	mux.Handle("/api", a.Problems.NotFound()) // or ServeMux would redirect it
	mux.Handle("/api/", a.Problems.NotFound())
}

// handle adapts a handler that returns its error.
func (a *API) handle(h func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			a.Problems.Fail(w, r, err)
		}
	})
}

// write sends v as JSON. Encoding comes first, so that a failure is still an
// answer.
func write(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("api: encode %T: %w", v, err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client may have gone
	return nil
}

// newAudit is the body of a creation with absent numbers told from zero.
type newAudit struct {
	URL       string      `json:"url"`
	Kind      shared.Kind `json:"kind"`
	PageLimit *int        `json:"page_limit"`
	MaxDepth  *int        `json:"max_depth"`
}

func (a *API) create(w http.ResponseWriter, r *http.Request) error {
	if _, err := query(r); err != nil {
		return err
	}
	key, err := idempotencyKey(r)
	if err != nil {
		return err
	}
	var body newAudit
	if err := decode(w, r, &body); err != nil {
		return err
	}
	n, err := a.Validate(body.URL, body.Kind, body.PageLimit, body.MaxDepth)
	if err != nil {
		return err
	}
	return a.created(w, r.Context(), n, key)
}

func (a *API) created(w http.ResponseWriter, ctx context.Context, n shared.NewAudit, key string) error {
	p, created, err := a.Service.Create(ctx, n, key)
	if err != nil {
		return err
	}
	w.Header().Set("Location", shared.PathAudit(p.AuditID))
	w.Header().Set("ETag", shared.ETag(p.Revision))
	if !created {
		return write(w, http.StatusOK, p)
	}
	return write(w, http.StatusCreated, p)
}

// Validate checks the wishes for a new audit and fills in the defaults; nil
// numbers were not given. Errors are [*Error] values.
func (a *API) Validate(rawURL string, kind shared.Kind, pageLimit, maxDepth *int) (shared.NewAudit, error) {
	n := shared.NewAudit{URL: rawURL, Kind: kind, PageLimit: a.PageLimit, MaxDepth: shared.MaxDepthDefault}
	switch kind {
	case "", shared.KindSite:
		n.Kind = shared.KindSite
		seed, err := a.Seed(rawURL)
		if err != nil {
			return shared.NewAudit{}, err
		}
		n.URL = seed
	case shared.KindExternal:
		n.PageLimit, n.MaxDepth = 0, 0 // the worker's own affair, unless it names them
		if rawURL == "" || len(rawURL) > shared.MaxURL || hasControl(rawURL) {
			return shared.NewAudit{}, &Error{Code: shared.CodeBadURL, Field: "url", Detail: fmt.Sprintf("url names the work in 1 to %d bytes without control characters.", shared.MaxURL)}
		}
	default:
		return shared.NewAudit{}, &Error{Code: shared.CodeOutOfRange, Field: "kind", Detail: "kind is site or external."}
	}
	for _, l := range []struct {
		field string
		given *int
		into  *int
		max   int
	}{{"page_limit", pageLimit, &n.PageLimit, shared.PageLimitMax}, {"max_depth", maxDepth, &n.MaxDepth, shared.MaxDepthMax}} {
		if l.given == nil {
			continue
		}
		if *l.given < 1 || *l.given > l.max {
			return shared.NewAudit{}, &Error{Code: shared.CodeOutOfRange, Field: l.field, Detail: fmt.Sprintf("%s is 1 to %d.", l.field, l.max)}
		}
		*l.into = *l.given
	}
	return n, nil
}

func (a *API) audit(w http.ResponseWriter, r *http.Request) error {
	id, err := auditID(r)
	if err != nil {
		return err
	}
	p, err := a.Service.Progress(r.Context(), id)
	if err != nil {
		return err
	}
	etag := shared.ETag(p.Revision)
	w.Header().Set("ETag", etag)
	if shared.IfNoneMatch(r.Header.Values("If-None-Match")).Match(etag) {
		w.Header().Set("Cache-Control", "no-cache")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return write(w, http.StatusOK, p)
}

func (a *API) list(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r, "status", "q", "cursor", "limit")
	if err != nil {
		return err
	}
	lq := shared.ListQuery{Status: shared.Status(q.Get("status")), Text: q.Get("q"), Cursor: q.Get("cursor")}
	if lq.Status != "" && !lq.Status.Valid() {
		return &Error{Code: shared.CodeBadQuery, Field: "status", Detail: "status is pending, running, completed, failed or cancelled."}
	}
	if lq.Limit, err = limit(q); err != nil {
		return err
	}
	list, err := a.Service.List(r.Context(), lq)
	if err != nil {
		return err
	}
	next(w, r, q, list.NextCursor)
	return write(w, http.StatusOK, list)
}

// next adds the Link to the following page (RFC 8288).
func next(w http.ResponseWriter, r *http.Request, q url.Values, cursor *string) {
	if cursor == nil {
		return
	}
	q.Set("cursor", *cursor)
	w.Header().Set("Link", "<"+r.URL.Path+"?"+q.Encode()+`>; rel="next"`)
}

func (a *API) delete(w http.ResponseWriter, r *http.Request) error {
	id, err := auditID(r)
	if err != nil {
		return err
	}
	if err := a.Service.Delete(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) cancel(w http.ResponseWriter, r *http.Request) error {
	id, err := auditID(r)
	if err != nil {
		return err
	}
	p, err := a.Service.Cancel(r.Context(), id)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", shared.ETag(p.Revision))
	if !p.Status.Terminal() {
		return write(w, http.StatusAccepted, p) // the worker is told, and stops within a second
	}
	return write(w, http.StatusOK, p)
}

// retry starts a new audit with the settings of an ended one, which must still
// be allowed; those it never had get their defaults.
func (a *API) retry(w http.ResponseWriter, r *http.Request) error {
	id, err := auditID(r)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(r)
	if err != nil {
		return err
	}
	n, status, err := a.Service.Settings(r.Context(), id)
	if err != nil {
		return err
	}
	if !status.Terminal() {
		return &Error{Code: shared.CodeConflict, Detail: "The audit has not ended yet; cancel it first."}
	}
	if n, err = a.Validate(n.URL, n.Kind, given(n.PageLimit), given(n.MaxDepth)); err != nil {
		return err
	}
	return a.created(w, r.Context(), n, key)
}

func given(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func (a *API) patch(w http.ResponseWriter, r *http.Request) error {
	id, err := auditID(r)
	if err != nil {
		return err
	}
	revision, err := ifMatch(r)
	if err != nil {
		return err
	}
	var body shared.ProgressPatch
	if err := decode(w, r, &body); err != nil {
		return err
	}
	if err := checkPatch(body); err != nil {
		return err
	}
	p, err := a.Service.Patch(r.Context(), id, body, revision)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", shared.ETag(p.Revision))
	return write(w, http.StatusOK, p)
}

// checkPatch names the field at fault; the database checks the same again.
func checkPatch(p shared.ProgressPatch) error {
	for _, rule := range []struct {
		ok          bool
		field, says string
	}{
		{p != (shared.ProgressPatch{}), "", "Name at least one field to change."},
		{p.Status == nil || p.Status.Valid(), "status", "status is pending, running, completed, failed or cancelled."},
		{p.Progress == nil || *p.Progress >= 0 && *p.Progress <= 100, "progress", "progress is 0 to 100."},
		{p.GeoScore == nil || *p.GeoScore >= 0 && *p.GeoScore <= 100, "geo_score", "geo_score is 0 to 100."},
		{p.TotalPages == nil || *p.TotalPages >= 0 && *p.TotalPages <= 1<<31-1, "total_pages", "total_pages is 0 or more."},
		{textOK(p.Message, shared.MaxMessage), "message", fmt.Sprintf("message has at most %d characters, none of them NUL.", shared.MaxMessage)},
		{textOK(p.ErrorMessage, shared.MaxErrorMessage), "error_message", fmt.Sprintf("error_message has at most %d characters, none of them NUL.", shared.MaxErrorMessage)},
	} {
		if !rule.ok {
			return &Error{Code: shared.CodeOutOfRange, Field: rule.field, Detail: rule.says}
		}
	}
	return nil
}

func textOK(s *string, max int) bool {
	if s == nil {
		return true
	}
	for _, c := range *s {
		if c == 0 {
			return false
		}
	}
	return utf8.RuneCountInString(*s) <= max
}

func hasControl(s string) bool {
	for _, c := range s {
		if c < ' ' || c == 0x7f {
			return true
		}
	}
	return false
}

func (a *API) pages(w http.ResponseWriter, r *http.Request) error {
	id, err := auditID(r)
	if err != nil {
		return err
	}
	q, err := query(r, "cursor", "limit")
	if err != nil {
		return err
	}
	n, err := limit(q)
	if err != nil {
		return err
	}
	list, err := a.Service.Pages(r.Context(), id, q.Get("cursor"), n)
	if err != nil {
		return err
	}
	next(w, r, q, list.NextCursor)
	return write(w, http.StatusOK, list)
}

func (a *API) findings(w http.ResponseWriter, r *http.Request) error {
	id, err := auditID(r)
	if err != nil {
		return err
	}
	q, err := query(r, "check", "cursor", "limit")
	if err != nil {
		return err
	}
	fq := shared.FindingQuery{CheckID: q.Get("check"), Cursor: q.Get("cursor")}
	if fq.Limit, err = limit(q); err != nil {
		return err
	}
	list, err := a.Service.Findings(r.Context(), id, fq)
	if err != nil {
		return err
	}
	next(w, r, q, list.NextCursor)
	return write(w, http.StatusOK, list)
}

func (a *API) report(w http.ResponseWriter, r *http.Request) error {
	id, err := auditID(r)
	if err != nil {
		return err
	}
	q, err := query(r, "format")
	if err != nil {
		return err
	}
	if f := q.Get("format"); f != "" && f != "json" {
		return &Error{Code: shared.CodeNotAcceptable, Field: "format", Detail: "A report comes as json."}
	}
	report, err := a.Service.Report(r.Context(), id)
	if err != nil {
		return err
	}
	if !report.Audit.Status.Terminal() {
		return &Error{Code: shared.CodeConflict, Detail: "The report comes with the end of the audit."}
	}
	w.Header().Set("ETag", shared.ETag(report.Audit.Revision))
	return write(w, http.StatusOK, report)
}
