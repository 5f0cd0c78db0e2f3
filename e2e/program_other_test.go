//go:build browser && !linux

package e2e

import "syscall"

func dieWithTests(*syscall.SysProcAttr) {}
