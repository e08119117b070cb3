package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// shippedFile is a file that make dist ships as it is.
func shippedFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("dist/files/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestShippedSettingsAreRead reads the settings of the Debian package and of Kubernetes as
// a server would, with every line that is commented out there as well.
func TestShippedSettingsAreRead(t *testing.T) {
	deb := shippedFile(t, "atalaya.toml")
	c, err := readConfig([]string{"--config", configFile(t, deb)}, noEnv, nil)
	if err != nil || c.DataDir != "/var/lib/atalaya" || c.Addr != "127.0.0.1:8000" || c.DatabaseURL != "" {
		t.Errorf("%+v, %v", c, err)
	}
	all := regexp.MustCompile(`(?m)^#([a-z-]+ = )`).ReplaceAllString(deb, "$1")
	if c, err := readConfig([]string{"--config", configFile(t, all)}, noEnv, nil); err != nil || c.DatabaseURL == "" {
		t.Errorf("with all lines: %+v, %v", c, err)
	}

	_, block, _ := strings.Cut(shippedFile(t, "kubernetes.yaml"), "atalaya.toml: |\n")
	block, _, _ = strings.Cut(block, "\n---")
	args := []string{"--config", configFile(t, block), "--insecure-no-auth"}
	if c, err := readConfig(args, noEnv, nil); err != nil || len(c.TrustedProxies) != 1 || c.Addr != "0.0.0.0:8000" {
		t.Errorf("Kubernetes: %+v, %v", c, err)
	}
}

// TestShippedVariablesAreSettings finds names that nothing reads any more.
func TestShippedVariablesAreSettings(t *testing.T) {
	known := map[string]bool{}
	for _, s := range new(Config).settings(new(unparsed)) {
		known[envName(s.name)] = true
	}
	for _, name := range []string{"Containerfile", "kubernetes.yaml", "atalaya.service"} {
		for _, variable := range regexp.MustCompile(`ATALAYA_[A-Z_]+`).FindAllString(shippedFile(t, name), -1) {
			if !known[variable] {
				t.Errorf("%s: nothing reads %s", name, variable)
			}
		}
	}
}

// TestReadmeChangesTheShippedSettings runs the README's way to a unix socket on the file
// that the Debian package brings.
func TestReadmeChangesTheShippedSettings(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^sed -i .* /etc/atalaya/atalaya.toml$`).FindString(string(readme))
	file := configFile(t, shippedFile(t, "atalaya.toml"))
	script := strings.Replace(line, "/etc/atalaya/atalaya.toml", file, 1)
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", script).CombinedOutput(); err != nil || line == "" {
		t.Fatalf("%q: %v: %s", line, err, out)
	}
	c, err := readConfig([]string{"--config", file}, noEnv, nil)
	if err != nil || c.Addr != "unix:/run/atalaya/http.sock" || c.AllowPrivateTargets {
		t.Errorf("%+v, %v", c, err)
	}
	if unit := shippedFile(t, "atalaya.service"); !strings.Contains(unit, "\nRuntimeDirectory=atalaya\n") {
		t.Error("the service has no folder for the socket")
	}
}
