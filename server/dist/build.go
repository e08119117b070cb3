package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// targets are the systems that are built for.
var targets = []string{
	"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64",
}

// binary is the program for one target.
type binary struct {
	os, arch string
	path     string
	info     *buildinfo.BuildInfo
}

// build builds the program for a target such as linux/amd64.
func build(ctx context.Context, out, target string) (b binary, err error) {
	system, arch, ok := strings.Cut(target, "/")
	if !ok {
		return b, fmt.Errorf("a target looks like linux/amd64")
	}
	b = binary{os: system, arch: arch, path: filepath.Join(out, "atalaya-"+system+"-"+arch)}
	if system == "windows" {
		b.path += ".exe"
	}
	// Version and time come from the commit, whatever GOFLAGS says.
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=auto", "-ldflags=-s -w",
		"-o", b.path, "./server")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+arch)
	if output, err := cmd.CombinedOutput(); err != nil {
		return b, fmt.Errorf("%w: %s", err, output)
	}
	b.info, err = buildinfo.ReadFile(b.path)
	return b, err
}

// setting is a setting of the build, empty if it was not noted.
func (b binary) setting(key string) string {
	for _, s := range b.info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// time is that of the commit; long ago outside of a repository.
func (b binary) time() time.Time {
	t, err := time.Parse(time.RFC3339, b.setting("vcs.time"))
	if err != nil {
		return time.Unix(0, 0).UTC()
	}
	return t.UTC()
}

// version is that of the module: a tag, or a time and a commit.
func (b binary) version() string {
	if v := b.info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	return "v0.0.0"
}
