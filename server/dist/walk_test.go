//go:build unix

package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/testkit"
)

// walk is the README's way from the package to a server for a team, taken below a folder. It
// needs no systemd and no certificate of an authority: what they would do is done by hand.
type walk struct {
	t    *testing.T
	root string            // what stands for /
	at   string            // host and port that people know
	put  *strings.Replacer // the README's words in those of the folder
	log  testkit.LogBuffer // what journalctl would show
	web  *testkit.Daemon   // nginx
	cert string            // its certificate, which the clients trust
}

// steps are what stands for commands of the README that would change the machine; all others
// are run as they stand there.
var steps = []struct {
	command string
	take    func(*walk)
}{
	{"apt-get install -y nginx certbot python3-certbot-nginx ./atalaya_*_amd64.deb", (*walk).install},
	{"systemctl enable --now atalaya", (*walk).startService},
	{"adduser www-data atalaya", (*walk).letNginxIn},
	{"systemctl restart nginx", (*walk).startNginx},
	{"certbot --nginx -d audits.example --redirect", (*walk).certify},
}

// TestFromThePackageToATeam follows the README word by word: from the package to an HTTPS
// server behind nginx, where two people sign in and one sees what the other starts.
func TestFromThePackageToATeam(t *testing.T) {
	w := newWalk(t)
	said := ""
	for _, command := range readmeCommands(t) {
		said = w.take(command)
	}
	once := regexp.MustCompile(`(?m)^atl_[a-z2-7]+$`).FindString(said)
	if once == "" || !strings.Contains(said, "https://"+w.at+"/signin") {
		t.Fatalf("the last command says neither where nor how to sign in:\n%s", said)
	}

	page := w.curl("ana", "--data", "token="+once, "/signin")
	own := regexp.MustCompile(`atl_[a-z2-7]{52}`).FindString(page)
	if own == "" || own == once {
		t.Fatalf("the first admin got no token:\n%s", page)
	}
	made := w.curl("ana", "--data", "do=make&role=auditor&name=Bo", "/team")
	second := regexp.MustCompile(`atl_[a-z2-7]{52}`).FindString(made)
	if second == "" {
		t.Fatalf("the second got no token:\n%s", made)
	}
	w.curl("bo", "--data", "token="+second, "/signin")

	w.curl("ana", "--json", `{"url":"nightly import","kind":"external"}`, "/api/v1/audits")
	w.curl("ana", "-X", "PATCH", "--json", `{"progress":40}`, "/api/v1/audits/1/progress")
	for _, path := range []string{"/audits/1", "/audits/1/basic", "/basic"} {
		if page := w.curl("bo", path); !strings.Contains(page, "nightly import") {
			t.Errorf("the second does not see the audit on %s", path)
		}
	}
	w.curl("ana", "-X", "PATCH", "--json", `{"status":"completed"}`, "/api/v1/audits/1/progress")
	if stream := w.curl("bo", "-N", "/sse/audits/1/progress"); !strings.Contains(stream, `"status":"completed"`) ||
		!strings.Contains(stream, "event: end") {
		t.Errorf("the second sees no end:\n%s", stream)
	}
	if page := w.curl("ana", "/team/trail"); !strings.Contains(page, second[:len("atl_")+8]) {
		t.Error("the trail does not say that the second came in")
	}
	if w.log.Contains(own) || w.log.Contains(second) {
		t.Error("the log has a token")
	}
}

// readmeCommands are the commands of the README's block, each with its here-document and
// without its comment.
func readmeCommands(t *testing.T) (commands []string) {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```sh\n(apt-get install -y nginx .*?)\n```").FindSubmatch(readme)
	if block == nil {
		t.Fatal("the README has no way from the package to a server")
	}
	lines := strings.Split(string(block[1]), "\n")
	for i := 0; i < len(lines); i++ {
		command := lines[i]
		for strings.Contains(command, "<<'END'") && !strings.HasSuffix(command, "\nEND") {
			i++
			command += "\n" + lines[i]
		}
		commands = append(commands, strings.TrimSpace(regexp.MustCompile(`\s+# [^\n]*$`).ReplaceAllString(command, "")))
	}
	return commands
}

func newWalk(t *testing.T) *walk {
	t.Helper()
	if runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		t.Skip("the package is for Debian on amd64")
	}
	w := &walk{t: t, web: testkit.NewDaemon(t)}
	w.root = testkit.NewDaemon(t).Dir // a short path, for the name of a socket has 107 bytes at most
	_, port, _ := strings.Cut(testkit.FreeAddr(t), ":")
	w.at, w.cert = "localhost:"+port, filepath.Join(w.root, "cert.pem")
	for _, dir := range []string{"etc/nginx/sites-enabled", "run/atalaya", "var/lib"} {
		if err := os.MkdirAll(filepath.Join(w.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	w.put = strings.NewReplacer("/etc/", w.root+"/etc/", "unix:/run/", "unix:"+w.root+"/run/",
		"listen 80;", "listen "+testkit.FreeAddr(t)+";", "server_name audits.example", "server_name localhost",
		"audits.example", w.at, "journalctl -u atalaya", "cat "+w.root+"/journal")
	output(t, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
		"-addext", "subjectAltName=DNS:localhost", "-keyout", filepath.Join(w.root, "key.pem"), "-out", w.cert)
	if err := os.Chmod(filepath.Join(w.root, "key.pem"), 0o644); err != nil { //nolint:gosec // nginx is another user
		t.Fatal(err)
	}
	return w
}

// take does what a command asks for, and returns what it says.
func (w *walk) take(command string) string {
	w.t.Helper()
	for _, step := range steps {
		if step.command == command {
			step.take(w)
			return ""
		}
	}
	if name, _, _ := strings.Cut(command, " "); !strings.Contains(" sed cat atalaya journalctl ", " "+name+" ") {
		w.t.Fatalf("the README has a command that nobody takes here: %s", command)
	}
	w.write("journal", w.log.String())
	cmd := exec.CommandContext(w.t.Context(), "sh", "-c", w.put.Replace(command))
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(w.root, "usr/bin")+":"+os.Getenv("PATH"), "SSL_CERT_FILE="+w.cert)
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

func (w *walk) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.root, name), []byte(text), 0o644); err != nil { //nolint:gosec // nginx reads it
		w.t.Fatal(err)
	}
}

// install unpacks a package of this very program, and gives its data a folder below ours.
func (w *walk) install() {
	w.t.Chdir("../..")
	b, err := build(w.t.Context(), w.t.TempDir(), "linux/amd64")
	if err != nil {
		w.t.Fatal(err)
	}
	name, deb, err := newDeb(b)
	if err != nil {
		w.t.Fatal(err)
	}
	w.write(name, string(deb))
	output(w.t, "dpkg-deb", "-x", filepath.Join(w.root, name), w.root)
	settings := w.read(settingsFile)
	w.write(settingsFile, strings.Replace(settings, "/var/lib/", w.root+"/var/lib/", 1))
}

func (w *walk) read(name string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.root, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// startService runs what the unit says, until the test ends.
func (w *walk) startService() {
	unit := w.read("usr/lib/systemd/system/atalaya.service")
	line := regexp.MustCompile(`(?m)^ExecStart=/(.*)$`).FindStringSubmatch(unit)
	if line == nil {
		w.t.Fatal("the unit starts nothing")
	}
	words := strings.Fields(w.put.Replace(line[1]))
	cmd := exec.CommandContext(w.t.Context(), filepath.Join(w.root, words[0]), words[1:]...)
	cmd.Stdout, cmd.Stderr = &w.log, &w.log
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_ = cmd.Wait() // the test's context has ended it
		if w.t.Failed() {
			w.t.Logf("the service's log:\n%s", w.log.Tail(4_000))
		}
	})
	testkit.Eventually(w.t, 30*time.Second, "the service serves", func() bool {
		conn, err := net.Dial("unix", w.socket())
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
}

func (w *walk) socket() string { return filepath.Join(w.root, "run/atalaya/http.sock") }

// letNginxIn stands for the group that may open the socket.
func (w *walk) letNginxIn() {
	if err := os.Chmod(w.socket(), 0o666); err != nil { //nolint:gosec // nginx is another user
		w.t.Fatal(err)
	}
}

// startNginx runs nginx with Debian's own settings as far as they matter.
func (w *walk) startNginx() {
	site := "etc/nginx/sites-enabled/atalaya"
	listens := regexp.MustCompile(`listen (\S+);`).FindStringSubmatch(w.read(site))
	if listens == nil {
		w.t.Fatal("nginx listens nowhere")
	}
	var paths bytes.Buffer
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&paths, "%s_temp_path %s/%s;\n", kind, w.web.Dir, kind)
	}
	w.write("nginx.conf", fmt.Sprintf("daemon off; pid %s/pid; error_log stderr;\nevents {}\n"+
		"http {\naccess_log off; gzip on;\n%sinclude %s/etc/nginx/sites-enabled/*;\n}\n", w.web.Dir, &paths, w.root))
	w.web.Start(w.t, listens[1], testkit.Program(w.t, "nginx"), "-e", "stderr", "-c", filepath.Join(w.root, "nginx.conf"))
}

// certify does to the site what certbot does: HTTPS in place of HTTP, with a certificate, and
// HTTP leads there.
func (w *walk) certify() {
	const site = "etc/nginx/sites-enabled/atalaya"
	plain := regexp.MustCompile(`listen \S+;`).FindString(w.read(site))
	secure := fmt.Sprintf("listen %s ssl;\n    ssl_certificate %s;\n    ssl_certificate_key %s/key.pem;",
		strings.Replace(w.at, "localhost", "127.0.0.1", 1), w.cert, w.root)
	w.write(site, strings.Replace(w.read(site), plain, secure, 1)+
		"server {\n    "+plain+"\n    server_name localhost;\n    return 301 https://$host$request_uri;\n}\n")
	output(w.t, testkit.Program(w.t, "nginx"), "-e", "stderr", "-c", filepath.Join(w.root, "nginx.conf"), "-s", "reload")
	testkit.Eventually(w.t, 10*time.Second, "nginx speaks HTTPS", func() bool {
		return exec.CommandContext(w.t.Context(), "curl", "-sf", "--cacert", w.cert, "https://"+w.at+"/readyz").Run() == nil
	})
}

// curl asks as somebody, whose cookies it keeps.
func (w *walk) curl(who string, args ...string) string {
	w.t.Helper()
	jar, last := filepath.Join(w.root, who+".cookies"), len(args)-1
	args = append([]string{"-sS", "-L", "--fail-with-body", "--max-time", "20", "--cacert", w.cert, "-b", jar, "-c", jar},
		append(args[:last:last], "https://"+w.at+args[last])...)
	return output(w.t, "curl", args...)
}
