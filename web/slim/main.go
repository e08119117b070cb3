// Command slim writes the overlay that makes the client small: a file for go
// build's flag -overlay, which puts packages of ours in the place of standard
// ones, for this build alone.
//
//	go run ./web/slim -o bin/overlay.json [-std web/slim/std]
//
// Every folder below std replaces the standard package of the same path as a
// whole: its files appear there, and all others of that package vanish. go build
// ignores in silence what an overlay says about files that do not exist, so the
// list is made anew from the Go in use at every build, and a standard package that
// is gone is an error.
//
// # When Go or go-app is updated
//
// Each stand-in declares what is named of it and no more. What is missing does not
// compile, what the client must not call does not link, and the test of this
// command lists who needs what. Behaviour that changed is for a person to see: read
// the standard package's notes of the release. A Go that does not take the
// stand-ins need not be taken away to build the client:
//
//	GOTOOLCHAIN=go1.26.8 make client
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// overlay is what go build reads; an empty value takes a file away.
type overlay struct{ Replace map[string]string }

func main() {
	std := flag.String("std", "web/slim/std", "folder that holds a package for every standard package to replace")
	to := flag.String("o", "bin/overlay.json", "file to write")
	flag.Parse()
	if err := run(*std, *to); err != nil {
		fmt.Fprintln(os.Stderr, "slim:", err)
		os.Exit(1)
	}
}

// run writes the overlay for the Go in use into a file.
func run(std, to string) error {
	root, err := exec.CommandContext(context.Background(), "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("find Go: %w", err)
	}
	o, err := makeOverlay(std, filepath.Join(strings.TrimSpace(string(root)), "src"))
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(o, "", "\t")
	if err != nil {
		return fmt.Errorf("encode overlay: %w", err)
	}
	return os.WriteFile(to, append(b, '\n'), 0o644)
}

// makeOverlay puts the packages below std into the tree of the standard library.
func makeOverlay(std, library string) (overlay, error) {
	std, err := filepath.Abs(std)
	if err != nil {
		return overlay{}, fmt.Errorf("find the stand-ins: %w", err)
	}
	o := overlay{map[string]string{}}
	err = filepath.WalkDir(std, func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		name, err := filepath.Rel(std, dir)
		if err != nil {
			return err
		}
		return o.replace(filepath.Join(library, name), dir)
	})
	if err == nil && len(o.Replace) == 0 {
		err = fmt.Errorf("no package below %s", std)
	}
	return o, err
}

// replace puts the files of the package in dir, if there is one, into the place of
// the standard package's.
func (o overlay) replace(standard, dir string) error {
	ours, err := sources(dir)
	if err != nil || len(ours) == 0 {
		return err
	}
	theirs, err := sources(standard)
	if err != nil {
		return err
	}
	if len(theirs) == 0 {
		return fmt.Errorf("%s: this Go has no package to replace", standard)
	}
	for _, name := range theirs {
		o.Replace[filepath.Join(standard, name)] = ""
	}
	for _, name := range ours {
		o.Replace[filepath.Join(standard, name)] = filepath.Join(dir, name)
	}
	return nil
}

// sources names what the package in dir is compiled from; a folder that does not
// exist has no sources.
func sources(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		name := filepath.Base(file)
		if ext := filepath.Ext(name); (ext == ".go" || ext == ".s") && !strings.HasSuffix(name, "_test.go") {
			names = append(names, name)
		}
	}
	return names, nil
}
