// Package migrations holds the schema of each dialect as numbered SQL files. The
// two folders have the same names, and a file never changes once released.
package migrations

import (
	"embed"
	"io/fs"
)

//go:embed pg/*.sql sqlite/*.sql
var files embed.FS

// The migrations of each dialect.
var (
	Postgres = folder("pg")
	SQLite   = folder("sqlite")
)

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // only when the name is no valid path
	}
	return sub
}
