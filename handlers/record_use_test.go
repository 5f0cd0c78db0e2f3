package handlers_test

import (
	"net/http"
	"strings"
	"testing"
)

// dialog is what a question says, in one line.
func (x page) dialog() string { return strings.Join(strings.Fields(x.Find("#dialog").Text()), " ") }

func TestDeletingSaysWhatUsesTheThing(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	app := in(p.analytical, "/applications/"+ada.application(p.analytical, "Reception"))
	greet := ada.send(app+"/scenarios", "name", "greet").added(t)
	bye := ada.send(app+"/scenarios", "name", "bye").added(t)
	var rules []string
	for _, name := range []string{"A", "B", "C", "D"} {
		rules = append(rules, ada.send(app+"/rules", "name", name, "pattern", ".*", "priority", "1", "scenarios", greet, "scenarios", bye).added(t))
	}
	says := func(at, want string) {
		t.Helper()
		if got := ada.get(at+"/delete").want(t, http.StatusOK).dialog(); !strings.Contains(got, want) {
			t.Errorf("the dialog says %q, not %q", got, want)
		}
	}
	says(app+"/scenarios/"+greet, "Used by 4 rules: A, B, C and others. They stay and no longer use this.")
	ada.send(app+"/scenarios/"+greet+"/delete").want(t, http.StatusSeeOther)
	for _, id := range rules {
		got := strings.Join(strings.Fields(ada.get(app+"/rules/"+id).want(t, http.StatusOK).Find("#main").Text()), " ")
		if strings.Contains(got, "gone") || !strings.Contains(got, "bye") {
			t.Errorf("the rule says %s", got)
		}
	}

	// A setting is nothing without its channel: it goes too, after the name is typed.
	office := ada.send(in(p.analytical, "/settings/notification-channels"), "name", "Office", "type", "email", "address", "office@example.com", "state", "enabled").added(t)
	low := ada.send(in(p.analytical, "/settings/notifications/notification_settings"), "event", "balance_low", "channel", office, "state", "enabled").added(t)
	channel := in(p.analytical, "/settings/notification-channels/"+office)
	says(channel, "Used by 1 notification setting: ")
	says(channel, "It is deleted too.")
	ada.send(channel+"/delete").want(t, http.StatusUnprocessableEntity)
	ada.send(channel+"/delete", "confirm", "Office").want(t, http.StatusSeeOther)
	ada.get(in(p.analytical, "/settings/notifications/notification_settings/"+low)).want(t, http.StatusNotFound)

	// A group in use is not missed by its items, and another account's does not count.
	group := ada.send(in(p.analytical, "/groups"), "name", "Berlin").added(t)
	item := ada.send(in(p.analytical, "/items"), "name", "Shop", "group", group).added(t)
	says(in(p.analytical, "/groups/"+group), "Used by 1 item: Shop. It stays and no longer uses this.")
	ada.send(in(p.analytical, "/groups/"+group+"/delete")).want(t, http.StatusSeeOther)
	if got := ada.get(in(p.analytical, "/items/"+item)).want(t, http.StatusOK).Find("#main").Text(); strings.Contains(got, "gone") {
		t.Error("the item names a group that is gone")
	}
	unused := ada.send(in(p.analytical, "/groups"), "name", "Hamburg").added(t)
	if got := ada.get(in(p.analytical, "/groups/"+unused+"/delete")).want(t, http.StatusOK).dialog(); strings.Contains(got, "Used") {
		t.Errorf("nothing uses it, and the dialog says %q", got)
	}
}

// Names are told to those who may see what has them; numbers to whoever deletes.
func TestDeletingNamesNothingThatOneMayNotSee(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	charles := ada.send(in(p.analytical, "/contacts"), "name", "Charles").added(t)
	ada.send(in(p.analytical, "/items"), "name", "Shop", "contacts", charles).added(t)
	asks := in(p.analytical, "/contacts/"+charles+"/delete")
	_, link := p.subuser(p.analytical, "caller", "CallListManager")
	caller := p.asSubuser(link, "caller")
	caller.get(in(p.analytical, "/items")).want(t, http.StatusForbidden)
	for who, b := range map[string]*browser{"Ada": ada, "the call list manager": caller} {
		got := b.get(asks).want(t, http.StatusOK).dialog()
		if !strings.Contains(got, "Used by 1 item") || strings.Contains(got, "Shop") != (b == ada) {
			t.Errorf("to %s the dialog says %q", who, got)
		}
	}
	p.as(p.edsger).get(asks).want(t, http.StatusNotFound)
	p.as(p.mallory).get(asks).want(t, http.StatusNotFound)
	p.browser().get(asks).want(t, http.StatusSeeOther)
}
