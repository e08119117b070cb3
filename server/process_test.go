package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
	"atalaya/shared/text"
)

// asProgram makes the test binary behave as the atalaya program, so that tests
// can kill it as a process.
const asProgram = "ATALAYA_TEST_AS_PROGRAM"

// withPseudo makes that program know the pseudo-language as well.
const withPseudo = "ATALAYA_TEST_PSEUDO"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		if os.Getenv(withPseudo) != "" {
			text.AddPseudo()
		}
		main()
		return
	}
	waitTogether()
	os.Exit(pgtest.Main(m))
}

// waitTogether has twice as many tests at once as there are processors, unless the
// command line says how many: those that are parallel mostly wait, for a heartbeat,
// a deadline or a browser.
func waitTogether() {
	flag.Parse()
	parallel := flag.Lookup("test.parallel")
	if parallel.Value.String() == parallel.DefValue {
		_ = parallel.Value.Set(strconv.Itoa(2 * runtime.GOMAXPROCS(0)))
	}
}

// process is a running server.
type process struct {
	t    testing.TB
	cmd  *exec.Cmd
	url  string
	http *http.Client
	path string // of the program
	args []string
	env  []string // beside the test's own
	log  *testkit.LogBuffer
	done chan struct{}
}

// start runs the server with args on a port of its own and waits until it
// serves. It is stopped at the end of the test.
func start(t testing.TB, args ...string) *process {
	t.Helper()
	return startWith(t, nil, args...)
}

// startWith is start with more environment variables.
func startWith(t testing.TB, env []string, args ...string) *process {
	t.Helper()
	return startProgram(t, os.Args[0], append(env, asProgram+"=1"), args...)
}

// startProgram is startWith for a program that was built.
func startProgram(t testing.TB, path string, env []string, args ...string) *process {
	t.Helper()
	p := &process{
		t: t, path: path, args: append([]string{"--addr", testkit.FreeAddr(t)}, args...), env: env,
		http: http.DefaultClient, log: &testkit.LogBuffer{},
	}
	if err := p.launch(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.kill()
		if p.log.Contains("WARNING: DATA RACE") { // its exit code may never have been seen
			t.Error("a data race in the server")
		}
		if t.Failed() {
			t.Logf("the server's log:\n%s", p.log.Tail(8_000))
		}
	})
	return p
}

// launch starts the process; again after kill, on the same address.
func (p *process) launch() error {
	p.cmd = exec.Command(p.path, p.args...)
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	p.done = make(chan struct{})
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() {
		_, _ = io.Copy(io.Discard, out)
		_ = p.cmd.Wait()
		close(p.done)
	}()
	if err != nil {
		<-p.done
		return fmt.Errorf("the server did not start: %s", p.log.Tail(4_000))
	}
	p.url = strings.TrimSpace(strings.TrimPrefix(line, "Atalaya is at "))
	return nil
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stop asks the process to end and returns how long it took.
func (p *process) stop() time.Duration {
	p.t.Helper()
	begun := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.t.Fatal("the server did not stop within 30 s")
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("exit code %d after SIGTERM", code)
	}
	return time.Since(begun)
}

// request sends a JSON body (or none) and returns the status and the answer.
func (p *process) request(method, path, body string) (int, []byte) {
	p.t.Helper()
	return p.requestIf("", method, path, body)
}

// requestIf is request of what has an entity tag; of anything if that is empty.
func (p *process) requestIf(etag, method, path, body string) (int, []byte) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if etag != "" {
		req.Header.Set("If-Match", etag)
	}
	res, err := p.http.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, data
}

// create starts an audit and returns its first state.
func (p *process) create(body string) shared.AuditProgress {
	p.t.Helper()
	status, data := p.request("POST", shared.PathAudits, body)
	if status != http.StatusCreated {
		p.t.Fatalf("create %s: %d %s", body, status, data)
	}
	return p.decode(data)
}

func (p *process) progress(id int64) shared.AuditProgress {
	p.t.Helper()
	status, data := p.request("GET", shared.PathProgress(id), "")
	if status != http.StatusOK {
		p.t.Fatalf("progress %d: %d %s", id, status, data)
	}
	return p.decode(data)
}

func (p *process) decode(data []byte) shared.AuditProgress {
	p.t.Helper()
	a, err := shared.DecodeAuditProgress(bytes.TrimSpace(data))
	if err != nil {
		p.t.Fatal(err)
	}
	return a
}

func (p *process) report(id int64) shared.Report {
	p.t.Helper()
	status, data := p.request("GET", shared.PathReport(id), "")
	var r shared.Report
	if err := json.Unmarshal(data, &r); err != nil || status != http.StatusOK {
		p.t.Fatalf("report %d: %d %v %s", id, status, err, data)
	}
	return r
}

// gitDoc serves Debian's git-doc, a site that nobody here wrote, from
// loopback. Package audit compares its 218 addresses with an independent crawl.
func gitDoc(t testing.TB) string {
	t.Helper()
	dir := gitDocDir()
	if dir == "" {
		if os.Getenv("ATALAYA_REQUIRE_ALL") != "" {
			t.Fatal("Debian's git-doc is not installed; make tools installs it")
		}
		t.Skip("Debian's git-doc is not installed")
	}
	site := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(site.Close)
	return site.URL + "/git.html"
}

func gitDocDir() string {
	for _, dir := range []string{"/usr/share/doc/git-doc", "/usr/share/doc/git/html"} {
		if _, err := os.Stat(filepath.Join(dir, "git.html")); err == nil {
			return dir
		}
	}
	return ""
}
