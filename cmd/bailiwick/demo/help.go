package demo

import (
	"bailiwick/models/record"

	"fmt"
)

var questions = []struct{ subject, text, priority string }{
	{"Callers hear themselves", "Since this morning callers to the order hotline hear an echo. It is worst on mobile phones.", "high"},
	{"A number is missing", "We bought a Munich number yesterday and do not see it in the list.", "normal"},
	{"Invoice address", "Please put our new address on the invoices from next month on.", "low"},
	{"Webhook arrives twice", "call.ended arrives twice for some calls, with the same id.", "normal"},
	{"More calls at once", "For a campaign we need 60 calls at once on Friday. Is that possible?", "high"},
	{"Recording without sound", "The recording of yesterday's call at 14:10 has no sound on the caller's side.", "normal"},
	{"Porting a number", "How long does it take to bring our old Berlin number here?", "normal"},
	{"Password of an application user", "Can users of an application change their password themselves?", "low"},
	{"Delivery reports", "Messages to one network stay at sent and are never delivered.", "normal"},
	{"Wrong time in the export", "The times in the CSV are one hour off. We are in London.", "low"},
	{"Agent answers in English", "The dental assistant answers in English when the caller speaks German.", "normal"},
	{"Caller ID refused", "Our Hamburg number was refused as caller ID. Which papers do you need?", "normal"},
	{"Queue music", "Can each queue have music of its own?", "low"},
	{"Slow list", "The list of calls takes three seconds to open on Monday mornings.", "normal"},
	{"Push certificate", "We renewed the certificate, but the old phones do not ring.", "high"},
	{"Statistics by group", "Is there a report by group, not only by number?", "low"},
	{"Blocked by mistake", "A good customer is on our block list. Who put them there?", "normal"},
	{"Test account", "May we have an account for tests that costs nothing?", "low"},
	{"SIP registration drops", "The registration at sip2.example.com drops every night at 3.", "high"},
	{"Two people, one login", "Can two people use the subuser “support” at the same time?", "low"},
}

// tickets asks support n things; some are answered, some closed.
func (d desk) tickets(n int) {
	for i, q := range first(n, questions) {
		id := d.add("support_tickets", row{"subject": q.subject, "text": q.text, "priority": q.priority})
		if i%3 == 1 {
			d.act("support_tickets", "reply", id, row{"replies": "It happened again today at noon."})
			d.act("support_tickets", "reply", id, row{"replies": "And once more at two. Please call us."})
		}
		if i%4 == 3 {
			d.act("support_tickets", "close", id, nil)
		}
	}
}

// notifications reports n that were sent.
func (d desk) notifications(n int) {
	kinds := [][2]string{
		{"The balance is low", "The balance is below 50. Top it up to keep calls going."}, {"A call list is done", "All lines of Harbour Dental reminders were called."},
		{"A certificate expires soon", "The certificate of the driver's app expires in 14 days."}, {"Somebody signed in from a new place", "If that was not you, end the session in your profile."},
		{"A number ends soon", "A Berlin number is given up at the end of the month."}, {"A subuser was created", "Ada Lovelace added a subuser."},
	}
	var reports []record.Report
	for i := range n {
		k := kinds[i%len(kinds)]
		reports = append(reports, record.Report{At: d.earlier(30), Values: row{
			"subject": k[0], "text": k[1], "channel": []string{"Office", "Team room", "On call", "Bookkeeping"}[i%4], "state": one(d.dice, "sent", "sent", "sent", "sent", "failed"),
		}})
	}
	d.report("notification_history", reports)
}

// templates writes n ready-made lists of steps.
func (d desk) templates(n int) {
	var rows []row
	for i, w := range first(n, workflows) {
		rows = append(rows, row{
			"name": "Set up: " + w.name, "description": "What to do so that callers can: " + w.description, "state": []string{"ready", "ready", "draft"}[i%3],
			"steps": []string{"Make an application", "Write the scenario", "Add a rule", "Buy a number and attach it", "Call it and listen"},
		})
	}
	d.append("onboarding", rows)
}

// extensions reports what is on offer and switches some on.
func (d desk) extensions() {
	var reports []record.Report
	for i, name := range []string{
		"Call scoring", "Wallboard", "Voice archive", "Spam shield", "Number health", "Calendar sync", "Holiday calendar", "Sentiment", "Translator", "Survey builder",
		"Payment by phone", "Identity check", "Fax to mail", "Queue music",
	} {
		reports = append(reports, record.Report{Values: row{
			"name": name, "publisher": []string{"Example Labs", "Platform", "Harbour Software"}[i%3], "price": float64(5 * (i % 5)), "state": "off",
			"description": fmt.Sprintf("%s for every call of the account.", name),
		}})
	}
	for i, id := range d.report("marketplace", reports) {
		if i%4 == 1 {
			d.act("marketplace", "switch_on", id, nil)
		}
	}
}
