// Command pack compresses the built client and the static files, so that the
// server can send them as they lie.
//
// For build/app.wasm and every text file under static it writes a brotli and a
// gzip file into the build folder, and an index ([packed.Index]) that ties them
// to their sources. Scripts go without comments and indentation. A source whose hash and
// quality stand in the index already is left alone: brotli at its best takes some 30 s for
// the client, on two processors.
//
//	go run ./web/pack [-dir web] [-q 11]
//
// At quality 11, the release's, it fails when the client outgrows its budget.
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"

	"atalaya/web/internal/packed"
)

// budget is the largest client worth shipping, in bytes of brotli: what a slow
// mobile connection (1.6 Mbit/s) carries in 5.5 s. A page is live long before.
const budget = 1_090_000

// client is the name of the WebAssembly program in the build folder.
const client = "app.wasm"

func main() {
	dir := flag.String("dir", "web", "folder that holds static and build")
	quality := flag.Int("q", brotli.BestCompression, "brotli quality, 0 to 11; 9 is quick enough for development")
	flag.Parse()
	if err := pack(*dir, *quality, budget, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// pack brings the build folder of dir up to date and prints a line of sizes
// per source. At the best quality the client may have budget bytes of brotli.
func pack(dir string, quality, budget int, out io.Writer) error {
	if quality < brotli.BestSpeed || quality > brotli.BestCompression {
		return fmt.Errorf("quality %d is not within %d to %d", quality, brotli.BestSpeed, brotli.BestCompression)
	}
	build := filepath.Join(dir, "build")
	names, err := sources(dir)
	if err != nil {
		return err
	}
	old, err := packed.Read(os.DirFS(build))
	if err != nil {
		// An index that cannot be read is one that must be made anew.
		old = packed.Index{}
	}
	index := packed.Index{}
	for _, name := range names {
		entry, fresh, err := packFile(dir, name, quality, old[name])
		if err != nil {
			return err
		}
		index[name] = entry
		fmt.Fprintln(out, line(name, entry, fresh))
	}
	if err := write(build, packed.Name, index); err != nil {
		return err
	}
	if wasm := index[client]; quality == brotli.BestCompression && wasm.Brotli > budget {
		return fmt.Errorf("%s.br has %d bytes, %d more than its budget of %d: "+
			"look for a new dependency of ./app, or a stand-in of web/slim that is not used",
			client, wasm.Brotli, wasm.Brotli-budget, budget)
	}
	return nil
}

// sources names what can be compressed, the client first.
func sources(dir string) ([]string, error) {
	if _, err := os.Stat(filepath.Join(dir, "build", client)); err != nil {
		return nil, fmt.Errorf("%w: build ./app for js/wasm first", err)
	}
	names := []string{client}
	root := os.DirFS(dir)
	err := fs.WalkDir(root, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isText(name) {
			return err
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list static files: %w", err)
	}
	return names, nil
}

func isText(name string) bool {
	switch path.Ext(name) {
	case ".css", ".js", ".json", ".svg", ".txt", ".webmanifest":
		return !strings.HasPrefix(path.Base(name), ".")
	}
	return false
}

// packFile compresses one source unless old describes it already; fresh tells
// that it did. A compressed file that saves nothing is removed.
func packFile(dir, name string, quality int, old packed.Entry) (entry packed.Entry, fresh bool, err error) {
	from := filepath.Join(dir, filepath.FromSlash(name))
	if name == client {
		from = filepath.Join(dir, "build", client)
	}
	body, err := os.ReadFile(from)
	if err != nil {
		return packed.Entry{}, false, fmt.Errorf("read source: %w", err)
	}
	to := filepath.Join(dir, "build", filepath.FromSlash(name))
	entry = packed.Entry{SHA256: packed.Sum(body), Quality: quality, Size: len(body)}
	sent := body
	if path.Ext(name) == ".js" {
		sent = squeeze(body)
	}
	if old.SHA256 == entry.SHA256 && old.Quality == quality && has(to+".br", old.Brotli) && has(to+".gz", old.Gzip) {
		return old, false, nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return packed.Entry{}, false, fmt.Errorf("make folder: %w", err)
	}
	br, err := smallest(sent, quality)
	if err == nil {
		entry.Brotli, err = keep(to+".br", br, len(sent))
	}
	if err != nil {
		return packed.Entry{}, false, fmt.Errorf("%s.br: %w", name, err)
	}
	gz, err := gzipped(sent)
	if err == nil {
		entry.Gzip, err = keep(to+".gz", gz, len(sent))
	}
	if err != nil {
		return packed.Entry{}, false, fmt.Errorf("%s.gz: %w", name, err)
	}
	return entry, true, nil
}

// cuts are the places where a large source is cut in two, 0 for nowhere. Where brotli ends a
// block depends on all that came before, so that it makes 0.8 % more or less of the client
// when a byte of it has changed: of several cuts the best is kept.
var cuts = [...]int{0, 28_000, 30_000, 32_000}

// large is from how many bytes on more than one cut is tried.
const large = 1 << 20

// smallest is the brotli form of a body; at the best quality, of several the smallest.
func smallest(body []byte, quality int) ([]byte, error) {
	tries := cuts[:]
	if quality < brotli.BestCompression || len(body) < large {
		tries = cuts[:1]
	}
	forms, errs := make([][]byte, len(tries)), make([]error, len(tries))
	var all sync.WaitGroup
	for i, cut := range tries {
		all.Go(func() { forms[i], errs[i] = brotlied(body, cut, quality) })
	}
	all.Wait()
	return slices.MinFunc(forms, func(a, b []byte) int { return cmp.Compare(len(a), len(b)) }), errors.Join(errs...)
}

func brotlied(body []byte, cut, quality int) ([]byte, error) {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, quality)
	if cut > 0 {
		if _, err := w.Write(body[:cut]); err != nil {
			return nil, err
		}
		if err := w.Flush(); err != nil {
			return nil, err
		}
	}
	if _, err := w.Write(body[cut:]); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

func gzipped(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// squeeze takes out of a script what only its readers need: comments that have
// their lines to themselves, indentation, empty lines. Scripts here have no text
// that runs over several lines, in which all this would count.
func squeeze(script []byte) []byte {
	var out bytes.Buffer
	comment := false
	for line := range bytes.Lines(script) {
		line = bytes.TrimSpace(line)
		comment = comment || bytes.HasPrefix(line, []byte("/*"))
		if !comment && len(line) > 0 && !bytes.HasPrefix(line, []byte("//")) {
			out.Write(line)
			out.WriteByte('\n')
		}
		comment = comment && !bytes.HasSuffix(line, []byte("*/"))
	}
	return out.Bytes()
}

// has reports whether the file stands there with the size the index gives; a
// size of 0 means that there is none.
func has(file string, size int) bool {
	info, err := os.Stat(file)
	if size == 0 {
		return errors.Is(err, fs.ErrNotExist)
	}
	return err == nil && info.Size() == int64(size)
}

// keep writes the form of a body that had size bytes into the file and returns its own size,
// or 0 without a file when it saves nothing.
func keep(file string, form []byte, size int) (int, error) {
	if len(form) >= size {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, fmt.Errorf("remove stale file: %w", err)
		}
		return 0, nil
	}
	return len(form), replace(file, form)
}

func write(build, name string, index packed.Index) error {
	b, err := json.MarshalIndent(index, "", "\t")
	if err != nil {
		return fmt.Errorf("encode index: %w", err)
	}
	return replace(filepath.Join(build, name), append(b, '\n'))
}

// replace writes the whole file or leaves the old one: an interrupted run must
// not leave half a client behind.
func replace(file string, b []byte) error {
	part := file + ".part"
	if err := os.WriteFile(part, b, 0o644); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if err := os.Rename(part, file); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

func line(name string, e packed.Entry, fresh bool) string {
	note := ""
	if !fresh {
		note = "  unchanged"
	}
	return fmt.Sprintf("%-32s %9d  br %8d  gz %8d%s", name, e.Size, e.Brotli, e.Gzip, note)
}
