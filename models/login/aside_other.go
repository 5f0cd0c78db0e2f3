//go:build !linux

package login

// aside does what keeps a core busy: here a priority would be that of all threads.
func aside(do func()) { do() }
