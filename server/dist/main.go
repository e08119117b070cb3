// Command dist builds what is released, into one folder:
//
//	go run ./server/dist -o bin/dist
//
//	atalaya-linux-amd64, …          static binaries, for each of the targets
//	atalaya_VERSION_amd64.deb, …    Debian packages: binary, service, user, settings
//	atalaya.cdx.json                the modules in the binaries (CycloneDX)
//	Containerfile, kubernetes.yaml  to build an image beside, and to run it
//	SHA256SUMS                      of all of these
//
// The same commit gives the same bytes, wherever it is built and with whatever in the
// cache: paths are trimmed, and every time in a file is that of the commit. make
// dist-twice proves it. The client in web/build goes into the binaries, so make dist
// builds that first; it is run in the root of the module.
//
// # Files, in reading order
//
//   - main.go: the steps
//   - build.go: the binaries, and what they say of themselves
//   - deb.go: Debian packages
//   - sbom.go: the modules in the binaries
//   - files/: what is shipped as it is
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

//go:embed files
var files embed.FS

func main() {
	out := flag.String("o", "bin/dist", "`folder` to fill, which is emptied first")
	only := flag.String("targets", strings.Join(targets, ","), "`systems` to build for")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := release(ctx, *out, strings.Split(*only, ",")); err != nil {
		log.Fatal("dist: ", err)
	}
}

// release fills a folder.
func release(ctx context.Context, out string, targets []string) error {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil { // what is released is for everybody
		return err
	}
	var built []binary
	for _, target := range targets {
		b, err := build(ctx, out, target)
		if err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
		built = append(built, b)
	}
	contents, err := beside(built)
	if err != nil {
		return err
	}
	for name, data := range contents {
		if err := os.WriteFile(filepath.Join(out, name), data, 0o644); err != nil { // likewise
			return err
		}
	}
	return writeSums(out)
}

// beside returns the files that stand beside the binaries, by name.
func beside(built []binary) (map[string][]byte, error) {
	sbom, err := newSBOM(built)
	if err != nil {
		return nil, err
	}
	contents := map[string][]byte{"atalaya.cdx.json": sbom}
	for _, name := range []string{"Containerfile", "kubernetes.yaml"} {
		if contents[name], err = files.ReadFile("files/" + name); err != nil {
			return nil, err
		}
	}
	for _, b := range built {
		if b.os != "linux" {
			continue
		}
		name, deb, err := newDeb(b)
		if err != nil {
			return nil, err
		}
		contents[name] = deb
	}
	return contents, nil
}

// writeSums writes SHA256SUMS, as sha256sum -c reads it.
func writeSums(out string) error {
	entries, err := os.ReadDir(out) // by name
	if err != nil {
		return err
	}
	var sums bytes.Buffer
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(out, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), e.Name())
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), sums.Bytes(), 0o644) // likewise
}
