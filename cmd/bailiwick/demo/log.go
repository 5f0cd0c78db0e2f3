package demo

import (
	"bailiwick/models/record"

	"fmt"
)

var logged = []struct{ source, level, message string }{
	{"call", "info", "Call answered after %d ms."}, {"call", "warning", "Caller waited %d seconds in the queue."}, {"call", "error", "Scenario stopped at line %d."},
	{"api", "info", "GET /calls 200 in %d ms"}, {"api", "warning", "GET /numbers 429 after %d requests"}, {"webhook", "info", "Delivered to https://hooks.example.com/customers in %d ms."},
	{"webhook", "error", "https://hooks.example.com/staging answered 503 at attempt %d."}, {"chat", "info", "Chat closed after %d messages."}, {"sign_in", "info", "Signed in after %d attempt."},
	{"sign_in", "warning", "Wrong password, attempt %d."}, {"shipped", "debug", "queue depth %d"}, {"shipped", "info", "backup finished, %d files"},
}

// logs reports n entries of the last week.
func (d desk) logs(n int) {
	var reports []record.Report
	for range n {
		l, at, count := logged[d.dice.IntN(len(logged))], d.earlier(7), 1+d.dice.IntN(240)
		if l.source == "sign_in" {
			count = 1 + count%3
			if l.level == "info" {
				count = 1
			}
		}
		details := map[string]string{"node": one(d.dice, "lon-1", "lon-2", "ber-1")}
		if l.source == "call" || l.source == "chat" {
			details["session"] = fmt.Sprintf("%08x", d.dice.Uint32())
		}
		reports = append(reports, record.Report{At: at, Values: row{
			"at": stamp(at), "source": l.source, "level": l.level, "message": fmt.Sprintf(l.message, count), "details": details,
		}})
	}
	d.report("logs", reports)
}

// logTokens makes n tokens that bring logs in and n that let others read them.
func (d desk) logTokens(n int) {
	for i, p := range first(n, programs) {
		d.add("log_shipping_tokens", row{"name": p.name, "state": []string{"enabled", "enabled", "disabled"}[i%3]})
	}
	filters := []map[string]string{{"level": "error"}, {"source": "call"}, {"source": "webhook", "level": "error"}, {"source": "api"}}
	for i, c := range first(n, companies) {
		d.add("shared_tokens", row{"name": "For " + c, "filters": filters[i%len(filters)], "lasts": []string{"7 days", "30 days", "1 day", "90 days"}[i%4]})
	}
}
