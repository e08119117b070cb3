package web

import (
	"embed"
	"io/fs"
	"sync"
)

//go:embed static
var staticFiles embed.FS

//go:embed all:build
var buildFiles embed.FS

//go:embed worker.js
var worker string

// Worker is the template of the service worker, for go-app to fill in.
func Worker() string { return worker }

// Embedded returns the files compiled into this binary. The first call hashes
// them, which takes some 10 ms.
var Embedded = sync.OnceValue(func() *Files {
	f, err := Load(sub(staticFiles, "static"), sub(buildFiles, "build"))
	if err != nil {
		panic(err) // reading what the compiler put there cannot fail; a broken index must not be shipped
	}
	return f
})

func sub(f fs.FS, dir string) fs.FS {
	s, err := fs.Sub(f, dir)
	if err != nil {
		panic(err) // dir is a valid constant
	}
	return s
}
