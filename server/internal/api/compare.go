package api

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"atalaya/server/internal/compare"
	"atalaya/server/internal/export"
	"atalaya/shared"
)

// Compare says what changed from one audit of a site to another. Its errors are those that
// GET /api/v1/compare answers with.
func (a *API) Compare(ctx context.Context, base, head int64, q shared.ChangeQuery) (r shared.Comparison, err error) {
	var p pair
	if p.base, err = a.readSide(ctx, base, shared.ParamBase); err != nil {
		return r, err
	}
	if p.head, err = a.readSide(ctx, head, shared.ParamHead); err != nil {
		return r, err
	}
	if q.State == "" {
		return a.digest(ctx, p, q.Limit)
	}
	return a.part(ctx, p, q)
}

// compareAudits handles GET /api/v1/compare: what changed from one audit of a site to
// another, as JSON with a part of the changes, or as Markdown that names the first of them.
func (a *API) compareAudits(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r, shared.ParamBase, shared.ParamHead, shared.ParamFormat, shared.ParamLang,
		shared.ParamPlaces, "state", "cursor", "limit")
	if err != nil {
		return err
	}
	limit, err := readLimit(q)
	if err != nil {
		return err
	}
	limit = cmp.Or(limit, shared.ListLimitDefault)
	pair, err := a.readPair(r.Context(), q)
	if err != nil {
		return err
	}
	switch format := export.Format(q.Get(shared.ParamFormat)); format {
	case "", export.JSON:
		return a.compareAsJSON(w, r, q, pair, limit)
	case export.Markdown:
		return a.compareAsMarkdown(w, r, q, pair, limit)
	}
	return &Error{Code: shared.CodeNotAcceptable, Field: shared.ParamFormat, Detail: "A comparison comes as json or md."}
}

// pair are the reports of the two audits to compare.
type pair struct{ base, head shared.Report }

func (a *API) readPair(ctx context.Context, q url.Values) (p pair, err error) {
	if p.base, err = a.readNamed(ctx, q, shared.ParamBase); err != nil {
		return p, err
	}
	p.head, err = a.readNamed(ctx, q, shared.ParamHead)
	return p, err
}

// readNamed reads the report of the audit that a parameter names.
func (a *API) readNamed(ctx context.Context, q url.Values, name string) (shared.Report, error) {
	id, ok := shared.ParseID(q.Get(name))
	if !ok {
		return shared.Report{}, &Error{
			Code: shared.CodeBadID, Field: name, Detail: name + " is the id of an audit, a positive whole number such as 7.",
		}
	}
	return a.readSide(ctx, id, name)
}

// readSide reads the report of one of the two audits. Errors say which of them it is.
func (a *API) readSide(ctx context.Context, id int64, name string) (shared.Report, error) {
	report, err := a.Service.Report(ctx, id)
	switch {
	case err != nil && a.Problems.classify(err).Code == shared.CodeNotFound:
		detail := fmt.Sprintf("There is no audit %d, which %s names; it may have been deleted.", id, name)
		return report, &Error{Code: shared.CodeNotFound, Field: name, Detail: detail, Err: err}
	case err == nil && !report.Audit.Status.Terminal():
		detail := fmt.Sprintf("Audit %d, which %s names, has not ended yet.", id, name)
		return report, &Error{Code: shared.CodeConflict, Field: name, Detail: detail}
	}
	return report, err
}

// compareAsJSON answers with one part of the changes, and all numbers.
func (a *API) compareAsJSON(w http.ResponseWriter, r *http.Request, q url.Values, p pair, limit int) error {
	if q.Has(shared.ParamPlaces) {
		return a.answerDigest(w, r, q, p)
	}
	result, err := a.part(r.Context(), p, shared.ChangeQuery{
		State: shared.ChangeState(q.Get(shared.ParamState)), Cursor: q.Get(shared.ParamCursor), Limit: limit,
	})
	if err != nil {
		return err
	}
	linkNext(w, r, q, result.NextCursor)
	extendDeadline(w)
	return writeJSON(w, http.StatusOK, result)
}

// part compares two audits and gives one part of the changes.
func (a *API) part(ctx context.Context, p pair, q shared.ChangeQuery) (shared.Comparison, error) {
	list := compare.List{State: q.State, Limit: q.Limit}
	if list.State != "" && !list.State.Valid() {
		return shared.Comparison{}, &Error{Code: shared.CodeBadQuery, Field: shared.ParamState,
			Detail: "state is new, fixed, persistent, base_only or head_only."}
	}
	if err := list.Continue(q.Cursor); err != nil {
		return shared.Comparison{}, &Error{Code: shared.CodeBadQuery, Field: shared.ParamCursor,
			Detail: "The cursor is not one of this list; start without it.", Err: err}
	}
	result, err := a.compare(ctx, p, list.Take)
	if err == nil {
		list.Fill(&result)
	}
	return result, err
}

// answerDigest answers with the first changes of each state but persistent, and all numbers.
func (a *API) answerDigest(w http.ResponseWriter, r *http.Request, q url.Values, p pair) error {
	places, err := readSize(q, shared.ParamPlaces)
	if err != nil {
		return err
	}
	if q.Has("state") || q.Has("cursor") || q.Has("limit") {
		return &Error{Code: shared.CodeBadQuery, Field: shared.ParamPlaces,
			Detail: "places takes the place of state, cursor and limit."}
	}
	result, err := a.digest(r.Context(), p, cmp.Or(places, shared.PlacesShown))
	if err != nil {
		return err
	}
	extendDeadline(w)
	return writeJSON(w, http.StatusOK, result)
}

func (a *API) digest(ctx context.Context, p pair, places int) (shared.Comparison, error) {
	digest := compare.NewDigest(places)
	result, err := a.compare(ctx, p, digest.Take)
	digest.Fill(&result)
	return result, err
}

// compareAsMarkdown answers with all numbers, and at most limit places of each state but
// persistent.
func (a *API) compareAsMarkdown(w http.ResponseWriter, r *http.Request, q url.Values, p pair, limit int) error {
	if q.Has("state") || q.Has("cursor") || q.Has(shared.ParamPlaces) {
		return &Error{Code: shared.CodeBadQuery, Detail: "state, cursor and places belong to the JSON of a comparison."}
	}
	lang, err := readLang(q)
	if err != nil {
		return err
	}
	result, err := a.digest(r.Context(), p, limit)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	out := export.Comparison{Result: &result, Lang: lang}
	if err := out.WriteMarkdown(&body); err != nil {
		return err
	}
	extendDeadline(w)
	w.Header().Set("Content-Type", export.Markdown.ContentType())
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = body.WriteTo(w) // the client may have gone
	return nil
}

func (a *API) compare(ctx context.Context, p pair, take func(shared.Change)) (shared.Comparison, error) {
	result, err := compare.Audits(
		compare.Side{Report: &p.base, Pages: compare.Stored(ctx, a.Service, p.base.Audit.AuditID)},
		compare.Side{Report: &p.head, Pages: compare.Stored(ctx, a.Service, p.head.Audit.AuditID)}, take)
	if errors.Is(err, compare.ErrSites) {
		return result, &Error{Code: shared.CodeDifferentSites, Field: shared.ParamHead, Err: err,
			Detail: "Only audits of the same site, by its host and port, have something to compare."}
	}
	return result, err
}

// extendDeadline has the deadline of an answer that takes long count from now on.
func extendDeadline(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout)) // unsupported only in tests' recorders
}
