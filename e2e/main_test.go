//go:build browser

package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"

	"bailiwick/e2e/browser"
)

var (
	// chrome is the one Chromium of this test run; nil where there is none.
	chrome context.Context
	// panel is the one running program of this test run.
	panel *program
)

// What the tests start dies with the thread that started it, so that thread must live as long as they do.
func init() { runtime.LockOSThread() }

func TestMain(m *testing.M) {
	os.Exit(browser.Main(func(ctx context.Context) int {
		if ctx == nil {
			return m.Run()
		}
		chrome = ctx
		// Journeys wait more than they work.
		if err := flag.Set("test.parallel", "6"); err != nil {
			panic(err)
		}
		return withPanel(m.Run)
	}))
}

// withPanel runs the tests before the running program, which must not log an error.
func withPanel(run func() int) int {
	// The database runs as another user when this is root, and must be able to come in.
	dir, err := os.MkdirTemp("/tmp", "bailiwick-e2e-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if panel, err = start(dir, true); err != nil {
		fmt.Fprintln(os.Stderr, "the panel does not start:", err)
		return 1
	}
	code := run()
	if err := panel.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "the panel does not stop cleanly:", err)
		return 1
	}
	for _, line := range panel.log.errors() {
		fmt.Fprintln(os.Stderr, "the panel logged:", line)
		code = 1
	}
	return code
}
