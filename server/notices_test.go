package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// receiver is somebody who is told, on loopback.
type receiver struct {
	*httptest.Server
	answer atomic.Int64 // the status of its answers

	mu  sync.Mutex
	got []told
}

type told struct {
	header http.Header
	body   []byte
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.answer.Store(http.StatusNoContent)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		r.mu.Lock()
		r.got = append(r.got, told{req.Header, body})
		r.mu.Unlock()
		w.WriteHeader(int(r.answer.Load()))
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) all() []told {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// wait waits for a number of messages.
func (r *receiver) wait(t *testing.T, n int) []told {
	t.Helper()
	testkit.Eventually(t, 30*time.Second, fmt.Sprintf("%d messages", n), func() bool { return len(r.all()) >= n })
	return r.all()
}

func (p *process) webhook(url string) shared.Webhook {
	p.t.Helper()
	status, body := p.request(http.MethodPost, shared.PathWebhooks, fmt.Sprintf(`{"url":%q}`, url))
	var w shared.Webhook
	if err := json.Unmarshal(body, &w); err != nil || status != http.StatusCreated {
		p.t.Fatalf("%d %s: %v", status, body, err)
	}
	return w
}

// fail has an external audit fail.
func (p *process) fail(work string) {
	p.t.Helper()
	a := p.create(fmt.Sprintf(`{"url":%q,"kind":"external"}`, work))
	const patch = `{"status":"failed","error_message":"no answer"}`
	status, body := p.request(http.MethodPatch, shared.PathProgress(a.AuditID), patch)
	if status != http.StatusOK {
		p.t.Fatalf("%d %s", status, body)
	}
}

// TestNoticesSurviveKills kills the server after a try that failed, and ends an audit by
// SQL while no server runs.
func TestNoticesSurviveKills(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "--data-dir", dir, "--workers", "0")
	hook := newReceiver(t)
	hook.answer.Store(http.StatusInternalServerError)
	w := p.webhook(hook.URL + "/secret-path")
	p.fail(`"><script>alert(1)</script>`)
	hook.wait(t, 1)
	testkit.Eventually(t, 10*time.Second, "a note of what was answered", func() bool {
		_, body := p.request(http.MethodGet, shared.PathWebhook(w.ID)+"/deliveries", "")
		return strings.Contains(string(body), `"status":500`)
	})
	p.kill()
	db := open(t, "sqlite", "file:"+filepath.Join(dir, "atalaya.db"))
	const insert = "INSERT INTO audits (url, status, geo_score) VALUES ('https://a.example/', 'completed', 80)"
	if _, err := db.ExecContext(t.Context(), insert); err != nil {
		t.Fatal(err)
	}
	hook.answer.Store(http.StatusNoContent)
	if err := p.launch(); err != nil {
		t.Fatal(err)
	}
	got := hook.wait(t, 3)
	ids := map[string]int{}
	for _, one := range got {
		ids[one.header.Get("webhook-id")]++
		var n shared.Notice
		if err := json.Unmarshal(one.body, &n); err != nil {
			t.Error(err)
		}
		ids[string(n.Type)]++
	}
	first := got[0].header.Get("webhook-id")
	if ids[first] != 2 || ids["audit.failed"] != 2 || ids["audit.finished"] != 1 || len(got) != 3 {
		t.Errorf("told %v", ids)
	}
	if bytes.Contains(got[0].body, []byte("<script>")) {
		t.Errorf("markup in %s", got[0].body)
	}
	for _, secret := range []string{w.Secret, strings.TrimPrefix(w.Secret, "whsec_"), "secret-path"} {
		if p.log.Contains(secret) {
			t.Errorf("the log has %q", secret)
		}
	}
	testSamples(t, w.Secret, got[0])
}

// TestNoticesComeOnce has two servers of one database end audits and send.
func TestNoticesComeOnce(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	one := start(t, "--database-url", dsn, "--workers", "0")
	two := start(t, "--database-url", dsn, "--workers", "0")
	hook := newReceiver(t)
	one.webhook(hook.URL)
	const each = 10
	for i := range each {
		one.fail(fmt.Sprintf("work %d", i))
		two.fail(fmt.Sprintf("other work %d", i))
	}
	hook.wait(t, 2*each)
	<-time.After(6 * time.Second) // each has looked once more by then
	ids := map[string]int{}
	for _, one := range hook.all() {
		ids[one.header.Get("webhook-id")]++
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("%s came %d times", id, n)
		}
	}
	if len(ids) != 2*each {
		t.Errorf("%d messages, want %d", len(ids), 2*each)
	}
}

// TestNoticesStayPublic has a server that may not reach private addresses be told one.
func TestNoticesStayPublic(t *testing.T) {
	t.Parallel()
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--allow-private-targets", "false")
	hook := newReceiver(t)
	status, body := p.request(http.MethodPost, shared.PathWebhooks, fmt.Sprintf(`{"url":%q}`, hook.URL))
	if status != http.StatusUnprocessableEntity || !strings.Contains(string(body), string(shared.CodePrivateTarget)) {
		t.Errorf("%d %s", status, body)
	}
	status, body = p.request(http.MethodPost, shared.PathWebhooks, `{"kind":"email","url":"mailto:team@example.org"}`)
	if status != http.StatusUnprocessableEntity || !strings.Contains(string(body), "--smtp-url") {
		t.Errorf("%d %s", status, body)
	}
	// Its name leads to loopback, of which nobody knows before it is resolved.
	w := p.webhook("http://" + localName(t) + strings.TrimPrefix(hook.URL, "http://127.0.0.1"))
	p.fail("work")
	testkit.Eventually(t, 20*time.Second, "a refusal in the log of deliveries", func() bool {
		_, body := p.request(http.MethodGet, shared.PathWebhook(w.ID)+"/deliveries", "")
		return strings.Contains(string(body), "not on the public web")
	})
	if n := len(hook.all()); n != 0 {
		t.Errorf("%d messages came", n)
	}
}

// localName is a name of this machine that does not say that it is local.
func localName(t *testing.T) string {
	t.Helper()
	name, err := os.Hostname()
	if err != nil || name == "localhost" {
		t.Skip("this machine has no name")
	}
	return name
}

// samples are the programs of the README by which receivers tell our messages from others:
// what is put around them reads a case as JSON.
var samples = map[string]struct {
	file          string
	before, after string
	run           []string
}{
	"go": {
		file: "main.go",
		before: `package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

`,
		after: `
func main() {
	var c struct {
		Secret string
		Header http.Header
		Body   []byte
	}
	if err := json.NewDecoder(os.Stdin).Decode(&c); err != nil {
		panic(err)
	}
	fmt.Println(verify(c.Secret, c.Header, c.Body))
}
`,
		run: []string{"go", "run"},
	},
	"python": {
		file: "main.py",
		after: `
import json, sys
c = json.load(sys.stdin)
headers = {name.lower(): values[0] for name, values in c["Header"].items()}
print(str(verify(c["Secret"], headers, base64.b64decode(c["Body"]))).lower())
`,
		run: []string{"python3"},
	},
}

// testSamples has the README's programs judge a message, and forgeries of it.
func testSamples(t *testing.T, secret string, m told) {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "\n## Notifications\n")
	old := m.header.Clone()
	old.Set("webhook-timestamp", "1614265330")
	another := m.header.Clone()
	another.Set("webhook-signature", "v1,AAAA "+m.header.Get("webhook-signature"))
	for language, s := range samples {
		_, code, found := strings.Cut(section, "```"+language+"\n")
		code, _, closed := strings.Cut(code, "```")
		if !found || !closed {
			t.Fatalf("the README has no sample in %s", language)
		}
		file := filepath.Join(t.TempDir(), s.file)
		if err := os.WriteFile(file, []byte(s.before+code+s.after), 0o600); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			secret string
			header http.Header
			body   string
			want   string
		}{
			"ours":           {secret, m.header, string(m.body), "true"},
			"of two secrets": {secret, another, string(m.body), "true"},
			"another body":   {secret, m.header, string(m.body) + " ", "false"},
			"another secret": {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", m.header, string(m.body), "false"},
			"long ago":       {secret, old, string(m.body), "false"},
		} {
			in, err := json.Marshal(map[string]any{"Secret": c.secret, "Header": c.header, "Body": []byte(c.body)})
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), s.run[0], append(s.run[1:], file)...)
			cmd.Stdin = bytes.NewReader(in)
			out, err := cmd.CombinedOutput()
			if got := strings.TrimSpace(string(out)); err != nil || got != c.want {
				t.Errorf("%s, %s: %s %v, want %s", language, name, got, err, c.want)
			}
		}
	}
}
