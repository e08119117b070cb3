package store

import (
	"fmt"
	"os"
)

// files are the files that SQLite has open. When their names stand for other files, or
// for none, SQLite goes on writing to what nobody will ever read again, and says nothing.
type files struct {
	names []string
	held  []os.FileInfo
}

// holdFiles notes which files are open. A connection must stay open from here on: the
// last one that closes removes the log, and the next makes another.
func holdFiles(database string) (files, error) {
	f := files{names: []string{database, database + "-wal", database + "-shm"}}
	for _, name := range f.names {
		info, err := os.Stat(name)
		if err != nil {
			return files{}, fmt.Errorf("store: %w", err)
		}
		f.held = append(f.held, info)
	}
	return f, nil
}

// check returns [ErrMoved] unless every name still stands for the file that is open.
// Of PostgreSQL there are no files.
func (f files) check() error {
	for i, name := range f.names {
		info, err := os.Stat(name)
		if err != nil {
			return fmt.Errorf("%w (%v)", ErrMoved, err)
		}
		if !os.SameFile(info, f.held[i]) {
			return fmt.Errorf("%w (%s is another file)", ErrMoved, name)
		}
	}
	return nil
}
