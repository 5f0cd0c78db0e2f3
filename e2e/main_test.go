//go:build browser

package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/chromedp/chromedp"
)

var (
	// chrome is the one Chromium of this test run; nil where there is none.
	chrome context.Context
	// panel is the one running program of this test run.
	panel *program
)

// What the tests start dies with the thread that started it, so that thread must live as long as they do.
func init() { runtime.LockOSThread() }

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	path := chromium()
	if path == "" {
		fmt.Fprintln(os.Stderr, "NO CHROMIUM: the browser journeys do not run. Install the package chromium, or set CHROMIUM to its path.")
		if os.Getenv("CI") == "true" {
			return 1
		}
		return m.Run()
	}
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
	if panel, err = start(dir); err != nil {
		fmt.Fprintln(os.Stderr, "the panel does not start:", err)
		return 1
	}
	ctx, end := launch(path, filepath.Join(dir, "chromium"))
	defer end()
	if err := chromedp.Do(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "Chromium does not start:", err)
		panel.stop()
		return 1
	}
	chrome = ctx
	code := m.Run()
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

func chromium() string {
	if p := os.Getenv("CHROMIUM"); p != "" {
		return p
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

func launch(path, dir string) (context.Context, func()) {
	options := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	return ctx, func() { end(); stop() }
}
