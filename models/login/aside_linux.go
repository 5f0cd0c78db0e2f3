package login

import (
	"runtime"
	"syscall"
)

// aside does what keeps a core busy on a thread of its own that the system runs
// after those that serve pages. The thread ends with it, since a priority that
// was given up comes back to root alone.
func aside(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		// Without it the work is done all the same.
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 10) // 0 is this thread
		do()
	}()
	<-done
}
