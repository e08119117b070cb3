package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"time"

	"atalaya/server/internal/api"
	"atalaya/server/internal/audit"
	"atalaya/server/internal/compare"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/feed"
	"atalaya/server/internal/store"
	"atalaya/shared"
	"atalaya/shared/escape"
	"atalaya/shared/text"
)

const auditHelp = `Audits a website and writes the report, without a server.

Usage:
  atalaya audit URL [flags]

Examples:
  atalaya audit https://www.example.com
  atalaya audit https://www.example.com --output report.html --output report.csv
  atalaya audit http://127.0.0.1:8080 --rate 50 --output report.sarif --fail-on error --min-score 80
  atalaya audit http://127.0.0.1:8080 --baseline main.json --fail-on new --output audit.json
  atalaya audit https://staging.example.com --header 'Authorization: Bearer …' --exclude '/print/'
  atalaya audit https://www.example.com --json --output report.json | jq .progress

Progress goes to standard error: a bar on a terminal, lines elsewhere; with --json each
state is a line of JSON on standard output. Without --output the report goes to standard
output, as Markdown, unless --format or --json says otherwise.

With --baseline what changed since an earlier audit of the site goes to standard error;
--fail-on new then fails on what is new alone.

Exit codes:
  0    the audit is done
  1    it failed: the site or this program did not work
  2    the command line cannot be followed
  3    it is done, but below --min-score, or with findings that --fail-on names
  4    it came to its time limit; the report tells of what was seen until then
  130  it was interrupted (Ctrl-C, SIGTERM); likewise
`

// auditOptions are what the command line of "atalaya audit" decides.
type auditOptions struct {
	outputs
	wish         shared.NewAudit
	dataDir      string
	minScore     int
	failOn       string
	baseline     string
	maxTime      time.Duration
	rate         float64
	userAgent    string
	headers      secretLines
	allowPrivate string
	json         bool
	logLevel     slog.Level
}

func (o *auditOptions) settings() []setting {
	return append(o.outputs.settings(),
		bounded("min-score", &o.minScore, 0, 0, 100, "least score that is well, {bounds}; below it the exit code is 3"),
		oneOf("fail-on", &o.failOn, "nothing", []string{"nothing", "error", "warning", failOnNew},
			"`what` makes the exit code 3: {bounds}; error and warning are the least severity of findings, "+
				"new are errors and warnings that --baseline does not have"),
		unbounded("baseline", &o.baseline, "",
			"earlier `audit` of the site to compare with: a whole report in JSON, or a number in --data-dir"),
		bounded("page-limit", &o.wish.PageLimit, 500, 1, shared.PageLimitMax, "limit of pages, {bounds}"),
		bounded("max-depth", &o.wish.MaxDepth, shared.MaxDepthDefault, 1, shared.MaxDepthMax,
			"greatest number of clicks from the first page, {bounds}"),
		bounded("max-bytes", &o.wish.MaxBytes, 2<<30, 1, shared.MaxBytesMax, "bytes of bodies, decoded, to read at most"),
		bounded("max-time", &o.maxTime, 30*time.Minute, time.Second, shared.MaxSecondsMax*time.Second,
			"longest time that the site is asked, {bounds}"),
		positive("rate", &o.rate, crawl.DefaultRate, shared.RateMax, "requests per second to one host, {bounds}"),
		setting{
			name: "include", into: (*textList)(&o.wish.Include), check: valid,
			help: "`pattern` of paths to visit, as in robots.txt, such as /docs/ or *.html$; may be given several times",
		},
		setting{
			name: "exclude", into: (*textList)(&o.wish.Exclude), check: valid,
			help: "`pattern` of paths not to visit; stronger than --include",
		},
		setting{
			name: "header", into: &o.headers, check: valid,
			help: "`line` such as 'Authorization: Basic …' that goes with every request to the host of URL and to no " +
				"other; may be given several times, in the environment on several lines",
		},
		unbounded("skip-ai-agents", &o.wish.SkipAIAgents, false, "ask for nothing in the name of AI agents"),
		unbounded("user-agent", &o.userAgent, crawl.DefaultUserAgent, "`text` by which the site knows us"),
		oneOf("allow-private-targets", &o.allowPrivate, "auto", []string{"auto", "true", "false"},
			"`choice`: auto (ask private addresses only when URL itself names one), true or false"),
		unbounded("data-dir", &o.dataDir, "",
			"`folder` that keeps the audit beside others, for atalaya report; audits that wait there run first; "+
				"empty keeps nothing"),
		unbounded("json", &o.json, false, "write each state as a line of JSON on standard output"),
		unbounded("log-level", &o.logLevel, slog.LevelError, "`level`: debug, info, warn or error"),
	)
}

// auditCommand runs an audit in this process and writes its report.
func auditCommand(ctx context.Context, p program) error {
	var o auditOptions
	if helped, err := p.read("audit", auditHelp, &o); helped || err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: o.logLevel}))
	reserve := make([]byte, reserveOf(limitMemory(p.getenv, log)))
	defer runtime.KeepAlive(reserve)
	shown := newDisplay(p.stderr, o.language(), p.getenv)
	if o.json {
		shown = records{json.NewEncoder(p.stdout)}
	}
	return o.run(ctx, p, shown, log)
}

// complete checks the arguments and what follows from them.
func (o *auditOptions) complete(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("audit takes one URL, not %d; see atalaya audit --help", len(args))
	}
	o.wish.URL, o.wish.Headers = args[0], shared.Headers(o.headers)
	if !o.json && len(o.files) == 0 {
		o.files = fileList{standardOutput}
	}
	if o.allowPrivate == "auto" {
		u, err := crawl.ParseSeed(o.wish.URL)
		o.allowPrivate = fmt.Sprint(err == nil && private(u))
	}
	if err := o.checkBaseline(); err != nil {
		return err
	}
	rules := api.New(api.Config{Seed: seed(o.allowPrivate == "true"), CheckHeaders: checkHeaders, PageLimit: o.wish.PageLimit})
	wish, err := rules.Validate(api.WishOf(o.wish))
	if refused, ok := errors.AsType[*api.Error](err); ok {
		switch refused.Field {
		case shared.FieldInclude, shared.FieldExclude:
			return fmt.Errorf("--%s: %s", refused.Field, refused.Detail)
		case shared.FieldHeaders:
			return fmt.Errorf("--header: %s", refused.Detail)
		}
		// Without the address, in which there may be a password.
		return fmt.Errorf("this URL cannot be audited. %s", refused.Detail)
	}
	o.wish = wish
	return err
}

// checkBaseline refuses flags that do not go together.
func (o *auditOptions) checkBaseline() error {
	if _, number := shared.ParseID(o.baseline); number && o.dataDir == "" {
		return errors.New("--baseline is the number of an audit, but no --data-dir says where it is kept")
	}
	if o.failOn == failOnNew && o.baseline == "" {
		return errors.New("--fail-on new takes a --baseline, beside which findings are new")
	}
	return nil
}

func (o *auditOptions) run(ctx context.Context, p program, shown display, log *slog.Logger) (err error) {
	dir := o.dataDir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "atalaya-audit-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	// An interruption stops the audit, and not what has to be done about it.
	working := context.WithoutCancel(ctx)
	w, err := openWorkshop(working, dir, o, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	base, err := o.takeBaseline(working, w.rows)
	if err != nil {
		return err
	}
	ended, err := w.audit(ctx, o.wish, shown)
	if err != nil {
		return err
	}
	report, err := w.rows.Report(working, ended.AuditID)
	if err != nil {
		return err
	}
	if err := o.outputs.write(working, p.stdout, p.stderr, o.exported(&report, w.rows)); err != nil {
		return err
	}
	verdict := o.verdict(ctx.Err() != nil, &ended)
	if base == nil || ended.Status == shared.StatusFailed {
		return verdict
	}
	since := compareOptions{lang: o.lang, failOn: o.failOn, places: baselinePlaces}
	return cmp.Or(verdict, since.write(p.stderr, *base, storedSide(working, w.rows, &report)))
}

// baselinePlaces is how many findings of each kind the log of a pipeline names.
const baselinePlaces = 20

// takeBaseline finds the audit to compare with; nil for none. What cannot be compared is
// refused before the site is asked for anything.
func (o *auditOptions) takeBaseline(ctx context.Context, rows *store.Store) (*compare.Side, error) {
	if o.baseline == "" {
		return nil, nil
	}
	base, err := shelf{rows: rows}.take(ctx, o.baseline)
	if err == nil {
		err = compare.CheckSites(base.Report.Audit.URL, o.wish.URL)
	}
	if err != nil {
		return nil, fmt.Errorf("--baseline: %w", err)
	}
	return &base, nil
}

// verdict is nil for an audit that went as it should, and otherwise an error with the exit
// code that tells pipelines why not.
func (o *auditOptions) verdict(interrupted bool, p *shared.AuditProgress) error {
	l, n := o.language(), p.Findings
	switch {
	case p.Status == shared.StatusFailed:
		return exitWith(exitFailed, "%s", failure(l, p))
	case interrupted:
		return exitWith(exitInterrupted, "interrupted; the report tells of %s", l.N(text.Pages, p.TotalPages))
	case p.Status != shared.StatusCompleted:
		return exitWith(exitFailed, "the audit was cancelled")
	case p.StopReason != nil && *p.StopReason == stopTime:
		return exitWith(exitTime, "the time limit of %v was reached; the report is partial", o.maxTime)
	case o.minScore > 0 && (p.GeoScore == nil || *p.GeoScore < o.minScore):
		return exitWith(exitBelow, "%s is below the wanted score of %d", scoreOf(p), o.minScore)
	case (o.failOn == "error" || o.failOn == "warning") && n.Error > 0:
		return exitWith(exitBelow, "--fail-on %s: findings of severity error: %d", o.failOn, n.Error)
	case o.failOn == "warning" && n.Warning > 0:
		return exitWith(exitBelow, "--fail-on %s: findings of severity warning: %d", o.failOn, n.Warning)
	}
	return nil
}

// failure says why an audit failed.
func failure(l text.Lang, p *shared.AuditProgress) string {
	return escape.Visible(cmp.Or(text.ErrorMessage(l, p), l.T(text.ConnFailedText)))
}

// stopTime is the reason of an audit that came to its time limit.
const stopTime = "time"

func scoreOf(p *shared.AuditProgress) string {
	if p.GeoScore == nil {
		return "no score"
	}
	return fmt.Sprintf("the score of %d", *p.GeoScore)
}

// workshop is what an audit without a server needs: a store, the engine, and news of what
// changes.
type workshop struct {
	rows    *store.Store
	engine  *audit.Engine
	changes *feed.Feed
	parts   *group
	stop    context.CancelFunc
}

func openWorkshop(ctx context.Context, dir string, o *auditOptions, log *slog.Logger) (*workshop, error) {
	rows, err := store.Open(ctx, store.Config{DataDir: dir, Log: log})
	if err != nil {
		return nil, err
	}
	w := &workshop{rows: rows, parts: newGroup(log), changes: feed.New(feed.Config{Sweep: feed.SweepDefault, Log: log})}
	rows.OnCommit(w.changes.Wake)
	w.engine = audit.New(rows, audit.Config{
		Workers: 1, PageLimit: o.wish.PageLimit, Rate: o.rate, AllowPrivate: o.allowPrivate == "true",
		UserAgent: o.userAgent, TimeLimit: o.maxTime, Owner: owner(), LeaseLost: store.ErrLeaseLost, Log: log,
	})
	running, stop := context.WithCancel(ctx)
	w.stop = stop
	w.changes.SetActive(true)
	w.parts.run("feed", func() error { return w.changes.Run(running) })
	w.parts.run("engine", func() error { return w.engine.Run(running) })
	return w, nil
}

func (w *workshop) close() error {
	w.stop()
	return errors.Join(w.parts.wait(), w.rows.Close())
}

// cancelPatience is how long an audit may take to end after it was asked to.
const cancelPatience = 10 * time.Second

// audit runs one audit to its end, which the end of ctx brings about early.
func (w *workshop) audit(ctx context.Context, wish shared.NewAudit, shown display) (p shared.AuditProgress, err error) {
	working := context.WithoutCancel(ctx)
	p, _, err = w.rows.Create(working, wish, "")
	if err != nil {
		return p, err
	}
	w.engine.Wake()
	interrupted, revision := ctx.Done(), int64(0)
	var patience <-chan time.Time
	for {
		if p.Revision != revision {
			revision = p.Revision
			shown.show(&p)
		}
		if p.Status.Terminal() {
			return p, nil
		}
		select {
		case <-w.changes.C():
		case <-patience:
			return p, exitWith(exitInterrupted, "interrupted; the audit did not end within %v", cancelPatience)
		case <-interrupted:
			interrupted, patience = nil, time.After(cancelPatience)
			if _, err := w.rows.Cancel(working, p.AuditID); err != nil && !errors.Is(err, store.ErrTerminal) {
				return p, err
			}
		}
		if p, err = w.rows.Progress(working, p.AuditID); err != nil {
			return p, err
		}
	}
}
