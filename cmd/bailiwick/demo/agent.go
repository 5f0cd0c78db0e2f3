package demo

import "fmt"

var knowledgeBases = []row{
	{"name": "Opening hours", "description": "When each branch is open, holidays too.", "text": "Monday to Friday from 8 to 18. Saturday from 9 to 13 in London and Berlin only. Closed on public holidays."},
	{"name": "Prices", "description": "What things cost, as of this month.", "text": "A check-up is 45. A second appointment within two weeks is free. Prices are with tax."},
	{"name": "Returns", "description": "How something is sent back.", "text": "Within 30 days, unused, with the label that is in the parcel. The money is back after five working days."},
	{"name": "Deliveries", "description": "How long parcels take and where they go.", "text": "Two days in the country, four abroad. Not to post boxes."},
	{"name": "Dental treatments", "description": "What Harbour Dental offers.", "text": "Check-ups, cleaning, fillings, crowns. No surgery under anaesthesia."},
	{"name": "Hotel rooms", "description": "Rooms and rates of the Pier Hotel.", "text": "48 rooms, all with a view of the sea. Breakfast from 7. Dogs are welcome."},
	{"name": "Breakdown advice", "description": "What to tell somebody beside the road.", "text": "Hazard lights on, vest on, behind the barrier. Ask for the motorway, the direction and the last sign."},
	{"name": "Open positions", "description": "What we are hiring for.", "text": "Two receptionists in London, one dispatcher in Berlin, a trainee in the office."},
	{"name": "Invoices", "description": "How billing works.", "text": "Invoices go out on the 1st by e-mail and are due in 14 days."},
	{"name": "Privacy", "description": "What we keep of a call and for how long.", "text": "Recordings are kept for 90 days. Whoever asks is told what we have of them."},
	{"name": "Escalation", "description": "Who is called when.", "text": "Fire and water: the on-call manager at once. Angry customers: the supervisor of the shift."},
	{"name": "Phrases", "description": "How we greet, hold and say goodbye.", "text": "We never say no problem. We say gladly.", "sources": []string{"https://example.com/style", "https://example.com/style/phone"}},
}

var actionTypes = []struct{ name, kind, moment, instruction string }{
	{"Hand over to sales", "LIVE_TRANSFER", "during", "When the caller wants to buy something, connect them with the sales desk."},
	{"Hand over to the supervisor", "LIVE_TRANSFER", "during", "When the caller is angry or asks for a person twice."},
	{"Send directions", "INCALL_SMS", "during", "When the caller asks how to get here."},
	{"Confirm by SMS", "SEND_SMS", "after", "Send what was agreed, with the time, in one message."},
	{"Send catalogue", "INCALL_WHATSAPP", "during", "When the caller wants to see pictures."},
	{"Mail the summary", "SEND_EMAIL", "after", "Send the summary of the call to the office."},
	{"Book appointment", "REAL_TIME_BOOKING", "during", "Offer the next three free times, then book the chosen one."},
	{"Move appointment", "REAL_TIME_BOOKING", "during", "Find the caller's appointment and offer another time."},
	{"Take order number", "INFORMATION_EXTRACTOR", "after", "The order number, six digits, empty where none was given."},
	{"Take call-back number", "INFORMATION_EXTRACTOR", "after", "The number on which the caller wants to be called back."},
	{"Look up customer", "CUSTOM_ACTION", "before", "Ask the customer system for the caller's number and greet them by name."},
	{"Open a case", "CUSTOM_ACTION", "after", "When the matter was not settled, open a case with the summary."},
	{"Was it settled?", "CUSTOM_EVAL", "after", "Yes where the caller got what they called for."},
	{"Mood at the end", "CUSTOM_EVAL", "after", "Friendly, neutral or angry, from the last minute."},
}

var workflows = []struct {
	name, description string
	steps             []string
}{
	{"Take an order", "From the first word to the confirmation.", []string{"Greet", "Ask for the order", "Read it back", "Ask for the address", "Confirm by SMS"}},
	{"Book an appointment", "With one alternative, not three.", []string{"Greet", "Ask for the matter", "Offer the next free time", "Book", "Send the confirmation"}},
	{"Move an appointment", "Without losing the old one first.", []string{"Find the appointment", "Offer another time", "Book it", "Give the old one up"}},
	{"Take a message", "When nobody is in.", []string{"Say that nobody is in", "Ask for name and number", "Ask for the matter", "Read it back", "Mail it"}},
	{"Breakdown", "Safety first.", []string{"Ask whether everybody is safe", "Ask for the place", "Ask for the car", "Send the truck", "Text the arrival"}},
	{"Complaint", "Listen, then act.", []string{"Listen to the end", "Say sorry once", "Ask what would help", "Open a case", "Name the next step"}},
	{"Invoice question", "Find, explain, correct.", []string{"Ask for the invoice number", "Read the lines", "Explain or correct", "Send the invoice again"}},
	{"Survey", "Three questions.", []string{"Ask for consent", "Ask the three questions", "Say thank you"}},
	{"New customer", "Who are they and what do they need?", []string{"Greet", "Ask for the name", "Ask for the need", "Hand over to sales"}},
	{"Room booking", "For the hotel.", []string{"Ask for the dates", "Ask for the number of guests", "Offer a room", "Take the name", "Confirm by e-mail"}},
	{"Application", "For open positions.", []string{"Tell about the position", "Ask three questions", "Take the call-back number"}},
	{"Emergency", "Somebody is woken up.", []string{"Ask what happened", "Call the manager on duty", "Stay on the line"}},
}

var prompts = []string{
	"You are friendly and brief. You answer for {{company}}. You never promise what you can't check.",
	"You take orders. Read every number back. When the caller hesitates, wait.",
	"You help people beside the road. Safety comes before everything. Ask one question at a time.",
	"You remind people of appointments. If they can't come, offer another time at once.",
}

var agentNames = []struct{ name, kind string }{
	{"Reception", "inbound"}, {"Order desk", "inbound"}, {"Dental assistant", "inbound"}, {"Hotel concierge", "inbound"}, {"Breakdown helper", "inbound"},
	{"Night watch", "inbound"}, {"Reminder caller", "outbound"}, {"Survey caller", "outbound"}, {"Win-back caller", "outbound"},
	{"Website guide", "widget"}, {"Booking widget", "widget"}, {"Shop chat", "chat"}, {"Invoice chat", "chat"}, {"Recruiting chat", "chat"},
}

// agentWorld makes what agents need and the first n agents whose type the
// account may use; other things stay out where it may not use them either.
func (d desk) agentWorld(n int) {
	bases := d.each("knowledge_bases", first(n, knowledgeBases))
	var actions, flows, agents []string
	for _, a := range first(n, actionTypes) {
		if d.allowed(d.store.Catalog().Kind("action").Field("type").Option(a.kind).Needs) {
			actions = append(actions, d.add("actions", row{"name": a.name, "type": a.kind, "moment": a.moment, "instruction": a.instruction}))
		}
	}
	if d.has("workflows") {
		for i, w := range first(n, workflows) {
			flows = append(flows, d.add("workflows", row{"name": w.name, "description": w.description, "steps": w.steps, "state": []string{"active", "active", "draft", "paused"}[i%4]}))
		}
	}
	for i, a := range agentNames {
		if len(agents) == n || !d.has(a.kind) {
			continue
		}
		v := row{
			"name": a.name, "type": a.kind, "state": []string{"live", "live", "draft", "paused"}[i%4], "model": []string{"standard", "fast", "thorough"}[i%3],
			"voice": firstNames[i%len(firstNames)], "language": []string{"en", "en", "de"}[i%3], "knowledge_bases": around(bases, i, 3),
			"prompt": prompts[i%len(prompts)], "actions": around(actions, i, 4),
		}
		if len(flows) > 0 && i%3 == 0 {
			v["call_flow"] = flows[i%len(flows)]
		}
		if d.has("deployment") && i%2 == 0 {
			v["memory_groups"], v["webhook"] = []string{"callers"}, fmt.Sprintf("https://hooks.example.com/agents/%d", i+1)
		}
		agents = append(agents, d.add("agents", v))
	}
	if d.has("simulations") {
		d.simulations(n, agents)
	}
}

var callers = [][2]string{
	{"Wants Thursday", "Has an appointment on Tuesday and wants Thursday. Gives in if Thursday is full."}, {"Speaks German", "Begins in English, goes over to German in the second sentence."},
	{"Angry about an invoice", "Was charged twice. Threatens to leave. Calms down when told the next step."}, {"Says nothing", "Is silent for ten seconds, then hangs up."},
	{"Two questions at once", "Asks for the price and the opening hours in one breath."}, {"Wrong number", "Wanted the bakery next door."},
	{"Beside the motorway", "Loud traffic. Does not know the exit."}, {"Spells everything", "Spells name and street letter by letter."},
	{"Asks for a person", "Says `person, please` three times."}, {"Interrupts", "Begins to speak before the agent has finished."},
	{"Long story", "Needs three minutes to come to the point."}, {"Wants a discount", "Will order if it is ten percent less."},
}

func (d desk) simulations(n int, agents []string) {
	var rows []row
	for i, c := range first(n, callers) {
		rows = append(rows, row{"name": c[0], "agent": agents[i%len(agents)], "caller": c[1], "expected": "The caller knows what happens next, and the agent promised nothing it could not check."})
	}
	d.append("simulations", rows)
}

func (d desk) contacts(n int) {
	var rows []row
	for i := range n {
		name := fullName(i)
		v := row{"name": name, "phone": mobile(i), "email": address(name), "company": companies[i%len(companies)], "phone_book": []string{"Customers", "Suppliers", "Private"}[i%3]}
		if i%4 == 0 {
			v["memory_groups"] = []string{"callers"}
		}
		if i%5 == 0 {
			v["note"] = "Prefers to be called in the morning."
		}
		rows = append(rows, v)
	}
	d.append("contacts", rows)
}

var services = []struct{ provider, label, identifier string }{
	{"twilio", "Numbers of the London office", "AC-demo-london"}, {"twilio", "Numbers of the Berlin office", "AC-demo-berlin"},
	{"elevenlabs", "Voices", "demo-voices"}, {"elevenlabs", "Voices of the hotel", "demo-hotel"}, {"hubspot", "Customers", "demo-hub-1"},
	{"hubspot", "Applicants", "demo-hub-2"}, {"cal_com", "Dental appointments", "demo-dental"}, {"cal_com", "Vet appointments", "demo-vet"},
	{"salesforce", "Sales", "demo-org-1"}, {"salesforce", "Breakdowns", "demo-org-2"}, {"gohighlevel", "Campaigns", "demo-location-1"},
	{"gohighlevel", "Follow-ups", "demo-location-2"},
}

func (d desk) integrations(n int) {
	var rows []row
	for i, s := range services {
		if len(rows) < n && d.has(s.provider) {
			rows = append(rows, row{"provider": s.provider, "label": s.label, "identifier": s.identifier, "secret": fmt.Sprintf("demo key %02d", i), "state": []string{"enabled", "enabled", "disabled"}[i%3]})
		}
	}
	d.append("integrations", rows)
}
