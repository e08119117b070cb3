package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"atalaya/server/internal/doctor"
	"atalaya/server/internal/openid"
	"atalaya/server/internal/store"
)

const (
	// databaseSlow is a latency at which every page waits.
	databaseSlow = 50 * time.Millisecond
	// databaseSkewMax is what leases of workers bear.
	databaseSkewMax = 2 * time.Second
	// streamsFew is less than a team with a few windows each.
	streamsFew = 500
	// renewal is how long before its end a certificate should have been renewed.
	renewal = 14 * 24 * time.Hour
)

// examineHere looks at what a server with these settings needs of this machine. Where it
// runs elsewhere there need be no database here.
func examineHere(ctx context.Context, c Config, elsewhere bool, log *slog.Logger) []doctor.Diagnosis {
	found := examineDatabase(ctx, c, elsewhere, log)
	found = append(found, ofDescriptors(divide(descriptorLimit(), c.Workers)), ofListener(ctx, c.Addr))
	if c.TLSCert != "" {
		found = append(found, ofCertificate(c, log))
	}
	if c.OpenID.Issuer != "" {
		found = append(found, ofSignIn(ctx, c.OpenID, log))
	}
	return found
}

func examineDatabase(ctx context.Context, c Config, elsewhere bool, log *slog.Logger) []doctor.Diagnosis {
	const part = "database"
	e, err := store.Examine(ctx, store.Config{
		DatabaseURL: c.DatabaseURL, ListenURL: c.ListenURL, DataDir: c.DataDir, Log: log,
	})
	switch {
	case errors.Is(err, store.ErrNoDatabase) && elsewhere:
		return []doctor.Diagnosis{doctor.Skip(part, "there is none in %s on this machine", c.DataDir)}
	case errors.Is(err, store.ErrNoDatabase):
		return []doctor.Diagnosis{ofFolder(c.DataDir)}
	case err != nil:
		return []doctor.Diagnosis{doctor.Fault(part, "see whether the database runs, and what --database-url says of it",
			"%v", err)}
	}
	found := []doctor.Diagnosis{ofDatabase(e), ofSchema(e), ofWrites(e)}
	if e.Dialect == "postgresql" {
		found = append(found, ofPooler(e), ofDatabaseClock(e))
	}
	return found
}

// ofFolder looks at where the first start will make a database.
func ofFolder(dir string) doctor.Diagnosis {
	const part, cure = "database", "give --data-dir a folder that the server's user may write to"
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return doctor.Well(part, "there is none yet: the first start makes it in %s", dir)
	case err != nil:
		return doctor.Fault(part, cure, "%v", err)
	case !info.IsDir():
		return doctor.Fault(part, cure, "%s is no folder", dir)
	}
	probe, err := os.CreateTemp(dir, ".doctor")
	if err != nil {
		return doctor.Fault(part, cure, "no file can be made there: %v", err)
	}
	_, _ = probe.Close(), os.Remove(probe.Name()) // an empty file that stayed would harm nobody
	return doctor.Well(part, "there is none yet: the first start makes it in %s", dir)
}

func ofDatabase(e store.Examination) doctor.Diagnosis {
	const part = "database"
	if e.Latency > databaseSlow {
		return doctor.Warn(part, "run the server near its database", "%s answers in %v, which every page waits for",
			e.Where, e.Latency.Round(time.Millisecond))
	}
	return doctor.Well(part, "%s answers in %v", e.Where, e.Latency.Round(10*time.Microsecond))
}

func ofSchema(e store.Examination) doctor.Diagnosis {
	const part = "migrations"
	switch e.Schema {
	case store.SchemaNone:
		return doctor.Well(part, "there are no tables yet: the next start makes them")
	case store.SchemaOlder:
		return doctor.Well(part, "the schema is %s: the next start brings it up to date (%d steps)", e.Newest, e.Missing)
	case store.SchemaNewer:
		return doctor.Fault(part, "use the newer atalaya that made it",
			"the schema, %s, is newer than this atalaya", e.Newest)
	}
	return doctor.Well(part, "the schema is up to date (%s)", e.Newest)
}

func ofWrites(e store.Examination) doctor.Diagnosis {
	const part = "writes"
	switch err := e.Refusal; {
	case err == nil && e.Schema == store.SchemaNone:
		return doctor.Skip(part, "there is nothing to write to yet")
	case err == nil && e.Schema == store.SchemaNewer:
		return doctor.Skip(part, "a newer schema is not written to")
	case err == nil:
		return doctor.Well(part, "an audit can be stored")
	case errors.Is(err, store.ErrFull):
		return doctor.Fault(part, "free some room on its disk", "%v", err)
	case errors.Is(err, store.ErrStandby):
		return doctor.Fault(part, "let --database-url lead to the primary", "%v", err)
	default:
		return doctor.Fault(part, "grant the role of --database-url what it needs, and see why the database refuses",
			"%v", err)
	}
}

func ofPooler(e store.Examination) doctor.Diagnosis {
	const part = "pooler"
	switch {
	case !e.Pooled:
		return doctor.Well(part, "none stands before the database; changes of others are heard at once")
	case !e.Listens:
		return doctor.Warn(part, "name a direct connection in --listen-url",
			"one stands before the database, so changes of others are seen up to --sweep later")
	}
	return doctor.Well(part, "one stands before the database, and --listen-url leads past it")
}

func ofDatabaseClock(e store.Examination) doctor.Diagnosis {
	const part = "its clock"
	if e.Skew.Abs() > databaseSkewMax {
		return doctor.Warn(part, "set both clocks by NTP", "the database's clock and this machine's are %v apart",
			e.Skew.Abs().Round(time.Millisecond))
	}
	return doctor.Well(part, "the database's clock and this machine's agree")
}

func ofDescriptors(d descriptors) doctor.Diagnosis {
	const part = "descriptors"
	switch {
	case d.limit == 0:
		return doctor.Well(part, "there is no limit of open files")
	case d.streams < streamsFew:
		return doctor.Warn(part, cureForDescriptors, "the limit of %d open files has room for %d streams", d.limit, d.streams)
	}
	return doctor.Well(part, "the limit of %d open files has room for %d streams", d.limit, d.streams)
}

// ofListener looks whether somebody listens at an --addr. It does not listen itself, or it
// would be in the way of a server that starts.
func ofListener(ctx context.Context, addr string) doctor.Diagnosis {
	const part = "listener"
	network, where := "tcp", addr
	if addr == fromSystemd {
		return doctor.Skip(part, "the socket is systemd's: systemctl status atalaya.socket shows it")
	}
	if path, ok := strings.CutPrefix(addr, unixPrefix); ok {
		network, where = "unix", path
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, network, where)
	switch {
	case err == nil:
		_ = conn.Close()
		return doctor.Well(part, "somebody listens at %s", addr)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, os.ErrNotExist):
		return doctor.Warn(part, "start the server", "nobody listens at %s", addr)
	}
	return doctor.Fault(part, "give an --addr of this machine, and look at its firewall",
		"%s cannot be reached: %v", addr, err)
}

func ofCertificate(c Config, log *slog.Logger) doctor.Diagnosis {
	const part, cure = "certificate", "renew it; the server takes the new files by itself"
	cert, err := c.certificate(log)
	if err != nil {
		return doctor.Fault(part, cure, "%v", err)
	}
	if left := time.Until(cert.expires()); left < renewal {
		return doctor.Warn(part, cure, "it ends in %d days", int(left/(24*time.Hour)))
	}
	return doctor.Well(part, "it is valid until %s", cert.expires().UTC().Format(time.DateOnly))
}

// ofSignIn looks whether the provider by which people sign in answers as it must.
func ofSignIn(ctx context.Context, c openid.Config, log *slog.Logger) doctor.Diagnosis {
	const part = "sign-in"
	found, err := openid.New(c, log).Examine(ctx)
	switch {
	case err != nil:
		return doctor.Fault(part, "see whether the provider runs, and give --oidc-issuer exactly as it calls itself",
			"%s: %v", c.Issuer, err)
	case found.Skew.Abs() > openid.SkewMax:
		return doctor.Warn(part, "set both clocks by NTP", "the clock of %s and this machine's are %v apart",
			c.Issuer, found.Skew.Abs())
	}
	return doctor.Well(part, "%s answers, and publishes its keys (%d)", c.Issuer, found.Keys)
}
