package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"atalaya/shared"
)

// Service is what the handlers need of the store.
type Service interface {
	Create(ctx context.Context, a shared.NewAudit, idempotencyKey string) (p shared.AuditProgress, created bool, err error)
	Progress(ctx context.Context, id int64) (shared.AuditProgress, error)
	Settings(ctx context.Context, id int64) (a shared.NewAudit, status shared.Status, err error)
	HadHeaders(ctx context.Context, id int64) (bool, error)
	List(ctx context.Context, q shared.ListQuery) (shared.AuditList, error)
	Patch(ctx context.Context, id int64, patch shared.ProgressPatch, ifMatch int64) (shared.AuditProgress, error)
	Cancel(ctx context.Context, id int64) (shared.AuditProgress, error)
	Delete(ctx context.Context, id int64) error
	Pages(ctx context.Context, id int64, q shared.PageQuery) (shared.PageList, error)
	PagesByURL(ctx context.Context, id int64, after string, limit int) (pages []shared.Page, next string, err error)
	Findings(ctx context.Context, id int64, q shared.FindingQuery) (shared.FindingList, error)
	PageFindings(ctx context.Context, id int64, pages []int64) (map[int64][]shared.Finding, error)
	PageFaults(ctx context.Context, id int64, pages []int64) (map[int64][]shared.Finding, error)
	Links(ctx context.Context, id int64, q shared.LinkQuery) (shared.LinkList, error)
	Unvisited(ctx context.Context, id int64, q shared.UnvisitedQuery) (shared.UnvisitedList, error)
	Report(ctx context.Context, id int64) (shared.Report, error)
	Sites(ctx context.Context, q shared.SiteQuery) (shared.SiteList, error)
	Site(ctx context.Context, name string) (shared.Site, error)
	Schedule(ctx context.Context, site string) (shared.Schedule, error)
	PutSchedule(ctx context.Context, want shared.Schedule) (shared.Schedule, error)
	DeleteSchedule(ctx context.Context, site string) error
	Webhooks(ctx context.Context) ([]shared.Webhook, error)
	Browsers(ctx context.Context) ([]shared.Webhook, error)
	Webhook(ctx context.Context, id int64) (shared.Webhook, error)
	CreateWebhook(ctx context.Context, want shared.Webhook) (shared.Webhook, error)
	UpdateWebhook(ctx context.Context, want shared.Webhook, match int64) (shared.Webhook, error)
	RotateSecret(ctx context.Context, id int64, secret string, keep time.Duration) (shared.Webhook, error)
	DeleteWebhook(ctx context.Context, id int64) error
	TestWebhook(ctx context.Context, id int64) (shared.Delivery, error)
	Deliveries(ctx context.Context, webhook int64, cursor string, limit int) (shared.DeliveryList, error)
	Redeliver(ctx context.Context, webhook, id int64) (shared.Delivery, error)
}

// routes is the API at one look. A new route is a line here with its handler below (or
// in a file of its own) and its method of [Service] above, an operation in openapi.json,
// and the method of the store.
func (a *API) routes() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /api/v1/audits":                 a.handle(a.listAudits),
		"POST /api/v1/audits":                a.handle(a.createAudit),
		"GET /api/v1/audits/{id}":            a.handle(a.getAudit),
		"DELETE /api/v1/audits/{id}":         a.handle(a.deleteAudit),
		"GET /api/v1/audits/{id}/progress":   a.Poll,
		"PATCH /api/v1/audits/{id}/progress": a.handle(a.patchProgress),
		"POST /api/v1/audits/{id}/cancel":    a.handle(a.cancelAudit),
		"POST /api/v1/audits/{id}/retry":     a.handle(a.retryAudit),
		"GET /api/v1/audits/{id}/pages":      a.handle(a.listPages),
		"GET /api/v1/audits/{id}/findings":   a.handle(a.listFindings),
		"GET /api/v1/audits/{id}/links":      a.handle(a.listLinks),
		"GET /api/v1/audits/{id}/unvisited":  a.handle(a.listUnvisited),
		"GET /api/v1/audits/{id}/report":     a.handle(a.getReport),
		"GET /api/v1/audits/{id}/shares":     a.handle(a.listShares),
		"POST /api/v1/audits/{id}/shares":    a.handle(a.createShare),

		"DELETE /api/v1/audits/{id}/shares/{share}": a.handle(a.revokeShare),

		"GET /api/v1/compare":                  a.handle(a.compareAudits),
		"GET /api/v1/sites":                    a.handle(a.listSites),
		"GET /api/v1/sites/{site}":             a.handle(a.getSite),
		"GET /api/v1/sites/{site}/schedule":    a.handle(a.getSchedule),
		"PUT /api/v1/sites/{site}/schedule":    a.handle(a.putSchedule),
		"DELETE /api/v1/sites/{site}/schedule": a.handle(a.deleteSchedule),
		"GET /api/v1/tokens":                   a.handle(a.listTokens),
		"POST /api/v1/tokens":                  a.handle(a.createToken),
		"DELETE /api/v1/tokens/{id}":           a.handle(a.revokeToken),
		"GET /api/v1/trail":                    a.handle(a.getTrail),
		"GET /api/v1/report.schema.json":       http.HandlerFunc(serveReportSchema),
		"GET /api/v1/stats":                    a.handle(a.getStats),
		"POST /api/v1/client-story":            a.handle(a.takeStory),
		"GET /api/v1/openapi.json":             http.HandlerFunc(serveDocument),

		"GET /api/v1/webhooks":                                       a.handle(a.listWebhooks),
		"POST /api/v1/webhooks":                                      a.handle(a.createWebhook),
		"GET /api/v1/webhooks/{id}":                                  a.handle(a.getWebhook),
		"PATCH /api/v1/webhooks/{id}":                                a.handle(a.patchWebhook),
		"DELETE /api/v1/webhooks/{id}":                               a.handle(a.deleteWebhook),
		"POST /api/v1/webhooks/{id}/secret":                          a.handle(a.rotateSecret),
		"POST /api/v1/webhooks/{id}/test":                            a.handle(a.testWebhook),
		"GET /api/v1/webhooks/{id}/deliveries":                       a.handle(a.listDeliveries),
		"POST /api/v1/webhooks/{id}/deliveries/{delivery}/redeliver": a.handle(a.redeliver),

		"GET /api/v1/push":                       a.handle(a.getPushKey),
		"POST /api/v1/push/subscriptions":        a.handle(a.subscribe),
		"GET /api/v1/push/subscriptions/{id}":    a.handle(a.getSubscription),
		"DELETE /api/v1/push/subscriptions/{id}": a.handle(a.unsubscribe),
	}
}

// listAudits handles GET /api/v1/audits: audits in pages, the newest first unless another
// order is asked for.
func (a *API) listAudits(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r,
		"status", "ended", "site", "q", "sort", "counts", "scores", "cursor", "limit", shared.ParamUnfinished, shared.ParamGroup)
	if err != nil {
		return err
	}
	lq, err := readListQuery(q)
	if err != nil {
		return err
	}
	list, err := a.Service.List(r.Context(), lq)
	if err != nil {
		return err
	}
	linkNext(w, r, q, list.NextCursor)
	return writeJSON(w, http.StatusOK, list)
}

// readListQuery reads what a list is asked for.
func readListQuery(q url.Values) (lq shared.ListQuery, err error) {
	lq = shared.ListQuery{
		Status: shared.Status(q.Get("status")), Site: q.Get("site"), Text: q.Get("q"),
		Order: shared.Order(q.Get("sort")), Cursor: q.Get("cursor"),
	}
	if lq.Status != "" && !lq.Status.Valid() {
		return lq, &Error{Code: shared.CodeBadQuery, Field: "status", Detail: statusWords}
	}
	if lq.Order != "" && !slices.Contains(shared.Orders, lq.Order) {
		return lq, &Error{Code: shared.CodeBadQuery, Field: "sort", Detail: sortWords}
	}
	if lq.BySite = q.Get(shared.ParamGroup) == shared.GroupSite; !lq.BySite && q.Get(shared.ParamGroup) != "" {
		return lq, &Error{Code: shared.CodeBadQuery, Field: shared.ParamGroup, Detail: "The only group is site."}
	}
	if lq.Limit, err = readLimit(q); err != nil {
		return lq, err
	}
	for name, flag := range map[string]*bool{
		"ended": &lq.Ended, "counts": &lq.Counts, "scores": &lq.Scores, shared.ParamUnfinished: &lq.Unfinished,
	} {
		if *flag, err = readFlag(q, name); err != nil {
			return lq, err
		}
	}
	return lq, nil
}

// linkNext adds the Link to the following page (RFC 8288).
func linkNext(w http.ResponseWriter, r *http.Request, q url.Values, cursor *string) {
	if cursor == nil {
		return
	}
	q.Set("cursor", *cursor)
	w.Header().Set("Link", "<"+r.URL.Path+"?"+q.Encode()+`>; rel="next"`)
}

// Wish is the body of a creation with absent numbers told from zero.
type Wish struct {
	URL        string      `json:"url"`
	Kind       shared.Kind `json:"kind"`
	PageLimit  *int        `json:"page_limit"`
	MaxDepth   *int        `json:"max_depth"`
	MaxBytes   *int64      `json:"max_bytes"`
	MaxSeconds *int        `json:"max_seconds"`
	Include    []string    `json:"include"`
	Exclude    []string    `json:"exclude"`

	SkipAIAgents bool           `json:"skip_ai_agents"`
	Rate         *float64       `json:"rate"`
	Headers      shared.Headers `json:"headers"`
}

// WishOf is the wish for such an audit; what is zero in it was not given.
func WishOf(n shared.NewAudit) Wish {
	return Wish{
		URL: n.URL, Kind: n.Kind, PageLimit: unlessZero(n.PageLimit), MaxDepth: unlessZero(n.MaxDepth),
		MaxBytes: unlessZero(n.MaxBytes), MaxSeconds: unlessZero(n.MaxSeconds),
		Include: n.Include, Exclude: n.Exclude, SkipAIAgents: n.SkipAIAgents,
		Rate: unlessZero(n.Rate), Headers: n.Headers,
	}
}

func unlessZero[T int | int64 | float64](n T) *T {
	if n == 0 {
		return nil
	}
	return &n
}

// createAudit handles POST /api/v1/audits: 201 with a new audit, or 200 with the
// one that the same Idempotency-Key created before.
func (a *API) createAudit(w http.ResponseWriter, r *http.Request) error {
	if _, err := readQuery(r); err != nil {
		return err
	}
	key, err := readIdempotencyKey(r)
	if err != nil {
		return err
	}
	var wish Wish
	if err := decodeBody(w, r, &wish); err != nil {
		return err
	}
	n, err := a.Validate(wish)
	if err != nil {
		return err
	}
	return a.answerCreated(w, r.Context(), n, key)
}

// answerCreated creates an audit and answers with it, for createAudit and
// retryAudit.
func (a *API) answerCreated(w http.ResponseWriter, ctx context.Context, n shared.NewAudit, key string) error {
	p, created, err := a.Service.Create(ctx, n, key)
	if err != nil {
		return err
	}
	w.Header().Set("Location", shared.PathAudit(p.AuditID))
	w.Header().Set("ETag", shared.ETag(p.Revision))
	if !created {
		return writeJSON(w, http.StatusOK, p)
	}
	return writeJSON(w, http.StatusCreated, p)
}

// getAudit handles GET /api/v1/audits/{id}, and If-None-Match with it.
func (a *API) getAudit(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
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
	return writeJSON(w, http.StatusOK, p)
}

// deleteAudit handles DELETE /api/v1/audits/{id}, which must not be running.
func (a *API) deleteAudit(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	if err := a.Service.Delete(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// patchProgress handles PATCH /api/v1/audits/{id}/progress, by which external
// workers report; with If-Match, only over the revision named.
func (a *API) patchProgress(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	revision, err := readIfMatch(r)
	if err != nil {
		return err
	}
	var body shared.ProgressPatch
	if err := decodeBody(w, r, &body); err != nil {
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
	return writeJSON(w, http.StatusOK, p)
}

// cancelAudit handles POST /api/v1/audits/{id}/cancel: 200 when the audit ended at
// once, 202 when its worker is told to stop.
func (a *API) cancelAudit(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	p, err := a.Service.Cancel(r.Context(), id)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", shared.ETag(p.Revision))
	if !p.Status.Terminal() {
		return writeJSON(w, http.StatusAccepted, p) // the worker is told, and stops within a second
	}
	return writeJSON(w, http.StatusOK, p)
}

// retryAudit handles POST /api/v1/audits/{id}/retry: a new audit with the settings
// of an ended one, or with those that the body names, which must still be allowed. A setting
// that the old one never had gets its default.
func (a *API) retryAudit(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	key, err := readIdempotencyKey(r)
	if err != nil {
		return err
	}
	var other otherSettings
	if r.ContentLength != 0 {
		if err := decodeBody(w, r, &other); err != nil {
			return err
		}
	}
	n, err := a.repeat(r.Context(), id, other)
	if err != nil {
		return err
	}
	return a.answerCreated(w, r.Context(), n, key)
}

// otherSettings is [shared.Retry] with an absent number told from zero.
type otherSettings struct {
	PageLimit *int            `json:"page_limit"`
	Headers   *shared.Headers `json:"headers"`
}

// Repeat is the wish for an audit with the settings of one that has ended, which had no
// headers.
func (a *API) Repeat(ctx context.Context, id int64) (shared.NewAudit, error) {
	return a.repeat(ctx, id, otherSettings{})
}

func (a *API) repeat(ctx context.Context, id int64, other otherSettings) (shared.NewAudit, error) {
	n, status, err := a.Service.Settings(ctx, id)
	if err != nil {
		return n, err
	}
	if !status.Terminal() {
		return n, &Error{Code: shared.CodeConflict, Detail: "The audit has not ended yet; cancel it first."}
	}
	wish := WishOf(n)
	if other.PageLimit != nil {
		wish.PageLimit = other.PageLimit
	}
	if wish.Headers, err = a.headersAgain(ctx, id, other.Headers); err != nil {
		return n, err
	}
	return a.Validate(wish)
}

// headersAgain are the headers of an audit that is like another. Without those of that one it
// would find a site that turns it away, so nobody gets one by mistake.
func (a *API) headersAgain(ctx context.Context, id int64, given *shared.Headers) (shared.Headers, error) {
	if given != nil {
		return *given, nil
	}
	had, err := a.Service.HadHeaders(ctx, id)
	if err == nil && had {
		err = &Error{Code: shared.CodeHeadersNotKept, Field: shared.FieldHeaders,
			Detail: "The audit was started with headers, which are erased. Give them again as headers, or [] for none."}
	}
	return nil, err
}
