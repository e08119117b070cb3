//go:build unix && !aix && !solaris

package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// lockDir makes this process the owner of a data directory until the result is
// closed. The kernel gives the lock back when the process dies; the number in
// the file only tells a second process whom to look for.
func lockDir(dir string) (io.Closer, error) {
	f, err := os.OpenFile(filepath.Join(dir, "atalaya.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: the data directory cannot be used: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		pid := make([]byte, 20)
		n, _ := f.Read(pid)
		_ = f.Close()
		return nil, fmt.Errorf("store: the data directory %s %w (process %s); "+
			"stop it or choose another --data-dir", dir, ErrInUse, strings.TrimSpace(string(pid[:n])))
	case err != nil:
		_ = f.Close()
		return nil, fmt.Errorf("store: the data directory %s cannot be locked: %w", dir, err)
	}
	if err := errors.Join(f.Truncate(0), writeAtStart(f, strconv.Itoa(os.Getpid())+"\n")); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("store: the data directory %s cannot be written: %w", dir, err)
	}
	return heldLock{f}, nil
}

// heldLock is a lock that is held.
type heldLock struct{ *os.File }

// Close gives the lock back in words. Closing the file alone would not do while a
// child, which is being started just now, holds a copy of it until its exec.
func (l heldLock) Close() error {
	return errors.Join(syscall.Flock(int(l.Fd()), syscall.LOCK_UN), l.File.Close())
}

func writeAtStart(f *os.File, s string) error {
	_, err := f.WriteAt([]byte(s), 0)
	return err
}
