//go:build browser

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The main job of an agency's Admin: to open and close features for its sub-accounts.
func TestAdminOpensAndClosesFeatures(t *testing.T) {
	t.Parallel()
	grace := newTab(t, "Grace")
	grace.signIn("grace@example.com")
	grace.press("link", "Permissions")
	permissions := grace.stands(`/a/[^/]+/permissions/general`)
	grace.sees("East Berlin", "start with the permissions of West, the newest one")
	grace.looksRight("permissions")

	edsger := newTab(t, "Edsger")
	edsger.expect("403")
	edsger.signIn("edsger@example.com")
	east := edsger.stands(`/a/[^/]+`)
	edsger.press("link", "Agents")
	edsger.press("link", "Knowledge bases")
	knowledge := edsger.stands(east + `/knowledge-bases`)

	// One box: it is saved at once, and Edsger's next request feels it.
	grace.boxIs("Knowledge base East", "true")
	grace.press("checkbox", "Knowledge base East")
	grace.sees("East can't use Knowledge base now.")
	grace.boxIs("Knowledge base East", "false")
	grace.boxIs("Select all: Knowledge base, 2 of 3", "mixed")
	grace.press("button", "Knowledge base East Berlin")
	grace.sees("Limited by East, which doesn't have this feature.")
	grace.keys(kb.Escape)
	grace.looksRight("permissions-toast")
	edsger.open(knowledge)
	edsger.sees("East can't use “Knowledge base”", "An account above it decides that.")
	if edsger.has("link", "Knowledge bases") || !edsger.has("link", "Test center") {
		t.Error("Edsger's tabs still leads to knowledge bases")
	}
	edsger.looksRight("account-lacks-it")
	grace.press("button", "Undo")
	grace.boxIs("Knowledge base East", "true")
	grace.boxIs("Select all: Knowledge base, 3 of 3", "true")
	edsger.open(knowledge)
	edsger.find("heading", "Knowledge bases")
	edsger.find("link", "Knowledge bases")

	// All boxes of a column: the dialog says how many, then does it, and it can be
	// taken back. The header shows three states.
	grace.boxIs("Select all: Workflows, 2 of 3", "mixed")
	grace.press("checkbox", "Select all: Workflows")
	grace.sees("Turn on Workflows?", "1 sub-account will get Workflows, with 1 person in it.", "All sub-accounts, archived ones too, on all pages.", "2 others already have it.")
	grace.looksRight("select-all-dialog")
	grace.press("button", "Turn on for 1 sub-account")
	grace.sees("Workflows given to 1 sub-account.")
	grace.boxIs("Select all: Workflows, 3 of 3", "true")
	grace.press("checkbox", "Select all: Workflows")
	grace.sees("Turn off Workflows?", "3 sub-accounts will lose Workflows", "Nothing is deleted")
	grace.press("button", "Turn off for 3 sub-accounts")
	grace.sees("Workflows taken from 3 sub-accounts.")
	grace.boxIs("Select all: Workflows, 0 of 3", "false")
	grace.press("button", "Undo")
	grace.boxIs("Select all: Workflows, 3 of 3", "true")

	// The search narrows it down, and then all are those that it shows.
	grace.fill("Search sub-accounts", "West")
	grace.boxIs("Select all: Workflows, 1 of 1", "true")
	grace.lacks("East Berlin")
	grace.press("checkbox", "Select all: Workflows")
	grace.sees("1 sub-account will lose Workflows", "Only the sub-accounts that match “West”")
	grace.press("button", "Turn off for 1 sub-account")
	grace.sees("Workflows taken from 1 sub-account.")
	grace.boxIs("Select all: Workflows, 0 of 1", "false")
	grace.open(permissions)
	grace.boxIs("Select all: Workflows, 2 of 3", "mixed")
	grace.boxIs("Workflows East", "true")
	grace.boxIs("Workflows West", "false")

	// As it was.
	for box, state := range map[string]string{"Workflows East": "false", "Workflows West": "true"} {
		grace.press("checkbox", box)
		grace.boxIs(box, state)
	}

	// Agents can not be taken away.
	if grace.find("checkbox", "Agents East").states["disabled"] != "true" {
		t.Error("Agents can be taken away from East")
	}
}

func TestNewSubAccountCopiesTheNewestSibling(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	ada.open("/accounts/new")
	ada.fill("Name", "Difference Engine")
	ada.press("button", "Create account")
	ada.sees("Difference Engine is ready.")
	agency := ada.stands(`/a/[^/]+`)
	add := func(name, copies string) {
		t.Helper()
		ada.open(agency + "/accounts/new")
		ada.sees("They start with " + copies)
		ada.fill("Name 1", name)
		ada.press("button", "Add sub-accounts")
		ada.sees(name + " is ready.")
	}
	add("North", "everything that Difference Engine may use.")
	add("South", "the permissions of North, the newest sub-account.")
	for _, tab := range tabs { // the newest differs from its sibling in each tab
		ada.open(agency + "/permissions/" + tab)
		columns := slices.DeleteFunc(slices.Sorted(maps.Keys(ada.boxesOf("South"))), func(c string) bool { return c == "Agents" }) // are always on
		for _, column := range columns[:2] {
			ada.press("checkbox", column+" South")
			ada.boxIs(column+" South", "false")
		}
	}
	add("Pole", "the permissions of South, the newest sub-account.")
	for _, tab := range tabs {
		ada.open(agency + "/permissions/" + tab)
		north, south, pole := ada.boxesOf("North"), ada.boxesOf("South"), ada.boxesOf("Pole")
		if !maps.Equal(south, pole) || maps.Equal(north, pole) || len(pole) < 4 {
			t.Errorf("%s:\nPole has  %v\nSouth has %v\nNorth has %v", tab, pole, south, north)
		}
	}
	ada.looksRight("three-sub-accounts")
}

// Everything on the page can be done with the keyboard alone.
func TestPermissionsByKeyboard(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	agency := ada.stands(`/a/[^/]+`)
	ada.open(agency + "/permissions/agent_types")
	ada.boxIs("Chat agents East", "true")

	// The table is one stop of Tab; arrows go to each box, heading and name in it.
	ada.tabInto("table.matrix")
	for range 10 {
		if ada.focused() != "Chat agents East" {
			ada.keys(kb.ArrowRight)
		}
	}
	ada.hasFocus("Chat agents East")
	ada.keys(kb.ArrowDown)
	ada.hasFocus("Chat agents East Berlin")
	ada.keys(kb.ArrowLeft)
	if left := ada.focused(); left == "Chat agents East Berlin" || !strings.HasSuffix(left, " East Berlin") {
		t.Errorf("left of the box is %q", left)
	}
	ada.keys(kb.End)
	last := ada.focused()
	ada.keys(kb.ArrowRight) // there is nothing further
	if !strings.HasSuffix(last, " East Berlin") || ada.focused() != last {
		t.Errorf("the end of the row is %q, and right of it %q", last, ada.focused())
	}
	ada.keys(kb.Home)
	ada.hasFocus("East Berlin")
	ada.keys(kb.ArrowUp)
	ada.hasFocus("East")
	ada.keys(kb.Tab)
	if eval[bool](ada, `!!document.activeElement.closest('table')`) {
		t.Errorf("Tab stays in the table, at %q", ada.focused())
	}
	ada.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
	ada.hasFocus("East")
	for range 10 {
		if ada.focused() != "Chat agents East" {
			ada.keys(kb.ArrowRight)
		}
	}
	ada.hasFocus("Chat agents East")
	ada.keys(" ")
	ada.sees("East can't use Chat agents now.")
	ada.boxIs("Chat agents East", "false")
	ada.hasFocus("Chat agents East")
	ada.keys(kb.Enter)
	ada.sees("East may use Chat agents now.")
	ada.boxIs("Chat agents East", "true")
	ada.hasFocus("Chat agents East")

	// Escape leaves the dialog and nothing has happened; the focus is where it was.
	const all = "Select all: Chat agents, 2 of 3"
	ada.boxIs(all, "mixed")
	ada.keys(kb.ArrowUp)
	for _, key := range []string{" ", kb.Enter} {
		ada.hasFocus(all)
		ada.keys(key)
		ada.sees("chat agents?")
		ada.comesTrue(`!!document.querySelector('dialog:modal')?.contains(document.activeElement)`)
		ada.keys(kb.Escape)
		ada.comesTrue(`!document.querySelector('dialog:modal')`)
		ada.hasFocus(all)
	}
	ada.keys(kb.Enter)
	ada.sees("chat agents?")
	ada.tabTo(eval[string](ada, `document.querySelector('dialog:modal form button').innerText`))
	ada.keys(kb.Enter)
	ada.sees("Chat agents given to 1 sub-account.")
	ada.boxIs("Select all: Chat agents, 3 of 3", "true")
	ada.tabTo("Undo")
	ada.keys(kb.Enter)
	ada.boxIs(all, "mixed")
}

var tabs = []string{"general", "agent_types", "agent_capabilities", "integrations", "actions"}

// boxIs waits until a box has that state.
func (b *tab) boxIs(name, state string) {
	b.t.Helper()
	b.until(fmt.Sprintf("the box %q to be %s", name, state), func() bool {
		all, err := b.things("checkbox")
		return err == nil && slices.ContainsFunc(all, func(x thing) bool { return x.name == name && x.states["checked"] == state })
	})
}

// boxesOf are the states of a sub-account's boxes by column.
func (b *tab) boxesOf(account string) map[string]string {
	b.t.Helper()
	all, err := b.things("checkbox")
	if err != nil {
		b.fail("%v", err)
	}
	boxes := map[string]string{}
	for _, x := range all {
		if column, ok := strings.CutSuffix(x.name, " "+account); ok {
			boxes[column] = x.states["checked"]
		}
	}
	return boxes
}

// tabTo presses Tab until the focus is on what has that name, and not longer than around the page.
func (b *tab) tabTo(name string) {
	b.t.Helper()
	for range 200 {
		if b.focused() == name {
			return
		}
		b.keys(kb.Tab)
	}
	b.fail("Tab does not come to %q", name)
}

// tabInto presses Tab until the focus is on or in what a selector finds.
func (b *tab) tabInto(selector string) {
	b.t.Helper()
	for range 200 {
		if eval[bool](b, fmt.Sprintf(`!!document.activeElement.closest(%q)`, selector)) {
			return
		}
		b.keys(kb.Tab)
	}
	b.fail("Tab does not come to %s", selector)
}

// focused is the name of what has the focus.
func (b *tab) focused() string {
	name, _ := ask[string](b, `(() => {
		const e = document.activeElement, said = x => x.textContent.trim().replace(/\s+/g, ' ');
		return e.ariaLabelledByElements?.map(said).join(' ') || e.ariaLabel || said(e);
	})()`)
	return name
}

func (b *tab) hasFocus(name string) {
	b.t.Helper()
	b.until(fmt.Sprintf("the focus on %q", name), func() bool { return b.focused() == name })
}
