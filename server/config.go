package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"atalaya/server/internal/access"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/feed"
	"atalaya/server/internal/netname"
	"atalaya/server/internal/notify"
	"atalaya/server/internal/openid"
	"atalaya/server/internal/stream"
	"atalaya/shared"
)

// Config is what the operator decides. Every field has a flag, and every flag an
// environment variable: its name in capitals, with ATALAYA_ before it and _ for -.
// The file of --config may set each under its flag's name. A flag wins over its
// variable, and that over the file. Defaults and bounds stand in [Config.settings].
type Config struct {
	// Addr is the host:port to listen on, unix:/path, or systemd for the socket that
	// systemd passes.
	Addr string
	// PublicURLs are the origins under which people know the server, the canonical one
	// first. Beside them it answers to addresses and to the names of loopback.
	PublicURLs []string
	// TLSCert and TLSKey are the files, PEM, of the certificate with its chain and
	// of its key. Both or neither; with them everything is HTTPS.
	TLSCert, TLSKey string
	// DatabaseURL is a postgres:// URL; empty means SQLite in DataDir.
	// DATABASE_URL is read too.
	DatabaseURL string
	// ListenURL is a direct address of the same database when DatabaseURL leads to a
	// pooler, through which nobody can listen.
	ListenURL string
	// DataDir holds the SQLite database.
	DataDir string

	// Keep is how long audits are kept after their end, and KeepTrail what people did; 0
	// means for ever.
	Keep, KeepTrail time.Duration

	// Heartbeat is the interval of heartbeats on an idle stream.
	Heartbeat time.Duration
	// StreamLifetime is the longest life of a stream.
	StreamLifetime time.Duration
	// Sweep is how often the database is asked for changes that no wake-up
	// announced.
	Sweep time.Duration
	// WriteTimeout bounds one write to one stream.
	WriteTimeout time.Duration
	// StreamWriter is what carries the bytes of streams.
	StreamWriter stream.Writer
	// Drain is how long streams may take to leave at shutdown. See
	// [Config.notice] for how long the port stays open.
	Drain time.Duration
	// MaxStreams bounds the open streams; 0 means as many as there are descriptors
	// for.
	MaxStreams int
	// MaxStreamsPerIP bounds the streams of one address; 0 means no bound.
	// Loopback peers are exempt.
	MaxStreamsPerIP int
	// TrustedProxies are the networks whose X-Forwarded-For and PROXY protocol are believed.
	TrustedProxies []netip.Prefix

	// CORSOrigins are the other sites whose pages may read streams and the API.
	CORSOrigins []string

	// MaxQueue bounds the site audits that wait, MaxPerHost those of one host that
	// have not ended, and MaxPerHour those that one caller starts in an hour; 0 means
	// no bound. Loopback callers are exempt from the last.
	MaxQueue, MaxPerHost, MaxPerHour int

	// MaxRequests bounds the requests of one address, and of one token, in a minute; 0 means
	// no bound. Loopback peers are exempt.
	MaxRequests int

	// Workers is how many audits run at once; 0 switches the engine off.
	Workers int
	// PageLimit is the limit of pages of an audit that names none.
	PageLimit int
	// MaxBytes bounds the bodies that one audit reads, in bytes decoded; 0 means no
	// bound. MaxTime bounds the fetching of one attempt at an audit.
	MaxBytes int64
	MaxTime  time.Duration
	// Rate is the number of requests per second to one audited host.
	Rate float64
	// SkipAIAgents has audits ask for nothing in the name of AI agents.
	SkipAIAgents bool
	// AllowPrivateTargets permits audits of private addresses. By default they
	// are permitted when only this machine reaches the server.
	AllowPrivateTargets bool

	// Mail is how e-mail leaves; nil if it does not.
	Mail *notify.Mail

	// VapidSubject is how push services reach the operator; see [Config.vapidSubject].
	VapidSubject string

	// OpenID is the provider by which people sign in; without an issuer there is none.
	OpenID openid.Config

	// InsecureNoAuth lets everybody do everything, whoever reaches the server.
	InsecureNoAuth bool

	// DebugAddr is the host:port, on loopback, of profiles; empty for none.
	DebugAddr string
	LogFormat string // text or json
	LogLevel  slog.Level
}

// unparsed are the flags whose text is read when all others are known.
type unparsed struct {
	config, publicURL, trustedProxies, allowPrivateTargets, corsOrigins, smtpURL, mailFrom, oidcRoles string
}

// countMax bounds the numbers that have no bound of their own.
const countMax = 1 << 30

// settings is the table of flags: name, place, default, bounds and help. A new
// flag is a line here, a field above and a row of the README's table.
func (c *Config) settings(u *unparsed) []setting {
	return []setting{
		unbounded(configFlag, &u.config, "", "`file` of settings (TOML), which flags and the environment win over"),
		unbounded("addr", &c.Addr, "127.0.0.1:8000",
			"`host:port` to listen on, or unix:/path of a socket, or systemd for the socket that systemd passes"),
		listOf(unbounded("public-url", &u.publicURL, "",
			"comma-separated `addresses`, such as https://audits.example, under which people know the server")),
		unbounded("tls-cert", &c.TLSCert, "",
			"`file` of the certificate and its chain (PEM): serve HTTPS, and HTTP/2 with it"),
		unbounded("tls-key", &c.TLSKey, "",
			"`file` of the certificate's key (PEM); both are read anew when they change"),
		withPassword(unbounded("database-url", &c.DatabaseURL, "",
			"postgres:// `URL`; empty means SQLite in --data-dir (also DATABASE_URL)")),
		withPassword(unbounded("listen-url", &c.ListenURL, "",
			"postgres:// `URL` of the same database without the pooler of --database-url, to listen for changes")),
		unbounded("data-dir", &c.DataDir, "./data", "`folder` of the SQLite database"),

		bounded("keep", &c.Keep, 0, 0, keepMax,
			"how long audits are kept after they have ended, such as 720h; 0 means for ever"),
		bounded("keep-trail", &c.KeepTrail, 90*24*time.Hour, 0, keepMax,
			"how long it is kept who did what, and from where; 0 means for ever"),

		bounded("heartbeat", &c.Heartbeat, shared.HeartbeatDefault, time.Second, shared.HeartbeatMax,
			"interval of beats on an idle stream, {bounds}"),
		bounded("stream-lifetime", &c.StreamLifetime, shared.StreamLifetime, 10*time.Second, shared.StreamLifetime,
			"longest life of a stream, {bounds}"),
		bounded("sweep", &c.Sweep, feed.SweepDefault, 20*time.Millisecond, 10*time.Second,
			"how often changes are looked for without a wake-up, {bounds}"),
		bounded("write-timeout", &c.WriteTimeout, stream.WriteTimeoutDefault, 100*time.Millisecond, time.Minute,
			"longest time for one write to one stream, {bounds}"),
		oneOf("stream-writer", &c.StreamWriter, stream.WriterAuto, stream.Writers,
			"`what` carries streams: {bounds} (auto: the lightest that a connection allows)"),
		bounded("drain", &c.Drain, stream.DrainDefault, 0, 10*time.Minute,
			"window over which streams are told to come back at shutdown, {bounds}; "+
				"beyond loopback the server goes on answering for up to 2s of it"),
		bounded("max-streams", &c.MaxStreams, 0, 0, countMax,
			"bound on open streams; 0 means what the limit of open files has room for"),
		bounded("max-streams-per-ip", &c.MaxStreamsPerIP, 100, 0, countMax,
			"bound on streams of one address (loopback exempt); 0 means none"),
		listOf(unbounded("trusted-proxies", &u.trustedProxies, "",
			"comma-separated `networks` whose X-Forwarded-For and PROXY protocol are believed")),
		listOf(unbounded("cors-origin", &u.corsOrigins, "",
			"comma-separated `origins`, such as https://status.example, whose pages may read streams and the API")),

		bounded("max-queue", &c.MaxQueue, 1000, 0, countMax,
			"bound on audits that wait for a worker; 0 means none"),
		bounded("max-per-host", &c.MaxPerHost, 10, 0, countMax,
			"bound on audits of one host that have not ended; 0 means none"),
		bounded("max-per-hour", &c.MaxPerHour, 120, 0, countMax,
			"bound on audits that one address (loopback exempt), and one token, starts in an hour; 0 means none"),

		bounded("max-requests", &c.MaxRequests, 60_000, 0, countMax,
			"bound on requests of one address (loopback exempt), and of one token, in a minute; 0 means none"),

		bounded("workers", &c.Workers, 2, 0, 64, "audits at once, {bounds}; 0 switches the engine off"),
		bounded("page-limit", &c.PageLimit, 500, 1, shared.PageLimitMax,
			"default limit of pages per audit, {bounds}"),
		bounded("max-bytes", &c.MaxBytes, 2<<30, 0, shared.MaxBytesMax,
			"bytes of bodies, decoded, that one audit may read; 0 means any number"),
		bounded("max-time", &c.MaxTime, 30*time.Minute, time.Second, shared.MaxSecondsMax*time.Second,
			"longest time that one attempt at an audit asks the site, {bounds}"),
		positive("rate", &c.Rate, crawl.DefaultRate, shared.RateMax,
			"requests per second to one audited host, {bounds}"),
		unbounded("skip-ai-agents", &c.SkipAIAgents, false,
			"never ask for a start page in the name of AI agents, which shows whether a site turns them away"),
		oneOf("allow-private-targets", &u.allowPrivateTargets, "auto", []string{"auto", "true", "false"},
			"`choice`: auto (audit private addresses only when nobody else reaches the server), true or false"),

		withPassword(unbounded("smtp-url", &u.smtpURL, "",
			"smtp:// or smtps:// `URL` of the server by which e-mail leaves, with user:password@ if need be")),
		unbounded("mail-from", &u.mailFrom, "", "`address` from which e-mail comes"),
		unbounded("vapid-subject", &c.VapidSubject, "",
			"https: or mailto: `address` by which push services reach you; empty means --public-url"),

		unbounded("oidc-issuer", &c.OpenID.Issuer, "",
			"`address` of the OpenID Connect provider by which people sign in, as it calls itself"),
		unbounded("oidc-client-id", &c.OpenID.ClientID, "", "`name` that the provider gave this server"),
		secretText(unbounded("oidc-client-secret", &c.OpenID.ClientSecret, "",
			"`secret` that the provider gave this server")),
		listOf(unbounded("oidc-roles", &u.oidcRoles, "",
			"comma-separated `rules`: ana@example.com=admin, @example.com=viewer, group:web=auditor; "+
				"the first that fits holds")),
		unbounded("oidc-groups-claim", &c.OpenID.GroupsClaim, "groups",
			"`claim` in which the provider lists somebody's groups"),
		unbounded("oidc-name", &c.OpenID.Name, "", "`name` of the provider for people; empty for its host"),

		unbounded("insecure-no-auth", &c.InsecureNoAuth, false,
			"nobody has to sign in, whoever reaches the server"),
		unbounded("debug-addr", &c.DebugAddr, "",
			"`host:port` on loopback that serves profiles of this process at /debug/pprof/; empty for none"),
		oneOf("log-format", &c.LogFormat, "text", []string{"text", "json"}, "`format`: {bounds}"),
		unbounded("log-level", &c.LogLevel, slog.LevelInfo, "`level`: debug, info, warn or error"),
	}
}

// parseConfig is readConfig for a server that is about to listen.
func parseConfig(args []string, getenv func(string) string, out io.Writer) (Config, error) {
	c, err := readConfig(args, getenv, out)
	if err == nil && c.Addr == fromSystemd {
		err = checkPassed(getenv, os.Getpid())
	}
	return c, err
}

// readConfig reads what the operator of a server decides: flags, environment and file.
// The error is one line; flag.ErrHelp when help was asked for and printed to out.
func readConfig(args []string, getenv func(string) string, out io.Writer) (Config, error) {
	var c Config
	var u unparsed
	rest, _, err := readSettings("", args, getenv, c.settings(&u), func(fs *flag.FlagSet) { usage(fs, out) })
	if err != nil {
		return c, err
	}
	if len(rest) > 0 {
		return c, fmt.Errorf("unexpected argument %q; see atalaya --help", rest[0])
	}
	return c, c.complete(u)
}

// complete checks what concerns several flags and works out what follows from
// others.
func (c *Config) complete(u unparsed) (err error) {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key belong together: give both or neither")
	}
	if err := c.checkAddr(); err != nil {
		return err
	}
	if c.ListenURL != "" && c.DatabaseURL == "" {
		return errors.New("--listen-url stands beside --database-url: give that too, or neither")
	}
	if c.DebugAddr != "" && !onLoopback(c.DebugAddr) {
		return fmt.Errorf("--debug-addr is %q, but must be host:port on loopback, such as 127.0.0.1:6060", c.DebugAddr)
	}
	if c.TrustedProxies, err = parseNetworks(u.trustedProxies); err != nil {
		return err
	}
	if c.PublicURLs, err = parsePublicURLs(u.publicURL); err != nil {
		return err
	}
	c.AllowPrivateTargets = u.allowPrivateTargets == "true" || u.allowPrivateTargets == "auto" && c.isPrivate()
	if c.Mail, err = notify.ParseMail(u.smtpURL, u.mailFrom); err != nil {
		return err
	}
	if c.VapidSubject != "" {
		if err := notify.CheckVapidSubject(c.VapidSubject); err != nil {
			return fmt.Errorf("--vapid-subject: %w", err)
		}
	}
	if err := c.completeOpenID(u.oidcRoles); err != nil {
		return err
	}
	c.CORSOrigins, err = parseOrigins(u.corsOrigins)
	return err
}

// isPrivate reports whether nobody beyond this machine reaches the server, as far as the
// operator has said: neither directly nor through a proxy.
func (c *Config) isPrivate() bool {
	return onLoopback(c.Addr) && len(c.PublicURLs) == 0 && len(c.TrustedProxies) == 0
}

// noticeMax is time enough for a load balancer that asks every second or two.
const noticeMax = 2 * time.Second

// notice is how long a server that goes away answers at least, so that a load
// balancer sees /readyz fail and sends nobody here before the port closes. On
// loopback and over a unix socket there is none: whoever stops a local server wants it
// to exit at once.
func (c Config) notice() time.Duration {
	if onLoopback(c.Addr) || strings.HasPrefix(c.Addr, unixPrefix) {
		return 0
	}
	return min(c.Drain, noticeMax)
}

// onLoopback reports whether a host:port is on loopback.
func onLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && netname.IsLoopback(host)
}

// parseNetworks reads the value of --trusted-proxies.
func parseNetworks(list string) (networks []netip.Prefix, err error) {
	for s := range elements(list) {
		network, err := parseNetwork(s)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxies has %q, but takes networks such as 10.0.0.0/8", s)
		}
		networks = append(networks, network)
	}
	return networks, nil
}

// parseOrigins reads the value of --cors-origin.
func parseOrigins(list string) (origins []string, err error) {
	for s := range elements(list) {
		origin, ok := access.ParseOrigin(s)
		if !ok {
			return nil, fmt.Errorf("--cors-origin has %q, but takes exact origins such as https://status.example", s)
		}
		origins = append(origins, origin)
	}
	return origins, nil
}

// parsePublicURLs reads the value of --public-url.
func parsePublicURLs(list string) (origins []string, err error) {
	for s := range elements(list) {
		origin, ok := access.ParsePublic(s)
		if !ok {
			return nil, fmt.Errorf("--public-url has %q, but takes addresses without a path, such as https://audits.example", s)
		}
		origins = append(origins, origin)
	}
	return origins, nil
}

// elements are those of a comma-separated list.
func elements(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for s := range strings.SplitSeq(list, ",") {
			if s = strings.TrimSpace(s); s != "" && !yield(s) {
				return
			}
		}
	}
}

// parseNetwork reads a prefix, or an address as the prefix that holds only it.
// IPv4 in IPv6 is IPv4, as everywhere that addresses are compared.
func parseNetwork(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if mapped := p.Addr().Unmap(); err == nil && mapped != p.Addr() && p.Bits() >= 96 {
		p = netip.PrefixFrom(mapped, p.Bits()-96)
	}
	return p, err
}

// certificate is nil without TLS.
func (c Config) certificate(log *slog.Logger) (*certificate, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	return newCertificate(c.TLSCert, c.TLSKey, log)
}

func (c Config) scheme() string {
	if c.TLSCert == "" {
		return "http"
	}
	return "https"
}

// logger writes to w as configured.
func (c Config) logger(w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

// database names the store for the log, without its password.
func (c Config) database() string {
	if c.DatabaseURL == "" {
		return "sqlite in " + c.DataDir
	}
	return redactURL(c.DatabaseURL)
}
