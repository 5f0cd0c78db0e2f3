package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

// seen is what the page of a move says that it shows.
func (x page) seen(t testing.TB) string {
	t.Helper()
	value, _ := x.Find("main input[name=seen]").Attr("value")
	if value == "" {
		t.Fatalf("nothing to confirm: %s", x.Text())
	}
	return value
}

func TestMovingAnAccountFromItsMenu(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	ada, grace, edsger := p.as(p.ada), p.as(p.grace), p.as(p.edsger)
	must(t, p.store.SetEntitlement(ctx, p.grant(p.ada, "entitlements.edit", p.analytical), "logs", p.west.ID, false))
	move := in(p.analytical, "/accounts/"+p.berlin.ID.String()+"/move")

	ada.get(in(p.analytical, "/accounts")).says(t, "Move…")
	list := ada.get(move).want(t, http.StatusOK).says(t, "Analytical", "Current parent account", "This one moves")
	if n := list.Find("main tbody a").Length(); n != 2 {
		t.Errorf("%d places are offered, not Analytical and West", n)
	}
	if n := ada.get(move + "?q=wes").Find("main tbody a").Length(); n != 1 {
		t.Errorf("the search finds %d", n)
	}
	to := "?to=" + p.west.ID.String()
	asked := ada.get(move+to).want(t, http.StatusOK).says(t, "Move East Berlin under West?", "East → West", "Edsger", "Full viewer in East", "Barbara", "Full editor in West", "Logs", "Limited by the new parent")
	edsger.get(in(p.berlin, "/calls")).want(t, http.StatusOK)

	// Without the page having been seen it is shown, not done.
	ada.send(move, "to", p.west.ID.String()).want(t, http.StatusConflict).says(t, "Not moved yet")
	edsger.get(in(p.berlin, "/calls")).want(t, http.StatusOK)
	got := ada.send(move, "to", p.west.ID.String(), "seen", asked.seen(t)).want(t, http.StatusSeeOther)
	edsger.get(in(p.berlin, "/calls")).want(t, http.StatusNotFound) // the very next request
	p.as(p.barbara).get(in(p.berlin, "/calls")).want(t, http.StatusOK)
	after := ada.get(got.location()).says(t, "East Berlin is under West now.", "Undo")
	ada.get(in(p.berlin, "/logs")).want(t, http.StatusForbidden)
	undo := []string{}
	for _, name := range []string{"to", "seen"} {
		value, _ := after.Find("#toasts input[name=" + name + "]").Attr("value")
		undo = append(undo, name, value)
	}
	ada.get(in(p.analytical, "/audit")).says(t, "moved East Berlin", "Stands below", "People who lose")
	ada.send(move, undo...).want(t, http.StatusSeeOther)
	edsger.get(in(p.berlin, "/calls")).want(t, http.StatusOK)
	ada.get(in(p.berlin, "/logs")).want(t, http.StatusOK)

	// Grace is told why she can not, and can elsewhere, without a way back.
	grace.get(move+to).want(t, http.StatusOK).says(t, "Barbara would get", "which you can't give there")
	grace.send(move, "to", p.west.ID.String(), "seen", asked.seen(t)).want(t, http.StatusUnprocessableEntity).says(t, "Barbara would get")
	up := grace.get(move+"?to="+p.analytical.ID.String()).want(t, http.StatusOK)
	moved := grace.send(move, "to", p.analytical.ID.String(), "seen", up.seen(t)).want(t, http.StatusSeeOther)
	if grace.get(moved.location()).says(t, "is under Analytical now").Find("#toasts form").Length() != 0 {
		t.Error("an Undo is offered that would be refused")
	}

	for _, wrong := range []struct{ sub, to, says string }{
		{p.east.ID.String(), p.east.ID.String(), "be moved below itself"},
		{p.east.ID.String(), p.analytical.ID.String(), "is already under Analytical"},
		{p.east.ID.String(), "nonsense", "Choose an account"},
	} {
		ada.send(in(p.analytical, "/accounts/"+wrong.sub+"/move"), "to", wrong.to).want(t, http.StatusUnprocessableEntity).says(t, wrong.says)
	}
	absent := ada.get(move+"?to=018f0000-0000-7000-8000-000000000000").want(t, http.StatusNotFound)
	if other := ada.get(move+"?to="+p.malloryville.ID.String()).want(t, http.StatusNotFound); other.body != absent.body {
		t.Error("another tenant's account does not answer like none")
	}
	ada.get(in(p.east, "/accounts/"+p.berlin.ID.String()+"/move")).want(t, http.StatusNotFound) // not below East any more
	edsger.get(in(p.east, "/accounts/"+p.berlin.ID.String()+"/move")).want(t, http.StatusForbidden)
	p.as(p.mallory).get(move).want(t, http.StatusNotFound)
	p.browser().get(move).want(t, http.StatusSeeOther)
	if got := ada.post(move, values("to", p.east.ID.String())); got.status != http.StatusForbidden {
		t.Errorf("without a form token: %d", got.status)
	}
	if strings.Contains(ada.get(in(p.analytical, "/accounts/"+p.analytical.ID.String()+"/move")).body, "Choose") {
		t.Error("the root can be moved")
	}
}
