package pgtest

import "syscall"

// endWithParent has the kernel end the server when this process is killed.
func endWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGQUIT }
