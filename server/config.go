package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"atalaya/server/internal/access"
	"atalaya/server/internal/stream"
	"atalaya/shared"
)

// Config is what the operator decides. Every field has a flag; each flag has an
// environment variable of the same name in capitals, with ATALAYA_ before it
// and _ for -. A flag wins over its variable.
type Config struct {
	// Addr is the host:port to listen on. Defaults to 127.0.0.1:8000.
	Addr string
	// TLSCert and TLSKey are the files, PEM, of the certificate with its chain and
	// of its key. Both or neither; with them everything is HTTPS.
	TLSCert, TLSKey string
	// DatabaseURL is a postgres:// URL; empty means SQLite in DataDir.
	// DATABASE_URL is read too.
	DatabaseURL string
	// DataDir holds the SQLite database. Defaults to ./data.
	DataDir string

	// Heartbeat is the interval of beats on an idle stream, 1 s to 30 s.
	// Defaults to 15 s.
	Heartbeat time.Duration
	// StreamLifetime is the longest life of a stream, 10 s to 10 min. Defaults
	// to 10 min.
	StreamLifetime time.Duration
	// Sweep is how often the database is asked for changes that no wake-up
	// announced, 20 ms to 10 s. Defaults to 250 ms.
	Sweep time.Duration
	// WriteTimeout bounds one write to one stream, 100 ms to 1 min. Defaults to
	// 5 s.
	WriteTimeout time.Duration
	// StreamWriter is what carries the bytes of streams: auto, nethttp, conn or
	// epoll. Defaults to auto, the lightest that a connection allows.
	StreamWriter stream.Writer
	// Drain is how long streams may take to leave at shutdown, 0 to 10 min.
	// Defaults to 10 s. See [Config.notice] for how long the port stays open.
	Drain time.Duration
	// MaxStreams bounds the open streams; 0, the default, means no bound.
	MaxStreams int
	// MaxStreamsPerIP bounds the streams of one address; 0 means no bound.
	// Defaults to 100. Loopback peers are exempt.
	MaxStreamsPerIP int
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix

	// Workers is how many audits run at once, 0 to 64; 0 switches the engine
	// off. Defaults to 2.
	Workers int
	// PageLimit is the default limit of pages per audit. Defaults to 500.
	PageLimit int
	// Rate is the number of requests per second to one audited host, above 0 to
	// 10,000. Defaults to 5.
	Rate float64
	// AllowPrivateTargets permits audits of private addresses. By default they
	// are permitted when Addr is loopback.
	AllowPrivateTargets bool

	// InsecureNoAuth permits Addr to be other than loopback although nobody has
	// to sign in.
	InsecureNoAuth bool

	LogFormat string // text or json
	LogLevel  slog.Level
}

// parseConfig reads flags and environment. The error is one line for the
// operator; flag.ErrHelp when help was asked for and printed to out.
func parseConfig(args []string, getenv func(string) string, out io.Writer) (Config, error) {
	var c Config
	fs := flag.NewFlagSet("atalaya", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&c.Addr, "addr", "127.0.0.1:8000", "`host:port` to listen on")
	fs.StringVar(&c.TLSCert, "tls-cert", "", "`file` of the certificate and its chain (PEM): serve HTTPS, and HTTP/2 with it")
	fs.StringVar(&c.TLSKey, "tls-key", "", "`file` of the certificate's key (PEM); both are read anew when they change")
	fs.StringVar(&c.DatabaseURL, "database-url", "", "postgres:// `URL`; empty means SQLite in --data-dir (also DATABASE_URL)")
	fs.StringVar(&c.DataDir, "data-dir", "./data", "`folder` of the SQLite database")
	fs.DurationVar(&c.Heartbeat, "heartbeat", shared.HeartbeatDefault, "interval of beats on an idle stream, 1s to 30s")
	fs.DurationVar(&c.StreamLifetime, "stream-lifetime", shared.StreamLifetime, "longest life of a stream, 10s to 10m")
	fs.DurationVar(&c.Sweep, "sweep", 250*time.Millisecond, "how often changes are looked for without a wake-up, 20ms to 10s")
	fs.DurationVar(&c.WriteTimeout, "write-timeout", 5*time.Second, "longest time for one write to one stream, 100ms to 1m")
	fs.StringVar((*string)(&c.StreamWriter), "stream-writer", string(stream.WriterAuto), "`what` carries streams: auto, nethttp, conn or epoll (auto: the lightest that a connection allows)")
	fs.DurationVar(&c.Drain, "drain", 10*time.Second, "window over which streams are told to come back at shutdown, 0 to 10m; beyond loopback the server goes on answering for up to 2s of it")
	fs.IntVar(&c.MaxStreams, "max-streams", 0, "bound on open streams; 0 means none")
	fs.IntVar(&c.MaxStreamsPerIP, "max-streams-per-ip", 100, "bound on streams of one address (loopback exempt); 0 means none")
	proxies := fs.String("trusted-proxies", "", "comma-separated `networks` whose X-Forwarded-For is believed")
	fs.IntVar(&c.Workers, "workers", 2, "audits at once, 0 to 64; 0 switches the engine off")
	fs.IntVar(&c.PageLimit, "page-limit", 500, fmt.Sprintf("default limit of pages per audit, 1 to %d", shared.PageLimitMax))
	fs.Float64Var(&c.Rate, "rate", 5, "requests per second to one audited host, above 0 to 10000")
	private := fs.String("allow-private-targets", "auto", "`choice`: auto (audit private addresses only when --addr is loopback), true or false")
	fs.BoolVar(&c.InsecureNoAuth, "insecure-no-auth", false, "listen beyond loopback although nobody has to sign in")
	fs.StringVar(&c.LogFormat, "log-format", "text", "`format`: text or json")
	fs.TextVar(&c.LogLevel, "log-level", slog.LevelInfo, "`level`: debug, info, warn or error")

	if err := fromEnvironment(fs, getenv); err != nil {
		return c, err
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			usage(fs, out)
			return c, err
		}
		return c, fmt.Errorf("%w; see atalaya --help", err)
	}
	if fs.NArg() > 0 {
		return c, fmt.Errorf("unexpected argument %q; see atalaya --help", fs.Arg(0))
	}
	return c, c.complete(*proxies, *private)
}

// fromEnvironment sets the flags whose variable is set.
func fromEnvironment(fs *flag.FlagSet, getenv func(string) string) (err error) {
	if v := getenv("DATABASE_URL"); v != "" {
		_ = fs.Set("database-url", v) // a string takes any value
	}
	fs.VisitAll(func(f *flag.Flag) {
		name := envName(f.Name)
		if v := getenv(name); v != "" && err == nil {
			if e := fs.Set(f.Name, v); e != nil {
				err = fmt.Errorf("%s: %q: %w", name, v, e)
			}
		}
	})
	return err
}

func envName(flagName string) string {
	return "ATALAYA_" + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

// complete checks the bounds and works out what follows from other fields.
func (c *Config) complete(proxies, private string) error {
	for _, d := range []struct {
		name     string
		v        time.Duration
		min, max time.Duration
	}{
		{"heartbeat", c.Heartbeat, time.Second, shared.HeartbeatMax},
		{"stream-lifetime", c.StreamLifetime, 10 * time.Second, shared.StreamLifetime},
		{"sweep", c.Sweep, 20 * time.Millisecond, 10 * time.Second},
		{"write-timeout", c.WriteTimeout, 100 * time.Millisecond, time.Minute},
		{"drain", c.Drain, 0, 10 * time.Minute},
	} {
		if d.v < d.min || d.v > d.max {
			return fmt.Errorf("--%s is %v, but must be %v to %v", d.name, d.v, d.min, d.max)
		}
	}
	for _, n := range []struct {
		name        string
		v, min, max int
	}{
		{"max-streams", c.MaxStreams, 0, 1 << 30},
		{"max-streams-per-ip", c.MaxStreamsPerIP, 0, 1 << 30},
		{"workers", c.Workers, 0, 64},
		{"page-limit", c.PageLimit, 1, shared.PageLimitMax},
	} {
		if n.v < n.min || n.v > n.max {
			return fmt.Errorf("--%s is %d, but must be %d to %d", n.name, n.v, n.min, n.max)
		}
	}
	if !(c.Rate > 0 && c.Rate <= 10_000) {
		return fmt.Errorf("--rate is %v, but must be above 0 and at most 10000", c.Rate)
	}
	if !slices.Contains(stream.Writers, c.StreamWriter) {
		return fmt.Errorf("--stream-writer is %q, but must be auto, nethttp, conn or epoll", c.StreamWriter)
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		return fmt.Errorf("--log-format is %q, but must be text or json", c.LogFormat)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key belong together: give both or neither")
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return fmt.Errorf("--addr is %q, but must be host:port, such as 127.0.0.1:8000", c.Addr)
	}
	loopback := access.IsLoopback(host)
	if !loopback && !c.InsecureNoAuth {
		return fmt.Errorf("--addr %s can be reached from other machines, and nobody has to sign in: give --insecure-no-auth to accept that, or bind to 127.0.0.1", c.Addr)
	}
	switch private {
	case "auto":
		c.AllowPrivateTargets = loopback
	case "true", "false":
		c.AllowPrivateTargets = private == "true"
	default:
		return fmt.Errorf("--allow-private-targets is %q, but must be auto, true or false", private)
	}
	for _, s := range strings.Split(proxies, ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		network, err := parseNetwork(s)
		if err != nil {
			return fmt.Errorf("--trusted-proxies has %q, but takes networks such as 10.0.0.0/8", s)
		}
		c.TrustedProxies = append(c.TrustedProxies, network)
	}
	return nil
}

// noticeMax is time enough for a load balancer that asks every second or two.
const noticeMax = 2 * time.Second

// notice is how long a server that goes away answers at least, so that a load
// balancer sees /readyz fail and sends nobody here before the port closes. On
// loopback there is none: who stops a server on their own machine wants it gone.
func (c Config) notice() time.Duration {
	if host, _, err := net.SplitHostPort(c.Addr); err == nil && access.IsLoopback(host) {
		return 0
	}
	return min(c.Drain, noticeMax)
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
	u, err := url.Parse(c.DatabaseURL)
	if err != nil {
		return "postgresql"
	}
	return u.Redacted()
}

func usage(fs *flag.FlagSet, w io.Writer) {
	fmt.Fprint(w, `Atalaya audits websites and shows each audit's progress live.

Usage:
  atalaya [serve] [flags]   run the server
  atalaya migrate [flags]   bring the database up to date and stop
  atalaya version           print the version

Flags (each also as an environment variable, ATALAYA_ADDR for --addr):
`)
	fs.VisitAll(func(f *flag.Flag) {
		kind, text := flag.UnquoteUsage(f)
		line := "  --" + f.Name
		if kind != "" {
			line += " " + kind
		}
		if f.DefValue != "" && f.DefValue != "false" {
			text += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(w, "%-36s %s\n", line, text)
	})
}
