package demo

import "bailiwick/catalog"

// records fills the accounts: the agency with some of everything, the
// sub-accounts and Mallory's account with less.
func (sd *seed) records() {
	sd.agency()
	sd.branch(sd.desk(sd.member("ada"), east), berlin, "DE")
	sd.branch(sd.desk(sd.member("barbara"), west), func(i int) string { return london(800 + i) }, "GB")
	small := sd.desk(sd.member("ada"), eastBerlin)
	small.calls(12, small.applications(1, 0), func(i int) string { return berlin(500 + i) })
	small.contacts(12)
	foreign := sd.desk(sd.member("mallory"), malloryville)
	foreign.calls(12, foreign.applications(2, 0), munich)
	foreign.contacts(12)
}

func (sd *seed) agency() {
	ada := sd.desk(sd.member("ada"), analytical)
	grace := ada.by(sd.member("grace"))
	login := func(name string) desk { return ada.by(sd.logins[name]) }

	ada.transactions(60)
	ada.payment(4)
	apps := login("developer").applications(len(applications), 2)
	items, rules := grace.tracking(12)
	have, offered := ada.numbers(40, apps, items, rules, london, "GB")
	ada.workOnNumbers(have, offered, apps)
	ada.blocked(14)
	login("admin").callerIDs(14)

	ada.calls(200, apps, london)
	ada.sessions(12, apps, london)
	login("supervisor").downloads(14)
	login("admin").waitingMessages(12, london)
	ada.messages(40, london)
	ada.conversations(30)

	login("developer").agentWorld(14)
	login("call-list-manager").contacts(40)
	grace.integrations(12)

	ada.programAccess(12)
	login("admin").networks(14)
	ada.webhooks(12)
	ada.notificationChannels(12)
	ada.logs(150)
	grace.logTokens(12)

	ada.tickets(20)
	ada.notifications(30)
	ada.templates(12)
	ada.extensions()
}

// branch fills a sub-account, as far as it may use things.
func (sd *seed) branch(d desk, own func(int) string, country string) {
	apps := d.applications(3, 0)
	items, rules := d.tracking(3)
	d.transactions(12)
	d.numbers(8, apps, items, rules, own, country)
	d.calls(40, apps, own)
	d.sessions(3, apps, own)
	d.messages(12, own)
	d.conversations(10)
	d.agentWorld(4)
	d.contacts(14)
	d.integrations(3)
	d.webhooks(2)
	d.notificationChannels(3)
	d.logs(30)
	d.tickets(4)
	d.notifications(6)
}

// has tells whether the desk's account may use an entitlement.
func (d desk) has(entitlement string) bool {
	return d.allowed(d.store.Catalog().Entitlement(entitlement).Bit)
}

func (d desk) allowed(need catalog.Entitlements) bool {
	snap := d.store.Access()
	a, ok := snap.Find(d.places[d.account].ID)
	return ok && snap.Ceiling(a).Covers(need)
}
