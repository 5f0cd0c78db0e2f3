// Package browser starts the Chromium that tests look through, and listens to
// what its console complains about.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
)

// Main runs tests with one browser for all of them: each opens a context of its
// own in it. Without a Chromium there is none, and the tests that need it are to
// be skipped; where CI is set that is a failure.
func Main(run func(chrome context.Context) int) int {
	path := find()
	if path == "" {
		fmt.Fprintln(os.Stderr, "NO CHROMIUM: the browser tests do not run. Install the package chromium-headless-shell or chromium, or set CHROMIUM to its path.")
		if os.Getenv("CI") == "true" {
			return 1
		}
		return run(nil)
	}
	dir, err := os.MkdirTemp("", "bailiwick-chromium-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	options := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(filepath.Join(dir, "profile")),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	chrome, end := chromedp.NewContext(allocator)
	defer end()
	if err := chromedp.Do(chrome); err != nil {
		fmt.Fprintln(os.Stderr, "Chromium does not start:", err)
		return 1
	}
	return run(chrome)
}

// find prefers the Chromium that has no window to draw: it takes half the time.
func find() string {
	if p := os.Getenv("CHROMIUM"); p != "" {
		return p
	}
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// Action is something that a browser does.
type Action = chromedp.Action[chromedp.Void]

// Send sends one command of the DevTools protocol.
func Send[P any](command cdp.Command[P, cdp.Empty], params P) Action {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, command, params)
		return err
	})
}

// Quiet leaves out what a tab tells chromedp of each page and no test asks for: its style sheets and nodes.
var Quiet Action = chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
	return chromedp.Do(ctx, Send(css.Disable, cdp.Empty{}), Send(dom.Disable, cdp.Empty{}))
})
