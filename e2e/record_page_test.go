//go:build browser

package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// Ada types into a form and is about to leave it: a link asks, and what is sent is let go.
func TestWhatIsTypedIsNotLost(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.expect("422")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)
	form := account + "/whispers/new"
	ada.open(form)
	ada.comesTrue(`document.activeElement?.id === 'f-name'`)
	link := ".crumbs a[href$='/whispers']"

	// Nothing is typed: nothing is asked.
	ada.goTo(link)
	ada.keys(kb.Enter)
	ada.stands(account + "/whispers")
	ada.open(form)

	// Typed: the question has the way back first, and gives the focus back.
	ada.fill("Name", "Half a whisper")
	ada.goTo(link)
	ada.keys(kb.Enter)
	ada.sees("Discard your changes?")
	ada.hasFocus("Keep editing")
	ada.looksRight("unsaved")
	ada.keys(kb.Enter)
	ada.at(link)
	if ada.path() != form {
		t.Fatalf("Ada stands at %s", ada.path())
	}
	ada.keys(kb.Enter)
	ada.sees("Discard your changes?")
	ada.keys(kb.Escape)
	ada.at(link)

	// Refused, it is still not kept; the summary has the focus and leads to the field.
	ada.press("button", "Add whisper")
	ada.at(".problems")
	ada.keys(kb.Tab)
	ada.keys(kb.Enter)
	ada.at("#f-text")
	ada.goTo(link)
	ada.keys(kb.Enter)
	ada.sees("Discard your changes?")
	ada.keys(kb.Enter)

	// Sent, it is.
	ada.fill("Text", "A call about half a whisper.")
	ada.press("button", "Add whisper")
	ada.stands(account + `/whispers/[0-9a-f-]{36}`)
	ada.press("link", "Edit")
	ada.stands(account + `/whispers/[0-9a-f-]{36}/edit`)
	ada.fill("Name", "Thrown away")
	ada.goTo(link)
	ada.keys(kb.Enter)
	ada.sees("Discard your changes?")
	ada.press("button", "Discard changes")
	ada.stands(account + "/whispers")
	ada.sees("Half a whisper")
	ada.lacks("Thrown away")
}

// The buttons of a long form are in sight wherever one is in it, and the editor of
// code is left by the keyboard.
func TestALongFormAndItsEditor(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)
	inSight := `(() => { const r = document.querySelector('.form > .actions .btn-primary').getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight && r.left >= 0 && r.right <= innerWidth; })()`
	for _, width := range []int64{1280, 390} {
		ada.resize(width, 844)
		ada.open(account + "/agents/new")
		ada.comesTrue(`document.documentElement.scrollHeight > innerHeight + 200 && ` + inSight)
		ada.looksRight("agent-form")
		ada.fitsItsWindow()
		eval[int](ada, `scrollTo(0, document.documentElement.scrollHeight / 2), 0`)
		ada.comesTrue(inSight)
	}
	ada.resize(1280, 900)
	ada.open(account + "/applications")
	ada.press("link", "Front desk")
	application := ada.stands(account + "/applications/[^/]+")
	ada.open(application + "/scenarios/new")
	ada.fill("Name", "typed-in-the-editor")
	ada.comesTrue(`!!document.querySelector('.code')?.shadowRoot?.querySelector('.cm-lineNumbers')`)
	ada.keys(kb.Tab)
	ada.comesTrue(`document.activeElement.matches('.code') && document.activeElement.shadowRoot.activeElement.matches('.cm-content')`)
	ada.keys("const a = 1;")
	ada.keys(kb.Tab) // indents, as in any editor
	ada.comesTrue(`document.activeElement.matches('.code')`)
	ada.looksRight("scenario-editor")
	ada.keys(kb.Escape)
	ada.keys(kb.Tab)
	ada.comesTrue(`document.activeElement.matches('.form > .actions button')`)
	ada.keys(kb.Enter)
	ada.stands(application + "/scenarios/[0-9a-f-]{36}")
	ada.sees("typed-in-the-editor", "const a = 1;")
	if styles := eval[int](ada, `document.querySelectorAll('style').length`); styles != 0 {
		t.Errorf("there are %d style sheets in the page", styles)
	}
	if scripts := eval[string](ada, `[...document.scripts].map(s => s.src).join(' ')`); strings.Contains(scripts, "code.") {
		t.Error("a page without a form fetches the editor")
	}
	ada.looksRight("scenario")
}

// Where the way to a page is too long for its line, the longest name on it is cut, and
// those of the lists above it stay whole.
func TestTheWayToAPageStaysReadable(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)
	ada.resize(1200, 900)
	ada.open(account + "/settings/webhooks")
	ada.goTo("main tbody th a")
	ada.keys(kb.Enter)
	ada.stands(account + `/settings/webhooks/[0-9a-f-]{36}`)
	const cut = `[...document.querySelectorAll('.crumbs li')].filter(li => li.scrollWidth > li.clientWidth).map(li => li.textContent.trim())`
	longest := func() {
		t.Helper()
		if got := eval[[]string](ada, cut); len(got) != 1 || !strings.HasPrefix(got[0], "Webhook to https://") {
			t.Errorf("at %s, cut are %q", ada.path(), got)
		}
	}
	longest()
	ada.press("link", "Edit")
	ada.stands(account + `/settings/webhooks/[0-9a-f-]{36}/edit`)
	longest()
}
