package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// tool finds a program of Debian. Without it the test is skipped, or fails where
// everything is required.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("ATALAYA_REQUIRE_ALL") != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(err)
	}
	return path
}

// output is what a program prints.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tool(t, name), args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// ownBinary stands for a built program: the test's own, as far as its build goes.
func ownBinary(t *testing.T) binary {
	t.Helper()
	info, err := buildinfo.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "atalaya")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho atalaya\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return binary{os: "linux", arch: "amd64", path: program, info: info}
}

// writeDeb makes a package of ownBinary and returns its path.
func writeDeb(t *testing.T) string {
	t.Helper()
	name, deb, err := newDeb(ownBinary(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, deb, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestDebIsReadByDpkg has Debian's own program read what is written here.
func TestDebIsReadByDpkg(t *testing.T) {
	path := writeDeb(t)
	for field, want := range map[string]string{
		"Package": "atalaya\n", "Architecture": "amd64\n", "Version": "0.0.0\n",
	} {
		if got := output(t, "dpkg-deb", "--field", path, field); got != want {
			t.Errorf("%s: got %q, want %q", field, got, want)
		}
	}
	contents := output(t, "dpkg-deb", "--contents", path)
	for _, want := range []string{
		`drwxr-xr-x root/root\s+0 1970-01-01 00:00 \./usr/bin/\n`,
		`-rwxr-xr-x root/root\s+23 1970-01-01 00:00 \./usr/bin/atalaya\n`,
		`-rw-r--r-- root/root\s+\d+ 1970-01-01 00:00 \./usr/lib/systemd/system/atalaya.service\n`,
		`-rw-r----- root/root\s+\d+ 1970-01-01 00:00 \./etc/atalaya/atalaya.toml\n`,
	} {
		if !regexp.MustCompile(want).MatchString(contents) {
			t.Errorf("the package lacks %s:\n%s", want, contents)
		}
	}
	if again := writeDeb(t); !equalFiles(t, path, again) {
		t.Error("a second package differs")
	}
}

func equalFiles(t *testing.T, a, b string) bool {
	t.Helper()
	x, err1 := os.ReadFile(a)
	y, err2 := os.ReadFile(b)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(x, y)
}

// TestDebIsInstalled installs the package below a folder, changes the settings, upgrades,
// removes and purges it.
func TestDebIsInstalled(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files to others")
	}
	tool(t, "systemd-sysusers")
	deb, root := writeDeb(t), t.TempDir()
	for _, dir := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates", "etc"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"var/lib/dpkg/status", "var/lib/dpkg/available"} {
		if err := os.WriteFile(filepath.Join(root, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dpkg := func(args ...string) string {
		return output(t, "dpkg", append([]string{"--root=" + root, "--force-script-chrootless", "--force-depends",
			"--force-confold", "--log=/dev/null"}, args...)...)
	}
	settings := filepath.Join(root, settingsFile)
	dpkg("--install", deb)
	users, err := os.ReadFile(filepath.Join(root, "etc/passwd"))
	if err != nil {
		t.Fatal(err)
	}
	entry := regexp.MustCompile(`(?m)^atalaya:x:(\d+):(\d+):.*:/var/lib/atalaya:/usr/sbin/nologin$`).FindSubmatch(users)
	if entry == nil {
		t.Fatalf("there is no user: %s", users)
	}
	for path, want := range map[string]string{
		filepath.Join(root, "var/lib/atalaya"): fmt.Sprintf("700 %s %s", entry[1], entry[2]),
		settings:                               fmt.Sprintf("640 0 %s", entry[2]),
	} {
		if got := strings.TrimSpace(output(t, "stat", "--format=%a %u %g", path)); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}

	const changed = "addr = \"127.0.0.1:9000\"\n"
	data := filepath.Join(root, "var/lib/atalaya/atalaya.db")
	for path, text := range map[string]string{settings: changed, data: "audits"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dpkg("--install", deb)
	if text, err := os.ReadFile(settings); err != nil || string(text) != changed {
		t.Errorf("the upgrade has changed the settings: %s, %v", text, err)
	}
	dpkg("--remove", "atalaya")
	if _, err := os.Stat(settings); err != nil {
		t.Errorf("removed, with the settings: %v", err)
	}
	if _, err := os.Stat(filepath.Join(root, "usr/bin/atalaya")); err == nil {
		t.Error("the binary is still there")
	}
	said := dpkg("--purge", "atalaya")
	if _, err := os.Stat(settings); err == nil {
		t.Error("purged, but for the settings")
	}
	if _, err := os.Stat(data); err != nil || !strings.Contains(said, "audits in /var/lib/atalaya stay") {
		t.Errorf("purged: %v, %s", err, said)
	}
}

func TestDebVersionsAreInOrder(t *testing.T) {
	for _, pair := range [][2]string{
		{"v0.0.0-20261126105557-f17d413c5c92", "v0.0.0-20261127000000-0a2b3c4d5e6f"},
		{"v0.0.0-20261126105557-f17d413c5c92", "v0.0.0"},
		{"v1.2.3-rc.1", "v1.2.3"},
		{"v1.2.3", "v1.2.4-0.20261126105557-f17d413c5c92"},
		{"v1.9.0", "v1.10.0"},
	} {
		older, newer := debVersion(pair[0]), debVersion(pair[1])
		output(t, "dpkg", "--validate-version", older)
		output(t, "dpkg", "--compare-versions", older, "lt", newer)
	}
}

// TestServiceIsHardened asks systemd what a service could do to the machine.
func TestServiceIsHardened(t *testing.T) {
	said := output(t, "systemd-analyze", "security", "--offline=true", "files/atalaya.service")
	found := regexp.MustCompile(`Overall exposure level for atalaya.service: ([0-9.]+) OK`).FindStringSubmatch(said)
	if found == nil {
		t.Fatalf("not OK: %s", said[max(0, len(said)-200):])
	}
	if exposure, err := strconv.ParseFloat(found[1], 64); err != nil || exposure > 2 {
		t.Errorf("exposure %s, want 2 at most", found[1])
	}
}

// TestServiceIsUnderstood has systemd read every line of the unit.
func TestServiceIsUnderstood(t *testing.T) {
	dir := t.TempDir()
	unit, err := os.ReadFile("files/atalaya.service")
	if err != nil {
		t.Fatal(err)
	}
	unit = bytes.ReplaceAll(unit, []byte("/usr/bin/atalaya"), []byte("/bin/true"))
	path := filepath.Join(dir, "atalaya.service")
	if err := os.WriteFile(path, unit, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), tool(t, "systemd-analyze"), "verify", "--man=no", path)
	said, _ := cmd.CombinedOutput() // it also speaks of other units of the machine
	for line := range strings.Lines(string(said)) {
		if strings.Contains(line, path) {
			t.Error(line)
		}
	}
}

// TestContainerfile keeps the image small, without a shell and without root.
func TestContainerfile(t *testing.T) {
	text, err := os.ReadFile("files/Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	_, final, ok := strings.Cut(string(text), "\nFROM scratch\n")
	if !ok || strings.Contains(final, "\nFROM ") || strings.Contains(final, "\nRUN ") {
		t.Fatalf("the image is not made of files alone:\n%s", final)
	}
	for _, line := range []string{
		"USER 65532:65532", `CMD ["/atalaya", "health"]`, `ENTRYPOINT ["/atalaya"]`, "ca-certificates.crt",
	} {
		if !strings.Contains(final, line) {
			t.Errorf("the image lacks %s", line)
		}
	}
}

// object is a part of a manifest of Kubernetes.
type object = map[string]any

// at walks down a manifest.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for i, step := range path {
		var ok bool
		switch step := step.(type) {
		case string:
			v, ok = v.(object)[step]
		case int:
			list, isList := v.([]any)
			if ok = isList && step < len(list); ok {
				v = list[step]
			}
		}
		if !ok {
			t.Fatalf("the manifest lacks %v", path[:i+1])
		}
	}
	return v
}

func TestKubernetesManifest(t *testing.T) {
	text, err := os.ReadFile("files/kubernetes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]object{}
	for docs := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var o object
		err := docs.Decode(&o)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if at(t, o, "apiVersion") == "" || at(t, o, "metadata", "name") != "atalaya" {
			t.Errorf("an object without version or name: %v", o)
		}
		kinds[at(t, o, "kind").(string)] = o
	}
	pod := at(t, kinds["Deployment"], "spec", "template", "spec")
	server := at(t, pod, "containers", 0)
	for want, path := range map[string][]any{
		"/healthz":                             {server, "livenessProbe", "httpGet", "path"},
		"/readyz":                              {server, "readinessProbe", "httpGet", "path"},
		"http":                                 {server, "startupProbe", "httpGet", "port"},
		"8000":                                 {server, "ports", 0, "containerPort"},
		"true":                                 {server, "securityContext", "readOnlyRootFilesystem"},
		"false":                                {server, "securityContext", "allowPrivilegeEscalation"},
		"[ALL]":                                {server, "securityContext", "capabilities", "drop"},
		"65532":                                {pod, "securityContext", "runAsUser"},
		"30":                                   {pod, "terminationGracePeriodSeconds"},
		"[--config /etc/atalaya/atalaya.toml]": {server, "args"},
		"/etc/atalaya":                         {server, "volumeMounts", 0, "mountPath"},
		"map[app.kubernetes.io/name:atalaya]":  {kinds["Service"], "spec", "selector"},
	} {
		if got := fmt.Sprint(at(t, path[0], path[1:]...)); got != want {
			t.Errorf("%v: got %s, want %s", path[1:], got, want)
		}
	}
	labels := fmt.Sprint(at(t, kinds["Deployment"], "spec", "template", "metadata", "labels"))
	if labels != fmt.Sprint(at(t, kinds["Service"], "spec", "selector")) ||
		labels != fmt.Sprint(at(t, kinds["Deployment"], "spec", "selector", "matchLabels")) {
		t.Errorf("the service does not find the pods: %s", labels)
	}
	secret := at(t, server, "env", 0, "valueFrom", "secretKeyRef", "key").(string)
	at(t, kinds["Secret"], "stringData", secret)
	at(t, kinds["ConfigMap"], "data", "atalaya.toml")
}

// TestSBOM lists the modules of two binaries, each once.
func TestSBOM(t *testing.T) {
	one := &debug.Module{Path: "example.org/one", Version: "v1.2.3", Sum: "h1:one"}
	two := &debug.Module{Path: "example.org/two", Version: "v0.1.0", Sum: "h1:two"}
	fork := &debug.Module{Path: "example.org/old", Version: "v9.0.0", Replace: two}
	settings := []debug.BuildSetting{{Key: "vcs.time", Value: "2026-11-26T10:55:57Z"}, {Key: "vcs.revision", Value: "f17d"}}
	text, err := newSBOM([]binary{
		{info: &debug.BuildInfo{GoVersion: "go1.26.8", Deps: []*debug.Module{one}, Settings: settings}},
		{info: &debug.BuildInfo{GoVersion: "go1.26.8", Deps: []*debug.Module{one, fork}, Settings: settings}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,` +
		`"metadata":{"timestamp":"2026-11-26T10:55:57Z","component":{"type":"application",` +
		`"bom-ref":"pkg:golang/atalaya@v0.0.0","name":"atalaya","version":"v0.0.0","purl":"pkg:golang/atalaya@v0.0.0",` +
		`"properties":[{"name":"vcs.revision","value":"f17d"}]}},"components":[` +
		`{"type":"library","bom-ref":"pkg:golang/example.org/one@v1.2.3","name":"example.org/one","version":"v1.2.3",` +
		`"purl":"pkg:golang/example.org/one@v1.2.3","properties":[{"name":"go.sum","value":"h1:one"}]},` +
		`{"type":"library","bom-ref":"pkg:golang/example.org/two@v0.1.0","name":"example.org/two","version":"v0.1.0",` +
		`"purl":"pkg:golang/example.org/two@v0.1.0","properties":[{"name":"go.sum","value":"h1:two"}]},` +
		`{"type":"library","bom-ref":"pkg:golang/std@1.26.8","name":"std","version":"1.26.8","purl":"pkg:golang/std@1.26.8"}],` +
		`"dependencies":[{"ref":"pkg:golang/atalaya@v0.0.0","dependsOn":["pkg:golang/example.org/one@v1.2.3",` +
		`"pkg:golang/example.org/two@v0.1.0","pkg:golang/std@1.26.8"]}]}`
	var got bytes.Buffer
	if err := json.Compact(&got, text); err != nil || got.String() != want {
		t.Errorf("%v\ngot  %s\nwant %s", err, &got, want)
	}
	if got := componentOf("library", "a", "v1.0.0+incompatible").PURL; got != "pkg:golang/a@v1.0.0%2Bincompatible" {
		t.Errorf("got %s", got)
	}
}
