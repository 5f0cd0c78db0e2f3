package demo

import (
	"bailiwick/models/record"

	"time"
)

var texts = []string{
	"Your appointment is tomorrow at 9:30. Reply 1 to keep it, 2 to move it.",
	"Your parcel is on its way and arrives between 10 and 12.",
	"Your code is 402 117. It is good for ten minutes.",
	"Thank you for your call. How was it, from 1 to 5?",
	"The truck is 12 minutes away. The driver's name is Oskar.",
	"Your table for four is booked for Friday at 19:00.",
	"The invoice of this month is in your mailbox.",
	"We are closed on Monday. In an emergency call the number on our page.",
}

var answers = []string{"1", "2", "Thank you!", "5", "Can it be an hour later?", "Please call me back.", "Which invoice?", "STOP"}

// waitingMessages sends n messages of each way, which wait for the data plane.
func (d desk) waitingMessages(n int, own func(int) string) {
	for i := range n {
		d.add("sms_one_way", row{"from": "Engines", "to": mobile(i), "text": texts[i%len(texts)]})
		d.add("sms_two_way", row{"from": own(i % 5), "to": mobile(80 + i), "text": texts[(i+3)%len(texts)]})
	}
}

// messages reports n messages of each way that are done.
func (d desk) messages(n int, own func(int) string) {
	var oneWay, twoWay []record.Report
	for i := range n {
		oneWay = append(oneWay, record.Report{At: d.earlier(30), Values: row{
			"way": "one_way", "direction": "outbound", "from": "Engines", "to": mobile(d.dice.IntN(400)), "text": texts[i%len(texts)],
			"state": one(d.dice, "delivered", "delivered", "delivered", "sent", "failed"), "parts": 1, "cost": 0.05,
		}})
	}
	// Each two-way message is followed by its answer.
	for i := range n / 2 {
		sent, theirs, ours := d.earlier(30), mobile(80+i), own(i%6)
		answered := sent.Add(time.Duration(1+d.dice.IntN(40)) * time.Minute)
		twoWay = append(twoWay, record.Report{At: sent, Values: row{
			"way": "two_way", "direction": "outbound", "from": ours, "to": theirs, "text": texts[i%len(texts)], "state": "delivered", "parts": 1, "cost": 0.05,
		}})
		if answered.After(d.now) {
			answered = d.now
		}
		twoWay = append(twoWay, record.Report{At: answered, Values: row{
			"way": "two_way", "direction": "inbound", "from": theirs, "to": ours, "text": answers[i%len(answers)], "state": "received", "parts": 1, "cost": 0,
		}})
	}
	d.report("sms_one_way_history", oneWay)
	d.report("sms_two_way_history", twoWay)
}
