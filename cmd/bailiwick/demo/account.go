package demo

import (
	"bailiwick/models/account"

	"bailiwick/authz"
)

func (sd *seed) accounts() {
	sd.main("ada", analytical)
	sd.sub(analytical, east, west)
	sd.sub(east, eastBerlin)
	sd.labels(east, "germany", "branch")
	sd.labels(west, "britain", "branch")
	sd.main("mallory", malloryville)
	sd.entitlements()
}

func (sd *seed) main(owner, name string) {
	sd.do(func() (err error) {
		sd.places[name], err = sd.store.CreateMainAccount(sd.ctx, authz.Self(sd.member(owner)), name)
		return err
	})
}

func (sd *seed) sub(parent string, names ...string) {
	g := sd.may(sd.member("ada"), "sub_accounts.create", parent)
	sd.do(func() error {
		made, err := sd.store.CreateSubAccounts(sd.ctx, g, names)
		for _, a := range made {
			sd.places[a.Name] = a
		}
		return err
	})
}

func (sd *seed) labels(name string, labels ...string) {
	g := sd.may(sd.member("ada"), "sub_accounts.edit", analytical)
	sd.do(func() error {
		return sd.store.EditAccount(sd.ctx, g, sd.places[name].ID, name, true, labels)
	})
}

// entitlements leaves every state of a box and of a column behind: nobody has
// GoHighLevel, some have what is listed here, the rest all have; and East Berlin
// keeps its own boxes where East above it lacks them.
func (sd *seed) entitlements() {
	g := sd.may(sd.member("ada"), "entitlements.edit", analytical)
	sd.do(func() error {
		_, err := sd.store.SelectAll(sd.ctx, g, "gohighlevel", account.Filter{}, false)
		return err
	})
	for _, off := range []struct{ account, entitlement string }{
		{east, "workflows"}, {east, "outbound"}, {east, "salesforce"}, {east, "in_call_whatsapp"}, {east, "custom_evaluation"},
		{west, "simulations"}, {west, "chat"}, {west, "deployment"}, {west, "elevenlabs"}, {west, "custom_evaluation"},
		{eastBerlin, "logs"}, {eastBerlin, "widget"}, {eastBerlin, "calls"},
	} {
		sd.do(func() error {
			return sd.store.SetEntitlement(sd.ctx, g, off.entitlement, sd.places[off.account].ID, false)
		})
	}
}
