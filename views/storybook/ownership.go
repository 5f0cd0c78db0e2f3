package storybook

import "bailiwick/views"

func ownerships() []Story {
	const here = "/a/analytical/settings/ownership"
	heir := func(id, name, email string) views.Row {
		return views.Row{ID: id, Cells: []views.Cell{{Text: name}, {Text: email}, {Text: "Offer to " + name + "…", URL: here + "?to=" + id}}}
	}
	list := views.RecordListPage{
		Frame: frame("Ownership of Analytical", "Account"), Header: views.Header{Title: "Ownership of Analytical", Text: "Ada owns it, and can do everything in it and below."},
		List: views.List{
			Label: "People it can be offered to", Search: &views.Search{Action: here, Placeholder: "Search people"},
			Table: views.Table{Columns: []views.Column{{Text: "Name"}, {Text: "E-mail address"}, {Text: "Hand over"}}, Rows: []views.Row{
				heir("2", "Barbara", "barbara@analytical.example"), heir("4", "Grace", "grace@analytical.example")}},
		},
	}
	offered := list
	offered.Header.Actions = []views.Action{{Text: "Take the offer back", Post: &views.Post{Text: "Take the offer back", Action: here + "/cancel"}}}
	offered.Notice = &views.Alert{Tone: views.Info, Title: "Offered to Grace", Text: "Grace can accept until 29 Nov, 09:12. Nothing changes until then. Another offer takes the place of this one."}
	ask := views.RecordPage{
		Frame: frame("Offer Analytical to Grace", "Account"), Header: views.Header{Title: "Offer Analytical to Grace", Text: "grace@analytical.example"},
		Details: []views.Detail{
			{Label: "New owner", Value: views.Cell{Text: "Grace can do everything in Analytical and below, and is a member there no more: owning it is more."}},
			{Label: "Owner now", Value: views.Cell{Text: "Ada becomes Admin of Analytical, whom the new owner can change or remove."}},
			{Label: "Below it", Value: views.Cell{Text: "Ada owns 204 accounts below it, which can go along. Where Grace is Admin of one of them, Ada becomes Admin of it."}},
			{Label: "When", Value: views.Cell{Text: "Once Grace accepts, within seven days. Until then nothing changes, and the offer can be taken back."}},
		},
		Acts: []views.ActForm{{Title: "Offer it", Form: views.Form{Token: token, Action: here, Submit: "Offer Analytical", Cancel: here, Fields: []views.Field{
			{Kind: views.Checkbox, Name: "below", Label: "With the 204 accounts below that you own too", Checked: true},
			{Kind: views.Password, Name: "proof", Label: "Your password", Required: true, Help: "To be sure that it is you. It is not asked again for five minutes.", Problem: "This is not your password."},
		}}}},
	}
	answer := views.RecordPage{
		Frame: frame("Analytical is offered to you", ""), Header: views.Header{Title: "Analytical is offered to you", Text: "By Ada, ada@analytical.example, until 29 Nov, 09:12."},
		Details: []views.Detail{
			{Label: "You", Value: views.Cell{Text: "You can do everything in Analytical and below, and answer for it. You stop being a member there: owning it is more."}},
			{Label: "Ada", Value: views.Cell{Text: "Owns it now, and becomes Admin, whom you can change or remove."}},
			{Label: "Below it", Value: views.Cell{Text: "You get the 204 accounts below it that Ada owns too."}},
		},
		Acts: []views.ActForm{
			{Title: "Accept", Form: views.Form{Token: token, Action: "/offers/1/accept", Submit: "Accept Analytical", Plain: true}},
			{Title: "Decline", Text: "Nothing changes. It can be offered to you again.", Form: views.Form{Token: token, Action: "/offers/1/decline", Submit: "Decline", Danger: true, Cancel: "/accounts", Plain: true}},
		},
	}
	return []Story{
		{Name: "To whom", Render: views.RecordList(list)},
		{Name: "Offered", Render: views.RecordList(offered)},
		{Name: "Offer", Render: views.Record(ask)},
		{Name: "Answer", Render: views.Record(answer)},
	}
}
