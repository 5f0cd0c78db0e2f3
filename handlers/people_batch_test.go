package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"bailiwick/models/login"
)

// shown are the names of a list's rows.
func (x page) shown() string {
	names := x.Find("main .list tbody th").Map(func(_ int, th *goquery.Selection) string { return strings.TrimSpace(th.Find("a").First().Text()) })
	return strings.Join(names, " ")
}

// many asks for an act on many, does it, and gives what the page after it says.
func (b *browser) many(list, act string, pairs ...string) page {
	b.t.Helper()
	query := url.Values{"act": {act}}
	for i := 0; i < len(pairs); i += 2 {
		query.Add(pairs[i], pairs[i+1])
	}
	ask := b.get(list+"/batches/new?"+query.Encode()).want(b.t, http.StatusOK)
	form := ask.Find("dialog form")
	send := slices.Clone(pairs)
	for _, f := range form.Find("input[type=hidden]:not([name=token])").EachIter() {
		if name := f.AttrOr("name", ""); name != "id" && !query.Has(name) || name == "act" {
			send = append(send, name, f.AttrOr("value", ""))
		}
	}
	return b.get(b.send(form.AttrOr("action", ""), send...).want(b.t, http.StatusSeeOther).location()).want(b.t, http.StatusOK)
}

func TestSubusersAreFiltered(t *testing.T) {
	p := newPanel(t)
	ada, list := p.as(p.ada), in(p.west, "/settings/subusers")
	_, link := p.subuser(p.west, "dev", "Developer")
	p.subuser(p.west, "payer", "Payer")
	boss, _ := p.subuser(p.west, "boss", "Admin")
	ada.send(list, "name", "linked", "password_by", "link", "role", "Payer").want(t, http.StatusOK)
	must(t, p.store.SuspendSubuser(t.Context(), p.grant(p.ada, "subuser_edit", p.west), boss.ID))
	p.asSubuser(link, "dev")

	x := ada.get(list).want(t, http.StatusOK)
	if x.shown() != "boss dev linked payer" || !strings.Contains(x.Find(".pager").Text(), "4 subusers") {
		t.Errorf("the list shows %s, %s", x.shown(), x.Find(".pager").Text())
	}
	for query, want := range map[string]string{
		"role=Payer": "linked payer", "role=Developer": "dev", "role=nobody": "", "state=suspended": "boss", "state=no_password": "linked", "state=active": "dev linked payer",
		"seen=never": "boss linked payer", "seen=7": "dev", "seen=not30": "boss linked payer", "two_step=on": "", "two_step=off": "boss dev linked payer",
		"role=Payer&state=no_password": "linked", "role=Payer&q=pay": "payer", "q=e&seen=never": "linked payer",
	} {
		if got := ada.get(list+"?"+query).want(t, http.StatusOK).shown(); got != want {
			t.Errorf("%s shows %q, not %q", query, got, want)
		}
	}
	// By days, of which whoever never signed in has none.
	today, yesterday := time.Now().UTC().Format(time.DateOnly), time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	for query, want := range map[string]string{
		"since=" + today: "dev", "seen=custom&since=" + yesterday + "&till=" + today: "dev", "till=" + yesterday: "", "seen=never&since=" + today: "boss linked payer", "seen=custom": "boss dev linked payer",
	} {
		if got := ada.get(list+"?"+query).want(t, http.StatusOK).shown(); got != want {
			t.Errorf("%s shows %q, not %q", query, got, want)
		}
	}
	if ask := ada.asks(list, "act", "suspend", "all", "1", "since", today).want(t, http.StatusOK); words(ask.Find("dialog h1")) != "Suspend: 1 subuser" {
		t.Errorf("of those since today it asks %s", words(ask.Find("dialog h1")))
	} else if n := ask.Find("dialog [name=since][value='" + today + "']").Length(); n != 1 {
		t.Error("the question loses the days")
	}
	p.pass(8 * 24 * 3600e9)
	ada = p.as(p.ada)
	if got := ada.get(list+"?seen=7").want(t, http.StatusOK).shown(); got != "" {
		t.Errorf("after eight days %q signed in within seven", got)
	}
	if got := ada.get(list+"?seen=30").want(t, http.StatusOK).shown(); got != "dev" {
		t.Errorf("after eight days %q signed in within thirty", got)
	}
}

func TestManySubusersAtOnce(t *testing.T) {
	p := newPanel(t)
	ada, list := p.as(p.ada), in(p.west, "/settings/subusers")
	dev, link := p.subuser(p.west, "dev", "Developer")
	payer, _ := p.subuser(p.west, "payer", "Payer")
	boss, _ := p.subuser(p.west, "boss", "Admin")
	id := func(u uuid.UUID) string { return u.String() }
	devs := p.asSubuser(link, "dev")

	// The question says how many, and does nothing.
	ask := ada.get(list+"/batches/new?act=suspend&id="+id(dev.ID)+"&id="+id(payer.ID)).want(t, http.StatusOK).says(t, "Suspend: 2 subusers", "signed out at once")
	if ask.Find("dialog form input[name=id]").Length() != 2 || ada.get(list+"?state=suspended").shown() != "" {
		t.Error("the question loses whom it is about, or does something")
	}
	devs.get(in(p.west, "")).want(t, http.StatusOK)

	// Suspended together; who is already, is named; Undo resumes just those.
	must(t, p.store.SuspendSubuser(t.Context(), p.grant(p.ada, "subuser_edit", p.west), boss.ID))
	report := ada.many(list, "suspend", "id", id(dev.ID), "id", id(payer.ID), "id", id(boss.ID), "id", "018f0000-0000-7000-8000-000000000000").
		says(t, "2 subusers suspended, 2 skipped", "1 subuser is already suspended", "boss", "1 subuser is no longer here")
	devs.get(in(p.west, "")).want(t, http.StatusSeeOther)
	if got := ada.get(list + "?state=suspended").shown(); got != "boss dev payer" {
		t.Errorf("suspended are %s", got)
	}
	undo := report.Find(".page-actions form").AttrOr("action", "no button")
	ada.send(undo).want(t, http.StatusSeeOther)
	if got := ada.get(list + "?state=suspended").shown(); got != "boss" {
		t.Errorf("after undo suspended are %s", got)
	}
	ada.send(undo).want(t, http.StatusUnprocessableEntity).says(t, "already undone")

	// All that match: those with a role get another one, and lose it again by Undo, but
	// not who was changed since.
	// The list stays narrowed down, after Undo too.
	given := ada.many(list, "give_role", "all", "1", "role", "Payer", "give", "Developer").says(t, "1 subuser given Developer")
	for _, step := range []page{given, ada.takesBack(given), ada.many(list, "give_role", "all", "1", "role", "Payer", "give", "Developer")} {
		if got := step.shown(); got != "payer" {
			t.Errorf("the list of payers shows %s", got)
		}
	}
	if got := ada.get(list + "?role=Developer").shown(); got != "dev payer" {
		t.Errorf("Developers are %s", got)
	}
	ada.many(list, "give_role", "id", id(dev.ID), "id", id(payer.ID), "id", id(boss.ID), "give", "Support").says(t, "3 subusers given Support")
	left := ada.many(list, "take_role", "id", id(dev.ID), "id", id(boss.ID), "id", id(payer.ID), "give", "Developer").says(t, "2 subusers without Developer, 1 skipped", "does not have this role")
	ada.send(list+"/"+id(dev.ID)+"/edit", "name", "dev", "role", "Payer").want(t, http.StatusSeeOther)
	back := ada.send(left.Find(".page-actions form").AttrOr("action", "no button")).want(t, http.StatusSeeOther)
	ada.get(back.location()).says(t, "1 skipped", "was changed since")
	if got := ada.get(list + "?role=Developer").shown(); got != "payer" {
		t.Errorf("after undo Developers are %s", got)
	}
	ada.many(list, "take_role", "id", id(dev.ID), "give", "Payer").says(t, "has no other role")

	// Signing out asks for a proof, deletion can not be taken back.
	p.clock.advance(login.ProofLife)
	ada.send(list+"/batches", "act", "end_sessions", "id", id(dev.ID)).want(t, http.StatusUnprocessableEntity).says(t, "Send your password")
	devs = p.asSubuser(link, "dev")
	ada.send(list+"/batches", "act", "end_sessions", "id", id(dev.ID), "proof", password).want(t, http.StatusSeeOther)
	devs.get(in(p.west, "")).want(t, http.StatusSeeOther)
	gone := ada.many(list, "delete", "id", id(dev.ID), "id", id(payer.ID)).says(t, "2 subusers deleted")
	if gone.Find(".toasts form").Length() != 0 || gone.shown() != "boss" {
		t.Errorf("deletion offers Undo, or leaves %s", gone.shown())
	}
	ada.get(in(p.west, "/audit")).says(t, "suspended many subusers", "gave many subusers the role Developer", "deleted many subusers")

	// Nothing chosen, no act, others', and without the right.
	ada.send(list+"/batches", "act", "suspend").want(t, http.StatusUnprocessableEntity).says(t, "Select at least one row")
	ada.send(list+"/batches", "act", "promote", "id", id(boss.ID)).want(t, http.StatusUnprocessableEntity)
	ada.send(list+"/batches", "act", "give_role", "id", id(boss.ID)).want(t, http.StatusUnprocessableEntity).says(t, "Choose a role")
	ada.send(list+"/batches", "act", "give_role", "id", id(boss.ID), "give", "king").want(t, http.StatusUnprocessableEntity).says(t, "is not a role")
	ada.send(list+"/batches", "act", "suspend", "id", "zebra").want(t, http.StatusNotFound)
	ada.send(list+"/batches", "act", "resume", "all", "1", "expected", "7").want(t, http.StatusUnprocessableEntity).says(t, "Look again")
	p.as(p.mallory).send(in(p.malloryville, "/settings/subusers/batches"), "act", "delete", "id", id(boss.ID)).want(t, http.StatusSeeOther) // none of hers
	p.as(p.mallory).send(list+"/batches", "act", "delete", "id", id(boss.ID)).want(t, http.StatusNotFound)
	p.browser().post(list+"/batches", values("act", "delete", "id", id(boss.ID))).want(t, http.StatusSeeOther)
	_, door := p.subuser(p.west, "reader", "Owner")
	p.asSubuser(door, "reader").send(list+"/batches", "act", "delete", "id", id(boss.ID)).want(t, http.StatusForbidden)
	if got := ada.get(list).shown(); got != "boss reader" {
		t.Errorf("after refused acts there are %s", got)
	}
}

// Who may edit subusers by a role with an end gives none for longer, and touches
// nobody who can do more than they.
func TestManyByWhoMayDoLess(t *testing.T) {
	p := newPanel(t)
	ada, list := p.as(p.ada), in(p.west, "/settings/subusers")
	keeper := ada.makeRole(p.west, "Keeper", "subuser:Admin", "control_panel", "subusers", "subuser_edit", "subuser_create", "calls")
	watcher := ada.makeRole(p.west, "Watcher", "subuser:Admin", "control_panel", "calls")
	boss, _ := p.subuser(p.west, "boss", "Admin")
	peer, _ := p.subuser(p.west, "peer", key(watcher))
	_, link := p.subuser(p.west, "keeper", key(keeper))
	b := p.asSubuser(link, "keeper")
	b.many(list, "suspend", "all", "1").says(t, "1 subuser suspended, 2 skipped", "can do more here than you can", "boss", "is you", "keeper")
	b.send(list+"/batches", "act", "give_role", "id", peer.ID.String(), "give", "Admin").want(t, http.StatusUnprocessableEntity).says(t, "you can't give it")
	b.many(list, "take_role", "id", boss.ID.String(), "give", "Admin").says(t, "can do more here than you can")
	if got := ada.get(list + "?role=Admin").shown(); got != "boss" {
		t.Errorf("Admins are %s", got)
	}
	if got := ada.get(list + "?state=suspended").shown(); got != "peer" {
		t.Errorf("suspended are %s", got)
	}
}

func TestManyMembersAtOnce(t *testing.T) {
	p := newPanel(t)
	ada, list := p.as(p.ada), in(p.analytical, "/members")
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.analytical), p.edsger.ID, "full_viewer"))
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.analytical), p.barbara.ID, "reporting_viewer"))
	id := func(m login.Member) string { return m.ID.String() }
	roles := func() string {
		rows := ada.get(list).want(t, http.StatusOK).Find("main .list tbody tr").Map(func(_ int, r *goquery.Selection) string {
			return strings.TrimSpace(r.Find("th").Text()) + ": " + strings.TrimSpace(r.Find("td").Eq(1).Text())
		})
		return strings.Join(rows, "; ")
	}
	before := roles()
	if x := ada.get(list+"?role=full_viewer").want(t, http.StatusOK); !strings.Contains(x.Find("main .list tbody").Text(), "Edsger") || x.Find("main .list tbody tr").Length() != 1 {
		t.Errorf("Full viewers are %s", x.Find("main .list tbody").Text())
	}

	// The owner is no member, oneself one does not change; the rest get the role, and Undo
	// puts back just what was.
	report := ada.many(list, "give_role", "all", "1", "give", "configuration_viewer").says(t, "3 members given Configuration viewer, 1 skipped", "owns this account")
	if !strings.Contains(roles(), "Edsger: Member access: Full viewer, Member access: Configuration viewer") {
		t.Errorf("they have %s", roles())
	}
	ada.send(report.Find(".page-actions form").AttrOr("action", "no button")).want(t, http.StatusSeeOther)
	if got := roles(); got != before {
		t.Errorf("after undo they have %s, not %s", got, before)
	}

	// The last Admin stays one, in whatever order they stand.
	ada.send(in(p.analytical, p.member(p.edsger, "/edit")), "role", "main_admin", "role", "full_viewer").want(t, http.StatusSeeOther)
	ada.many(list, "take_role", "id", id(p.grace), "id", id(p.edsger), "give", "main_admin").says(t, "1 member without Admin, 1 skipped")
	ada.many(list, "remove", "id", id(p.grace), "id", id(p.edsger)).says(t, "1 member removed, 1 skipped", "is the last Admin here")

	// A role that lets others in asks for a proof.
	p.clock.advance(login.ProofLife)
	ada.send(list+"/batches", "act", "give_role", "id", id(p.barbara), "give", "main_admin").want(t, http.StatusUnprocessableEntity).says(t, "Send your password")
	ada.send(list+"/batches", "act", "give_role", "id", id(p.barbara), "give", "reporting_editor").want(t, http.StatusSeeOther)

	// Signed out is who has a session that was here, and that session alone.
	here, elsewhere := p.as(p.barbara), p.as(p.barbara)
	here.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	elsewhere.get(in(p.west, "")).want(t, http.StatusOK)
	p.clock.advance(login.ProofLife)
	ada.send(list+"/batches", "act", "end_sessions", "all", "1").want(t, http.StatusUnprocessableEntity).says(t, "Send your password")
	here.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	ended := ada.then(ada.send(list+"/batches", "act", "end_sessions", "all", "1", "proof", password)).says(t, "1 member signed out", "owns this account", "is not signed in here")
	if ended.Find(".page-actions form").Length() != 0 {
		t.Error("signing out offers Undo")
	}
	here.get(in(p.analytical, "/calls")).want(t, http.StatusSeeOther)
	elsewhere.get(in(p.west, "")).want(t, http.StatusOK)
	ada.get(in(p.analytical, "/audit")).says(t, "signed out many members")

	// Others, and who may not.
	p.as(p.barbara).send(list+"/batches", "act", "end_sessions", "all", "1").want(t, http.StatusForbidden)
	p.as(p.barbara).send(list+"/batches", "act", "remove", "id", id(p.grace)).want(t, http.StatusForbidden)
	p.as(p.mallory).send(list+"/batches", "act", "remove", "id", id(p.barbara)).want(t, http.StatusNotFound)
	p.browser().post(list+"/batches", values("act", "remove", "id", id(p.barbara))).want(t, http.StatusSeeOther)
	if x := p.as(p.barbara).get(list).want(t, http.StatusForbidden); x.Find("#bulk").Length() != 0 {
		t.Error("who may not change members is offered to")
	}
}

// Two who change the same people at once: each is whole, one after the other.
func TestManyTwiceAtOnce(t *testing.T) {
	p := newPanel(t)
	list := in(p.west, "/settings/subusers")
	var ids []string
	for _, name := range []string{"ab", "bc", "cd", "de"} {
		u, _ := p.subuser(p.west, name, "Payer")
		ids = append(ids, "id", u.ID.String())
	}
	done := make(chan page, 2)
	for _, b := range []*browser{p.as(p.ada), p.as(p.barbara)} {
		go func() { done <- b.send(list+"/batches", append(ids, "act", "suspend")...) }()
	}
	first, second := <-done, <-done
	if first.status != http.StatusSeeOther || second.status != http.StatusSeeOther {
		t.Fatalf("they answer %d and %d", first.status, second.status)
	}
	b := p.as(p.ada)
	if got := b.get(list + "?state=suspended").shown(); got != "ab bc cd de" {
		t.Errorf("suspended are %s", got)
	}
	told := 0
	for _, at := range []string{first.location(), second.location()} {
		if strings.Contains(at, "/batches/") {
			told++
			b.get(at).want(t, http.StatusOK).says(t, "0 subusers suspended, 4 skipped", "is already suspended")
		}
	}
	if told != 1 {
		t.Errorf("%d of two had nobody left to suspend", told)
	}
}
