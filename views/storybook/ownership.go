package storybook

import (
	"bailiwick/views/part"
	"bailiwick/views/record"
)

func ownerships() []Story {
	const here = "/a/analytical/settings/ownership"
	heir := func(id, name, email string) part.Row {
		return part.Row{ID: id, Cells: []part.Cell{{Text: name}, {Text: email}, {Text: "Offer to " + name + "…", URL: here + "?to=" + id}}}
	}
	list := record.ListPage{
		Frame: frame("Ownership of Analytical", "Account"), Header: part.Header{Title: "Ownership of Analytical", Text: "Ada owns it, and can do everything in it and below."},
		List: part.List{
			Label: "People it can be offered to", Search: &part.Search{Action: here, Placeholder: "Search people"},
			Table: part.Table{Columns: []part.Column{{Text: "Name"}, {Text: "E-mail address"}, {Text: "Hand over"}}, Rows: []part.Row{
				heir("2", "Barbara", "barbara@analytical.example"), heir("4", "Grace", "grace@analytical.example")}},
		},
	}
	offered := list
	offered.Header.Actions = []part.Action{{Text: "Withdraw offer", Post: &part.Post{Text: "Withdraw offer", Action: here + "/cancel"}}}
	offered.Notice = &part.Alert{Tone: part.Info, Title: "Offered to Grace", Text: "Grace can accept until 29 Nov, 09:12. Nothing changes until then. Another offer takes the place of this one."}
	ask := record.Page{
		Frame: frame("Offer Analytical to Grace", "Account"), Header: part.Header{Title: "Offer Analytical to Grace", Text: "grace@analytical.example"},
		Details: []part.Detail{
			{Label: "New owner", Value: part.Cell{Text: "Grace can do everything in Analytical and below, and is no longer a member there: owners don't need to be."}},
			{Label: "Current owner", Value: part.Cell{Text: "Ada becomes Admin of Analytical, a role that the new owner can change or remove."}},
			{Label: "Below it", Value: part.Cell{Text: "Ada owns 204 accounts below it, which can go along. Where Grace is Admin of one of them, Ada becomes Admin of it."}},
			{Label: "When", Value: part.Cell{Text: "Once Grace accepts, within seven days. Until then nothing changes, and the offer can be withdrawn."}},
		},
		Acts: []record.ActForm{{Title: "Offer it", Form: part.Form{Token: token, Action: here, Submit: "Offer Analytical", Cancel: here, Fields: []part.Field{
			{Kind: part.Checkbox, Name: "below", Label: "With the 204 accounts below that you own too", Checked: true},
			{Kind: part.Password, Name: "proof", Label: "Your password", Required: true, Help: "To make sure that it's you. You won't be asked again for five minutes.", Problem: "This isn't your password."},
		}}}},
	}
	answer := record.Page{
		Frame: frame("Analytical is offered to you", ""), Header: part.Header{Title: "Analytical is offered to you", Text: "By Ada, ada@analytical.example, until 29 Nov, 09:12."},
		Details: []part.Detail{
			{Label: "You", Value: part.Cell{Text: "You can do everything in Analytical and below. Your membership there ends: owners don't need one."}},
			{Label: "Ada", Value: part.Cell{Text: "Owns it now, and becomes Admin, a role that you can change or remove."}},
			{Label: "Below it", Value: part.Cell{Text: "You get the 204 accounts below it that Ada owns too."}},
		},
		Acts: []record.ActForm{
			{Title: "Accept", Form: part.Form{Token: token, Action: "/offers/1/accept", Submit: "Accept Analytical", Plain: true}},
			{Title: "Decline", Text: "Nothing changes. It can be offered to you again.", Form: part.Form{Token: token, Action: "/offers/1/decline", Submit: "Decline", Danger: true, Cancel: "/accounts", Plain: true}},
		},
	}
	return []Story{
		{Name: "To whom", Render: record.List(list)},
		{Name: "Offered", Render: record.List(offered)},
		{Name: "Offer", Render: record.Record(ask)},
		{Name: "Answer", Render: record.Record(answer)},
	}
}
