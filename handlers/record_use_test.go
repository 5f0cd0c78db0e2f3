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

	// A key is nothing without its service account: it goes too, after the name is typed.
	robot := ada.send(in(p.analytical, "/settings/service_accounts"), "name", "Robot", "roles", "Developer", "state", "active").added(t)
	key := ada.send(in(p.analytical, "/settings/api_keys"), "name", "Nightly", "service_account", robot, "lasts", "30 days").want(t, http.StatusOK).identifier(t)
	account := in(p.analytical, "/settings/service_accounts/"+robot)
	says(account, "Used by 1 API key: Nightly. It is deleted too.")
	ada.send(account+"/delete").want(t, http.StatusUnprocessableEntity)
	ada.send(account+"/delete", "confirm", "Robot").want(t, http.StatusSeeOther)
	ada.get(in(p.analytical, "/settings/api_keys/"+key)).want(t, http.StatusNotFound)

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
	app := ada.application(p.analytical, "Reception")
	at := in(p.analytical, "/applications/"+app)
	queue := ada.send(at+"/queues", "name", "Sales", "priority", "10", "maximum_wait", "60").added(t)
	ada.send(at+"/users", "name", "barbara", "display_name", "Barbara", "state", "active", "queues", queue).added(t)
	_, link := p.subuser(p.analytical, "dev", "Developer")
	custom := p.asSubuser(link, "dev").get(at + "/queues/" + queue + "/delete")
	if custom.status == http.StatusOK && !strings.Contains(custom.dialog(), "Used by 1 user") {
		t.Errorf("the dialog says %q", custom.dialog())
	}
	edsger := p.as(p.edsger)
	edsger.get(at+"/queues/"+queue+"/delete").want(t, http.StatusNotFound)
	p.as(p.mallory).get(at+"/queues/"+queue+"/delete").want(t, http.StatusNotFound)
}
