//go:build browser

package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// Ada opens every page there is for her, at a desk by day and by night, and makes the
// window as narrow as a phone. She reaches the menus of rows everywhere, and every
// control of the forms that add something.
func TestEveryPageLooksRight(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)
	pages := ada.navigation(account)
	if len(pages) < 40 {
		t.Fatalf("Ada's navigation has %d pages only", len(pages))
	}
	for i, p := range pages {
		pages[i] = strings.TrimSuffix(account+p, "/")
	}
	for _, tab := range tabs[1:] {
		pages = append(pages, account+"/permissions/"+tab)
	}
	pages = append(pages, "/accounts", "/accounts/new", "/sessions", "/two-step", "/two-step/set-up", "/passkeys", "/passkeys/new", account+"/settings/security/two-step", account+"/accounts/new", account+"/settings/subusers/new", account+"/members/invites")
	pages = append(pages, ada.recordPages(account)...)

	var menus atomic.Int64
	var added sync.Map // the forms that lists lead to
	const hands = 2
	t.Run("pages", func(t *testing.T) {
		for i := range hands {
			t.Run(fmt.Sprint("hand ", i+1), func(t *testing.T) {
				t.Parallel()
				hand := newTab(t, "Ada")
				hand.joins(ada)
				for n := i; n < len(pages); n += hands {
					p := pages[n]
					hand.resize(1280, 844)
					hand.open(p)
					if n := eval[int](hand, `document.querySelectorAll('h1').length`); n != 1 {
						t.Errorf("%s has %d headings of the first rank", p, n)
					}
					if !eval[bool](hand, currentInSight) {
						t.Errorf("%s: the sidebar does not show where one is", p)
					}
					if y := eval[int](hand, `scrollY`); y != 0 {
						t.Errorf("%s opens %d px below its top", p, y)
					}
					lead := eval[[]string](hand, forms)
					hand.looksRight(pictureName(p))
					hand.fitsItsWindow()
					menus.Add(int64(hand.menusFit()))
					hand.resize(390, 844)
					hand.looksRight(pictureName(p) + "-narrow")
					hand.fitsItsWindow()
					hand.resize(320, 844)
					hand.fitsItsWindow()
					menus.Add(int64(hand.menusFit()))
					hand.resize(768, 1024)
					hand.fitsItsWindow()
					for _, form := range lead {
						if _, known := added.LoadOrStore(form, true); !known {
							hand.reachesAll(form)
						}
					}
				}
			})
		}
	})
	if menus.Load() < 120 {
		t.Errorf("only %d menus were opened", menus.Load())
	}
	led := 0
	added.Range(func(_, _ any) bool { led++; return true })
	if led < 40 {
		t.Errorf("only %d forms are led to", led)
	}
}

// outside are the controls that show and lie beside the window, unless something around
// them scrolls sideways.
const outside = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(e => {
	const r = e.getBoundingClientRect();
	if (!e.checkVisibility() || r.width <= 1 || e.matches('.skip') || r.left >= 0 && r.right <= innerWidth + .5) return false;
	for (let x = e.parentElement; x; x = x.parentElement) if (['auto', 'scroll'].includes(getComputedStyle(x).overflowX)) return false;
	return true;
}).map(e => e.textContent.trim() || e.ariaLabel || e.name || e.className)`

// fitsItsWindow fails if the page is wider than its window, or a control lies beside it.
func (b *tab) fitsItsWindow() {
	b.t.Helper()
	if over := eval[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
		b.t.Errorf("%s is %d px too wide for %d px", b.path(), over, b.width)
	}
	if all := eval[[]string](b, outside); len(all) > 0 {
		b.t.Errorf("%s: %q lie outside of a window of %d px", b.path(), all, b.width)
	}
}

// currentInSight tells whether the sidebar's entry of this page, if there is one, can be seen.
const currentInSight = `(() => {
	const at = document.querySelector('#sidebar [aria-current]')?.getBoundingClientRect(), side = document.querySelector('#sidebar').getBoundingClientRect();
	return !at || at.top >= Math.max(0, side.top) && at.bottom <= Math.min(innerHeight, side.bottom);
})()`

var id = regexp.MustCompile(`/[0-9a-f]{8}-[0-9a-f-]{27}`)

// pictureName is a path as the name of a file that is the same in each run.
func pictureName(path string) string {
	name := id.ReplaceAllString(strings.TrimPrefix(path, "/a"), "/_")
	return strings.ReplaceAll(strings.Trim(name, "/"), "/", "-")
}

// recordPages are the pages of the first record in some sections, and in what an application holds.
func (b *tab) recordPages(account string) (pages []string) {
	b.t.Helper()
	one := func(list, name string) string {
		b.t.Helper()
		b.open(list)
		b.press("link", name)
		record := b.stands(list + "/[^/]+")
		pages = append(pages, list+"/new", record, record+"/edit")
		return record
	}
	first := func(list string) string {
		b.t.Helper()
		b.open(list)
		return eval[string](b, `document.querySelector('main tbody th a').textContent.trim()`)
	}
	for _, section := range []string{"/contacts", "/agents", "/call-rules", "/settings/webhooks", "/settings/service_accounts"} {
		one(account+section, first(account+section))
	}
	application := one(account+"/applications", "Front desk")
	var inside []string
	b.until("the places inside an application", func() bool { // the address comes before the page
		inside, _ = ask[[]string](b, `[...document.querySelectorAll('main .places a')].map(a => a.pathname)`)
		return len(inside) >= 10
	})
	pages = append(pages, inside...)
	for _, section := range []string{"/scenarios", "/call-lists"} {
		one(application+section, first(application+section))
	}
	return pages
}

// On a phone the sections are a drawer.
func TestDrawerOnAPhone(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)
	ada.resize(390, 844)
	if ada.has("link", "Call rules") {
		t.Fatal("the drawer is open before anybody has opened it")
	}
	ada.press("button", "Menu")
	ada.find("link", "Call rules")
	ada.looksRight("drawer")
	ada.keys(kb.Escape)
	ada.goes("link", "Call rules")
	ada.open(account + "/settings/webhooks")
	ada.press("button", "Menu")
	ada.comesTrue(currentInSight)
	ada.press("link", "Applications")
	ada.stands(account + "/applications")
	if ada.has("link", "Contacts") {
		t.Error("the drawer is still open on the page that it led to")
	}
}
