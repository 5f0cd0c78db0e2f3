package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

// rows counts what a query of the database gives.
func (p *panel) rows(sql string) (n int) {
	must(p.t, modelstest.Ground(p.store).In(p.t.Context(), store.ScopePurge, func(db *gorm.DB) error { return db.Raw(sql).Scan(&n).Error }))
	return n
}

func TestWhatIsDeletedCanBeRestored(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	trash := in(p.analytical, "/deleted")
	ada.get(trash).want(t, http.StatusOK).says(t, "Nothing here")

	// An application goes with what is inside it, and comes back with it; a number
	// that belonged to it does so again.
	app := ada.application(p.analytical, "Reception")
	one := in(p.analytical, "/applications/"+app)
	greet := ada.send(one+"/scenarios", "name", "greet").added(t)
	rule := ada.send(one+"/rules", "name", "A", "pattern", ".*", "priority", "1", "scenarios", greet).added(t)
	sip := ada.send(in(p.analytical, "/settings/sip_registrations"), "proxy", "sip.example.com", "username", "desk", "state", "enabled", "application", app).added(t)
	gone := ada.then(ada.send(one+"/delete", "confirm", "Reception")).says(t, "Reception deleted.")
	for _, path := range []string{one, one + "/rules/" + rule} {
		ada.get(path).want(t, http.StatusNotFound)
	}
	if x := ada.get(in(p.analytical, "/settings/sip_registrations/"+sip)).want(t, http.StatusOK); strings.Contains(x.Find("main").Text(), "Reception") {
		t.Error("what belonged to it still does")
	}
	ada.get(trash).want(t, http.StatusOK).says(t, "Reception", "with 2 other records", "Application", "Ada")
	ada.takesBack(gone).says(t, "Reception restored.")
	ada.get(one+"/rules/"+rule).want(t, http.StatusOK).says(t, "greet")
	ada.get(in(p.analytical, "/settings/sip_registrations/"+sip)).want(t, http.StatusOK).says(t, "Reception")
	ada.get(trash).says(t, "Nothing here")

	// What named a scenario names it again, unless it was deleted meanwhile.
	ada.send(one+"/scenarios/"+greet+"/delete").want(t, http.StatusSeeOther)
	ada.send(trash+"/"+greet+"/restore").want(t, http.StatusSeeOther)
	ada.get(one+"/rules/"+rule).want(t, http.StatusOK).says(t, "greet")

	// A name that another has by now is not given twice.
	groups := in(p.analytical, "/groups")
	berlin := ada.send(groups, "name", "Berlin").added(t)
	ada.send(groups+"/"+berlin+"/delete").want(t, http.StatusSeeOther)
	other := ada.send(groups, "name", "berlin").added(t)
	ada.send(trash+"/"+berlin+"/restore").want(t, http.StatusUnprocessableEntity).says(t, "Berlin has a name that another has now.")
	ada.send(groups+"/"+other+"/delete").want(t, http.StatusSeeOther)
	ada.send(trash+"/"+berlin+"/restore").want(t, http.StatusSeeOther)
	ada.send(trash+"/"+other+"/restore").want(t, http.StatusUnprocessableEntity)
	ada.get(groups+"/"+berlin).want(t, http.StatusOK)

	// A token is none while it is deleted.
	key := ada.send(in(p.analytical, "/settings/shared-tokens"), "name", "Nightly", "lasts", "30 days").want(t, http.StatusOK).identifier(t)
	ada.send(in(p.analytical, "/settings/shared-tokens/"+key+"/delete")).want(t, http.StatusSeeOther)
	if n := p.rows("SELECT count(*) FROM records WHERE secrets <> '{}' AND id::text = '" + key + "'"); n != 0 {
		t.Error("the secret of a deleted key is among those that count")
	}
	ada.send(trash+"/"+key+"/restore").want(t, http.StatusSeeOther)
	ada.get(in(p.analytical, "/settings/shared-tokens/"+key)).want(t, http.StatusOK).says(t, "Nightly")

	// What is nothing without another does not come back before that.
	office := ada.send(in(p.analytical, "/settings/notification-channels"), "name", "Office", "type", "email", "address", "office@example.com", "state", "enabled").added(t)
	low := ada.send(in(p.analytical, "/settings/notifications/notification_settings"), "event", "balance_low", "channel", office, "state", "enabled").added(t)
	ada.send(in(p.analytical, "/settings/notifications/notification_settings/"+low+"/delete")).want(t, http.StatusSeeOther)
	ada.send(in(p.analytical, "/settings/notification-channels/"+office+"/delete")).want(t, http.StatusSeeOther)
	ada.send(trash+"/"+low+"/restore").want(t, http.StatusUnprocessableEntity).says(t, "restore that first")
	ada.send(trash+"/"+office+"/restore").want(t, http.StatusSeeOther)
	ada.send(trash+"/"+low+"/restore").want(t, http.StatusSeeOther)
	ada.get(in(p.analytical, "/settings/notifications/notification_settings/"+low)).want(t, http.StatusOK).says(t, "Office")

	// It shows to those who could delete it, and is theirs to restore.
	ada.send(groups+"/"+berlin+"/delete").want(t, http.StatusSeeOther)
	_, link := p.subuser(p.analytical, "caller", "CallListManager")
	caller := p.asSubuser(link, "caller")
	caller.get(trash).want(t, http.StatusOK)
	if x := caller.get(trash); strings.Contains(x.Find("main table").Text(), "Berlin") {
		t.Error("who may not delete groups reads the name of a deleted one")
	}
	caller.send(trash+"/"+berlin+"/restore").want(t, http.StatusNotFound)
	p.as(p.mallory).get(trash).want(t, http.StatusNotFound)
	p.as(p.mallory).send(in(p.malloryville, "/deleted/"+berlin+"/restore")).want(t, http.StatusNotFound)
	p.browser().get(trash).want(t, http.StatusSeeOther)

	// After 30 days it is removed for good.
	p.pass(31 * 24 * time.Hour)
	if more, err := p.store.PurgeDeletedRecords(t.Context()); err != nil || !more {
		t.Fatalf("nothing is removed: %v", err)
	}
	if n := p.rows("SELECT count(*) FROM deleted_records"); n != 0 {
		t.Errorf("%d are left", n)
	}
}
