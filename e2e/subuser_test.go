//go:build browser

package e2e

import (
	"encoding/csv"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

const (
	firstPassword  = "seven quiet lighthouses"
	secondPassword = "nine loud lighthouses"
	refusal        = "That code is wrong. Check it and try again."
)

// The main job of an account owner: somebody needs a login, gets a link, and sees what is theirs.
func TestOwnerHandsOverALogin(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.looksRightAt("/sign-in", "sign-in")
	ada.signIn("ada@example.com")

	// She goes to Lyon by the switcher, where nobody has a login of that kind yet.
	ada.open("/accounts/new")
	ada.fill("Name", "Jacquard")
	ada.press("button", "Create account")
	ada.sees("Jacquard is ready.")
	ada.open(ada.stands(`/a/[^/]+`) + "/accounts/new")
	ada.fill("Name 1", "Lyon")
	ada.press("button", "Add sub-accounts")
	ada.sees("Lyon is ready.")
	ada.press("button", "Account: ")
	ada.fill("Search accounts", "lyo")
	ada.press("link", "Lyon Account owner")
	ada.find("heading", "Lyon")
	lyon := ada.stands(`/a/[^/]+`)
	ada.press("link", "Access")
	ada.press("link", "Subusers")
	ada.stands(lyon + `/settings/subusers`)
	ada.sees("No subusers yet")
	ada.looksRight("subusers-empty")
	ada.press("link", "Add subuser")
	ada.stands(lyon + `/settings/subusers/new`)

	// While she picks a role the form says what it opens.
	ada.fill("Name", "Anna")
	ada.fill("Password", firstPassword)
	ada.fill("Description", "Answers the phone on Mondays")
	ada.sees("Pick a role to see which pages it opens.")
	preview := func() string {
		text, _ := ask[string](ada, `document.querySelector('#role-preview section').innerText`)
		return text
	}
	ada.press("checkbox", "Payer Pays")
	ada.until("what a payer opens", func() bool {
		return strings.Contains(preview(), "Billing") && !strings.Contains(preview(), "Agents")
	})
	ada.press("checkbox", "Supervisor")
	ada.until("what both open", func() bool { return strings.Contains(preview(), "Billing") && strings.Contains(preview(), "Agents") })
	ada.press("checkbox", "Payer Pays")
	ada.until("what a supervisor opens", func() bool {
		return !strings.Contains(preview(), "Billing") && strings.Contains(preview(), "Agents")
	})
	ada.looksRight("subuser-form")
	ada.press("button", "Add subuser")

	// The link is there, large, and lies in the clipboard at a click.
	ada.sees("anna can sign in now")
	ada.looksRight("subuser-created")
	link := ada.find("textbox", "Subusers sign in here").value
	if !strings.HasPrefix(link, panel.base+"/login/") || len(link) < len(panel.base+"/login/")+40 {
		t.Fatalf("%q is no sign-in link", link)
	}
	if !eval[bool](ada, `document.querySelector('#login-link').getBoundingClientRect().height >= 40`) {
		t.Error("the sign-in link is not large")
	}
	ada.allowClipboard()
	ada.press("button", "Copy")
	ada.find("button", "Copied")
	if got := eval[string](ada, `navigator.clipboard.readText()`); got != link {
		t.Errorf("the clipboard holds %q", got)
	}
	ada.press("link", "Done")
	subusers := ada.stands(lyon + `/settings/subusers`)
	ada.looksRight("subusers")

	// Anna opens the link, signs in and finds exactly the sections of her role.
	anna := newTab(t, "Anna")
	anna.expect("403", "404", "422")
	anna.open(link)
	anna.sees("Sign in to Lyon")
	anna.looksRight("subuser-sign-in")
	anna.signInAt(link, "Anna", "not her password")
	anna.sees(refusal)
	anna.looksRight("subuser-sign-in-refused")
	anna.signInAt(link, "Anna", firstPassword)
	anna.stands(lyon)
	if got, want := anna.navigation(lyon), sectionsOf(t, "Supervisor", ada.navigation(lyon)); !slices.Equal(got, want) {
		t.Errorf("Anna's navigation:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if anna.has("button", "Account: Lyon") {
		t.Error("a subuser has the account switcher")
	}
	anna.looksRight("subuser-home")
	anna.open(lyon + "/billing/dashboard")
	anna.sees("You need “Billing” here", "Subuser role: Accountant", "Ada")
	anna.looksRight("denied")
	anna.open("/a/00000000-0000-7000-8000-000000000000/calls")
	anna.sees("There is nothing here")
	anna.looksRight("absent")

	// Each door refuses the other's people.
	stranger := newTab(t, "whoever")
	stranger.expect("404", "422")
	stranger.signInAt("/sign-in", "anna", firstPassword)
	stranger.sees(refusal)
	ofAda := panel.logins["ada@example.com"]
	stranger.signInAt(link, ofAda.user, ofAda.password)
	stranger.sees(refusal)

	// The three dots: every act works at once on a session that is open.
	ada.act("anna", "Suspend…")
	ada.sees("Suspend anna?")
	ada.looksRight("suspend-dialog")
	ada.press("button", "Suspend")
	ada.sees("anna is suspended.")
	anna.refusedAtTheDoor(lyon, link, firstPassword)
	ada.act("anna", "Resume")
	ada.sees("anna can sign in again.")
	anna.signInAt(link, "anna", firstPassword)
	anna.stands(lyon)

	ada.act("anna", "Reset password")
	ada.stands(subusers + `/[^/]+/password`)
	ada.press("radio", "They do")
	ada.looksRight("reset-password")
	ada.press("button", "Reset password")
	ada.sees("anna chooses a new password")
	ada.looksRight("one-time-link")
	once := ada.find("textbox", "Link to choose a password").value
	anna.refusedAtTheDoor(lyon, link, firstPassword)
	anna.open(once)
	anna.sees("Choose a password", "Lyon")
	anna.looksRight("set-password")
	anna.fill("Password", "short")
	anna.press("button", "Set password and sign in")
	anna.sees("at least 12 characters")
	anna.fill("Password", secondPassword)
	anna.press("button", "Set password and sign in")
	anna.stands(lyon)
	stranger.open(once)
	stranger.sees("This link was already used")
	stranger.looksRight("used-link")

	ada.press("link", "Done")
	ada.act("anna", "Sign out everywhere…")
	ada.sees("Sign out anna everywhere?")
	ada.press("button", "Sign out everywhere")
	ada.sees("anna is signed out everywhere.")
	anna.open(lyon + "/calls")
	anna.stands(`/login/.*`)
	anna.signInAt(link, "anna", secondPassword)
	anna.stands(lyon)

	// A new sign-in link kills the old one.
	ada.press("link", "Replace…")
	ada.sees("Replace the sign-in link?")
	ada.press("button", "Replace")
	ada.sees("The sign-in link is new.")
	renewed := ada.find("textbox", "Subusers sign in here").value
	if renewed == link {
		t.Error("the sign-in link is still the old one")
	}
	stranger.open(link)
	stranger.sees("There is nothing here")
	stranger.open(renewed)
	stranger.sees("Sign in to Lyon")

	ada.act("anna", "Delete…")
	ada.sees("Delete anna?")
	ada.press("button", "Delete")
	ada.sees("anna is deleted.", "No subusers yet")
	anna.refusedAtTheDoor(lyon, renewed, secondPassword)
}

// act opens the three dots of somebody's row and presses an entry.
func (b *tab) act(name, entry string) {
	b.t.Helper()
	b.press("button", "Actions for "+name)
	role := "link"
	if entry == "Resume" {
		role = "button"
	}
	b.press(role, entry)
}

// refusedAtTheDoor fails unless anna's session is over and she can not begin another.
func (b *tab) refusedAtTheDoor(account, link, password string) {
	b.t.Helper()
	b.open(account)
	b.stands(`/login/.*`)
	b.signInAt(link, "anna", password)
	b.sees(refusal)
}

func (b *tab) looksRightAt(path, name string) {
	b.t.Helper()
	b.open(path)
	b.looksRight(name)
}

// allowClipboard answers what a browser with a window would ask, or allow by itself.
func (b *tab) allowClipboard() {
	b.t.Helper()
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(b.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
		})
		if err != nil {
			b.fail("%v", err)
		}
	}
}

// navigation lists the paths in the sidebar, without the account's part.
func (b *tab) navigation(account string) []string {
	b.t.Helper()
	b.comesTrue(`document.readyState === 'complete' && !!document.querySelector('#sidebar .nav')`)
	paths := eval[[]string](b, `[...document.querySelectorAll('#sidebar .nav a')].map(a => a.pathname)`)
	for i, p := range paths {
		rest, ok := strings.CutPrefix(p, account)
		if !ok {
			b.fail("the navigation leads out of the account to %s", p)
		}
		paths[i] = "/" + strings.TrimPrefix(rest, "/")
	}
	slices.Sort(paths)
	return slices.Compact(paths) // an entry leads to the first of its tabs
}

// sectionsOf lists the pages that stand in the navigation of a subuser with one
// role. Every page of the first table is there; of the second only those that
// there are, which are the ones the account's owner sees.
func sectionsOf(t *testing.T, role string, owners []string) []string {
	t.Helper()
	pages := map[string]bool{}
	for _, set := range []struct{ name, table string }{{"subuser", "subuser_roles.csv"}, {"subuser-more", "subuser_roles_more.csv"}} {
		path := map[string]string{}
		for _, row := range table(t, set.table) {
			if row["method"] == "GET" || row["method"] == "" {
				path[row["permission"]] = row["path"]
			}
		}
		for _, row := range parse(t, panel.tells(t, "access", "--set", set.name)) {
			p := path[row["permission"]]
			switch {
			case row[role] == "0" || row[role] == "-" || p == "" || strings.Contains(p, ":") || strings.HasSuffix(p, "/new"):
			case set.name == "subuser" || slices.Contains(owners, p):
				pages[p] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(pages))
}

func table(t *testing.T, name string) []map[string]string {
	t.Helper()
	text, err := os.ReadFile("../catalog/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(text))
}

// parse reads CSV as rows by column.
func parse(t *testing.T, text string) (rows []map[string]string) {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(lines) < 2 {
		t.Fatalf("no table: %v", err)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[lines[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}
