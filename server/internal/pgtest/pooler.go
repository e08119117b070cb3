//go:build unix

package pgtest

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"atalaya/server/internal/testkit"
)

// Pooler starts a pgbouncer before the server, with size connections per database, which
// it shares by the transaction, and returns the address of a database through it. More
// settings of it may follow. It ends with the test.
func (s *Server) Pooler(t testing.TB, database string, size int, settings ...string) string {
	t.Helper()
	program := testkit.Program(t, "pgbouncer")
	d := testkit.NewDaemon(t)
	users := d.Write(t, "users", "\"postgres\" \"\"\n")
	addr := testkit.FreeAddr(t)
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	d.Start(t, addr, program, d.Write(t, "pgbouncer.ini", fmt.Sprintf(`
[databases]
* = host=127.0.0.1 port=%d
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %s
unix_socket_dir =
auth_type = trust
auth_file = %s
pool_mode = transaction
default_pool_size = %d
max_client_conn = 500
%s
`, s.port, port, users, size, strings.Join(settings, "\n"))))
	return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable", addr, database)
}
