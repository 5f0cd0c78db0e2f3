//go:build browser

package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// Dorothy hands her agency over to Mary, who rearranges it.
func TestAnAgencyChangesHands(t *testing.T) {
	t.Parallel()
	const password = "orbits by hand and pencil"
	now := time.Now().UnixNano()
	dorothy := newTab(t, "Dorothy")
	dorothy.expect("403")
	dorothy.open("/sign-up")
	dorothy.fill("Your name", "Dorothy")
	dorothy.fill("E-mail address", fmt.Sprintf("dorothy.%d@example.com", now))
	dorothy.fill("Password", password)
	dorothy.press("button", "Sign up")
	dorothy.stands("/welcome")
	dorothy.fill("Name", "Trajectory")
	dorothy.press("button", "Create company account")
	agency := dorothy.stands(`/a/[^/]+`)
	dorothy.open(agency + "/accounts/new")
	dorothy.fill("Name 1", "Landing")
	dorothy.fill("Name 2", "Launch")
	dorothy.press("button", "Add sub-accounts")
	dorothy.sees("2 sub-accounts are ready.")
	dorothy.open(agency + "/members/invites/new")
	dorothy.fill("E-mail addresses", fmt.Sprintf("mary.%d@example.com", now))
	dorothy.press("checkbox", "Admin")
	dorothy.press("button", "Invite members")
	dorothy.sees("1 invite is ready")
	link := dorothy.find("textbox", "mary.").value

	mary := newTab(t, "Mary")
	mary.open(link)
	mary.fill("Your name", "Mary")
	mary.fill("Password", password)
	mary.press("button", "Create")
	mary.stands(agency)

	// The offer, from its beginning to its end.
	dorothy.open(agency + "/settings/account")
	dorothy.press("link", "Ownership")
	dorothy.stands(agency + "/settings/ownership")
	dorothy.sees("Dorothy owns it")
	dorothy.looksRight("ownership")
	dorothy.press("link", "Offer to Mary…")
	dorothy.sees("Dorothy becomes Admin of Trajectory", "With the 2 accounts below that you own too")
	dorothy.looksRight("ownership-offer")
	dorothy.press("button", "Offer Trajectory")
	dorothy.sees("Trajectory is offered.", "Offered to Mary")
	dorothy.looksRight("ownership-offered")
	mary.open(agency)
	mary.sees("Dorothy offers you the account Trajectory")
	mary.open("/accounts")
	mary.looksRight("accounts-with-an-offer")
	mary.press("link", "See the offer")
	mary.stands("/offers/[^/]+")
	mary.sees("Trajectory is offered to you", "You get the 2 accounts below it that Dorothy owns too.")
	mary.looksRight("ownership-answer")
	mary.press("button", "Accept Trajectory")
	mary.sees("You own Trajectory now.")
	mary.stands(agency)

	// Dorothy sees the change at her next request.
	dorothy.press("link", "Access")
	dorothy.sees("Mary", "Account owner", "Account role: Admin")
	dorothy.open(agency + "/settings/ownership")
	dorothy.sees("Mary owns it", "Only its owner")
	dorothy.lacks("Offer to")

	// Mary puts Landing under Launch, and back.
	mary.open(agency + "/accounts")
	mary.act("Landing", "Move…")
	mary.sees("Choose the new parent account")
	mary.looksRight("move")
	mary.press("link", "Under Launch")
	mary.sees("Move Landing under Launch?", "Trajectory → Launch")
	mary.looksRight("move-asked")
	mary.press("button", "Move")
	mary.sees("Landing is under Launch now.")
	mary.press("button", "Undo")
	mary.sees("Landing is under Trajectory now.")

	// By the keyboard she goes from account to account.
	mary.press("button", "Account: Trajectory")
	mary.find("link", "Launch")
	mary.keys("laun")
	mary.until("the search", func() bool {
		return eval[string](mary, `document.querySelector('#switcher-list [data-found]')?.dataset.found ?? ''`) == "laun"
	})
	mary.looksRight("switcher-search")
	mary.keys(kb.Enter)
	mary.find("heading", "Launch")
	mary.press("button", "Account: Launch")
	mary.sees("Last used")
	mary.looksRight("switcher")
	mary.keys(kb.ArrowDown)
	if got := eval[string](mary, `document.activeElement.textContent`); got == "" {
		t.Error("the arrow leads nowhere")
	}
	mary.keys(kb.Escape)
	mary.goes("searchbox", "Search accounts")
	if !eval[bool](mary, `document.activeElement.matches('[popovertarget=switcher]')`) {
		t.Error("the focus does not come back to the switcher's button")
	}
	mary.press("button", "Account: Launch")
	mary.sees("Last used")
	mary.keys(kb.ArrowDown + kb.Enter)
	mary.stands(agency)

	// Dorothy is done here, and closes her login. Mary can not.
	mary.open(agency + "/settings/profile/close")
	mary.sees("You own Trajectory: hand it over or delete it first.")
	mary.looksRight("close-login-refused")
	mary.open(agency + "/members/invites/new")
	mary.fill("E-mail addresses", fmt.Sprintf("annie.%d@example.com", now))
	mary.press("checkbox", "Admin")
	mary.press("button", "Invite members")
	mary.sees("1 invite is ready")
	link = mary.find("textbox", "annie.").value
	dorothy.open(agency + "/settings/profile/close")
	dorothy.sees("You are the last Admin of Trajectory.")
	annie := newTab(t, "Annie")
	annie.open(link)
	annie.fill("Your name", "Annie")
	annie.fill("Password", password)
	annie.press("button", "Create")
	annie.stands(agency)
	dorothy.open(agency + "/settings/profile")
	dorothy.press("button", "More")
	dorothy.press("link", "Close my login…")
	dorothy.sees("your membership in 1 account")
	dorothy.looksRight("close-login")
	dorothy.fill("Your e-mail address", fmt.Sprintf("dorothy.%d@example.com", now))
	dorothy.press("button", "Close my login")
	dorothy.stands(`/sign-in\?closed=1`)
	dorothy.open(agency)
	dorothy.stands(`/sign-in.*`)
	mary.open(agency + "/members")
	mary.sees("Annie", "Mary")
	mary.lacks("dorothy.")
}
