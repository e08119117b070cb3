// Command source packs the sources that the program is built from, so that it can hand
// them out itself: the settings page leads to them.
//
//	go run ./web/source [-dir .] [-o web/build/source.tar.gz]
//
// These are the files that git keeps or has been told to, as they lie in the folder; without git, as in an
// archive that was unpacked, all files but what is built and the data. The same files give
// the same archive.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	dir := flag.String("dir", ".", "top of the sources")
	out := flag.String("o", "web/build/source.tar.gz", "file to write")
	flag.Parse()
	archive, err := pack(context.Background(), *dir)
	if err == nil {
		err = os.WriteFile(*out, archive, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "source:", err)
		os.Exit(1)
	}
}

// pack is the archive, all of it within one folder.
func pack(ctx context.Context, dir string) ([]byte, error) {
	names, err := kept(ctx, dir)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
		names, err = found(dir)
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	t := tar.NewWriter(z)
	for _, name := range names {
		if err := add(t, dir, name); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(t.Close(), z.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// kept names the files that git keeps. The error wraps [fs.ErrNotExist] where dir is not the
// top of a repository, even if it lies in another one, and [exec.ErrNotFound] where there is
// no git. Where git itself fails nobody knows what is not meant for others.
func kept(ctx context.Context, dir string) ([]string, error) {
	if _, err := os.Stat(filepath.Join(dir, ".git")); err != nil {
		return nil, err
	}
	list := exec.CommandContext(ctx, "git", "ls-files", "-z")
	list.Dir = dir
	names, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-files: %w", err)
	}
	return slices.DeleteFunc(strings.Split(string(names), "\x00"), func(name string) bool { return name == "" }), nil
}

// made are the folders of what is built, or comes of running it, and of git's own files.
var made = map[string]bool{".git": true, "bin": true, "data": true, "artefacts": true, "web/build": true}

// found names all files but those of the folders made.
func found(dir string) ([]string, error) {
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case made[name] && d.IsDir():
			return fs.SkipDir
		case d.Type().IsRegular():
			names = append(names, name)
		}
		return nil
	})
	if _, missing := os.Stat(filepath.Join(dir, placeholder)); missing == nil {
		names = append(names, placeholder)
	}
	return names, err
}

// placeholder is the file by which the folder of the built client is there before it is built.
const placeholder = "web/build/.keep"

// add writes a file into the archive, without what differs from one machine to another: who
// owns it, and since when. One that git keeps and that was deleted is left out.
func add(t *tar.Writer, dir, name string) error {
	path := filepath.Join(dir, filepath.FromSlash(name))
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no file", name)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	mode := int64(0o644)
	if info.Mode()&0o111 != 0 {
		mode = 0o755
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: "atalaya/" + name, Mode: mode, Size: int64(len(content)), Format: tar.FormatPAX}
	if err := t.WriteHeader(header); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if _, err := t.Write(content); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
