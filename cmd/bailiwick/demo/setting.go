package demo

import (
	"fmt"

	"bailiwick/models/program"
)

var programs = []struct{ name, does, role string }{
	{"Website", "Shows free appointments on the website.", "Developer"}, {"Customer system", "Keeps calls beside customers.", "Support"},
	{"Data warehouse", "Reads calls every night.", "Supervisor"}, {"Accounting", "Fetches transactions on the 1st.", "Accountant"},
	{"Number desk", "Buys and connects numbers.", "PhoneNumberManager"}, {"Campaign runner", "Fills call lists.", "CallListManager"},
	{"Staff directory", "Keeps the users of applications in step.", "UserManager"}, {"Deployment", "Publishes scenarios.", "Developer"},
	{"Monitoring", "Looks whether calls come in.", "Supervisor"}, {"Top-up", "Pays when the balance is low.", "Payer"},
	{"Helpdesk", "Opens tickets from calls.", "Support"}, {"Backup", "Copies everything every week.", "Admin"},
}

// programAccess makes n service accounts and their keys.
func (d desk) programAccess(n int) {
	for i, p := range first(n, programs) {
		days := []int{90, 365, 30, 0}[i%4]
		key := program.KeyInput{Name: p.name + " key", Never: days == 0}
		if days > 0 {
			key.Expires = d.now.AddDate(0, 0, days)
		}
		g := d.may(d.who, "service_accounts.edit", d.account)
		d.do(func() error {
			a, _, err := d.store.CreateServiceAccount(d.ctx, g, program.ServiceAccountInput{Name: p.name, Description: p.does, Roles: []string{p.role}}, &key)
			if err == nil && i%6 == 5 {
				err = d.store.SuspendServiceAccount(d.ctx, g, a.ID)
			}
			return err
		})
	}
}

// networks blocks n networks of the documentation ranges (RFC 5737, RFC 3849).
// None is allowed: that would lock everybody else out.
func (d desk) networks(n int) {
	var rows []row
	notes := []string{"Tried passwords in spring.", "Exit of an anonymizer.", "Scanner.", "Asked by the data protection officer.", "Former office."}
	for i := range n {
		network := fmt.Sprintf("198.51.100.%d/28", 16*(i%16))
		switch i % 4 {
		case 1:
			network = fmt.Sprintf("203.0.113.%d/32", 7*i)
		case 3:
			network = fmt.Sprintf("2001:db8:%x::/48", 0xa0+i)
		}
		rows = append(rows, row{"network": network, "rule": "block", "note": notes[i%len(notes)]})
	}
	d.append("security", rows)
}

func (d desk) webhooks(n int) {
	for i, name := range first(n, []string{"customers", "warehouse", "alerts", "wallboard", "billing", "audit", "tracking", "helpdesk", "campaigns", "staff", "backup", "staging"}) {
		d.add("webhooks", row{
			"url":    "https://hooks.example.com/" + name,
			"events": around([]string{"call.ended", "call.missed", "sms.received", "number.changed", "record.created", "record.changed", "record.deleted", "balance.low"}, i, 1+i%4),
			"state":  []string{"enabled", "enabled", "enabled", "disabled"}[i%4],
		})
	}
}

func (d desk) notificationChannels(n int) {
	var ids []string
	for i, c := range first(n, []struct{ name, kind, address string }{
		{"Office", "email", "office@example.com"}, {"Ada", "email", "ada@example.com"}, {"Grace", "email", "grace@example.com"}, {"On call", "webhook", "https://hooks.example.com/on-call"},
		{"Team room", "slack", "https://chat.example.com/hooks/team"}, {"Alerts room", "slack", "https://chat.example.com/hooks/alerts"}, {"Bookkeeping", "email", "books@example.com"},
		{"Numbers", "email", "numbers@example.com"}, {"Wallboard", "webhook", "https://hooks.example.com/wallboard"}, {"Night shift", "email", "night@example.com"},
		{"Campaign room", "slack", "https://chat.example.com/hooks/campaigns"}, {"Security", "email", "security@example.com"},
	}) {
		ids = append(ids, d.add("notification_channels", row{"name": c.name, "type": c.kind, "address": c.address, "state": []string{"enabled", "enabled", "enabled", "enabled", "disabled"}[i%5]}))
	}
	var rows []row
	for i, event := range []string{"balance_low", "number_ends", "call_list_done", "certificate_expires", "token_expires", "sign_in_new", "subuser_made"} {
		for k := range 2 {
			rows = append(rows, row{"event": event, "channel": ids[(i+k)%len(ids)], "state": []string{"enabled", "disabled"}[(i+k)%3/2]})
		}
	}
	d.append("notification_settings", first(2*n, rows))
}
