package demo

import (
	"bailiwick/models/record"

	"fmt"
)

var campaigns = []string{"Spring flyer", "Radio spot", "Bus stop", "Search ads", "Newsletter", "Trade fair", "Shop window", "Magazine", "Website", "Van lettering", "Referral", "Phone book"}

var whispers = []string{
	"A caller from the spring flyer.", "A caller from the website.", "An existing customer.", "A caller who speaks German.", "A call about an order.", "A complaint.",
	"A call from the hotel's guests.", "A dental patient.", "A breakdown.", "An applicant.", "A call from abroad.", "The second call of today.",
}

// tracking makes n of each thing that calls are counted and routed by, and gives
// the ids of items and call rules for the numbers.
func (d desk) tracking(n int) (items, rules []string) {
	var groups, said []string
	for i, c := range first(n, companies) {
		groups = append(groups, d.add("groups", row{"name": c, "description": "All places and campaigns of " + c + ".", "tags": []string{[]string{"health", "trade", "travel"}[i%3]}}))
	}
	for i, text := range first(n, whispers) {
		said = append(said, d.add("whispers", row{"name": campaigns[i], "text": text, "language": "en"}))
	}
	days := []string{"monday", "tuesday", "wednesday", "thursday", "friday"}
	for i := range n {
		v := row{"name": companies[i%len(companies)] + " desk", "destination": hamburg(10 + i), "fallback": mobile(600 + i), "ring": 15 + 5*(i%4), "record": i%3 == 0, "whisper": said[i%len(said)]}
		if i%2 == 0 {
			v["days"] = days
		}
		rules = append(rules, d.add("call_rules", v))
	}
	for i := range 2 * n {
		v := row{"name": companies[i/2%len(companies)] + ": " + campaigns[(i+i/12)%len(campaigns)], "group": groups[i/2%len(groups)]}
		if i%3 == 0 {
			v["website"] = fmt.Sprintf("https://example.com/%d", i+1)
		}
		if i%2 == 0 {
			v["call_rule"] = rules[i/2%len(rules)]
		}
		items = append(items, d.add("items", v))
	}
	d.keywords(n)
	return items, rules
}

var keywords = []struct {
	name  string
	words []string
	by    string
}{
	{"Orders", []string{"order", "buy", "delivery"}, "caller"}, {"Complaints", []string{"complaint", "unacceptable", "refund"}, "caller"},
	{"Leaving", []string{"cancel my contract", "leave you"}, "caller"}, {"Competitors", []string{"cheaper elsewhere", "other offer"}, "caller"},
	{"Promises", []string{"I promise", "guaranteed"}, "agent"}, {"Appointments", []string{"appointment", "book", "reschedule"}, "anyone"},
	{"Breakdowns", []string{"motorway", "engine", "tow"}, "caller"}, {"Applicants", []string{"position", "apply"}, "caller"},
	{"Praise", []string{"thank you so much", "excellent"}, "caller"}, {"Prices", []string{"how much", "price", "discount"}, "caller"},
	{"Swearing", []string{"damn", "bloody"}, "anyone"}, {"German", []string{"Rechnung", "Termin"}, "anyone"},
}

func (d desk) keywords(n int) {
	var rows []row
	for i, k := range first(n, keywords) {
		rows = append(rows, row{"name": k.name, "keywords": k.words, "said_by": k.by, "tag": "said-" + fmt.Sprint(i+1), "state": []string{"enabled", "enabled", "disabled"}[i%3]})
	}
	d.append("keyword_spotting", rows)
}

// conversations reports n things that callers and writers left behind.
func (d desk) conversations(n int) {
	subjects := map[string]string{"call": "Missed call", "voicemail": "Voicemail", "text": "Text message", "form": "Form on the website", "chat": "Chat"}
	var reports []record.Report
	for i := range n {
		channel := []string{"voicemail", "form", "text", "call", "chat"}[i%5]
		name := fullName(i * 3)
		from := mobile(i * 3)
		if channel == "form" || channel == "chat" {
			from = address(name)
		}
		v := row{"subject": subjects[channel] + " from " + name, "channel": channel, "from": from, "text": said[i%len(said)], "state": one(d.dice, "new", "new", "open", "done")}
		if i%4 == 0 {
			v["tags"] = []string{[]string{"order", "complaint", "appointment"}[i%3]}
		}
		if v["state"] == "done" {
			v["note"] = "Answered by phone."
		}
		reports = append(reports, record.Report{Values: v, At: d.earlier(14)})
	}
	d.report("inbox", reports)
}
