package demo

import (
	"bailiwick/models/record"

	"fmt"
	"time"

	"bailiwick/authz"
)

// report tells what happened in the desk's account, as the data plane does.
func (d desk) report(section string, reports []record.Report) (ids []string) {
	g := authz.SystemGrant("the demo cast")
	d.do(func() error {
		made, err := d.store.ReportRecords(d.ctx, g, d.places[d.account], d.place(section, nil), reports)
		for _, r := range made {
			ids = append(ids, r.ID.String())
		}
		return d.explain(section, nil, err)
	})
	return ids
}

var said = []string{
	"Good morning, I would like to move my appointment from Tuesday to Thursday if that is still possible.",
	"Hello, the parcel of my order has not come yet, and the tracking page says it has been delivered.",
	"I am standing on the hard shoulder of the motorway and the engine has gone out. Can somebody come?",
	"You charged me twice this month. I would like a refund, please, or at least an explanation.",
	"Is the position at the reception still open? I have worked in a hotel for six years.",
	"I only want to say thank you: the technician was here within the hour.",
	"My password does not work any more, and the link in the message has expired.",
	"Can you tell me whether you have a double room free for the last weekend of the month?",
}

// calls reports n calls of the last thirty days, most of them of the first applications.
func (d desk) calls(n int, apps []string, own func(int) string) {
	var reports []record.Report
	for i := range n {
		began, other, number := d.earlier(30), mobile(d.dice.IntN(160)), own(d.dice.IntN(20))
		v := row{
			"reference": fmt.Sprintf("call-%08x", d.dice.Uint32()), "direction": "inbound", "from": other, "to": number, "started_at": stamp(began),
			"result": "answered", "application": apps[min(d.dice.IntN(len(apps)), d.dice.IntN(len(apps)))],
		}
		seconds := 0
		switch k := d.dice.IntN(100); {
		case k < 66:
			seconds = 20 + int(d.dice.ExpFloat64()*160)
		case k < 80:
			v["result"] = "missed"
		case k < 87:
			v["result"], seconds = "voicemail", 15+d.dice.IntN(80)
		case k < 95:
			v["result"] = "busy"
		default:
			v["result"] = "failed"
		}
		if d.often(30) {
			v["direction"], v["from"], v["to"] = "outbound", number, other
		} else if d.often(6) {
			v["direction"], v["from"], v["to"] = "internal", fmt.Sprint(101+d.dice.IntN(20)), fmt.Sprint(101+d.dice.IntN(20))
		}
		v["duration"], v["cost"] = seconds, cents(float64((seconds+59)/60)*0.018)
		if seconds > 60 {
			v["recording"] = fmt.Sprintf("https://recordings.example.com/%s.ogg", v["reference"])
		}
		if seconds > 60 && d.often(40) {
			v["transcription"] = said[i%len(said)]
		}
		if d.often(20) {
			v["tags"] = []string{one(d.dice, "order", "complaint", "new customer", "appointment", "refund", "call back")}
		}
		if d.often(7) {
			v["flagged"] = true
		}
		if d.often(7) {
			v["comment"] = one(d.dice, "Called back, all settled.", "Wants to speak with Ms Grant only.", "Please listen to the end.", "Wrong number.", "Send the invoice again.")
		}
		ended := began.Add(time.Duration(seconds) * time.Second)
		if ended.After(d.now) {
			ended = d.now
		}
		reports = append(reports, record.Report{Values: v, At: ended})
	}
	d.report("calls", reports)
}

// sessions reports n calls that are going on.
func (d desk) sessions(n int, apps []string, own func(int) string) {
	var reports []record.Report
	for i := range n {
		began := d.now.Add(-time.Duration(20+d.dice.IntN(1500)) * time.Second)
		reports = append(reports, record.Report{At: began, Values: row{
			"reference": fmt.Sprintf("session-%08x", d.dice.Uint32()), "from": mobile(200 + i), "to": own(i), "started_at": stamp(began),
			"application": apps[i%len(apps)], "state": one(d.dice, "talking", "talking", "talking", "held", "ringing"),
		}})
	}
	d.report("call_sessions", reports)
}

// downloads asks for n exports of all applications.
func (d desk) downloads(n int) {
	for i := range n {
		d.add("call_downloads", row{
			"name": fmt.Sprintf("Week of %s", d.now.AddDate(0, 0, -7*(i+1)).Format("2 January")), "from": d.day(-7 * (i + 1)), "to": d.day(-7*i - 1),
			"format": []string{"csv", "csv", "ndjson"}[i%3],
		})
	}
}
