//go:build browser

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"bailiwick/e2e/browser"
)

const failed = "failed"

// tab is one person's browser, with cookies of its own.
type tab struct {
	t       *testing.T
	who     string
	ctx     context.Context
	width   int64
	still   bool        // no script runs
	session http.Header // what reads asks with
	console browser.Console
}

// newTab opens a browser for somebody. The test fails for what its console
// complains about, and keeps a picture of the page it failed on.
func newTab(t *testing.T, who string) *tab {
	t.Helper()
	if chrome == nil {
		t.Skip("NO CHROMIUM")
	}
	b := &tab{t: t, who: who}
	ctx, end := chromedp.NewContext(chrome, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.console.Listen), chromedp.WithListener(func(event any) {
		// The browser's own question whether to leave would wait for ever.
		if _, asks := event.(*page.EventJavascriptDialogOpening); asks {
			go chromedp.Do(b.ctx, send(page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}))
			b.console.Complain("the browser asks whether to leave a page")
		}
	}))
	b.ctx = ctx
	t.Cleanup(func() {
		if t.Failed() {
			b.picture(failed)
		}
		end()
		for _, c := range b.console.Complaints() {
			t.Errorf("console of %s: %s", who, c)
		}
	})
	// Several people are at work, each with the window in front of them.
	b.do(browser.Quiet, send(log.Enable, cdp.Empty{}), send(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	b.resize(1280, 900)
	b.theme("light")
	return b
}

// expect says that answers with such a status are part of the story.
func (b *tab) expect(statuses ...string) { b.console.Expect(statuses...) }

// send sends one command of the DevTools protocol.
func send[P any](command cdp.Command[P, cdp.Empty], params P) browser.Action {
	return browser.Send(command, params)
}

func (b *tab) do(actions ...browser.Action) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.fail("%v", err)
	}
}

func (b *tab) fail(format string, args ...any) {
	b.t.Helper()
	b.t.Fatalf("%s at %s: %s", b.who, b.path(), fmt.Sprintf(format, args...))
}

func (b *tab) resize(width, height int64) {
	b.t.Helper()
	b.width = width
	b.do(chromedp.EmulateViewport(width, height))
}

func (b *tab) theme(name string) {
	b.t.Helper()
	b.do(send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}))
}

// ask evaluates script in the page. It fails while the page is being replaced.
func ask[T any](b *tab, js string) (T, error) {
	return chromedp.Run(b.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
}

// eval evaluates script in the page.
func eval[T any](b *tab, js string) T {
	b.t.Helper()
	v, err := ask[T](b, js)
	if err != nil {
		b.fail("%s: %v", js, err)
	}
	return v
}

// until waits for something to become true.
func (b *tab) until(what string, true func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(browser.Patience); !true(); time.Sleep(25 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.fail("waited in vain for %s; the page says:\n%s", what, b.text())
		}
	}
}

// enter presses Enter in one, as a keyboard does: in two, what the key opened could
// have the focus when the character comes, and take that as well.
func (b *tab) enter() {
	b.t.Helper()
	enter := input.DispatchKeyEventParams{Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}
	down, up := enter, enter
	down.Type, down.Text, up.Type = input.DispatchKeyEventTypeKeyDown, "\r", input.DispatchKeyEventTypeKeyUp
	b.do(send(input.DispatchKeyEvent, down), send(input.DispatchKeyEvent, up))
}

// changes waits until the page has changed and stands still, or a moment where what it
// waits for may be elsewhere.
func (b *tab) changes() {
	if !b.still {
		ask[bool](b, `new Promise(done => {
			let rest;
			const on = new MutationObserver(() => { clearTimeout(rest); rest = setTimeout(end, 30) }), end = () => { on.disconnect(); clearTimeout(late); done(true) }, late = setTimeout(end, 100);
			on.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
		})`)
	}
}

// comesTrue waits for script to answer true.
func (b *tab) comesTrue(js string) {
	b.t.Helper()
	b.until(js, func() bool { ok, err := ask[bool](b, js); return err == nil && ok })
}

// open goes to an address of the panel.
func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(panel.base + strings.TrimPrefix(path, panel.base)))
}

func (b *tab) path() string {
	path, _ := ask[string](b, `location.pathname + location.search`)
	return path
}

// stands waits until the address is such a one, and its page is there.
func (b *tab) stands(pattern string) string {
	b.t.Helper()
	re, path := regexp.MustCompile("^"+pattern+"$"), ""
	b.until("the address "+pattern, func() bool {
		path, _ = ask[string](b, `document.readyState === 'complete' ? location.pathname + location.search : ''`)
		return re.MatchString(path)
	})
	return path
}

// text is what a reader sees, on one line.
func (b *tab) text() string {
	text, _ := ask[string](b, `document.body?.innerText ?? ''`)
	return oneLine(text)
}

func (b *tab) shows(text string) bool {
	return strings.Contains(strings.ToLower(b.text()), strings.ToLower(text))
}

// sees waits until the page says all of it, in whatever case, and rests.
func (b *tab) sees(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		b.until(fmt.Sprintf("%q", text), func() bool { return b.shows(text) && b.rests() })
	}
}

// lacks fails if the page says any of it.
func (b *tab) lacks(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if b.shows(text) {
			b.fail("the page says %q", text)
		}
	}
}

// thing is what assistive technology knows of a part of the page.
type thing struct {
	name, value string
	states      map[string]string
	node        cdp.BackendNodeID
}

// things are the parts of the page with a role, in its order, hidden ones left out.
func (b *tab) things(role string) ([]thing, error) {
	return chromedp.Run(b.ctx, func(ctx context.Context, tab *chromedp.Target) (all []thing, err error) {
		root, err := cdp.Call(ctx, tab, runtime.Evaluate, runtime.EvaluateParams{Expression: "document"})
		if err != nil {
			return nil, err
		}
		found, err := cdp.Call(ctx, tab, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: root.Result.ObjectID, Role: role})
		if err != nil {
			return nil, err
		}
		for _, n := range found.Nodes {
			if n.Ignored || n.BackendDOMNodeID == 0 {
				continue
			}
			x := thing{name: plain(n.Name), value: plain(n.Value), states: map[string]string{}, node: n.BackendDOMNodeID}
			for _, p := range n.Properties {
				x.states[string(p.Name)] = plain(p.Value)
			}
			all = append(all, x)
		}
		return all, nil
	})
}

func plain(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var x any
	if json.Unmarshal(v.Value, &x) != nil || x == nil {
		return ""
	}
	return oneLine(fmt.Sprint(x))
}

// find waits for the first thing of a role with that name, or else for the only
// one whose name begins so.
func (b *tab) find(role, name string) thing {
	b.t.Helper()
	var got thing
	b.until(fmt.Sprintf("a %s %q", role, name), func() bool {
		all, err := b.things(role)
		if err != nil {
			return false
		}
		var begins []thing
		for _, x := range all {
			if x.name == name {
				got = x
				return true
			}
			if strings.HasPrefix(x.name, name) {
				begins = append(begins, x)
			}
		}
		if len(begins) == 1 {
			got = begins[0]
		}
		return len(begins) == 1
	})
	return got
}

// has tells whether there is a thing of that role and name now.
func (b *tab) has(role, name string) bool {
	b.t.Helper()
	all, err := b.things(role)
	if err != nil {
		b.fail("%v", err)
	}
	return slices.ContainsFunc(all, func(x thing) bool { return x.name == name })
}

// goes waits until there is no thing of that role and name any longer.
func (b *tab) goes(role, name string) {
	b.t.Helper()
	b.until(fmt.Sprintf("the %s %q to go", role, name), func() bool {
		all, err := b.things(role) // fails while the page is being replaced
		return err == nil && !slices.ContainsFunc(all, func(x thing) bool { return x.name == name })
	})
}

// atRest is script for a page in which nothing is on its way: what arrives takes the
// focus, and what is typed before it does goes elsewhere.
const atRest = `!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added, #dialogs dialog:not(:modal)')`

func (b *tab) rests() bool {
	ok, err := ask[bool](b, atRest)
	return err == nil && ok
}

// press clicks what find finds, as a mouse does, once it stands still: what is
// still arriving may push it away.
func (b *tab) press(role, name string) {
	b.t.Helper()
	b.until(fmt.Sprintf("a free %s %q", role, name), func() bool {
		if !b.rests() {
			return false
		}
		object, err := b.object(b.find(role, name))
		if err != nil {
			return false
		}
		type point struct{ X, Y float64 }
		var last point
		for look := range 4 {
			if look > 0 {
				time.Sleep(25 * time.Millisecond)
			}
			// What has left the page or moved is found anew.
			at, err := call[*point](b, object, browser.Reach)
			if err != nil || at == nil || look > 0 && *at != last {
				return false
			}
			last = *at
		}
		b.do(chromedp.MouseClickXY(last.X, last.Y))
		return true
	})
}

// object is what script knows a thing of the page by.
func (b *tab) object(x thing) (id runtime.RemoteObjectID, err error) {
	return chromedp.Run(b.ctx, func(ctx context.Context, tab *chromedp.Target) (id runtime.RemoteObjectID, err error) {
		o, err := cdp.Call(ctx, tab, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: x.node})
		if err != nil {
			return "", err
		}
		return o.Object.ObjectID, nil
	})
}

// call calls a function of script on an object.
func call[T any](b *tab, object runtime.RemoteObjectID, function string) (T, error) {
	return chromedp.Run(b.ctx, func(ctx context.Context, tab *chromedp.Target) (v T, err error) {
		byValue := true
		r, err := cdp.Call(ctx, tab, runtime.CallFunctionOn, runtime.CallFunctionOnParams{FunctionDeclaration: function, ObjectID: object, ReturnByValue: &byValue})
		if err != nil || r.Result == nil {
			return v, err
		}
		return v, json.Unmarshal(r.Result.Value, &v)
	})
}

// keys presses keys one after the other.
func (b *tab) keys(keys string) {
	b.t.Helper()
	for i, part := range strings.Split(keys, kb.Enter) {
		if i > 0 {
			b.enter()
		}
		b.do(chromedp.KeyEvent(part))
	}
}

// fill types into the field with that label, instead of what is in it.
func (b *tab) fill(label, value string) {
	b.t.Helper()
	role := "textbox"
	if strings.HasPrefix(label, "Search") {
		role = "searchbox"
	}
	b.press(role, label)
	eval[int](b, `document.activeElement.select?.(), 0`)
	if value == "" {
		value = kb.Delete
	}
	b.keys(value)
}

// signIn signs somebody of the demo cast in at their door.
func (b *tab) signIn(user string) {
	b.t.Helper()
	l, ok := panel.logins[user]
	if !ok {
		b.t.Fatalf("the program names no login %s", user)
	}
	b.signInAt(l.door, l.user, l.password)
	b.stands(`/a/[^/]+`)
}

// joins signs somebody in by the session that they have in another browser.
func (b *tab) joins(other *tab) {
	b.t.Helper()
	for _, c := range other.cookies() {
		b.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: panel.base, HTTPOnly: &c.HTTPOnly, SameSite: c.SameSite})
			return err
		}))
	}
}

func (b *tab) cookies() []*network.Cookie {
	b.t.Helper()
	got, err := chromedp.Run(b.ctx, func(ctx context.Context, tab *chromedp.Target) (network.GetCookiesResult, error) {
		return cdp.Call(ctx, tab, network.GetCookies, network.GetCookiesParams{URLs: []string{panel.base}})
	})
	if err != nil {
		b.fail("%v", err)
	}
	return got.Cookies
}

// reads gives the main part of what the panel answers at an address to the session that
// this browser had when it was first asked to, and leaves the browser where it is.
func (b *tab) reads(address string) *goquery.Document {
	b.t.Helper()
	if b.session == nil {
		var all []string
		for _, c := range b.cookies() {
			all = append(all, c.Name+"="+c.Value)
		}
		b.session = http.Header{"Cookie": {strings.Join(all, "; ")}}
	}
	req, err := http.NewRequestWithContext(b.ctx, http.MethodGet, panel.base+address, nil)
	if err != nil {
		b.fail("%v", err)
	}
	req.Header = b.session.Clone()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.fail("%v", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.fail("%s is answered with %s: %v", address, res.Status, err)
	}
	page, err := goquery.NewDocumentFromReader(bytes.NewReader(text[max(0, bytes.Index(text, []byte("<main"))):]))
	if err != nil {
		b.fail("%v", err)
	}
	return page
}

// signInAt fills in a sign-in page and sends it.
func (b *tab) signInAt(door, user, password string) {
	b.t.Helper()
	b.open(door)
	label := "E-mail address"
	if strings.Contains(door, "/login/") {
		label = "Name"
	}
	b.fill(label, user)
	b.fill("Password", password)
	b.press("button", "Sign in")
}

// picture keeps how the page looks in the folder SCREENSHOTS, if it is set; a
// page that a test failed on is kept anyway.
func (b *tab) picture(name string) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" && name == failed {
		dir = filepath.Join(os.TempDir(), "bailiwick-failures")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.t.Log(err)
			return
		}
	}
	if dir == "" {
		return
	}
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Logf("no picture of what %s sees: %v", b.who, err)
		return
	}
	file := filepath.Join(dir, strings.NewReplacer("/", "-", " ", "-").Replace(fmt.Sprintf("%s-%s-%s.png", b.t.Name(), b.who, name)))
	if err := os.WriteFile(file, shot, 0o644); err != nil {
		b.t.Log(err)
	} else if name == failed {
		b.t.Logf("what %s sees: %s", b.who, file)
	}
}
