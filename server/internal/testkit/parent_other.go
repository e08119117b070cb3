//go:build unix && !linux

package testkit

import "syscall"

// EndWithParent does nothing here: a child outlives a process that is killed.
func EndWithParent(*syscall.SysProcAttr) {}
