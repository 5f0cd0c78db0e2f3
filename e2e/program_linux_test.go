//go:build browser

package e2e

import "syscall"

// dieWithTests ends a started process when the tests are killed.
func dieWithTests(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGTERM }
