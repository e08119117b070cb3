package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"atalaya/server/internal/access"
	"atalaya/server/internal/api"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/netname"
	"atalaya/server/internal/notify"
	"atalaya/server/internal/pages"
	"atalaya/server/internal/store"
	"atalaya/server/internal/stream"
	"atalaya/shared"
)

// problems ties the errors of the parts to what clients see. What is not here
// is an internal error.
func problems(log *slog.Logger) *api.Problems {
	return api.NewProblems(log,
		api.Rule{Err: store.ErrNotFound, Code: shared.CodeNotFound,
			Detail: "There is no such audit, site, schedule, webhook or token; it may have been deleted."},
		api.Rule{Err: store.ErrTerminal, Code: shared.CodeTerminal,
			Detail: "The audit has ended; nothing in it changes any more."},
		api.Rule{Err: store.ErrPrecondition, Code: shared.CodePrecondition,
			Detail: "It has been changed meanwhile; read it again and decide anew."},
		api.Rule{Err: store.ErrOutOfRange, Code: shared.CodeOutOfRange},
		api.Rule{Err: store.ErrConflict, Code: shared.CodeConflict,
			Detail: "The audit is running, or belongs to the engine: cancel it first, " +
				"and leave its progress to its worker."},
		api.Rule{Err: store.ErrIdempotency, Code: shared.CodeIdempotency,
			Detail: "The key belongs to another request; use a new one."},
		api.Rule{Err: store.ErrQueueFull, Code: shared.CodeQueueFull, RetryAfter: queueRetry,
			Detail: "As many audits wait for a worker as this server lets wait; come back when some have begun."},
		api.Rule{Err: store.ErrHostBusy, Code: shared.CodeHostBusy, RetryAfter: queueRetry,
			Detail: "This host has as many unfinished audits as one may have at once; watch one of them, " +
				"or come back when one has ended."},
		api.Rule{Err: store.ErrBadCursor, Code: shared.CodeBadQuery,
			Detail: "The cursor is not one of this list; start without it."},
		api.Rule{Err: store.ErrTimeout, Code: shared.CodeUnavailable, Detail: "The database took too long; try again."},
		api.Rule{Err: store.ErrFull, Code: shared.CodeDatabaseFull,
			Detail: "The database has no room left; nothing was saved. Free some on its disk."},
		api.Rule{Err: store.ErrReadOnly, Code: shared.CodeDatabaseRead,
			Detail: "The database can only be read at present; nothing was saved."},
		api.Rule{Err: store.ErrStandby, Code: shared.CodeDatabaseStandby,
			Detail: "The database is a standby, which takes no changes: another server has become the primary."},
		api.Rule{Err: store.ErrMoved, Code: shared.CodeDatabaseMoved,
			Detail: "The database's files were removed or replaced under the server; put them back, or restart it."},
		api.Rule{Err: store.ErrBusy, Code: shared.CodeUnavailable, Detail: "The database is too busy; try again."},
		api.Rule{Err: store.ErrUnavailable, Code: shared.CodeUnavailable,
			Detail: "The database cannot be reached; try again."},
		api.Rule{Err: access.ErrSignIn, Code: shared.CodeUnauthorized,
			Detail: "Give a token that is good (Authorization: Bearer atl_…), or sign in at /signin."},
		api.Rule{Err: access.ErrForbidden, Code: shared.CodeForbidden,
			Detail: "Your role does not allow this; an auditor cancels and deletes only what it has started."},
		api.Rule{Err: access.ErrHost, Code: shared.CodeForbiddenHost,
			Detail: "Use the address the server printed at its start; --public-url gives it the name that you asked for."},
		api.Rule{Err: access.ErrOrigin, Code: shared.CodeForbiddenOrigin,
			Detail: "Pages of other sites may not use this server."},
	)
}

// queueRetry is about the time in which an audit begins or ends somewhere.
const queueRetry = 30 * time.Second

// hourRetry spreads those who come back when their hour is over, and minuteRetry those whose
// minute is.
const (
	hourRetry   = time.Minute
	minuteRetry = 10 * time.Second
)

// countStart counts an audit for its caller, in the words of package api.
func countStart(ctx context.Context, starts *access.Starts) error {
	err := starts.Count(ctx)
	if over, ok := errors.AsType[*access.TooManyStartsError](err); ok {
		return &api.Error{
			Code:       shared.CodeCallerLimited,
			Detail:     fmt.Sprintf("With your token or from your address, %d audits were started, as many as one may in an hour.", over.Max),
			RetryAfter: over.Left + rand.N(hourRetry), Err: err,
		}
	}
	return err
}

// failRequest answers a request that is one too many, in the words of package api.
func failRequest(p *api.Problems) func(http.ResponseWriter, *http.Request, error) {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		if over, ok := errors.AsType[*access.TooManyRequestsError](err); ok {
			err = &api.Error{
				Code:       shared.CodeRateLimited,
				Detail:     fmt.Sprintf("With your token or from your address, %d requests came in a minute, as many as one may send.", over.Max),
				RetryAfter: over.Left + rand.N(minuteRetry), Err: err,
			}
		}
		p.Fail(w, r, err)
	}
}

// refusalPage shows people a page where programs get a problem: those whose browser asks
// for one, at an address that is not for programs alone.
func refusalPage(app *pages.Pages) func(http.ResponseWriter, *http.Request, *shared.Problem) bool {
	return func(w http.ResponseWriter, r *http.Request, problem *shared.Problem) bool {
		if forPrograms(r.URL.Path) || !strings.Contains(r.Header.Get("Accept"), "text/html") {
			return false
		}
		app.Refuse(w, r, problem)
		return true
	}
}

// failStream answers a refused stream. Package stream has its own kind of refusal
// because it knows when to come back; the status is that of the code in the API's
// table, as for every other answer.
func failStream(p *api.Problems) func(http.ResponseWriter, *http.Request, error) {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		if refusal, ok := errors.AsType[*stream.Refusal](err); ok {
			err = &api.Error{
				Code: refusal.Code, Field: refusal.Field, Detail: refusal.Detail,
				RetryAfter: refusal.RetryAfter, Err: refusal.Err,
			}
			// Why the database cannot, the table knows better.
			if cause := p.Describe(refusal.Err); refusal.Code == shared.CodeUnavailable && cause.Code != shared.CodeInternal {
				err = &api.Error{Code: cause.Code, Detail: cause.Detail, RetryAfter: refusal.RetryAfter, Err: refusal.Err}
			}
		}
		p.Fail(w, r, err)
	}
}

// seed returns the check of what a user typed as an address. An address that is
// private as it is written is refused here, so that the user learns of it at once;
// what protects the network is the guard that looks at every connection after DNS.
func seed(allowPrivate bool) func(raw string) (string, error) {
	return func(raw string) (string, error) {
		u, err := crawl.ParseSeed(raw)
		if err != nil {
			return "", &api.Error{Code: shared.CodeBadURL, Field: "url", Detail: seedDetail(err), Err: err}
		}
		if !allowPrivate && private(u) {
			return "", &api.Error{Code: shared.CodePrivateTarget, Field: "url",
				Detail: "This address points to a private network, which this server does not audit."}
		}
		return u.String(), nil
	}
}

// checkHeaders says what is wrong with the headers of an audit.
func checkHeaders(lines []string) error {
	_, err := crawl.ParseOwnHeaders(lines)
	return err
}

// target returns the check of where messages are to go, with the rule of seed.
func target(allowPrivate, mail bool) func(kind shared.WebhookKind, raw string) (string, error) {
	return func(kind shared.WebhookKind, raw string) (string, error) {
		if kind == shared.KindEmail && !mail {
			return "", &api.Error{Code: shared.CodeOutOfRange, Field: "kind",
				Detail: "This server sends no e-mail; --smtp-url and --mail-from have it do so."}
		}
		u, err := notify.ParseTarget(kind, raw)
		if err != nil {
			return "", &api.Error{Code: shared.CodeBadURL, Field: "url", Detail: "No address: " + err.Error() + ".", Err: err}
		}
		if kind != shared.KindEmail {
			err = checkReceiver(allowPrivate, u)
		}
		return u.String(), err
	}
}

// checkReceiver reads an address as browsers do, for to some resolvers 0x7f.1 is 127.0.0.1 too.
func checkReceiver(allowPrivate bool, u *url.URL) error {
	read, err := crawl.ParseSeed(u.String())
	if err != nil {
		return &api.Error{Code: shared.CodeBadURL, Field: "url", Detail: seedDetail(err), Err: err}
	}
	if !allowPrivate && private(read) {
		return &api.Error{Code: shared.CodePrivateTarget, Field: "url",
			Detail: "This address points to a private network, to which this server sends nothing."}
	}
	return nil
}

func private(u *url.URL) bool {
	if netname.IsLoopback(u.Hostname()) {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && crawl.BlockedAddress(ip)
}

func seedDetail(err error) string {
	switch {
	case errors.Is(err, crawl.ErrScheme):
		return "Only http and https can be audited."
	case errors.Is(err, crawl.ErrUserinfo):
		return "Leave user name and password out of the address."
	case errors.Is(err, crawl.ErrTooLong):
		return fmt.Sprintf("An address has at most %d characters.", crawl.MaxURLLength)
	}
	return "Write an address such as https://www.example.com."
}
