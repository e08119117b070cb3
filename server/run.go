package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"atalaya/app/ui"
	"atalaya/server/internal/access"
	"atalaya/server/internal/answer"
	"atalaya/server/internal/api"
	"atalaya/server/internal/audit"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/feed"
	"atalaya/server/internal/notify"
	"atalaya/server/internal/openid"
	"atalaya/server/internal/pages"
	"atalaya/server/internal/schedule"
	"atalaya/server/internal/store"
	"atalaya/server/internal/stream"
	"atalaya/shared"
	"atalaya/web"
)

// serve runs the server until ctx ends, then drains and closes everything. The
// parts are made in the order that data flows through them: a row changes
// (store), which wakes (feed) whoever reads it anew and sends it (stream); the
// engine is one of those who change rows, and the handlers are how the world
// reaches all of them.
func serve(ctx context.Context, cfg Config, out io.Writer, log *slog.Logger) (err error) {
	cert, err := cfg.certificate(log)
	if err != nil {
		return err
	}
	// Listen first: a second start must find out before it touches the data.
	listener, err := cfg.listener(ctx)
	if err != nil {
		return err
	}
	defer listener.Close()
	debug, err := debugListener(ctx, cfg.DebugAddr)
	if err != nil {
		return err
	}
	if debug != nil {
		defer debug.Close()
	}
	metrics := newMetrics(cert)
	share := divide(descriptorLimit(), cfg.Workers)
	maxStreams := share.bound(cfg.MaxStreams, log)

	// Row: the one truth, and the only part that knows the database.
	rows, err := store.Open(ctx,
		store.Config{
			DatabaseURL: cfg.DatabaseURL, ListenURL: cfg.ListenURL, DataDir: cfg.DataDir, Log: log,
			Observe: metrics.query,
			Bounds:  store.Bounds{Queue: cfg.MaxQueue, PerHost: cfg.MaxPerHost},
		})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	invitation, err := cfg.invite(ctx, rows, listener.Addr())
	if err != nil {
		return err
	}
	metrics.pools(rows.Pools())
	metrics.audits(rows.Counts)

	// Wake-ups: hints that rows may have changed.
	wakeups := rows.Wakeups()
	changes := feed.New(feed.Config{
		Sweep: cfg.Sweep, Listen: wakeups.Listen, Version: wakeups.Version, Watch: wakeups.Watch, Log: log,
	})
	rows.OnCommit(changes.Wake)

	// Gate: who sends a request, and whose streams end because they may read no longer.
	// Those streams are made below; until it runs there are none.
	problems := problems(log)
	var streams *stream.Server
	signer, err := newSigner(ctx, rows)
	if err != nil {
		return err
	}
	gate, err := newGate(ctx, cfg, rows, listener.Addr(), problems, log, func() { streams.Recheck() }, signer)
	if err != nil {
		return err
	}

	// Relay, hub and handlers: one query for all that changed, encoded once,
	// the newest frame to everybody who watches.
	streams = stream.New(reader{rows}, changes, stream.Config{
		Heartbeat: cfg.Heartbeat, Lifetime: cfg.StreamLifetime, WriteTimeout: cfg.WriteTimeout, Drain: cfg.Drain,
		Writer: cfg.StreamWriter, MaxStreams: maxStreams, FewDescriptors: cfg.MaxStreams == 0,
		Admit: admit(access.NewStreams(cfg.MaxStreamsPerIP, cfg.TrustedProxies), gate),
		Fail:  failStream(problems), Log: log, Metrics: metrics,
	})

	// Notices: who tells people of what happens to audits.
	vapid, err := newVapid(ctx, cfg, rows)
	if err != nil {
		return err
	}
	sender := notify.New(notify.Config{
		Rows: rows, Count: metrics.delivery, Log: log,
		Send: notify.NewCarrier(crawl.NewDialer(cfg.AllowPrivateTargets).DialContext, vapid, cfg.Mail).Send,
	})

	// Engine: the built-in writer of rows.
	completing := completer{rows, metrics.regressions.Inc, sender.Wake, log}
	engine := audit.New(completing, audit.Config{
		Workers: cfg.Workers, PageLimit: cfg.PageLimit, Rate: cfg.Rate, AllowPrivate: cfg.AllowPrivateTargets,
		MaxBytes: cfg.MaxBytes, TimeLimit: cfg.MaxTime, Owner: owner(), LeaseLost: store.ErrLeaseLost,
		SkipAIAgents: cfg.SkipAIAgents, Budgets: budgets(rows), Log: log,
	})

	// Schedules: who starts audits when nobody does.
	scheduler := schedule.New(schedule.Config{Rows: rows, Started: engine.Wake, Count: metrics.schedules, Log: log})

	// Handlers: the API, the app and the plain pages.
	starts := access.NewStarts(cfg.MaxPerHour, cfg.TrustedProxies)
	noted := trail{rows, log}
	var provider *openid.Provider
	if cfg.OpenID.Issuer != "" {
		provider = openid.New(cfg.OpenID, log)
	}
	service := door{completing, starts, engine, noted}
	mux := http.NewServeMux()
	tokens, shares := notedTokens{keyring{rows}, noted}, notedShares{sharer{rows, signer}, noted}
	rest := api.New(api.Config{
		Service: service, Tokens: tokens, Shares: shares,
		Push:  notedPush{rows, vapid, noted},
		Trail: rows, Problems: problems, Seed: seed(cfg.AllowPrivateTargets),
		Target: target(cfg.AllowPrivateTargets, cfg.Mail != nil), PageLimit: cfg.PageLimit,
		MaxBytes: cfg.MaxBytes, MaxSeconds: int(cfg.MaxTime / time.Second), Rate: cfg.Rate,
		CheckHeaders: checkHeaders, Version: version(), Stats: statsOf(rows, metrics, maxStreams),
		Story: takeStory(access.NewStories(cfg.TrustedProxies), metrics.stories), Poll: http.HandlerFunc(streams.Poll),
	})
	rest.Register(mux)
	files := web.Embedded()
	if !files.HasClient() {
		log.Warn("the client is not built in, so only plain pages and the API work; run make build")
	}
	ui.Register()
	app := pages.New(pages.Config{
		Data: pageData{rows, rest}, Details: rows, Create: service, Cancels: service,
		Schedules: service, Plan: rest.Plan, Repeat: rest.Repeat,
		Validate: validate(rest), Problem: problems.Describe, Tokens: tokens, CheckToken: api.CheckToken,
		Webhooks: hooks{service, rest}, Shares: shares, Trail: rows,
		Web: files, Log: log,
		Missing:    isMissing,
		Origin:     cfg.outside().Origin,
		Door:       notedDoor{doorkeeper{gate, access.NewAttempts(cfg.TrustedProxies), rows, provider}, noted},
		NotAllowed: problems.NotAllowed,
	})
	problems.Page = refusalPage(app)
	mux.Handle("GET "+shared.PathShare+"{link}", openShare(gate, problems))
	routes(mux, problems, streams, rows, metrics, app)

	// From here on things run, each until its context ends.
	ctx, quit := context.WithCancel(ctx)
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	parts := newGroup(log)
	parts.run("feed", func() error { return changes.Run(running) })
	parts.run("stream", func() error { return streams.Run(running) })
	parts.run("gate", func() error { return gate.Run(running) })
	if provider != nil {
		parts.run("provider", func() error { return provider.Run(running) })
	}
	parts.run("memory", func() error { return newTrimmer(streams.Admitted).run(running) })
	if debug != nil {
		parts.run("debug", func() error { return serveDebug(running, debug, problems, log) })
	}
	if cfg.Workers > 0 {
		parts.run("engine", func() error { return engine.Run(ctx) })
	}
	parts.run("schedules", func() error { return scheduler.Run(ctx) })
	parts.run("notices", func() error { return sender.Run(ctx) })
	if cfg.Keep > 0 {
		parts.run("keep", func() error { return keeper{rows, cfg.Keep, log}.run(ctx) })
	}
	if cfg.KeepTrail > 0 {
		parts.run("trail", func() error { return keepTrail(ctx, rows, cfg.KeepTrail, log) })
	}
	defer func() { quit(); stop(); err = errors.Join(err, parts.wait()) }()

	readers := access.Readers{Origins: cfg.CORSOrigins, May: forReaders}
	guard := access.NewGuard(cfg.PublicURLs, readers, problems.Fail)
	requests := access.NewRequests(cfg.MaxRequests, cfg.TrustedProxies, gate.Rules, failRequest(problems))
	handler := requests.OfTokens(starts.Wrap(strict(answer.Finish(mux), problems)))
	handler = guard.Wrap(requests.OfAddresses(gate.Wrap(handler)))
	// Outside of what refuses requests, whose bodies are bounded too.
	handler = api.Log(log, problems, api.Deadlines(api.CloseAfterChunks(handler)))
	server := newHTTPServer(cfg, cert, cfg.outside().Harden(handler), log)
	clients := newConnections(share.clients, streams.TakenOver, log)
	server.ConnState = func(conn net.Conn, state http.ConnState) {
		answered(conn, state)
		clients.changed(conn, state)
	}
	served := make(chan error, 1)
	go func() {
		proxied := newProxiedListener(listener, cfg.TrustedProxies, log)
		served <- listen(server, misfitListener{clients.listener(proxied)})
	}()
	log.Info("serving", "addr", listener.Addr().String(), "tls", cert != nil, "database", cfg.database(), "workers",
		cfg.Workers, "version", version())
	tell(out, cfg, listener.Addr(), invitation)

	select {
	case err := <-served:
		return fmt.Errorf("serve %s: %w", cfg.Addr, err)
	case <-ctx.Done():
	}
	return drain(cfg, streams, server, log)
}

// localURL is an address that a browser on this machine can open; a unix socket is
// named as --addr names it. A server that listens everywhere has none of its own, so
// it is called localhost.
func localURL(scheme string, addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return scheme + "://localhost:" + strconv.Itoa(tcp.Port)
	}
	if addr.Network() == "unix" {
		return unixPrefix + addr.String()
	}
	return scheme + "://" + addr.String()
}

// drain leaves in this order. At once /readyz fails and every stream is told
// when to come back, spread over the window. The port closes when the streams
// have left, but not before the notice to load balancers is over. What has not
// left by the end of the window is cut. A second signal cuts everything short
// (main).
func drain(cfg Config, streams *stream.Server, server *http.Server, log *slog.Logger) error {
	begun := time.Now()
	noticed := time.After(cfg.notice())
	log.Info("draining", "window", cfg.Drain, "notice", cfg.notice())
	ctx, cancel := context.WithTimeout(context.Background(), cfg.Drain+2*time.Second)
	defer cancel()
	if err := streams.Drain(ctx); err != nil {
		log.Warn("streams cut", "err", err)
	}
	<-noticed
	if err := server.Shutdown(ctx); err != nil {
		_ = server.Close() // what has not left by now is cut
	}
	log.Info("stopped", "duration", time.Since(begun))
	return nil
}

// reader is the store in the words of package stream.
type reader struct{ *store.Store }

func (r reader) Changes(ctx context.Context, cursor string) (stream.Changes, error) {
	changes, err := r.Store.Changes(ctx, cursor)
	return stream.Changes(changes), err
}

// budgets is where servers share what a host gets: a data directory has one owner, but
// any number of servers may use one PostgreSQL database.
func budgets(rows *store.Store) audit.Budgets {
	if rows.Dialect() == "sqlite" {
		return nil
	}
	return rows
}

// door is the store for those who create audits: new ones are counted for their
// caller, and a worker learns of them at once instead of within a second.
type door struct {
	completer
	starts *access.Starts
	engine *audit.Engine
	trail  trail
}

func (d door) Create(ctx context.Context, a shared.NewAudit, key string) (shared.AuditProgress, bool, error) {
	p, created, err := d.CreateFor(ctx, a, key, store.Starter{
		Token: access.CallerOf(ctx).Token, Admit: func() error { return countStart(ctx, d.starts) },
	})
	if created {
		d.engine.Wake()
		d.trail.note(ctx, shared.DeedStarted, p.AuditID, p.URL)
	}
	return p, created, err
}

// pageData is what the pages show: rows, and what the API makes of them.
type pageData struct {
	*store.Store
	rest *api.API
}

func (d pageData) Compare(ctx context.Context, base, head int64, q shared.ChangeQuery) (shared.Comparison, error) {
	return d.rest.Compare(ctx, base, head, q)
}

// Cancel stops an audit that the caller may end.
func (d door) Cancel(ctx context.Context, id int64) (shared.AuditProgress, error) {
	if err := d.mayEnd(ctx, id); err != nil {
		return shared.AuditProgress{}, err
	}
	p, err := d.completer.Cancel(ctx, id)
	if err == nil {
		d.trail.note(ctx, shared.DeedCancelled, id, "")
	}
	return p, err
}

// Delete deletes an audit that the caller may end.
func (d door) Delete(ctx context.Context, id int64) error {
	if err := d.mayEnd(ctx, id); err != nil {
		return err
	}
	err := d.completer.Delete(ctx, id)
	if err == nil {
		d.trail.note(ctx, shared.DeedDeleted, id, "")
	}
	return err
}

// mayEnd refuses whoever has not started an audit, except admins.
func (d door) mayEnd(ctx context.Context, id int64) error {
	caller := access.CallerOf(ctx)
	if caller.Role == shared.RoleAdmin {
		return nil
	}
	by, err := d.StartedBy(ctx, id)
	if err == nil && by != caller.Token {
		err = access.ErrForbidden
	}
	return err
}

// validate lets the plain form follow the API's rules.
func validate(rest *api.API) func(shared.NewAudit) (shared.NewAudit, error) {
	return func(n shared.NewAudit) (shared.NewAudit, error) { return rest.Validate(api.WishOf(n)) }
}

// owner names this process in leases.
func owner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text()[:8])
}

// migrate brings the database up to date and stops.
func migrate(ctx context.Context, cfg Config, out io.Writer, log *slog.Logger) error {
	rows, err := store.Open(ctx, store.Config{DatabaseURL: cfg.DatabaseURL, DataDir: cfg.DataDir, Log: log})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "up to date:", cfg.database())
	return rows.Close()
}
