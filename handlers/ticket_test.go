package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"bailiwick/models/account"
)

// memberAs signs somebody up, gives them a role in an account, and signs them in.
func (p *panel) memberAs(name string, a account.Account, role string) *browser {
	p.t.Helper()
	m, _, err := p.store.SignUp(context.Background(), name, strings.ToLower(name)+"@example.com", password)
	must(p.t, err)
	must(p.t, p.store.AddMember(context.Background(), p.grant(p.ada, "members.add", a), m.ID, role))
	return p.as(m)
}

// subjects are what the rows of a list are called.
func (x page) subjects() (all []string) {
	x.Find("#list tbody tr th a").Each(func(_ int, s *goquery.Selection) { all = append(all, strings.TrimSpace(s.Text())) })
	return all
}

// Radia looks at reports in West. She asks support, reads and closes her own
// tickets, and neither sees nor changes those of others; Barbara, who edits people
// there, sees them all.
func TestOnesOwnTickets(t *testing.T) {
	p := newPanel(t)
	radia, barbara := p.memberAs("Radia", p.west, "member:reporting_viewer"), p.as(p.barbara)
	ask := func(b *browser, a account.Account, subject string) string {
		t.Helper()
		return b.send(in(a, "/tickets"), "subject", subject, "text", "Why?", "priority", "low").added(t)
	}
	hers, his := ask(radia, p.west, "Report of May"), ask(barbara, p.west, "Invoice of May")
	one := func(id, verb string) string { return in(p.west, "/tickets/"+id+verb) }

	if got := radia.get(in(p.west, "/tickets")).want(t, http.StatusOK); !cmp.Equal(got.subjects(), []string{"Report of May"}) || strings.Contains(got.body, "Invoice") {
		t.Errorf("Radia sees %v", got.subjects())
	}
	if got := radia.get(in(p.west, "/tickets.csv")).want(t, http.StatusOK); !strings.Contains(got.body, "Report") || strings.Contains(got.body, "Invoice") {
		t.Errorf("her file has %s", got.body)
	}
	absent := radia.get(one(noID, "")).want(t, http.StatusNotFound)
	for _, verb := range []string{"", "/edit", "/delete", "/reply", "/close"} {
		if got := radia.get(one(his, verb)).want(t, http.StatusNotFound); got.body != absent.body {
			t.Errorf("%q of somebody else's ticket does not answer like none", verb)
		}
		if verb != "" {
			radia.send(one(his, verb), "replies", "Mine", "version", "1", "subject", "Mine").want(t, http.StatusNotFound)
		}
	}
	radia.get(in(p.west, "/support/all")).want(t, http.StatusForbidden)
	radia.send(in(p.west, "/support/all/"+hers+"/close")).want(t, http.StatusForbidden)
	if got := radia.get(in(p.west, "")).want(t, http.StatusOK); got.Find("nav a[href$='/support/all'], nav a[href$='/marketplace']").Length() != 0 || got.Find("nav a[href$='/tickets']").Length() != 1 {
		t.Error("her navigation is not what she may open")
	}
	for _, path := range []string{"/marketplace", "/onboarding/templates"} {
		radia.get(in(p.west, path)).want(t, http.StatusForbidden)
	}
	radia.send(one(hers, "/reply"), "replies", "It is about calls.").want(t, http.StatusSeeOther)
	radia.send(one(hers, "/close")).want(t, http.StatusSeeOther)
	if got := radia.get(in(p.west, "/tickets")).subjects(); !cmp.Equal(got, []string{"Report of May"}) {
		t.Errorf("the closed ticket is not hers to read: %v", got)
	}

	all := barbara.get(in(p.west, "/support/all")).want(t, http.StatusOK).subjects()
	if !cmp.Equal(all, []string{"Invoice of May", "Report of May"}) {
		t.Errorf("all questions are %v", all)
	}
	barbara.send(in(p.west, "/support/all/"+his+"/close")).want(t, http.StatusSeeOther)
	if got := barbara.get(in(p.west, "/tickets")).subjects(); !cmp.Equal(got, []string{"Invoice of May"}) {
		t.Errorf("Barbara's own are %v", got)
	}
	// A viewer above has their own there, and no list of those below.
	top := p.memberAs("Tony", p.analytical, "member:full_viewer")
	if got := top.get(in(p.analytical, "/tickets?accounts=below")).want(t, http.StatusOK); got.Find("#list tbody tr").Length() != 0 || got.Find("#filter-accounts").Length() != 0 {
		t.Error("tickets of West are read from above")
	}
	p.as(p.mallory).get(one(hers, "")).want(t, http.StatusNotFound)
	p.browser().get(one(hers, "")).want(t, http.StatusSeeOther)
}

// Staff whom Ada let into West to change things answer what was asked there; those
// who may only look do not see it.
func TestSupportStaffAnswer(t *testing.T) {
	p := newPanel(t)
	ada, staff := p.as(p.ada), p.as(p.katherine())
	id := p.as(p.barbara).send(in(p.west, "/tickets"), "subject", "Invoice", "text", "Why?", "priority", "low").added(t)
	door := func(access string) {
		t.Helper()
		ada.send(in(p.west, doorPath), "access", access, "lasts", "1h", "reason", "why").want(t, http.StatusSeeOther)
	}
	door("view")
	staff.get(in(p.west, "/support/all")).want(t, http.StatusForbidden)
	door("edit")
	if got := staff.get(in(p.west, "/support/all")).want(t, http.StatusOK).subjects(); !cmp.Equal(got, []string{"Invoice"}) {
		t.Errorf("staff see %v", got)
	}
	staff.send(in(p.west, "/support/all/"+id+"/reply"), "replies", "We look into it.").want(t, http.StatusSeeOther)
	staff.get(in(p.west, "/tickets")).want(t, http.StatusForbidden)
	staff.get(in(p.west, "/support/all/"+id+"/delete")).want(t, http.StatusNotFound)
	staff.get(in(p.east, "/support/all")).want(t, http.StatusNotFound)

	// The subuser role Owner does not see what support was asked, and lets nobody see it.
	_, link := p.subuser(p.west, "olga", "Owner")
	olga := p.asSubuser(link, "olga")
	if _, off := olga.get(in(p.west, doorPath)).want(t, http.StatusOK).Find("input[name=access][value=edit]").Attr("disabled"); !off {
		t.Error("Olga is offered to let staff do more than she may")
	}
	olga.send(in(p.west, doorPath), "access", "edit", "lasts", "1h", "reason", "why").want(t, http.StatusUnprocessableEntity)
	olga.send(in(p.west, doorPath), "access", "view", "lasts", "1h", "reason", "why").want(t, http.StatusSeeOther)
}
