package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/stream"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// The hostile suite does to whole servers what strangers do: over real sockets, with every
// writer of streams, on both databases. Each attack says what must come back. After each
// the server must still answer, and somebody who has watched an audit all the time must
// see its end.

// attack is one thing that somebody does, and what must come of it.
type attack struct {
	name string
	do   func(t *testing.T, a *arena)
}

// families are the attacks by what they are aimed at. They are made when they are asked for:
// each server of a test is this binary too, and they take a second and a hundred megabytes.
var families = []struct {
	name    string
	attacks func() []attack
}{
	{"hosts", hostileHosts},
	{"origins", hostileOrigins},
	{"smuggling", smuggling},
	{"methods", hostileMethods},
	{"paths", hostilePaths},
	{"queries", hostileQueries},
	{"headers", hostileHeaders},
	{"credentials", hostileCredentials},
	{"ways back", hostileWaysBack},
	{"bodies", hostileBodies},
	{"forms", hostileForms},
	{"stored texts", hostileTexts},
	{"private targets", privateTargets},
	{"streams", hostileStreams},
	{"HTTP/2", hostileHTTP2},
	{"PROXY protocol", hostileProxies},
	{"slow peers", slowPeers}, // which come first, and have had their time by now
}

// leastAttacks is how many different ones there must be.
const leastAttacks = 1000

func TestHostileSuiteIsLarge(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range families {
		for _, at := range f.attacks() {
			name := f.name + "/" + at.name
			if seen[name] {
				t.Errorf("%s stands there twice", name)
			}
			seen[name] = true
		}
		t.Logf("%-16s %3d", f.name, len(f.attacks()))
	}
	if len(seen) < leastAttacks {
		t.Errorf("%d attacks, want %d", len(seen), leastAttacks)
	}
}

// arena is a server under attack.
type arena struct {
	*team
	postgres bool
	writer   stream.Writer
	audit    int64                    // an external one, which somebody watches all the time
	witness  *ssetest.Reader          // of that one
	slow     map[string]<-chan string // what each slow peer got
}

// The names of the arena, and the addresses from which it is attacked: a stranger's, and
// that of a proxy which it trusts.
const (
	arenaName   = "audits.example"
	arenaOrigin = "https://" + arenaName
	arenaReader = "https://status.example"
	stranger    = "127.0.0.1"
	ownProxy    = "127.0.0.2"
)

func newArena(t *testing.T, postgres bool, writer stream.Writer) *arena {
	t.Helper()
	database := ""
	if postgres {
		database = pgtest.Database(t)
	}
	a := &arena{postgres: postgres, writer: writer, team: newTeamOn(t, database, "--stream-writer", string(writer),
		"--public-url", arenaOrigin, "--cors-origin", arenaReader, "--trusted-proxies", ownProxy,
		"--allow-private-targets", "false", "--heartbeat", "1s", "--write-timeout", "2s",
		"--max-per-hour", "0", "--max-queue", "0", "--max-per-host", "0")}
	id, err := strconv.ParseInt(a.startsAs("auditor"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	a.audit = id
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.url+shared.PathStream(id), nil)
	if err != nil {
		t.Fatal(err)
	}
	authorize(r, a.tokens["viewer"])
	if a.witness, err = ssetest.Open(t, a.http, r); err != nil {
		t.Fatal(err)
	}
	if _, err := a.witness.NextProgress(); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestHostile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has the writer epoll, and every address of 127.0.0.0/8")
	}
	for _, writer := range []stream.Writer{stream.WriterNetHTTP, stream.WriterConn, stream.WriterEpoll} {
		for _, postgres := range []bool{false, true} {
			store := "SQLite"
			if postgres {
				store = "PostgreSQL"
			}
			t.Run(store+" "+string(writer), func(t *testing.T) {
				t.Parallel()
				a := newArena(t, postgres, writer)
				a.openSlowPeers(t)
				for _, f := range families {
					a.suffer(t, f.name, f.attacks())
				}
				a.checkAftermath(t)
			})
		}
	}
}

// suffer has the server attacked, and looks after each attack whether it is well.
func (a *arena) suffer(t *testing.T, family string, attacks []attack) {
	t.Helper()
	t.Run(family, func(t *testing.T) {
		for _, at := range attacks {
			t.Run(at.name, func(t *testing.T) {
				at.do(t, a)
				a.checkAnswers(t)
			})
		}
	})
}

// checkAnswers has somebody else ask for something.
func (a *arena) checkAnswers(t *testing.T) {
	t.Helper()
	begun := time.Now()
	if got := a.as(t, "viewer", "GET", shared.PathAudits+"?limit=1", ""); got.summary() != "200" {
		t.Errorf("afterwards others get %s", got.summary())
	}
	if took := time.Since(begun); took > busyExtra {
		t.Errorf("afterwards others waited for %v", took)
	}
}

// checkAftermath looks for what attacks have left: streams, failures in the log, and a
// subscriber who misses the end.
func (a *arena) checkAftermath(t *testing.T) {
	t.Helper()
	testkit.Eventually(t, busyExtra, "only the witness is left", func() bool { return a.streams(t) == 1 })
	if got := a.as(t, "worker", "PATCH", shared.PathProgress(a.audit), `{"status":"completed"}`); got.status != 200 {
		t.Errorf("the audit could not end: %s", got.summary())
	}
	for {
		p, err := a.witness.NextProgress()
		if errors.Is(err, ssetest.ErrEnded) {
			break
		}
		if err != nil {
			t.Fatalf("the witness was cut: %v", err)
		}
		if p.AuditID != a.audit {
			t.Errorf("the witness saw audit %d", p.AuditID)
		}
	}
	if states := a.witness.Progress(); states[len(states)-1].Status != shared.StatusCompleted {
		t.Error("the witness missed the end")
	}
	for _, line := range strings.Split(a.log.String(), "\n") {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "panic") {
			t.Errorf("the log has %s", line)
		}
		if line != "" && !strings.HasPrefix(line, "time=") {
			t.Errorf("the log has a line that is none of its own: %q", line)
		}
	}
	for who, token := range a.tokens {
		if a.log.Contains(token) {
			t.Errorf("the log has the token of %s", who)
		}
	}
}

var openStreams = regexp.MustCompile(`(?m)^atalaya_streams\{transport="sse"\} (\d+)$`)

// streams is how many streams are open.
func (a *arena) streams(t *testing.T) int {
	t.Helper()
	found := openStreams.FindStringSubmatch(a.as(t, "viewer", "GET", shared.PathMetrics, "").body)
	if found == nil {
		t.Fatal("the metrics do not say how many streams are open")
	}
	n, _ := strconv.Atoi(found[1])
	return n
}

// reply is what came back.
type reply struct {
	status int
	code   shared.Code // of a problem
	to     string      // where it leads
	header http.Header
	body   string
}

// summary is an answer in the words of the tables: its status, and its problem's code or
// where it leads.
func (r reply) summary() string {
	return strings.TrimSpace(strconv.Itoa(r.status) + " " + string(r.code) + r.to)
}

// readAnswer reads one answer to its end. One whose body is cut short has no code: a server
// that closes before it has read everything may take back what it said.
func readAnswer(from *bufio.Reader, method string) (r reply, err error) {
	res, err := http.ReadResponse(from, &http.Request{Method: method})
	if err != nil {
		return r, err
	}
	r, _ = takeAnswer(res)
	return r, nil
}

func takeAnswer(res *http.Response) (r reply, err error) {
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	r = reply{status: res.StatusCode, header: res.Header, body: string(body)}
	if r.status >= 300 { // where a thing that was made stands is of no interest here
		r.to = res.Header.Get("Location")
	}
	if res.Header.Get("Content-Type") == shared.ProblemType && len(body) > 0 {
		var p shared.Problem
		err = errors.Join(err, json.Unmarshal(bytes.TrimSpace(body), &p))
		r.code = p.Code
	}
	return r, err
}

// as sends a request as somebody, and reads the answer.
func (a *arena) as(t *testing.T, who, method, path, body string) reply {
	t.Helper()
	return a.asWith(t, who, method, path, body, nil)
}

// asWith is as with more headers.
func (a *arena) asWith(t *testing.T, who, method, path, body string, headers map[string]string) reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), busyExtra)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, a.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	authorize(r, a.tokens[who])
	res, err := a.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := takeAnswer(res)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

// dial connects from an address of this machine.
func (a *arena) dial(t *testing.T, from string) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: busyExtra}
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(a.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(busyExtra))
	return conn
}

// fill puts into a request what the tables cannot know.
func (a *arena) fill(request string) string {
	return strings.NewReplacer("{admin}", a.tokens["admin"], "{auditor}", a.tokens["auditor"],
		"{viewer}", a.tokens["viewer"], "{worker}", a.tokens["worker"], "{expired}", a.tokens["expired"],
		"{revoked}", a.tokens["revoked"], "{wrong}", a.tokens["wrong"],
		"{id}", strconv.FormatInt(a.audit, 10), "{addr}", strings.TrimPrefix(a.url, "http://")).Replace(request)
}

// exchange sends bytes as they are and returns all that comes back until the server closes
// the connection: answers in the words of [reply.summary], one after the other; "" for a
// connection that is closed without one, and a "+" at the end for what is no answer.
func (a *arena) exchange(t *testing.T, from, request string) string {
	t.Helper()
	conn := a.dial(t, from)
	request = a.fill(request)
	method, _, _ := strings.Cut(request, " ")
	go func() { _, _ = io.WriteString(conn, request) }() // a server that has answered need not read on
	return readAnswers(conn, method)
}

// staysOpen is said of a connection that the server does not close in time.
const staysOpen = "and stays open"

// readAnswers reads a connection to its end.
func readAnswers(conn net.Conn, method string) string {
	var all []string
	for in := bufio.NewReader(conn); ; method = "GET" {
		if _, err := in.Peek(1); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				all = append(all, staysOpen)
			}
			return strings.Join(all, ", ")
		}
		got, err := readAnswer(in, method)
		if err != nil {
			return strings.Join(append(all, "+"), ", ")
		}
		all = append(all, got.summary())
	}
}

// onWire is an attack by the bytes of a connection: what must come back stands beside them.
type onWire struct{ name, send, want string }

// asWires makes attacks of a table.
func asWires(table ...onWire) []attack {
	attacks := make([]attack, len(table))
	for i, row := range table {
		attacks[i] = attack{row.name, func(t *testing.T, a *arena) {
			if got, want := a.exchange(t, stranger, row.send), a.fill(row.want); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}}
	}
	return attacks
}

// get is a request as a viewer for a path, with further lines of its head, after whose
// answer the server closes.
func get(path string, lines ...string) string { return request("GET", path, "localhost", lines...) }

// request is get with a method and a host.
func request(method, path, host string, lines ...string) string {
	head := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nAuthorization: Bearer {viewer}\r\n",
		method, path, host)
	for _, line := range lines {
		head += line + "\r\n"
	}
	return head + "\r\n"
}

// with is a request with a body, as somebody.
func with(who, method, path, kind, body string, lines ...string) string {
	return strings.Replace(request(method, path, "localhost", append(lines, "Content-Type: "+kind,
		fmt.Sprintf("Content-Length: %d", len(body)))...), "{viewer}", "{"+who+"}", 1) + body
}
