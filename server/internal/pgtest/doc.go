// Package pgtest gives tests a PostgreSQL of their own: one throwaway cluster
// per test binary, started on first use, and one empty database per test.
//
// It starts the installed server itself, on a free loopback port and in a
// temporary directory, without asking any server that may be running already.
// As root it runs the server as the user postgres (PostgreSQL refuses root).
// The binaries are taken from ATALAYA_PG_BIN, from pg_config --bindir, from the
// newest of Debian's versioned folders, or from PATH. Without them a test is
// skipped, unless CI=true or ATALAYA_REQUIRE_ALL=1 is set: then it fails.
//
// [Server.Pooler] puts a pgbouncer before it, [Server.Encrypt] gives it TLS.
//
// The cluster is fast, not durable (fsync=off), and ends with the test binary:
// [Main] stops it in order, and on Linux the kernel does when the binary is
// killed. A program that is no test (package load) uses [Start] and closes the
// server itself. Everything is safe for concurrent use.
package pgtest
