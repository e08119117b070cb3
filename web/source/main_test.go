package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// read is what an archive holds: the contents by name, and the names of what can be run.
func read(t *testing.T, archive []byte) (files map[string]string, programs []string) {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, programs
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = string(content)
		if h.Mode&0o111 != 0 {
			programs = append(programs, h.Name)
		}
		if !h.ModTime.IsZero() && h.ModTime.Unix() != 0 || h.Uname != "" {
			t.Errorf("%s tells of the machine: %v %q", h.Name, h.ModTime, h.Uname)
		}
	}
}

func packed(t *testing.T, dir string) []byte {
	t.Helper()
	archive, err := pack(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// What the archive of this very tree holds is what git keeps, as it lies here.
func TestHoldsThisTree(t *testing.T) {
	if _, err := kept(t.Context(), "../.."); err != nil {
		t.Skip("git does not read these sources: ", err)
	}
	archive := packed(t, "../..")
	if !bytes.Equal(archive, packed(t, "../..")) {
		t.Error("a second archive of the same files differs")
	}
	files, programs := read(t, archive)
	for _, name := range []string{"go.mod", "Makefile", "server/run.go", ".ci/run", placeholder} {
		want, err := os.ReadFile(filepath.Join("../..", name))
		if got, ok := files["atalaya/"+name]; err != nil || !ok || got != string(want) {
			t.Errorf("%s is not in the archive as it is here (%v)", name, err)
		}
	}
	if !slices.Contains(programs, "atalaya/.ci/run") {
		t.Errorf("CI's script cannot be run: %v", programs)
	}
	for name := range files {
		for dir := range made {
			if strings.HasPrefix(name, "atalaya/"+dir+"/") && name != "atalaya/"+placeholder {
				t.Errorf("%s was built, not written", name)
			}
		}
	}
}

func TestFiles(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	lay := func(t *testing.T) string {
		dir := t.TempDir()
		for name, content := range map[string]string{
			"go.mod": "module atalaya", "server/run.go": "package main", placeholder: "", "web/build/app.wasm": "built",
			"bin/atalaya": "built", "data/atalaya.db": "secret", "server/bin/x.go": "package bin", "notes.txt": "mine",
		} {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	git := func(dir string, args ...string) {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	for _, c := range []struct {
		name string
		has  func(t *testing.T) string
		want []string
	}{
		{"without git", lay, []string{"go.mod", "notes.txt", "server/bin/x.go", "server/run.go", placeholder}},
		{"with git", func(t *testing.T) string {
			dir := lay(t)
			git(dir, "init", "-q")
			git(dir, "add", "go.mod", "server", placeholder)
			return dir
		}, []string{"go.mod", "server/bin/x.go", "server/run.go", placeholder}},
		{"with git, a file deleted", func(t *testing.T) string {
			dir := lay(t)
			git(dir, "init", "-q")
			git(dir, "add", "go.mod", "server")
			if err := os.Remove(filepath.Join(dir, "server/bin/x.go")); err != nil {
				t.Fatal(err)
			}
			return dir
		}, []string{"go.mod", "server/run.go"}},
		{"within another's repository", func(t *testing.T) string {
			dir := lay(t)
			git(filepath.Dir(dir), "init", "-q")
			return dir
		}, []string{"go.mod", "notes.txt", "server/bin/x.go", "server/run.go", placeholder}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, _ := read(t, packed(t, c.has(t)))
			var got []string
			for name := range files {
				got = append(got, name[len("atalaya/"):])
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if _, err := pack(t.Context(), filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a folder that is missing gave an archive")
	}
	dir := lay(t)
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := pack(t.Context(), dir); err == nil {
		t.Error("what a broken repository does not keep was packed")
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "server/link")); err != nil {
		t.Fatal(err)
	}
	git(dir, "init", "-q")
	git(dir, "add", "server")
	if _, err := pack(t.Context(), dir); err == nil {
		t.Error("what a link leads to outside of the sources was packed")
	}
}
