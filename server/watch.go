package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"atalaya/app/follow"
	"atalaya/shared"
	"atalaya/shared/text"
)

const watchHelp = `Follows an audit of a server until it ends.

Usage:
  atalaya watch ID|URL [flags]

Examples:
  atalaya watch 7
  atalaya watch 7 --server https://atalaya.example
  atalaya watch https://atalaya.example/audits/7 --json | jq .progress

Progress is shown as by atalaya audit: a bar on a terminal, lines elsewhere, JSON with --json.
A lost connection is made again, with growing waits; while no stream gets through the server
is polled. It is told on standard error. That goes on until the audit has ended.

Exit codes:
  0    the audit is done
  1    it failed, was cancelled or deleted, or the server does not show it
  2    the command line cannot be followed
  4    it came to its time limit
  130  the watching was interrupted; the audit goes on
`

// watchOptions are what the command line of "atalaya watch" decides.
type watchOptions struct {
	server, lang string
	json         bool
	id           int64
}

// ownServer is where a server listens that was told nothing else.
const ownServer = "http://127.0.0.1:8000"

func (o *watchOptions) settings() []setting {
	return []setting{
		serverSetting(&o.server, ownServer, "`URL` of the server, unless that of the audit is given"),
		unbounded("json", &o.json, false, "write each state as a line of JSON on standard output"),
		oneOf("lang", &o.lang, text.EN.Tag(), langTags(), "`language`: {bounds}"),
	}
}

func (o *watchOptions) complete(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("watch takes one audit, not %d; see atalaya watch --help", len(args))
	}
	var ok bool
	if o.id, ok = shared.ParseID(args[0]); ok {
		o.server = strings.TrimSuffix(cmp.Or(o.server, ownServer), "/")
		return nil
	}
	if o.server, o.id, ok = auditAddress(args[0]); !ok {
		return errors.New("watch takes the number of an audit, or an address such as http://127.0.0.1:8000/audits/7")
	}
	return nil
}

// auditAddress takes the server and the audit out of the address of any page or stream of an audit.
func auditAddress(raw string) (server string, id int64, ok bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", 0, false
	}
	_, rest, _ := strings.Cut(u.Path, "/audits/")
	number, _, _ := strings.Cut(rest, "/")
	id, ok = shared.ParseID(number)
	return u.Scheme + "://" + u.Host, id, ok
}

// watchCommand shows an audit of a server until it ends.
func watchCommand(ctx context.Context, p program) error {
	var o watchOptions
	if helped, err := p.read("watch", watchHelp, &o); helped || err != nil {
		return err
	}
	lang, _ := text.Parse(o.lang)
	w := &watcher{lang: lang, log: p.stderr, shown: newDisplay(p.stderr, lang, p.getenv)}
	if o.json {
		w.shown = records{json.NewEncoder(p.stdout)}
	}
	return w.follow(ctx, o.id, remote{base: o.server, token: p.getenv(tokenVariable), http: &http.Client{}})
}

// watcher shows what a session tells.
type watcher struct {
	lang  text.Lang
	shown display
	log   io.Writer // hears of the connection
	last  follow.View
}

// follow shows an audit to its end, or to that of ctx, and says how it went.
func (w *watcher) follow(ctx context.Context, id int64, from follow.Platform) error {
	session := follow.Open(follow.Options{Topic: follow.Audit(id), Platform: from, OnChange: w.show})
	select {
	case <-session.Done():
		return w.verdict(session.View())
	case <-ctx.Done():
		session.Close()
		<-session.Done()
		return exitWith(exitInterrupted, "interrupted; the audit goes on")
	}
}

// show shows a view, in so far as it is news.
func (w *watcher) show(v follow.View) {
	if says := w.connection(w.last, v); says != "" {
		if _, drawn := w.shown.(*bar); drawn {
			fmt.Fprintln(w.log)
		}
		fmt.Fprintln(w.log, says)
	}
	if v.Progress != nil && (w.last.Progress == nil || w.last.Progress.Revision != v.Progress.Revision) {
		w.shown.show(v.Progress)
	}
	w.last = v
}

// connection says what changed about the connection; empty when that is nothing, or usual.
func (w *watcher) connection(before, now follow.View) string {
	disturbed := func(v follow.View) bool {
		return v.Phase == follow.Retrying || v.Phase == follow.Polling || v.Phase == follow.Offline
	}
	switch {
	case before.Phase == now.Phase:
		return ""
	case disturbed(now):
		return w.lang.T(trouble(now))
	case now.Phase == follow.Live && disturbed(before):
		return w.lang.T(text.ConnBack)
	}
	return ""
}

// trouble names what keeps news from coming at once.
func trouble(v follow.View) text.Key {
	switch {
	case v.Phase == follow.Polling:
		return text.ConnPolling
	case v.Phase == follow.Offline:
		return text.ConnServer
	case v.Reason == follow.ReasonDrain:
		return text.ConnRestarting
	case v.Reason == follow.ReasonUnavailable:
		return text.ConnNoDatabase
	}
	return text.ConnLost
}

// verdict is nil for an audit that is done, and otherwise an error with the exit code that
// tells why not.
func (w *watcher) verdict(v follow.View) error {
	p := v.Progress
	switch {
	case v.Reason == follow.ReasonDeleted:
		return exitWith(exitFailed, "%s", w.lang.T(text.ConnDeleted))
	case v.Reason == follow.ReasonNotFound:
		return exitWith(exitFailed, "%s", w.lang.T(text.MissingAudit, v.Topic.ID()))
	case v.Reason != follow.ReasonFinished || p == nil:
		return exitWith(exitFailed, "%s", w.lang.T(text.ConnForbidden))
	case p.Status == shared.StatusFailed:
		return exitWith(exitFailed, "%s", failure(w.lang, p))
	case p.Status != shared.StatusCompleted:
		return exitWith(exitFailed, "the audit was cancelled")
	case p.StopReason != nil && *p.StopReason == stopTime:
		return exitWith(exitTime, "the audit came to its time limit; its report is partial")
	}
	return nil
}
