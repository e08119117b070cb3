package pages

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"atalaya/app/ui"
	"atalaya/shared"
	"atalaya/shared/text"
	"atalaya/web"
)

// Creator starts audits. The store meets it.
type Creator interface {
	// Create stores a new audit. A key seen before gives the audit it made then,
	// and created is false; an empty key never matches.
	Create(ctx context.Context, a shared.NewAudit, idempotencyKey string) (p shared.AuditProgress, created bool, err error)
}

// Details lists what an audit met, a part at a time. The store meets it.
type Details interface {
	Findings(ctx context.Context, id int64, q shared.FindingQuery) (shared.FindingList, error)
	Pages(ctx context.Context, id int64, q shared.PageQuery) (shared.PageList, error)
	Links(ctx context.Context, id int64, q shared.LinkQuery) (shared.LinkList, error)
	Unvisited(ctx context.Context, id int64, q shared.UnvisitedQuery) (shared.UnvisitedList, error)
}

// Schedules changes when sites are audited again, if the caller may.
type Schedules interface {
	PutSchedule(ctx context.Context, want shared.Schedule) (shared.Schedule, error)
	DeleteSchedule(ctx context.Context, site string) error
}

// Config is what the pages need. All but Missing, Origin, Web and Log are required.
type Config struct {
	// Data answers what pages show.
	Data ui.Data
	// Details answers the plain pages of a report's parts.
	Details Details
	// Create starts the audits of the plain form.
	Create Creator
	// Cancels ends audits from their plain pages.
	Cancels Canceller
	// Schedules takes the plain form of a site's schedule, which Plan checks.
	Schedules Schedules
	Plan      func(site string, audit shared.NewAudit, cron, zone string) (shared.Schedule, error)
	// Repeat is the wish for an audit like one that has ended.
	Repeat func(ctx context.Context, id int64) (shared.NewAudit, error)
	// Validate checks what was typed into the plain form and fills in the
	// defaults.
	Validate func(shared.NewAudit) (shared.NewAudit, error)
	// Door lets people in and out.
	Door Doorkeeper
	// Tokens are those that people sign in with; CheckToken refuses what none can be.
	Tokens     Tokens
	CheckToken func(shared.NewToken) error
	// Webhooks are who is told of audits.
	Webhooks Webhooks
	// Shares are the links to audits.
	Shares Shares
	// Trail is what people did.
	Trail Trail
	// Problem is what an error means to users: forms show it, with its status.
	Problem func(error) *shared.Problem
	// NotAllowed answers a request with a method that its path does not take, but
	// for the plain pages, which answer for themselves. allow is what the Allow
	// header says.
	NotAllowed func(w http.ResponseWriter, r *http.Request, allow string)
	// Missing reports whether an error of Data means that there is no such
	// audit. Nil means that no error does.
	Missing func(error) bool
	// Origin is the public origin of a request, such as "https://host:8443", for
	// the addresses that a page tells search engines. Nil takes it from the
	// connection and the Host header.
	Origin func(*http.Request) string
	// Web holds the static files; nil stands for the embedded ones.
	Web *web.Files
	// Log takes the failures of Data; nil stands for slog.Default().
	Log *slog.Logger
}

const (
	// dataTimeout bounds all queries of one page together.
	dataTimeout = 2 * time.Second
	// compareTimeout is that of a page about two audits, which goes through all pages of
	// both: below a second for the largest on a machine at rest.
	compareTimeout = 10 * time.Second
)

// New returns the handler for every path that is not the API's or a stream's:
// pages, plain pages, static files, manifest, icons and robots.txt. Routes of
// the app are registered by ui.Register, which must have been called.
func New(c Config) *Pages {
	if c.Missing == nil {
		c.Missing = func(error) bool { return false }
	}
	if c.Origin == nil {
		c.Origin = origin
	}
	if c.Web == nil {
		c.Web = web.Embedded()
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	plain := &plain{c}
	mux := http.NewServeMux()
	for _, path := range [...]string{"/web", "/web/", "/manifest.webmanifest", "/robots.txt", "/favicon.ico"} {
		mux.Handle(path, c.readOnly(c.Web))
	}
	app := c.readOnly(newFront(c, plain))
	mux.Handle("/", app)
	for path, page := range plain.routes(app) {
		mux.Handle(path, page)
		mux.HandleFunc(path+"/{$}", withoutSlash)
	}
	mux.HandleFunc("/audits/last", c.toLast)
	mux.HandleFunc("/audits", toList)
	mux.HandleFunc("/audits/{$}", toList)
	return &Pages{secure(mux), plain}
}

// Pages are all pages. They are safe for concurrent use.
type Pages struct {
	http.Handler
	plain *plain
}

// Refuse answers with the plain page of a problem, in its status: it is for people whose
// request was refused before it came to a page.
func (p *Pages) Refuse(w http.ResponseWriter, r *http.Request, problem *shared.Problem) {
	secure(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := p.plain.choose(w, r)
		says := text.Problem(l, string(problem.Code))
		p.plain.note(w, r, problem.Status, l.T(text.BasicRefused), says, 0)
	})).ServeHTTP(w, r)
}

// Routes lists the paths of the pages, as patterns of [http.ServeMux].
func Routes() []string { return slices.Sorted(maps.Keys((&plain{}).routes(nil))) }

// routes are the pages by their paths; app draws those of the app.
func (p *plain) routes(app http.Handler) map[string]http.Handler {
	return map[string]http.Handler{
		shared.PathBasic:      http.HandlerFunc(p.home),
		shared.PathSignIn:     http.HandlerFunc(p.signIn),
		shared.PathSignInWith: p.getOnly(p.toProvider),
		shared.PathSignInBack: p.getOnly(p.fromProvider),
		shared.PathSignOut:    http.HandlerFunc(p.signOut),
		shared.PathTeam:       http.HandlerFunc(p.team),
		shared.PathHooksPage:  http.HandlerFunc(p.hooks),
		hookPage:              http.HandlerFunc(p.hook),
		shared.PathSharesPage: http.HandlerFunc(p.allShares),
		shared.PathTrailPage:  p.readOnly(http.HandlerFunc(p.trail)),
		"/audits/{id}":        app,
		"/audits/{id}/report": app,
		"/audits/{id}/basic":  http.HandlerFunc(p.audit),
		basicFindings:         p.readOnly(http.HandlerFunc(p.findings)),
		basicReport:           p.readOnly(http.HandlerFunc(p.report)),
		basicShares:           http.HandlerFunc(p.auditShares),

		shared.PathSitesPage:              app,
		shared.PathSitesPage + "/{site}":  p.siteForms(app),
		shared.PathComparePage:            app,
		shared.PathBasicSites:             p.readOnly(http.HandlerFunc(p.sites)),
		shared.PathBasicSites + "/{site}": http.HandlerFunc(p.site),
		shared.PathBasicDiff:              p.readOnly(http.HandlerFunc(p.compare)),

		shared.PathReference: p.readOnly(http.HandlerFunc(p.reference)),
	}
}

// The routes of [shared.PathBasicFindings] and [shared.PathBasicReport].
const (
	basicFindings = "/audits/{id}/basic/{check}"
	basicReport   = "/audits/{id}/basic/report"
)

// withoutSlash sends an address with a slash at its end to the page without.
func withoutSlash(w http.ResponseWriter, r *http.Request) {
	// Escaped, for the id may contain anything.
	move(w, r, strings.TrimRight(r.URL.EscapedPath(), "/"))
}

// toList sends whoever cut an audit's address short to the list.
func toList(w http.ResponseWriter, r *http.Request) { move(w, r, "/") }

// toLast sends whoever opens the app by its icon's shortcut to the newest audit, or to the
// list when there is none. The newest is another one the next time.
func (c Config) toLast(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	path := "/"
	if audits, err := c.Data.Newest(ctx, 1); err == nil && len(audits) > 0 {
		path = shared.PathPage(newest(audits))
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, path, http.StatusFound)
}

// newest is the highest id: Newest also lists older audits that have not ended.
func newest(audits []shared.AuditProgress) (id int64) {
	for i := range audits {
		id = max(id, audits[i].AuditID)
	}
	return id
}

// move sends a request, with its method and query, to another path of ours,
// which starts with one slash. Browsers are to ask again the next time: the same
// address may be another program's tomorrow, on localhost above all.
func move(w http.ResponseWriter, r *http.Request, path string) {
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusPermanentRedirect)
}

// origin is the address that the connection and the Host header give, which is
// right where no proxy stands in front.
func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// language is the reader's choice, else the best of the browser's.
func language(r *http.Request) text.Lang {
	chosen := ""
	if c, err := r.Cookie(ui.LangCookie); err == nil {
		chosen = c.Value
	}
	return ui.ChooseLang(chosen, r.Header.Get("Accept-Language"))
}

// look is how the reader wants pages to look.
func look(r *http.Request) ui.Look {
	chosen := func(name string) string {
		c, err := r.Cookie(name)
		if err != nil {
			return ""
		}
		return c.Value
	}
	return ui.ChooseLook(chosen(ui.ThemeCookie), chosen(ui.DensityCookie))
}

// readOnly lets GET and HEAD through.
func (c Config) readOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			c.NotAllowed(w, r, "GET, HEAD")
			return
		}
		next.ServeHTTP(w, r)
	})
}
