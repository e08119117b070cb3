package audit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
)

// failed is an answer that did not come.
func failed(class crawl.FailureClass) crawl.Result {
	return crawl.Result{Failure: &crawl.Failure{Class: class}}
}

// status is an answer with a status, and the pause that it asks for.
func status(code int, retryAfter time.Duration) crawl.Result {
	return crawl.Result{Status: code, RetryAfter: retryAfter, ContentType: "text/html"}
}

// bare is an answer to HEAD that tells nothing but a status.
func bare(code int) crawl.Result { return crawl.Result{Status: code} }

// A link is asked for with HEAD, then GET, then once more where the fault may pass, never
// without a pause.
func TestHowALinkIsAskedFor(t *testing.T) {
	for name, test := range map[string]struct {
		answers []crawl.Result
		asked   []string // when it asked and how
		link    check.ExternalLink
		refused bool
	}{
		"good": {[]crawl.Result{status(200, 0)}, []string{"0s HEAD"}, check.ExternalLink{Status: 200}, false},
		"gone": {[]crawl.Result{status(404, 0), status(404, 0)}, []string{"0s HEAD", "1s GET"},
			check.ExternalLink{Status: 404}, false},
		"no HEAD": {[]crawl.Result{status(405, 0), status(200, 0)}, []string{"0s HEAD", "1s GET"},
			check.ExternalLink{Status: 200}, false},
		"HEAD says nothing": {[]crawl.Result{bare(200), status(404, 0)}, []string{"0s HEAD", "1s GET"},
			check.ExternalLink{Status: 404}, false},
		"no type anywhere": {[]crawl.Result{bare(200), bare(200)}, []string{"0s HEAD", "1s GET"},
			check.ExternalLink{Status: 200}, false},
		"nothing to say": {[]crawl.Result{bare(204)}, []string{"0s HEAD"}, check.ExternalLink{Status: 204}, false},
		"no name": {[]crawl.Result{failed(crawl.FailDNS)}, []string{"0s HEAD"},
			check.ExternalLink{Failure: check.FailDNS}, false},
		"private": {[]crawl.Result{failed(crawl.FailBlocked)}, []string{"0s HEAD"},
			check.ExternalLink{Failure: check.FailBlocked}, false},
		"refused": {[]crawl.Result{failed(crawl.FailRefused), failed(crawl.FailRefused)},
			[]string{"0s HEAD", "1s GET"}, check.ExternalLink{Failure: check.FailRefused}, false},
		"mishap": {[]crawl.Result{status(502, 0), status(502, 0), status(200, 0)},
			[]string{"0s HEAD", "1s GET", "2s GET"}, check.ExternalLink{Status: 200}, false},
		"broken": {[]crawl.Result{status(500, 0), status(500, 0), status(500, 0)},
			[]string{"0s HEAD", "1s GET", "2s GET"}, check.ExternalLink{Status: 500}, false},
		"cut": {[]crawl.Result{failed(crawl.FailReset), failed(crawl.FailReset), status(200, 0)},
			[]string{"0s HEAD", "1s GET", "2s GET"}, check.ExternalLink{Status: 200}, false},
		"no answer": {[]crawl.Result{failed(crawl.FailTimeout), failed(crawl.FailTimeout),
			failed(crawl.FailTimeout)}, []string{"0s HEAD", "1s GET", "2s GET"},
			check.ExternalLink{Failure: check.FailTimeout}, false},
		"short pauses": {[]crawl.Result{status(429, 3*time.Second), status(503, 4*time.Second), status(200, 0)},
			[]string{"0s HEAD", "3s GET", "7s GET"}, check.ExternalLink{Status: 200}, false},
		"a long pause": {[]crawl.Result{status(429, time.Minute)}, []string{"0s HEAD"}, check.ExternalLink{Status: 429}, true},
		"a long pause, second": {[]crawl.Result{status(503, 0), status(503, time.Hour)}, []string{"0s HEAD", "1s GET"},
			check.ExternalLink{Status: 503}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked []string
				began := time.Now()
				k := linkAsker{pause: time.Second, fetch: func(_ context.Context, req crawl.Request) (*crawl.Result, error) {
					if len(asked) == len(test.answers) {
						t.Fatalf("asked too often: %q", asked)
					}
					res := test.answers[len(asked)]
					asked = append(asked, fmt.Sprint(time.Since(began), " ", req.Method))
					if !req.NoRetry {
						t.Error("the fetcher repeats what we repeat")
					}
					return &res, nil
				}}
				var link check.ExternalLink
				if err := k.ask(t.Context(), address(t, "https://other.net/"), &link); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(asked, test.asked) || link.Status != test.link.Status ||
					link.Failure != test.link.Failure || k.refused != test.refused {
					t.Errorf("asked %q, got %+v, refused %v\nwant %q, %+v", asked, link, k.refused, test.asked, test.link)
				}
			})
		})
	}
}

// Two links of one host are a pause apart; the end of the audit ends the pause.
func TestLinksOfOneHostAreAPauseApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		began := time.Now()
		k := linkAsker{pause: time.Second, fetch: func(context.Context, crawl.Request) (*crawl.Result, error) {
			res := status(http.StatusOK, 0)
			return &res, nil
		}}
		var link check.ExternalLink
		for range 3 {
			if err := k.ask(ctx, address(t, "https://other.net/"), &link); err != nil {
				t.Fatal(err)
			}
		}
		if got := time.Since(began); got != 2*time.Second {
			t.Errorf("three links took %v", got)
		}
		time.AfterFunc(100*time.Millisecond, func() { cancel(errCancelled) })
		if err := k.ask(ctx, address(t, "https://other.net/"), &link); !errors.Is(err, errCancelled) ||
			time.Since(began) != 2100*time.Millisecond {
			t.Errorf("cancelled: %v after %v", err, time.Since(began))
		}
	})
}
