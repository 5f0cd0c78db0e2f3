//go:build browser

package storybook

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"bailiwick/e2e/browser"
	"bailiwick/static"
)

// chrome is the one Chromium of this test run; nil where there is none.
var chrome context.Context

func TestMain(m *testing.M) {
	if !static.Built() {
		fmt.Fprintln(os.Stderr, "static/dist is empty: run `node static/build.mjs` first")
		os.Exit(1)
	}
	os.Exit(browser.Main(func(ctx context.Context) int {
		chrome = ctx
		return m.Run()
	}))
}

// tab opens an empty page of its own and fails the test for what its console complains about.
func tab(t *testing.T, width, height int64) context.Context {
	t.Helper()
	if chrome == nil {
		t.Skip("NO CHROMIUM")
	}
	var console browser.Console
	console.Expect("422") // a form with problems is no fault
	var ctx context.Context
	ctx, end := chromedp.NewContext(chrome, chromedp.WithNewBrowserContext(), chromedp.WithListener(console.Listen), chromedp.WithListener(func(event any) {
		if _, asks := event.(*page.EventJavascriptDialogOpening); asks {
			go chromedp.Do(ctx, browser.Send(page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}))
		}
	}))
	t.Cleanup(func() {
		end()
		for _, c := range console.Complaints() {
			t.Error("console: " + c)
		}
	})
	do(t, ctx, browser.Quiet, browser.Send(log.Enable, cdp.Empty{}), browser.Send(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
		scheme("light"), chromedp.EmulateViewport(width, height))
	return ctx
}

func do(t *testing.T, ctx context.Context, actions ...browser.Action) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

func eval[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return v
}

// until waits for something that script does after an event.
func until(t *testing.T, ctx context.Context, js string) {
	t.Helper()
	for deadline := time.Now().Add(browser.Patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if eval[bool](t, ctx, js) {
			return
		}
	}
	t.Fatalf("never came true: %s", js)
}

func scheme(name string) browser.Action {
	return browser.Send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
}

// Every story at every width: axe finds nothing, and each control can be reached.
// Light and dark differ in colours alone, and so do some widths in nothing that
// axe looks at. 320 pixels are also what 640 become at 200 %. STORY narrows it down to the stories whose slug contains it.
func TestEveryStoryAtEveryWidth(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(Handler())
	t.Cleanup(srv.Close)
	stories := slices.DeleteFunc(Stories(), func(s Story) bool { return !strings.Contains(s.Slug(), os.Getenv("STORY")) })
	const hands = 2
	for hand := range hands {
		t.Run(fmt.Sprint("hand ", hand+1), func(t *testing.T) {
			t.Parallel()
			ctx := tab(t, 1280, 900)
			sidebars := map[string]bool{}
			for n := hand; n < len(stories); n += hands {
				slug := stories[n].Slug()
				do(t, ctx, chromedp.Navigate(srv.URL+"/s/"+slug))
				for _, look := range []struct {
					width, height int64
					theme         string
					rules         browser.Rules
				}{{1280, 900, "dark", browser.Colours}, {1280, 900, "light", browser.All}, {390, 844, "light", browser.All}} {
					do(t, ctx, scheme(look.theme), chromedp.EmulateViewport(look.width, look.height))
					// A sidebar that differs in the entry of the page alone looks the same.
					sidebar := fmt.Sprint(look.width, look.theme, eval[string](t, ctx, `(side => side ? !!side.querySelector('[aria-current]') + side.outerHTML.replace(/ aria-current="\w*"/g, '') : '')(document.querySelector('#sidebar'))`))
					var without []string
					if sidebars[sidebar] {
						without = append(without, "#sidebar > *")
					}
					sidebars[sidebar] = true
					for _, f := range axe(t, ctx, look.rules, without...) {
						t.Errorf("%s, %d px, %s: %s", slug, look.width, look.theme, f)
					}
				}
				for _, size := range [][2]int64{{390, 844}, {320, 640}, {768, 1024}, {1280, 900}} {
					do(t, ctx, chromedp.EmulateViewport(size[0], size[1]))
					for _, f := range outOfReach(t, ctx) {
						t.Errorf("%s, %d px: %s", slug, size[0], f)
					}
					if over := eval[int](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
						t.Errorf("%s is %d px too wide for %d px", slug, over, size[0])
					}
				}
			}
		})
	}
}

func axe(t *testing.T, ctx context.Context, rules browser.Rules, without ...string) []string {
	t.Helper()
	found, err := browser.Axe(ctx, rules, without...)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func outOfReach(t *testing.T, ctx context.Context) []string {
	t.Helper()
	found, err := browser.OutOfReach(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What opens over a page is checked open, too.
func TestAxeOnWhatOpens(t *testing.T) {
	t.Parallel()
	srv, _ := panel(t)
	for _, theme := range []string{"light", "dark"} {
		for _, open := range [][]string{
			{"/s/home-agency", "[popovertarget=switcher]"}, {"/s/home-agency", "[popovertarget=profile]"}, {"/s/records-list", "[popovertarget=columns]"},
			{"/s/records-list", `[data-row="1"]`}, {"/s/subusers-list", `[data-row="3"]`, ".pop:popover-open a.danger"},
		} {
			ctx := tab(t, 1280, 900)
			do(t, ctx, scheme(theme), chromedp.Navigate(srv.URL+open[0]))
			for _, button := range open[1:] {
				do(t, ctx, browser.Press(button))
			}
			until(t, ctx, `document.querySelector(':popover-open, dialog:modal') !== null`)
			if found := axe(t, ctx, browser.All); len(found) > 0 {
				t.Errorf("%v, %s:\n%s", open, theme, strings.Join(found, "\n"))
			}
		}
	}
}

func TestRowsAreThirtyThreePixels(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	ctx := tab(t, 1280, 800)
	for _, slug := range []string{"records-list", "subusers-list", "permissions-page-of-fifty", "roles-subuser-roles"} {
		do(t, ctx, chromedp.Navigate(srv.URL+"/s/"+slug))
		if h := eval[string](t, ctx, `[...new Set([...document.querySelectorAll('tbody tr')].map(r => r.getBoundingClientRect().height))].join()`); h != "33" && h != "33,32" {
			t.Errorf("%s: %s", slug, h)
		}
	}
}

// TestScreenshots writes pictures of all stories into the folder SCREENSHOTS, if it is set.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("SCREENSHOTS is not set")
	}
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	for _, size := range [][2]int64{{1280, 800}, {390, 844}} {
		ctx := tab(t, size[0], size[1])
		for _, s := range Stories() {
			if !strings.Contains(s.Slug(), os.Getenv("STORY")) {
				continue
			}
			for _, theme := range []string{"light", "dark"} {
				do(t, ctx, scheme(theme), chromedp.Navigate(srv.URL+"/s/"+s.Slug()))
				picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
				if err != nil {
					t.Fatal(err)
				}
				name := fmt.Sprintf("%s-%d-%s.png", s.Slug(), size[0], theme)
				if err := os.WriteFile(filepath.Join(dir, name), picture, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestThemeIsRemembered(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	ctx := tab(t, 1280, 800)
	background := `getComputedStyle(document.body).backgroundColor`
	do(t, ctx, scheme("light"), chromedp.Navigate(srv.URL+"/s/home-agency"))
	light := eval[string](t, ctx, background)
	do(t, ctx, browser.Press(`[popovertarget=profile]`), browser.Press(`[data-theme-toggle]`))
	until(t, ctx, background+` !== '`+light+`'`)
	dark := eval[string](t, ctx, background)
	do(t, ctx, chromedp.Navigate(srv.URL+"/s/signing-in-sign-in"))
	if got := eval[string](t, ctx, background); got != dark {
		t.Errorf("the next page is %s, not %s", got, dark)
	}
}

func TestSidebarIsADrawerOnAPhone(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	ctx := tab(t, 390, 844)
	shown := `document.querySelector('#sidebar').checkVisibility()`
	do(t, ctx, chromedp.Navigate(srv.URL+"/s/home-agency"))
	if eval[bool](t, ctx, shown) {
		t.Fatal("the drawer is open")
	}
	do(t, ctx, browser.Press(`.drawer-button`))
	until(t, ctx, shown)
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	until(t, ctx, "!"+shown)
	do(t, ctx, chromedp.EmulateViewport(1280, 800))
	until(t, ctx, shown)
}

// The one menu of a page opens at the dots of each row, with what may be done to that
// row; a second press closes it, arrows move in it, and Escape leads back.
func TestRowMenuOpensAtItsDots(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	ctx := tab(t, 1280, 800)
	open, shut := `!!document.querySelector('.pop:popover-open')`, `!document.querySelector('.pop:popover-open')`
	do(t, ctx, chromedp.Navigate(srv.URL+"/s/subusers-list"))
	for _, row := range []string{"2", "3"} {
		dots := `[data-row="` + row + `"]`
		do(t, ctx, browser.Press(dots))
		until(t, ctx, open)
		if !eval[bool](t, ctx, `(() => { const b = document.querySelector('`+dots+`').getBoundingClientRect(), p = document.querySelector('.pop:popover-open').getBoundingClientRect();
			return Math.abs(p.right - b.right) < 24 && (Math.abs(p.top - b.bottom) < 24 || Math.abs(p.bottom - b.top) < 24) && p.left >= 0 && p.right <= innerWidth })()`) {
			t.Error("the menu is not at its dots")
		}
		until(t, ctx, `document.querySelector('`+dots+`').ariaExpanded === 'true'`)
		if got := eval[string](t, ctx, `document.querySelector('.pop:popover-open a').pathname`); !strings.HasSuffix(got, "/"+row+"/edit") {
			t.Errorf("the menu of row %s leads to %s", row, got)
		}
		do(t, ctx, browser.Press(dots))
		until(t, ctx, shut)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	until(t, ctx, open)
	first := eval[string](t, ctx, `document.activeElement.textContent`)
	do(t, ctx, chromedp.KeyEvent(kb.ArrowDown))
	if second := eval[string](t, ctx, `document.activeElement.closest('.pop') && document.activeElement.textContent`); second == "" || second == first {
		t.Errorf("the arrow leads from %q to %q", first, second)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	until(t, ctx, shut+` && document.activeElement.dataset.row === '3'`)
}

func TestAddAnotherRow(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	ctx := tab(t, 1280, 800)
	do(t, ctx, chromedp.Navigate(srv.URL+"/s/accounts-add-sub-accounts"), browser.Press(`[data-add]`), browser.Press(`[data-add]`))
	got := eval[string](t, ctx, `[...document.querySelectorAll('[name=name]')].map(i => (i.labels[0]?.textContent ?? '').trim()).join() + '|' + document.activeElement.closest('label')?.textContent.trim()`)
	if got != "Name 1,Name 2,Name 3,Name 4,Name 5|Name 5" {
		t.Error(got)
	}
}

func TestPasswordBoxLeavesWhenALinkIsChosen(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	ctx := tab(t, 1280, 800)
	shown := `document.querySelector('[name=password]').checkVisibility()`
	do(t, ctx, chromedp.Navigate(srv.URL+"/s/subusers-add"))
	until(t, ctx, shown)
	do(t, ctx, browser.Press(`[name=password_by][value=link]`))
	until(t, ctx, "!"+shown)
}

func TestAnEndStandsBesideItsRoleWhileThatIsChosen(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	ctx := tab(t, 1280, 800)
	shown := `document.querySelector('#until-reporting_viewer').checkVisibility()`
	do(t, ctx, chromedp.Navigate(srv.URL+"/s/members-change-roles"))
	until(t, ctx, shown)
	eval[bool](t, ctx, `document.querySelector('[name=role][value=reporting_viewer]').checked = false`)
	until(t, ctx, "!"+shown)
}

// The levels of a role and its acts follow each other; sections are found by typing,
// also by their acts; what may not be given stays as it is.
func TestLevelsOfARole(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	ctx, end := chromedp.NewContext(tab(t, 1280, 800)) // its own tab: nobody works the preview out here
	defer end()
	seen := `[...document.querySelectorAll('.level')].filter(x => x.checkVisibility()).map(x => x.querySelector('legend').textContent.trim()).join()`
	ticked := `[...document.querySelectorAll('[name=permission]:checked')].map(x => x.value).join()`
	level := `document.querySelector('[name="level.calls"]:checked').value`
	differs := `[...document.querySelectorAll('.level-was')].filter(x => x.checkVisibility()).length`
	do(t, ctx, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(srv.URL+"/s/roles-make"))
	until(t, ctx, ticked+` === 'calls,calls.tag' && `+level+` === 'some' && `+differs+` === 1`)
	choose := func(value string) browser.Action {
		return browser.Press(`[name="level.calls"][value=` + value + `]`)
	}
	for _, x := range []struct{ level, ticked, differ string }{{"edit", "calls,calls.tag,calls.delete", "1"}, {"view", "calls", "0"}, {"none", "", "1"}} {
		do(t, ctx, choose(x.level))
		until(t, ctx, ticked+` === '`+x.ticked+`' && `+differs+` === `+x.differ)
	}
	act := func(value string) browser.Action {
		return browser.Press(`[name=permission][value="` + value + `"]`)
	}
	for _, x := range []struct{ act, level string }{{"calls", "view"}, {"calls.delete", "some"}, {"calls.tag", "edit"}} {
		do(t, ctx, act(x.act))
		until(t, ctx, level+` === '`+x.level+`'`)
	}
	until(t, ctx, `document.querySelector('#role-draft').textContent.includes('no preview just now')`)
	do(t, ctx, browser.Fill(`[data-level-search]`, "delete"))
	until(t, ctx, seen+` === 'Calls'`)
	do(t, ctx, browser.Fill(`[data-level-search]`, "deleted"))
	until(t, ctx, seen+` === '' && document.querySelector('[data-level-none]').checkVisibility()`)
	do(t, ctx, browser.Fill(`[data-level-search]`, ""), browser.Press(`#only-mine`))
	until(t, ctx, seen+` === 'Calls,Active sessions,Workflows'`)
	do(t, ctx, browser.Press(`#only-changed`))
	until(t, ctx, seen+` === 'Calls'`)
}

// A link to a dialog opens it over the page; Cancel and Escape close it and give the focus back.
func TestDialogOpensInPlace(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	ctx := tab(t, 1280, 800)
	do(t, ctx, chromedp.Navigate(srv.URL+"/s/subusers-list"))
	for _, leave := range []browser.Action{browser.Press(`#dialog [data-cancel]`), chromedp.KeyEvent(kb.Escape)} {
		do(t, ctx, browser.Press(`[data-row="3"]`), browser.Press(`.pop:popover-open a.danger`))
		until(t, ctx, `!!document.querySelector('#dialogs dialog:modal')`)
		if !eval[bool](t, ctx, `location.pathname === '/s/subusers-list' && document.querySelectorAll('#dialog').length === 1`) {
			t.Error("the page was left")
		}
		do(t, ctx, leave)
		until(t, ctx, `!document.querySelector('#dialogs dialog') && document.activeElement.dataset.row === '3'`)
	}
}
