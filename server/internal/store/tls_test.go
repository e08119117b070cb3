package store_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// encrypted is a server with TLS, whose certificate is for 127.0.0.1 and not for
// localhost, and the path of that certificate.
func encrypted(t *testing.T) (server *pgtest.Server, certificate string) {
	t.Helper()
	borrowed := httptest.NewTLSServer(nil)
	defer borrowed.Close()
	made := borrowed.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	server = pgtest.New(t)
	return server, server.Encrypt(t,
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made.Certificate[0]}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
}

// address is that of a server's database, with what is said of TLS in the query.
func address(server *pgtest.Server, host, query string) string {
	plain, _, _ := strings.Cut(server.URL("postgres"), "?")
	return strings.Replace(plain, "127.0.0.1", host, 1) + "?" + query
}

// TestTLS writes, reads and hears of commits through TLS, by every word that sslmode knows.
func TestTLS(t *testing.T) {
	t.Parallel()
	server, certificate := encrypted(t)
	root := "&sslrootcert=" + certificate
	for _, c := range []struct {
		host, query string
		connections string // of the pool and the listener, and how many of those have TLS
		fails       string
	}{
		{host: "127.0.0.1", query: "sslmode=disable", connections: "2 0"},
		{host: "127.0.0.1", query: "", connections: "2 2"},
		{host: "127.0.0.1", query: "sslmode=allow", connections: "2 2"},
		{host: "127.0.0.1", query: "sslmode=prefer", connections: "2 2"},
		{host: "127.0.0.1", query: "sslmode=require", connections: "2 2"},
		{host: "localhost", query: "sslmode=require" + root, connections: "2 2"},
		{host: "localhost", query: "sslmode=verify-ca" + root, connections: "2 2"},
		{host: "127.0.0.1", query: "sslmode=verify-full" + root, connections: "2 2"},
		{host: "localhost", query: "sslmode=verify-full" + root, fails: "certificate is valid for"},
		{host: "127.0.0.1", query: "sslmode=verify-ca", fails: "unknown authority"},
		{host: "127.0.0.1", query: "sslmode=verify-full", fails: "unknown authority"},
	} {
		t.Run(c.host+" "+strings.ReplaceAll(c.query, certificate, "file"), func(t *testing.T) {
			url := address(server, c.host, c.query)
			if c.fails != "" {
				cannotOpen(t, store.Config{DatabaseURL: url}, c.fails)
				return
			}
			f := open(t, store.Config{DatabaseURL: url, PoolSize: 1})
			f.foreign = plain(t, server.URL("postgres"))
			f.hears(t)
			f.awaitConnections(t, c.connections)
		})
	}
}

// TestTLSBesideListenURL listens through TLS while the queries go without, and the other
// way round: each address has its own word about it.
func TestTLSBesideListenURL(t *testing.T) {
	t.Parallel()
	server, certificate := encrypted(t)
	verified := address(server, "127.0.0.1", "sslmode=verify-full&sslrootcert="+certificate)
	for name, c := range map[string]store.Config{
		"listening": {DatabaseURL: server.URL("postgres"), ListenURL: verified, PoolSize: 1},
		"queries":   {DatabaseURL: verified, ListenURL: server.URL("postgres"), PoolSize: 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t, c)
			f.foreign = plain(t, server.URL("postgres"))
			f.hears(t)
			f.awaitConnections(t, "2 1")
		})
	}
	cannotOpen(t, store.Config{DatabaseURL: verified,
		ListenURL: address(server, "localhost", "sslmode=verify-full&sslrootcert="+certificate)}, "--listen-url")
}

// TestTLSThatIsNotThere asks a server for TLS that has none.
func TestTLSThatIsNotThere(t *testing.T) {
	t.Parallel()
	server := pgtest.Cluster(t)
	for _, query := range []string{"", "sslmode=allow", "sslmode=prefer"} {
		f := open(t, store.Config{DatabaseURL: address(server, "127.0.0.1", query)})
		f.create(t, external)
	}
	for _, query := range []string{"sslmode=require", "sslmode=verify-ca", "sslmode=verify-full"} {
		cannotOpen(t, store.Config{DatabaseURL: address(server, "127.0.0.1", query)}, "speaks no TLS")
	}
}

// hears writes and reads, and waits for the word of a commit of another.
func (f *fixture) hears(t *testing.T) {
	t.Helper()
	a := f.create(t, external)
	if _, err := f.Patch(t.Context(), a.AuditID, shared.ProgressPatch{Progress: ptr(40)}, 0); err != nil {
		t.Error(err)
	}
	if got := f.progress(t, a.AuditID).Progress; got != 40 {
		t.Errorf("progress: got %d, want 40", got)
	}
	wakes, _, stop := f.listening(t)
	t.Cleanup(stop)
	f.wokenBy(t, wakes, fmt.Sprintf("UPDATE audits SET total_pages = total_pages + 1 WHERE id = %d", a.AuditID))
}

// awaitConnections waits until the servers have as many connections as wanted, and as many
// of those TLS: what a test before had may take a moment to go.
func (f *fixture) awaitConnections(t *testing.T, want string) {
	t.Helper()
	const count = `SELECT count(*) || ' ' || count(*) FILTER (WHERE ssl)
		FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'atalaya'`
	testkit.Eventually(t, soon, "connections, and those with TLS: "+want,
		func() bool { return f.text(t, count) == want })
}

func cannotOpen(t *testing.T, c store.Config, want string) {
	t.Helper()
	s, err := store.Open(t.Context(), c)
	if err == nil {
		_ = s.Close()
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("open %s: got %v, want an error with %q", c.DatabaseURL, err, want)
	}
}
