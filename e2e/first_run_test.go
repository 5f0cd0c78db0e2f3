//go:build browser

package e2e

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// From an empty installation to a subuser who signs in: nobody reads a manual, and
// nobody clicks more than twelve times.
func TestFromNothingToASubuser(t *testing.T) {
	t.Parallel()
	if chrome == nil {
		t.Skip("NO CHROMIUM")
	}
	dir, err := os.MkdirTemp("/tmp", "bailiwick-first-")
	if err == nil {
		err = os.Chmod(dir, 0o755) // the database runs as another user when this is root
	}
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	empty, err := start(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := empty.stop(); err != nil {
			t.Error(err)
		}
	}()
	clicks := 0
	click := func(b *tab, role, name string) {
		t.Helper()
		b.press(role, name)
		clicks++
	}

	katherine := newTab(t, "Katherine")
	katherine.do(chromedp.Navigate(empty.base))
	katherine.stands("/sign-up")
	katherine.sees("Create your account", "Yours is the first one here")
	katherine.looksRight("first-sign-up")
	katherine.fill("Your name", "Katherine Johnson")
	katherine.fill("E-mail address", "katherine@example.com")
	katherine.fill("Password", ownPassword)
	click(katherine, "button", "Sign up")
	katherine.stands("/welcome")
	katherine.looksRight("welcome")
	katherine.resize(390, 844)
	katherine.fitsItsWindow()
	katherine.resize(1280, 900)
	katherine.fill("Name", "Orbit")
	click(katherine, "button", "Create company account")
	orbit := katherine.stands(`/a/[^/]+`)
	katherine.sees("Set up Orbit", "0 of 4 done")
	katherine.looksRight("checklist")
	click(katherine, "link", "Add a subuser")
	katherine.stands(orbit + "/settings/subusers/new")
	katherine.fill("Name", "neil")
	katherine.fill("Password", firstPassword)
	click(katherine, "checkbox", "Developer")
	click(katherine, "button", "Add subuser")
	katherine.sees("neil can sign in now")
	link := katherine.find("textbox", "Subusers sign in here").value

	neil := newTab(t, "Neil")
	neil.do(chromedp.Navigate(link))
	clicks++
	neil.sees("Sign in to Orbit")
	neil.fill("Name", "neil")
	neil.fill("Password", firstPassword)
	click(neil, "button", "Sign in")
	neil.stands(strings.TrimPrefix(orbit, empty.base))
	neil.find("link", "Applications")
	if clicks > 12 {
		t.Errorf("it took %d clicks", clicks)
	}

	// What is done is ticked, and what is not wanted goes.
	katherine.do(chromedp.Navigate(empty.base + orbit))
	katherine.sees("1 of 4 done")
	katherine.press("button", "Dismiss")
	katherine.until("the checklist to go", func() bool { return !katherine.shows("Set up Orbit") })
}
