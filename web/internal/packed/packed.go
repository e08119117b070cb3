// Package packed is the note that the packing program leaves for the server:
// which source each compressed file was made from. A compressed file whose
// source has changed since is worthless, and only its hash can tell.
package packed

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Name is the file of the index, beside the compressed files.
const Name = "pack.json"

// Index maps the name of a source, such as "app.wasm" or "static/old.js", to
// what was made from it: that name with ".br" and ".gz" added.
type Index map[string]Entry

// Entry describes the compressed files of one source.
type Entry struct {
	// SHA256 is the hash of the source, in hexadecimal.
	SHA256 string `json:"sha256"`
	// Quality is the brotli quality, 0 to 11.
	Quality int `json:"quality"`
	// Size, Brotli and Gzip are lengths in bytes; 0 where compression gained
	// nothing and no file was written.
	Size   int `json:"size"`
	Brotli int `json:"br"`
	Gzip   int `json:"gz"`
}

// Read returns the index of a build folder; without one, an empty index.
func Read(build fs.FS) (Index, error) {
	b, err := fs.ReadFile(build, Name)
	if errors.Is(err, fs.ErrNotExist) {
		return Index{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("packed: %w", err)
	}
	x := Index{}
	if err := json.Unmarshal(b, &x); err != nil {
		return nil, fmt.Errorf("packed: read %s: %w", Name, err)
	}
	return x, nil
}

// Sum is the hash that [Entry] keeps.
func Sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// SumOf is [Sum] of all that r gives.
func SumOf(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
