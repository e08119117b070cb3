package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"atalaya/server/internal/store"
)

// TestAFullDisk has a small disk of its own, and asks before any write has failed.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	disk := t.TempDir()
	if err := syscall.Mount("none", disk, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("a disk of its own cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	f := open(t, store.Config{DataDir: disk})
	f.create(t, external)
	rest := filepath.Join(disk, "rest")
	if err := os.WriteFile(rest, make([]byte, 2<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("filling the disk: %v", err)
	}
	if err := f.Writable(t.Context()); !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v, want %v", err, store.ErrFull)
	}
	f.progress(t, 1)
}
