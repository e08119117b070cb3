package ui

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// ParamRequest is the query parameter that carries the token of [Prerender] to
// the page. Whoever serves pages removes it from incoming URLs.
const ParamRequest = "__req"

// Stylesheet is the address of the stylesheet the pages are made for.
const Stylesheet = "/web/static/atalaya.css"

// Data holds what pages show first; the store implements it. Every method keeps a
// deadline of its own.
type Data interface {
	Progress(ctx context.Context, id int64) (shared.AuditProgress, error)
	Newest(ctx context.Context, n int) ([]shared.AuditProgress, error)
	List(ctx context.Context, q shared.ListQuery) (shared.AuditList, error)
	Report(ctx context.Context, id int64) (shared.Report, error)
	Sites(ctx context.Context, q shared.SiteQuery) (shared.SiteList, error)
	Site(ctx context.Context, name string) (shared.Site, error)
	Schedule(ctx context.Context, site string) (shared.Schedule, error)
	// Settings is what an audit was asked to do.
	Settings(ctx context.Context, id int64) (shared.NewAudit, shared.Status, error)
	Compare(ctx context.Context, base, head int64, q shared.ChangeQuery) (shared.Comparison, error)
}

// Request is the scope of one prerendered page: what the page may ask for, and
// where it leaves its status and error.
type Request struct {
	Ctx  context.Context
	Data Data
	// Missing reports whether an error of Data means that there is no such
	// audit. Nil means that no error does.
	Missing func(error) bool
	// Problem is what an error of Data means to users, where it is no failure: two audits
	// that have nothing to compare. Nil means that every error is one.
	Problem func(error) *shared.Problem
	Lang    text.Lang
	Look    Look
	// Role is what the reader may do.
	Role shared.Role

	// Status is set by the page: 404 for an unknown audit, site or address, what Problem
	// says of an error that is no failure, 503 when Data did not answer, else 0. After a
	// 503 the page still works in the browser, which asks again.
	Status int
	// Err is set by the page for the log: the error of Data, unless it means that
	// there is no such audit.
	Err error
}

// requests maps tokens to scopes (*Request). go-app has no request context, so this
// is the one way from Prerender to a page.
var requests sync.Map

// Prerender registers r for one page request and returns the token to put into
// the URL's query as [ParamRequest]. After the page was served, done forgets it;
// then r.Status and r.Err may be read.
func Prerender(r *Request) (token string, done func()) {
	token = rand.Text()
	requests.Store(token, r)
	return token, func() { requests.Delete(token) }
}

// requestOf finds the scope of the page being drawn. A page without a scope is
// drawn without data.
func requestOf(ctx app.Context) *Request {
	if r, ok := requests.Load(ctx.Page().URL().Query().Get(ParamRequest)); ok {
		return r.(*Request)
	}
	return &Request{Ctx: context.Background(), Data: noData{}}
}

// fail takes note of an error of Data and reports whether it means that there
// is no such audit.
func (r *Request) fail(err error) (missing bool) {
	if r.Missing != nil && r.Missing(err) {
		r.Status = live.StatusNotFound
		return true
	}
	r.Status, r.Err = live.StatusUnavailable, err
	return false
}

var errNoData = errors.New("ui: page drawn without a request scope")

type noData struct{}

func (noData) Progress(context.Context, int64) (shared.AuditProgress, error) {
	return shared.AuditProgress{}, errNoData
}

func (noData) Newest(context.Context, int) ([]shared.AuditProgress, error) { return nil, errNoData }

func (noData) List(context.Context, shared.ListQuery) (shared.AuditList, error) {
	return shared.AuditList{}, errNoData
}

func (noData) Report(context.Context, int64) (shared.Report, error) {
	return shared.Report{}, errNoData
}

func (noData) Sites(context.Context, shared.SiteQuery) (shared.SiteList, error) {
	return shared.SiteList{}, errNoData
}

func (noData) Site(context.Context, string) (shared.Site, error) { return shared.Site{}, errNoData }

func (noData) Schedule(context.Context, string) (shared.Schedule, error) {
	return shared.Schedule{}, errNoData
}

func (noData) Settings(context.Context, int64) (shared.NewAudit, shared.Status, error) {
	return shared.NewAudit{}, "", errNoData
}

func (noData) Compare(context.Context, int64, int64, shared.ChangeQuery) (shared.Comparison, error) {
	return shared.Comparison{}, errNoData
}
