package demo

import (
	"bailiwick/models/record"

	"fmt"
)

func number(e164, country, kind string, price float64, state string) row {
	return row{"number": e164, "country": country, "type": kind, "price": price, "state": state}
}

// numbers reports n purchased numbers, most attached to the applications, and
// twice as many that can be bought.
func (d desk) numbers(n int, apps, items, rules []string, own func(int) string, country string) (have, offered []string) {
	var purchased, available []record.Report
	for i := range n {
		v := number(own(i), country, "local", 1.5, "purchased")
		if i%8 != 7 {
			v["application"] = apps[min(i/20, len(apps)-1)]
		}
		if i%3 == 0 && len(items) > 0 {
			v["item"] = items[i/3%len(items)]
		}
		if i%4 == 1 && len(rules) > 0 {
			v["call_rule"] = rules[i/4%len(rules)]
		}
		if i%3 == 1 {
			v["tags"] = []string{[]string{"web", "print", "billboard", "radio"}[i%4]}
		}
		if i%6 == 2 {
			v["parameters"] = map[string]string{"person": mobile(500 + i), "language": []string{"en", "de"}[i%2]}
		}
		purchased = append(purchased, record.Report{Values: v, At: d.earlier(300)})
	}
	for i := range 2 * n {
		v := number(own(600+i), country, "local", 1.5, "available")
		switch {
		case i%5 == 4:
			v = number(freephone(i), "GB", "toll_free", 4, "available")
		case i%7 == 6:
			v = number(munich(600+i), "DE", "national", 2.2, "available")
		}
		available = append(available, record.Report{Values: v})
	}
	return d.report("numbers_list", purchased), d.report("numbers_choose", available)
}

// workOnNumbers buys, attaches, gives up and reserves some of the numbers.
func (d desk) workOnNumbers(have, offered, apps []string) {
	manager := d.by(d.logins["phone-number-manager"])
	for i, id := range first(4, offered) {
		manager.act("number_purchase", "buy", id, nil)
		manager.act("numbers_all_actions", "attach", id, row{"application": apps[i%2]})
		manager.act("numbers_all_actions", "parameters", id, row{"parameters": map[string]string{"person": mobile(700 + i), "greeting": "Hello"}})
	}
	for i, id := range have {
		switch {
		case i%11 == 5:
			manager.act("numbers_all_actions", "deactivate", id, nil)
		case i%3 == 2 && i > 12:
			manager.act("numbers_all_actions", "reserve", id, row{"reason": "Kept for " + companies[i%len(companies)] + "."})
		}
	}
}

// blocked blocks n numbers of others.
func (d desk) blocked(n int) {
	reasons := []string{"Silent calls at night.", "Robot that sells insurance.", "Asked not to be called again.", "Threatened the staff.", "Fax machine."}
	for i := range n {
		d.add("numbers_blocked", row{"number": mobile(900 + 3*i), "reason": reasons[i%len(reasons)]})
	}
}

func (d desk) callerIDs(n int) {
	var rows []row
	for i := range n {
		rows = append(rows, row{"number": hamburg(100 + i), "label": companies[i%len(companies)] + fmt.Sprintf(" %d", 1+i/len(companies))})
	}
	d.append("caller_ids", rows)
}
