package demo

import (
	"bailiwick/models/record"

	"fmt"
)

// transactions reports n of the last months; more comes in than goes out.
func (d desk) transactions(n int) {
	var reports []record.Report
	for i := range n {
		at := d.now.AddDate(0, 0, -2*(n-i))
		v := row{"description": "Calls of " + at.Format("2 January"), "amount": -cents(8 + 30*d.dice.Float64()), "type": "charge", "reference": fmt.Sprintf("usage-%04d", 100+i)}
		switch {
		case i%10 == 0:
			v = row{"description": "Payment by card", "amount": 300.0, "type": "payment", "reference": fmt.Sprintf("pay-%04d", 100+i)}
		case i%10 == 4:
			v = row{"description": "Numbers of " + at.Format("January"), "amount": -45.0, "type": "charge", "reference": at.Format("numbers-2006-01")}
		case i%17 == 8:
			v = row{"description": "Refund of failed messages", "amount": 3.55, "type": "refund", "reference": fmt.Sprintf("refund-%02d", i)}
		case i%29 == 20:
			v = row{"description": "Correction of rounding", "amount": 0.02, "type": "correction"}
		}
		reports = append(reports, record.Report{Values: v, At: at})
	}
	d.report("billing", reports)
}

// payment makes ways to pay and reports what is subscribed to.
func (d desk) payment(n int) {
	var methods []string
	for i, label := range first(n, []string{"Company card", "Card of the office", "Direct debit", "Old card"}) {
		methods = append(methods, d.add("payment_methods", row{"label": label, "provider": "Example Pay", "provider_token": fmt.Sprintf("tok_demo_%s_%d", []string{"card", "debit"}[i%2], i+1)}))
	}
	var reports []record.Report
	for i, p := range []struct {
		name, plan string
		price      float64
	}{
		{"Platform", "Agency", 199}, {"Call recording", "90 days", 29}, {"Transcription", "1,000 minutes", 49}, {"Agents", "14 agents", 140}, {"Numbers pack", "50 numbers", 60},
		{"SMS pack", "2,000 messages", 80}, {"Log retention", "One year", 25}, {"Priority support", "Business hours", 90}, {"Single sign-on", "Up to 50 people", 50},
		{"Call tracking", "12 groups", 39}, {"WhatsApp", "One sender", 19}, {"Fax", "One line", 5},
	} {
		state := []string{"active", "active", "active", "active", "cancelled", "ended"}[i%6]
		v := row{"name": p.name, "plan": p.plan, "price": p.price, "state": state, "payment_method": methods[i%len(methods)]}
		if state != "ended" {
			v["renews_on"] = d.day(3 + 5*i)
		}
		reports = append(reports, record.Report{Values: v, At: d.earlier(300)})
	}
	d.report("products", reports)
}
