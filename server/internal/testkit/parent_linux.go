package testkit

import "syscall"

// EndWithParent has the kernel end a child when this process is killed.
func EndWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGQUIT }
