package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/models/account"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

var inviteLink = regexp.MustCompile(`/invites/[\w-]{43}`)

// invite has somebody invite one address and gives the link's path.
func (b *browser) invite(a account.Account, email string, roles ...string) string {
	b.t.Helper()
	pairs := []string{"email", email}
	for _, r := range roles {
		pairs = append(pairs, "role", r)
	}
	got := b.send(in(a, "/members/invites"), pairs...).want(b.t, http.StatusOK)
	link := inviteLink.FindString(got.body)
	if link == "" {
		b.t.Fatalf("no link for %s: %s", email, got.Text())
	}
	return link
}

// says fails unless the page holds the sentence.
func (x page) says(t testing.TB, sentences ...string) page {
	t.Helper()
	text := strings.Join(strings.Fields(x.Text()), " ")
	for _, s := range sentences {
		if !strings.Contains(text, s) {
			t.Errorf("the page does not say %q: %s", s, text)
		}
	}
	return x
}

// member is the path of one of an account's members, and what is done there.
func (p *panel) member(m login.Member, path string) string {
	return "/members/" + m.ID.String() + path
}

func TestMembersPage(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	got := ada.get(in(p.analytical, "/members")).want(t, http.StatusOK).says(t, "Ada", "Account owner", "grace@example.com", "Account role: Admin")
	if entry, tab := got.Find("nav.side a[aria-current]"), got.Find("main .tabs a[aria-current]"); words(entry) != "Access" || words(tab) != "Members" {
		t.Errorf("the page stands in %q, %q", words(entry), words(tab))
	}
	if n := got.Find("tbody tr").Length(); n != 2 {
		t.Errorf("%d rows", n)
	}
	if owner := got.Find("tbody tr").First().Text(); strings.Contains(owner, "Change roles") || strings.Contains(owner, "Remove…") {
		t.Error("something can be done to the owner")
	}
	if n := ada.get(in(p.analytical, "/members?q=grace")).Find("tbody tr").Length(); n != 1 {
		t.Errorf("the search finds %d", n)
	}
	if n := ada.get(in(p.analytical, "/members?q=barbara")).Find("tbody tr").Length(); n != 0 {
		t.Error("West's people are listed in Analytical")
	}
	edsger := p.as(p.edsger).get(in(p.east, "/members")).want(t, http.StatusOK).says(t, "Member access: Full viewer")
	if strings.Contains(edsger.body, "grace") || strings.Contains(edsger.body, "/edit") || strings.Contains(edsger.Text(), "Invite members") {
		t.Error("a viewer in East sees people of the account above, or what only others may do")
	}
	p.as(p.mallory).get(in(p.analytical, "/members")).want(t, http.StatusNotFound)
	p.browser().get(in(p.analytical, "/members")).want(t, http.StatusSeeOther)
	ada.get(in(p.analytical, "/members?after=nonsense")).want(t, http.StatusNotFound)
}

func TestChangingTheRolesOfAMember(t *testing.T) {
	p := newPanel(t)
	ada, grace := p.as(p.ada), p.as(p.grace)
	edit := in(p.west, p.member(p.barbara, "/edit"))
	form := ada.get(edit).want(t, http.StatusOK).says(t, "Change the roles of Barbara", "Can view this account.", "Can edit 1 account.")
	if form.Find("input[name=role]").Length() != 8 || form.Find("input[value=full_editor][checked]").Length() != 1 {
		t.Error("the form does not offer the six and the two roles, or forgets what Barbara has")
	}
	// Without script a button shows what roles would give, and saves nothing.
	ada.send(edit, "role", "reporting_viewer", "preview", "1").want(t, http.StatusOK).says(t, "Can't edit anything.")
	p.as(p.barbara).get(in(p.west, "/applications/new")).want(t, http.StatusOK)
	ada.get(in(p.analytical, "/members/preview?role=full_viewer")).want(t, http.StatusOK).says(t, "Can view this account and its 3 sub-accounts.", "Can't edit anything.")
	ada.get(in(p.analytical, "/members/preview?role=main_admin")).want(t, http.StatusOK).says(t, "Can view this account and its 3 sub-accounts.", "Can edit 4 accounts.")
	ada.get(in(p.east, "/members/preview?role=configuration_editor")).want(t, http.StatusOK).says(t, "Can view this account and its 1 sub-account.", "Can edit 2 accounts.")
	ada.get(in(p.east, "/members/preview?role=main_admin")).want(t, http.StatusOK).says(t, "Pick a role")

	barbara := p.as(p.barbara)
	ada.send(edit, "role", "reporting_viewer", "role", "sub_user").want(t, http.StatusSeeOther)
	ada.get(in(p.west, "/members")).says(t, "Member access: Reporting viewer, Account role: User", "has new roles now")
	barbara.get(in(p.west, "/applications/new")).want(t, http.StatusForbidden) // the very next request
	barbara.get(in(p.west, "/calls")).want(t, http.StatusOK)
	barbara.get("/accounts").says(t, "Member access: Reporting viewer, Account role: User")

	for _, wrong := range []struct{ role, says string }{
		{"", "Choose at least one role"}, {"main_admin", "a role in company accounts"}, {"Developer", "not a role that a member can have"}, {"owner", "not a role"},
	} {
		got := ada.send(edit, "role", wrong.role)
		if wrong.role == "" {
			got = ada.send(edit)
		}
		got.want(t, http.StatusUnprocessableEntity).says(t, wrong.says)
	}
	ada.send(in(p.analytical, p.member(p.ada, "/edit")), "role", "full_viewer").want(t, http.StatusUnprocessableEntity).says(t, "owns this account")
	ada.send(in(p.analytical, p.member(p.ada, "/remove"))).want(t, http.StatusUnprocessableEntity).says(t, "owns this account")
	ada.get(in(p.analytical, p.member(p.ada, "/edit"))).want(t, http.StatusUnprocessableEntity)

	// Who is not of the account is not there, whoever they are.
	absent := grace.send(in(p.analytical, "/members/018f0000-0000-7000-8000-000000000000/edit"), "role", "full_viewer").want(t, http.StatusNotFound)
	for _, m := range []login.Member{p.barbara, p.mallory} {
		if got := grace.send(in(p.analytical, p.member(m, "/edit")), "role", "full_viewer").want(t, http.StatusNotFound); got.body != absent.body {
			t.Errorf("%s does not answer like nobody", m.Name)
		}
	}
	p.as(p.edsger).send(in(p.east, p.member(p.edsger, "/edit")), "role", "full_editor").want(t, http.StatusForbidden)
	p.as(p.mallory).send(in(p.analytical, p.member(p.grace, "/remove"))).want(t, http.StatusNotFound)
	p.browser().post(in(p.analytical, p.member(p.grace, "/remove")), nil).want(t, http.StatusSeeOther)
	ada.post(in(p.analytical, p.member(p.grace, "/remove")), nil).want(t, http.StatusForbidden) // no form token
	grace.get(in(p.analytical, "/members")).want(t, http.StatusOK)
}

func TestNobodyActsOnWhoCanDoMore(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	// The Admin of East can not give what a full editor has, so full editors are beyond.
	must(t, p.store.AddMember(ctx, p.grant(p.ada, "members.add", p.east), p.grace.ID, "full_editor"))
	must(t, p.store.AddMember(ctx, p.grant(p.ada, "members.add", p.east), p.barbara.ID, "sub_admin"))
	barbara := p.as(p.barbara)
	one := in(p.east, p.member(p.grace, ""))
	barbara.send(one+"/edit", "role", "reporting_viewer").want(t, http.StatusUnprocessableEntity).says(t, "Grace can do more here than you can")
	barbara.send(one+"/remove").want(t, http.StatusUnprocessableEntity).says(t, "Grace can do more here than you can")
	barbara.get(in(p.east, "/members")).says(t, "Grace can do more here than you can")
	own := in(p.east, p.member(p.barbara, "/edit"))
	barbara.send(own, "role", "full_editor").want(t, http.StatusUnprocessableEntity).says(t, "which you don't have here")
	barbara.send(own, "role", "sub_admin", "role", "configuration_editor").want(t, http.StatusUnprocessableEntity).says(t, "in sub-accounts, which you don't have there")
	barbara.send(in(p.east, "/members/invites"), "email", "new@example.com", "role", "full_editor").want(t, http.StatusUnprocessableEntity).says(t, "which you don't have here")
	barbara.send(in(p.east, "/members/invites"), "email", "new@example.com", "role", "sub_admin").want(t, http.StatusOK)

	// An invite that gives more than she can give is not hers to renew or end.
	p.as(p.ada).invite(p.east, "editor@example.com", "full_editor")
	list := barbara.get(in(p.east, "/members")).says(t, "This invite gives more than you can give here")
	row := list.Find("tr").FilterFunction(func(_ int, tr *goquery.Selection) bool { return strings.Contains(tr.Text(), "editor@example.com") })
	editor := rowID(row)
	for _, act := range []string{"/resend", "/cancel"} {
		barbara.send(in(p.east, "/members/invites/"+editor+act)).want(t, http.StatusUnprocessableEntity).says(t, "gives more than you can give")
	}

	// What the account above takes away binds East's own people, and not those above.
	must(t, p.store.SetEntitlement(ctx, p.grant(p.ada, "entitlements.edit", p.analytical), "invite_members", p.east.ID, false))
	barbara.send(in(p.east, "/members/invites"), "email", "newer@example.com", "role", "sub_admin").want(t, http.StatusForbidden)
	barbara.get(in(p.east, "/members")).want(t, http.StatusOK)
	barbara.send(in(p.east, p.member(p.grace, "/remove"))).want(t, http.StatusForbidden)
	barbara.get(in(p.east, "/settings/subusers/new")).want(t, http.StatusForbidden)
	ada := p.as(p.ada)
	ada.send(in(p.east, "/members/invites"), "email", "newer@example.com", "role", "sub_admin").want(t, http.StatusOK)
	ada.get(in(p.east, "/settings/subusers/new")).want(t, http.StatusOK)
	ada.send(in(p.east, p.member(p.grace, "/remove"))).want(t, http.StatusSeeOther)
	p.as(p.grace).get(in(p.east, p.member(p.edsger, "/edit"))).want(t, http.StatusOK)
	if page := ada.get(in(p.analytical, "/permissions/general")); !strings.Contains(page.body, "binds the people of the sub-account, never those above it") {
		t.Error("the permissions do not say whom Invite members binds")
	}
}

// As the Admin of Analytical Grace may give nobody what reaches East, where she is
// only a viewer; of herself she may make less all the same.
func TestAnybodyMakesLessOfThemselves(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	must(t, p.store.AddMember(ctx, p.grant(p.ada, "members.add", p.analytical), p.barbara.ID, "main_admin"))
	must(t, p.store.AddMember(ctx, p.grant(p.ada, "members.add", p.east), p.grace.ID, "reporting_viewer"))
	grace := p.as(p.grace)
	option := func(path, role string) int {
		return grace.get(in(p.analytical, path)).want(t, http.StatusOK).Find("input[value=" + role + "]:not([disabled])").Length()
	}
	own := p.member(p.grace, "/edit")
	if option(p.member(p.barbara, "/edit"), "main_user") != 0 || option(own, "main_user") != 1 || option(own, "full_editor") != 0 {
		t.Error("the forms do not offer what they take")
	}
	grace.send(in(p.analytical, own), "role", "full_editor").want(t, http.StatusUnprocessableEntity).says(t, "so you can't give it")
	grace.send(in(p.analytical, own), "role", "main_user").want(t, http.StatusSeeOther)
	p.as(p.ada).get(in(p.analytical, "/members?q=grace")).says(t, "Account role: User")
}

func TestLeavingAndRemoving(t *testing.T) {
	p := newPanel(t)
	ada, grace, edsger := p.as(p.ada), p.as(p.grace), p.as(p.edsger)
	ada.send(in(p.analytical, p.member(p.grace, "/remove"))).want(t, http.StatusUnprocessableEntity).says(t, "Grace is the last Admin here")
	ada.send(in(p.analytical, p.member(p.grace, "/edit")), "role", "full_viewer").want(t, http.StatusUnprocessableEntity).says(t, "last Admin")
	grace.send("/accounts/"+p.analytical.ID.String()+"/leave").want(t, http.StatusUnprocessableEntity).says(t, "last Admin")

	edsger.get("/accounts/"+p.east.ID.String()+"/leave").want(t, http.StatusOK).says(t, "Leave East?")
	edsger.send("/accounts/"+p.east.ID.String()+"/leave").want(t, http.StatusSeeOther)
	edsger.get(in(p.east, "/calls")).want(t, http.StatusNotFound)
	edsger.send("/accounts/"+p.east.ID.String()+"/leave").want(t, http.StatusNotFound)
	edsger.send("/accounts/"+p.malloryville.ID.String()+"/leave").want(t, http.StatusNotFound)
	ada.send("/accounts/"+p.analytical.ID.String()+"/leave").want(t, http.StatusUnprocessableEntity).says(t, "owns this account")

	ada.get(in(p.west, p.member(p.barbara, "/remove"))).want(t, http.StatusOK).says(t, "Remove Barbara?")
	ada.send(in(p.west, p.member(p.barbara, "/remove"))).want(t, http.StatusSeeOther)
	p.as(p.barbara).get(in(p.west, "/calls")).want(t, http.StatusNotFound)
	ada.get(in(p.west, "/audit")).says(t, "removed member Barbara")
	ada.get(in(p.east, "/audit")).says(t, "Edsger left")
	_, link := p.subuser(p.east, "dev", "Owner")
	p.asSubuser(link, "dev").send("/accounts/"+p.east.ID.String()+"/leave").want(t, http.StatusNotFound)
}

func TestAnInviteOfANewPerson(t *testing.T) {
	p := newPanel(t)
	grace := p.as(p.grace)
	link := grace.invite(p.analytical, "New.Person@Example.com", "main_user")
	grace.get(in(p.analytical, "/members")).says(t, "New.Person@Example.com", "Account role: User", "Grace")

	b := p.browser()
	page := b.open(link).want(t, http.StatusOK).says(t, "Join Analytical", "Grace invites N•••@Example.com", "Account role: User")
	if strings.Contains(page.body, "New.Person") || page.header.Get("Referrer-Policy") != "no-referrer" {
		t.Error("the page tells whoever has the link the address, or its own")
	}
	b.byLink(link, values("name", "", "password", "short")).want(t, http.StatusUnprocessableEntity).says(t, "Use 1 to 100 characters", "at least 12 characters")
	b.byLink(link, values("name", "Newton", "password", "personperson1")).want(t, http.StatusUnprocessableEntity).says(t, "made of your name")
	if got := b.byLink(link, values("name", "Newton", "password", password)).want(t, http.StatusSeeOther); got.location() != in(p.analytical, "") {
		t.Errorf("led to %s", got.location())
	}
	b.get(in(p.analytical, "")).want(t, http.StatusOK).says(t, "You work in Analytical now", "Newton")
	b.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	b.get(in(p.east, "/calls")).want(t, http.StatusOK) // views flow up
	b.get(in(p.analytical, "/members")).want(t, http.StatusForbidden)
	again := p.browser()
	again.post("/sign-in", values("email", "new.person@example.com", "password", password)).want(t, http.StatusSeeOther)
	b.open(link).want(t, http.StatusUnprocessableEntity).says(t, "already accepted")
	p.browser().byLink(link, values("name", "Another", "password", password)).want(t, http.StatusUnprocessableEntity).says(t, "already accepted")
	grace.get(in(p.analytical, "/audit")).says(t, "Newton joined", "Grace invited people")
	if strings.Contains(grace.get(in(p.analytical, "/members")).Text(), "Pending invites") {
		t.Error("the invite still waits")
	}
}

func TestAnInviteIsForOneAddress(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	link := ada.invite(p.analytical, "EDSGER@example.com", "full_viewer")

	mallory := p.as(p.mallory)
	page := mallory.open(link).want(t, http.StatusOK).says(t, "You are signed in as mallory@example.com", "another address")
	if strings.Contains(page.body, "EDSGER") || page.Find("form[action='/sign-out'] input[name=return]").AttrOr("value", "") != "/invites" {
		t.Error("the address is told to somebody else, or signing out does not come back")
	}
	mallory.sendByLink(link).want(t, http.StatusUnprocessableEntity).says(t, "another address")
	mallory.get(in(p.analytical, "/calls")).want(t, http.StatusNotFound)
	if got := mallory.send("/sign-out", "return", "/invites").want(t, http.StatusSeeOther); got.location() != "/invites" {
		t.Errorf("signing out leads to %s", got.location())
	}

	// Signed out, whoever has the login is led through the door and back.
	signIn, _ := mallory.get("/invites").want(t, http.StatusOK).says(t, "This address already has a login").Find("main a").First().Attr("href")
	if got := mallory.byLink(link, values("name", "Thief", "password", password)).want(t, http.StatusSeeOther); got.location() != signIn {
		t.Errorf("led to %s", got.location())
	}
	b := p.browser()
	b.open(link).says(t, "This address already has a login")
	if got := b.post("/sign-in", values("email", p.edsger.Email, "password", password, "return", "/invites")).want(t, http.StatusSeeOther); got.location() != "/invites" {
		t.Errorf("signing in leads to %s", got.location())
	}
	b.get("/invites").want(t, http.StatusOK).says(t, "EDSGER@example.com", "Join Analytical")
	b.byLink(link, nil).want(t, http.StatusForbidden) // without the session's token
	b.sendByLink(link).want(t, http.StatusSeeOther)
	b.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	b.sendByLink(link).want(t, http.StatusUnprocessableEntity).says(t, "already accepted")

	_, door := p.subuser(p.east, "dev", "Owner")
	dev := p.asSubuser(door, "dev")
	other := ada.invite(p.analytical, "somebody@example.com", "full_viewer")
	if got := dev.open(other).want(t, http.StatusUnprocessableEntity).says(t, "signed in as a subuser"); strings.Contains(got.Text(), "Analytical") {
		t.Error("a subuser sees an invite")
	}
	dev.sendByLink(other, "name", "Dev", "password", password).want(t, http.StatusUnprocessableEntity)
}

func TestAnInviteEnds(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	p.browser().open("/invites/"+strings.Repeat("x", 43)).want(t, http.StatusUnprocessableEntity).says(t, "one of ours")
	first := ada.invite(p.west, "one@example.com", "sub_user")
	one := regexp.MustCompile(`/members/invites/[0-9a-f-]{36}`).FindString(ada.get(in(p.west, "/members")).body)
	resent := inviteLink.FindString(ada.send(in(p.west, one+"/resend")).want(t, http.StatusOK).body)
	if resent == "" || resent == first {
		t.Fatalf("resent: %q", resent)
	}
	p.browser().open(first).want(t, http.StatusUnprocessableEntity).says(t, "replaced by a newer one")
	p.browser().byLink(first, values("name", "One", "password", password)).want(t, http.StatusUnprocessableEntity)
	p.browser().open(resent).want(t, http.StatusOK)
	ada.send(in(p.west, one+"/resend")).want(t, http.StatusNotFound) // it is not there any more
	one = regexp.MustCompile(`/members/invites/[0-9a-f-]{36}`).FindString(ada.get(in(p.west, "/members")).body)
	for path, status := range map[string]int{in(p.west, one+"/cancel"): 200, in(p.east, one+"/cancel"): 404} {
		ada.get(path).want(t, status)
	}
	p.as(p.mallory).send(in(p.malloryville, one+"/cancel")).want(t, http.StatusNotFound)
	ada.send(in(p.west, one+"/cancel")).want(t, http.StatusSeeOther)
	p.browser().open(resent).want(t, http.StatusUnprocessableEntity).says(t, "cancelled")
	p.browser().byLink(resent, values("name", "One", "password", password)).want(t, http.StatusUnprocessableEntity).says(t, "cancelled")

	link := ada.invite(p.west, "one@example.com", "sub_user") // may be invited anew
	p.clock.advance(7*24*time.Hour - time.Minute)
	p.browser().open(link).want(t, http.StatusOK)
	p.clock.advance(time.Minute)
	p.browser().open(link).want(t, http.StatusUnprocessableEntity).says(t, "has expired")
	p.browser().byLink(link, values("name", "One", "password", password)).want(t, http.StatusUnprocessableEntity).says(t, "has expired")
	ada = p.as(p.ada)
	ada.get(in(p.west, "/members")).says(t, "Expired")
	ada.invite(p.west, "one@example.com", "sub_user")
}

func TestAnInviteIsWorthWhatItsInviterIs(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	ada, barbara := p.as(p.ada), p.as(p.barbara)
	viewer, editor := barbara.invite(p.west, "viewer@example.com", "sub_user"), barbara.invite(p.west, "editor@example.com", "full_editor")
	// Demoted to Admin of West, Barbara may still invite, but no full editor.
	ada.send(in(p.west, p.member(p.barbara, "/edit")), "role", "sub_admin").want(t, http.StatusSeeOther)
	b := p.browser()
	b.byLink(editor, values("name", "Eve", "password", password)).want(t, http.StatusUnprocessableEntity).says(t, "Barbara can no longer give these roles")
	b.post("/sign-in", values("email", "editor@example.com", "password", password)).want(t, http.StatusUnprocessableEntity) // nothing half done
	p.browser().byLink(viewer, values("name", "Vic", "password", password)).want(t, http.StatusSeeOther)

	viewer = barbara.invite(p.west, "second@example.com", "sub_user")
	must(t, p.store.AddMember(ctx, p.grant(p.ada, "members.add", p.west), p.edsger.ID, "admin"))
	ada.send(in(p.west, p.member(p.barbara, "/remove"))).want(t, http.StatusSeeOther)
	p.browser().byLink(viewer, values("name", "Vic", "password", password)).want(t, http.StatusUnprocessableEntity).says(t, "Barbara can no longer give these roles")

	// Of a suspended account nothing is accepted; afterwards it is.
	other := ada.invite(p.west, "third@example.com", "full_editor")
	must(t, p.store.SuspendAccount(ctx, p.grant(p.ada, "sub_accounts.edit", p.analytical), p.west.ID))
	p.browser().byLink(other, values("name", "Vic", "password", password)).want(t, http.StatusUnprocessableEntity).says(t, "West is suspended")
	must(t, p.store.ResumeAccount(ctx, p.grant(p.ada, "sub_accounts.edit", p.analytical), p.west.ID))
	p.browser().byLink(other, values("name", "Vic", "password", password)).want(t, http.StatusSeeOther)
}

func TestManyAreInvitedAtOnce(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	invites := in(p.analytical, "/members/invites")
	ada.invite(p.analytical, "waits@example.com", "full_viewer")
	got := ada.send(invites, "role", "full_viewer", "email", "one@example.com\r\ntwo@example.com, ONE@example.com; three", "email", "grace@example.com",
		"email", p.ada.Email, "email", "waits@example.com", "email", "edsger@example.com").want(t, http.StatusOK)
	got.says(t, "3 invites are ready", "is listed twice", "Enter an e-mail address", "is already a member", "your own address", "has a pending invite", "doesn't send mail")
	if n := got.Find("[data-copy-value]").Length(); n != 3 {
		t.Errorf("%d links", n)
	}
	if n := ada.get(in(p.analytical, "/members")).Find("#invites ~ .region tbody tr").Length(); n != 4 {
		t.Errorf("%d wait", n)
	}
	if body := ada.get(in(p.analytical, "/members")).body; inviteLink.MatchString(body) {
		t.Error("a link is shown again")
	}
	grace := p.as(p.grace)
	for _, m := range []login.Member{p.ada, p.grace} { // whose address is proven may write to more
		p.as(m).send("/verify-email/send").want(t, http.StatusSeeOther)
		p.browser().byLink(p.mailman(letter.EmailProof, m.Email).Facts["path"], nil).want(t, http.StatusSeeOther)
	}
	var many []string
	for i := range 56 {
		many = append(many, fmt.Sprintf("many%d@example.com", i))
	}
	grace.send(invites, "role", "main_user", "email", strings.Join(many, ",")).want(t, http.StatusOK)
	next, _ := ada.get(in(p.analytical, "/members")).Find("#invites ~ p a").Attr("href")
	first := ada.get(next).want(t, http.StatusOK)
	next, _ = first.Find("a[rel=next]").Attr("href")
	second := ada.get(next).want(t, http.StatusOK)
	if n, m := first.Find("tbody tr").Length(), second.Find("tbody tr").Length(); n != 50 || m != 10 {
		t.Errorf("%d invites, then %d", n, m)
	}
	if len(first.body) > 100_000 {
		t.Errorf("a page of invites has %d bytes", len(first.body))
	}
	p.as(p.mallory).get(in(p.analytical, "/members/invites")).want(t, http.StatusNotFound)
	for _, wrong := range []struct {
		pairs []string
		says  string
	}{
		{[]string{"role", "main_user"}, "at least one e-mail address"},
		{[]string{"role", "main_user", "email", " \n,"}, "at least one e-mail address"},
		{[]string{"email", "x@example.com"}, "at least one role"},
		{[]string{"email", "x@example.com", "role", "sub_admin"}, "a role in sub-accounts"},
		{[]string{"email", "x@example.com", "role", "main_user", "role", "Payer"}, "not a role that a member can have"},
		{[]string{"email", "not an address", "role", "main_user"}, "Enter an e-mail address"},
		{[]string{"email", "Ada <ada2@example.com>", "role", "main_user"}, "Enter an e-mail address"},
		{[]string{"email", p.grace.Email, "role", "main_user"}, "your own address"},
		{[]string{"email", p.ada.Email, "role", "main_user"}, "owner of the account"},
		{[]string{"email", strings.Repeat("a@example.com ", 101), "role", "main_user"}, "at most 100"},
	} {
		got := grace.send(invites, wrong.pairs...).want(t, http.StatusUnprocessableEntity).says(t, wrong.says)
		if inviteLink.MatchString(got.body) {
			t.Errorf("%v makes a link", wrong.pairs)
		}
	}
	if got := grace.send(invites, "email", "kept@example.com", "role", "sub_admin"); !strings.Contains(got.body, "kept@example.com") {
		t.Error("what was typed is forgotten")
	}
	p.as(p.edsger).send(in(p.east, "/members/invites"), "email", "x@example.com", "role", "full_viewer").want(t, http.StatusForbidden)
	p.as(p.mallory).send(invites, "email", "x@example.com", "role", "full_viewer").want(t, http.StatusNotFound)
	p.browser().post(invites, values("email", "x@example.com", "role", "full_viewer")).want(t, http.StatusSeeOther)
	ada.post(invites, values("email", "x@example.com", "role", "full_viewer")).want(t, http.StatusForbidden)

	// A personal account stays single.
	personal := regexp.MustCompile(`/a/[0-9a-f-]{36}`).FindAllString(p.as(p.mallory).get("/accounts?q=Mallory").body, -1)
	seen := 0
	mallory := p.as(p.mallory)
	for _, a := range personal {
		if a == in(p.malloryville, "") {
			continue
		}
		seen++
		mallory.get(a+"/members").want(t, http.StatusOK).says(t, "Only its owner can use a personal account")
		mallory.send(a+"/members/invites", "email", "x@example.com", "role", "full_viewer").want(t, http.StatusUnprocessableEntity).says(t, "A personal account has")
	}
	if seen == 0 {
		t.Error("no personal account was tried")
	}
}

func TestAHundredTabsAcceptOneInvite(t *testing.T) {
	p := newPanel(t)
	link := p.as(p.ada).invite(p.analytical, p.edsger.Email, "main_admin")
	edsger := p.as(p.edsger)
	token := edsger.token()
	var wg sync.WaitGroup
	statuses := make([]int, 100)
	for i := range statuses {
		wg.Go(func() {
			// A node that is too busy says so, and the browser tries again.
			for statuses[i] = http.StatusServiceUnavailable; statuses[i] == http.StatusServiceUnavailable; {
				statuses[i] = edsger.byLink(link, values("token", token)).status
			}
		})
	}
	wg.Wait()
	joined := 0
	for _, s := range statuses {
		switch s {
		case http.StatusSeeOther:
			joined++
		case http.StatusUnprocessableEntity:
		default:
			t.Errorf("status %d", s)
		}
	}
	if joined != 1 {
		t.Errorf("accepted %d times", joined)
	}
}

// New people race for one invite: one login is made, which is a member.
func TestAnInviteMakesOneLogin(t *testing.T) {
	p := newPanel(t)
	link := p.as(p.ada).invite(p.analytical, "new@example.com", "full_viewer")
	var wg sync.WaitGroup
	joined := make(chan *browser, 8)
	for range 8 {
		wg.Go(func() {
			b := p.browser()
			if b.byLink(link, values("name", "New", "password", password)).status == http.StatusSeeOther && b.get(in(p.analytical, "")).status == http.StatusOK {
				joined <- b
			}
		})
	}
	wg.Wait()
	if len(joined) != 1 {
		t.Errorf("%d came in", len(joined))
	}
}

// Barbara edits West until her role ends; the form fills in that end for what she gives.
func TestTheFormFillsInTheLatestEnd(t *testing.T) {
	p := newPanel(t)
	end := p.store.Now().Add(48 * time.Hour).Truncate(time.Minute)
	must(t, p.store.EditMember(context.Background(), p.grant(p.ada, "members.edit", p.west), p.barbara.ID, store.RoleUntil("full_editor", end)))
	barbara, invites := p.as(p.barbara), in(p.west, "/members/invites")
	page := barbara.get(invites+"/new").want(t, http.StatusOK).says(t, "at the latest, as your own role does")
	typed, _ := page.Find(`[name="until.full_viewer"]`).Attr("value")
	if typed == "" {
		t.Fatal("no end is filled in")
	}
	barbara.send(invites, "email", "one@example.com", "role", "full_viewer").want(t, http.StatusUnprocessableEntity).says(t, "can't outlast your own role")
	barbara.send(invites, "email", "one@example.com", "role", "full_viewer", "until.full_viewer", typed).want(t, http.StatusOK)
}
