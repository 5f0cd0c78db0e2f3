package demo

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
)

var applications = pairs([2]string{"name", "description"},
	[2]string{"Front desk", "Answers the main numbers of our customers by day, and sends callers on."},
	[2]string{"Order hotline", "Takes orders and questions about orders, in English and German."},
	[2]string{"Appointment reminders", "Calls the day before an appointment and offers another one."},
	[2]string{"After hours", "Takes messages when nobody is in, and wakes somebody up when it burns."},
	[2]string{"Customer survey", "Three questions after a call, no more."},
	[2]string{"Breakdown dispatch", "Finds out where the car stands and sends the nearest truck."},
	[2]string{"Recruiting line", "Tells about open positions and takes a call-back number."},
)

// applications makes the first n; the first `full` of them are at work, with
// things inside. It gives their ids.
func (d desk) applications(n, full int) []string {
	ids := d.each("applications", first(n, applications))
	for i, id := range first(full, ids) {
		d.insideApplication(parse(id), i)
	}
	return ids
}

func parse(id string) uuid.UUID {
	u, _ := uuid.Parse(id) // after an error there are no ids, and nothing is done with them
	return u
}

var scenarios = pairs([2]string{"name", "code"},
	[2]string{"greeting", "on('call', async call => {\n  await call.answer();\n  await call.say('Welcome. Please hold the line.');\n  run('menu', call);\n});\n"},
	[2]string{"menu", "on('call', async call => {\n  const key = await call.ask('Press 1 for orders, 2 for everything else.', { digits: 1 });\n  run(key === '1' ? 'orders' : 'queue-entry', call);\n});\n"},
	[2]string{"business-hours", "const open = hour => hour >= 8 && hour < 18;\non('call', call => run(open(new Date().getHours()) ? 'menu' : 'voicemail', call));\n"},
	[2]string{"voicemail", "on('call', async call => {\n  await call.say('Nobody is in. Please leave a message.');\n  await call.record({ longest: 120, silence: 5 });\n});\n"},
	[2]string{"orders", "on('call', async call => {\n  const number = await call.ask('What is your order number?', { speech: true });\n  call.attach({ order: number });\n  run('queue-entry', call);\n});\n"},
	[2]string{"queue-entry", "on('call', call => call.enqueue('Sales', { priority: call.get('vip') ? 1 : 50 }));\n"},
	[2]string{"hold-music", "on('wait', call => call.play('https://media.example.com/hold.mp3', { loop: true }));\n"},
	[2]string{"callback", "on('call', async call => {\n  if (await call.confirm('Shall we call you back?')) store.set('callback:' + call.from, Date.now());\n});\n"},
	[2]string{"reminder", "on('dial', async call => {\n  await call.say(`You have an appointment on ${call.data.day}.`);\n  await call.ask('Press 1 to keep it, 2 to move it.', { digits: 1 });\n});\n"},
	[2]string{"survey", "const questions = ['How was it?', 'Was it solved?', 'Would you call again?'];\non('call', async call => {\n  for (const q of questions) await call.ask(q, { digits: 1 });\n});\n"},
	[2]string{"transfer", "on('call', call => call.transfer(call.number.parameters.person));\n"},
	[2]string{"spam-filter", "on('call', call => store.get('blocked:' + call.from) ? call.reject() : run('greeting', call));\n"},
)

var queues = []struct {
	name     string
	skills   []string
	priority int
	wait     int
}{
	{"Sales", []string{"sales"}, 40, 300}, {"Sales German", []string{"sales", "german"}, 40, 300}, {"Support", []string{"support"}, 50, 900},
	{"Support German", []string{"support", "german"}, 50, 900}, {"Billing", []string{"billing"}, 60, 900}, {"Complaints", []string{"complaints"}, 20, 240},
	{"VIP", []string{"sales", "support"}, 1, 60}, {"Returns", []string{"returns"}, 60, 1200}, {"New customers", []string{"sales"}, 30, 180},
	{"Partners", []string{"partners"}, 45, 600}, {"Night shift", []string{"support", "night"}, 50, 1800}, {"Overflow", nil, 90, 3600},
}

// insideApplication fills the i-th application; the first is the fullest.
func (d desk) insideApplication(app uuid.UUID, i int) {
	n := 12
	if i > 0 {
		n = 6
	}
	made := d.each("application_scenarios", first(n, scenarios), app)
	rules := d.rules(app, made)
	d.queues(app, n)
	d.callLists(app, rules, n)
	d.registrations(app, i, n)

	var certificates, agents, values []row
	platforms := []string{"apns", "fcm", "huawei", "apns_sandbox"}
	apps := [][2]string{{"Field service", "com.example.field"}, {"Front desk phone", "com.example.desk"}, {"Driver", "com.example.driver"}}
	languages := []string{"en", "de", "fr", "pt", "it", "nl"}
	for k := range n {
		app, platform := apps[k/len(platforms)%len(apps)], platforms[k%len(platforms)]
		certificates = append(certificates, row{
			"name": app[0] + " " + platform, "platform": platform, "bundle": app[1],
			"certificate": fmt.Sprintf("-----BEGIN CERTIFICATE-----\ndemo %02d\n-----END CERTIFICATE-----", k), "expires_at": d.day(40 + 31*k),
		})
		language, purpose := languages[k%len(languages)], []string{"orders", "questions"}[k/len(languages)]
		agents = append(agents, row{
			"name": "Dialogflow " + purpose + " " + language, "project": "analytical-" + purpose + "-" + language,
			"region": []string{"global", "europe-west1", "europe-west2"}[k%3], "language": language,
			"credentials": `{"type": "service_account", "client_email": "` + purpose + "-" + language + `@example.com"}`,
		})
	}
	for k := range 2 * n {
		v := row{"key": "customer:" + strconv.Itoa(4100+37*k), "value": fmt.Sprintf(`{"name": %q, "orders": %d}`, fullName(k+30*i), d.dice.IntN(40))}
		if k%4 == 0 {
			v = row{"key": "callback:" + mobile(300+k), "value": stamp(d.earlier(2)), "expires_at": stamp(d.now.Add(time.Duration(4+k) * time.Hour))}
		}
		values = append(values, v)
	}
	d.append("application_push_certificates", certificates, app)
	d.append("application_dialogflow_agents", agents, app)
	d.append("application_key_values", values, app)

	for k := range n {
		d.add("application_call_downloads", row{"name": "Calls of " + d.now.AddDate(0, -k, 0).Format("January 2006"), "from": d.day(-30 * (k + 1)), "to": d.day(-30 * k),
			"format": []string{"csv", "ndjson"}[k%2]}, app)
	}
}

func (d desk) rules(app uuid.UUID, scenarios []string) []string {
	rows := []row{
		{"name": "Orders", "pattern": `\+44207946000[0-9]`, "priority": 10, "scenarios": around(scenarios, 2, 3)},
		{"name": "London", "pattern": `\+44207946.*`, "priority": 50, "scenarios": around(scenarios, 0, 2)},
		{"name": "Freephone", "pattern": `\+44808157.*`, "priority": 50, "scenarios": around(scenarios, 0, 2)},
		{"name": "Berlin", "pattern": `\+493023125.*`, "priority": 60, "scenarios": around(scenarios, 1, 2)},
		{"name": "Hamburg", "pattern": `\+494066969.*`, "priority": 60, "scenarios": around(scenarios, 1, 2)},
		{"name": "Munich", "pattern": `\+498999998.*`, "priority": 60, "scenarios": around(scenarios, 1, 2)},
		{"name": "VIP line", "pattern": `\+442079460999`, "priority": 1, "scenarios": around(scenarios, 5, 1)},
		{"name": "Reminders", "pattern": `reminder-.*`, "priority": 20, "scenarios": around(scenarios, 8, 1)},
		{"name": "Survey", "pattern": `survey-.*`, "priority": 20, "scenarios": around(scenarios, 9, 1)},
		{"name": "Internal", "pattern": `[1-9][0-9]{2}`, "priority": 5, "scenarios": around(scenarios, 10, 1)},
		{"name": "Test calls", "pattern": `test-.*`, "priority": 900, "scenarios": around(scenarios, 0, 1)},
		{"name": "Everything else", "pattern": `.*`, "priority": 1000, "scenarios": around(scenarios, 3, 1)},
	}
	return d.each("application_rules", first(len(scenarios), rows), app)
}

// queues makes queues and the users who serve them.
func (d desk) queues(app uuid.UUID, n int) {
	var ids []string
	for _, q := range first(n, queues) {
		v := row{"name": q.name, "priority": q.priority, "maximum_wait": q.wait}
		if q.skills != nil {
			v["skills"] = q.skills
		}
		ids = append(ids, d.add("application_queues", v, app))
	}
	var users []row
	for k := range 2 * n {
		name := fullName(k + 100)
		user := address(name)
		users = append(users, row{
			"name": user[:len(user)-len("@example.com")], "display_name": name, "password": fmt.Sprintf("demo client %04d", k),
			"balance": float64(d.dice.IntN(40)), "skills": one(d.dice, []string{"sales"}, []string{"support"}, []string{"sales", "german"}, []string{"support", "night"}),
			"queues": around(ids, k, 1+k%3), "state": map[bool]string{true: "suspended", false: "active"}[k%11 == 10],
		})
	}
	who := d
	if manager, ok := d.logins["user-manager"]; ok && d.account == analytical {
		who = d.by(manager)
	}
	who.append("application_users", users, app)
}

func (d desk) callLists(app uuid.UUID, rules []string, n int) {
	who := d
	if manager, ok := d.logins["call-list-manager"]; ok && d.account == analytical {
		who = d.by(manager)
	}
	for k := range n {
		list := who.add("application_call_lists", row{
			"name": companies[k%len(companies)] + " reminders", "rule": around(rules, k, 1)[0], "priority": 10 + 5*k,
			"simultaneous": 2 + k, "attempts": 1 + k%4, "interval": 300 * (1 + k%3),
		}, app)
		var lines []row
		for j := range 12 + 4*(k%4) {
			lines = append(lines, row{
				"phone": mobile(40*k + j), "call_at": stamp(d.now.Truncate(time.Hour).Add(time.Duration(1+j/6) * time.Hour)),
				"custom": map[string]string{"name": fullName(7*k + j), "day": d.day(1 + j%5)},
			})
		}
		who.append("call_list_lines", lines, parse(list))
		if k%3 != 0 {
			who.act("application_call_lists", "start", list, nil)
		}
		if k%6 == 2 {
			who.act("application_call_lists", "cancel", list, nil)
		}
	}
}

func (d desk) registrations(app uuid.UUID, i, n int) {
	var rows []row
	for k := range n {
		rows = append(rows, row{
			"proxy": fmt.Sprintf("sip%d.example.com:5060", k%3+1), "username": fmt.Sprintf("desk-%d%02d", i+1, k+1), "password": fmt.Sprintf("demo secret %02d", k),
			"state": map[bool]string{true: "disabled", false: "enabled"}[k%5 == 4],
		})
	}
	d.append("application_sip_registrations", rows, app)
}
