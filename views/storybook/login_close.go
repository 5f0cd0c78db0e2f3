package storybook

import "bailiwick/views"

func closings() []Story {
	const here = "/a/analytical/settings/profile"
	ask := views.RecordPage{
		Frame: frame("Close my login", "Profile settings"), Header: views.Header{Title: "Close my login", Text: "ada@analytical.example"},
		Details: []views.Detail{
			{Label: "Ends", Value: views.Cell{Text: "Every session of yours, this one too, and your membership in 3 accounts."}},
			{Label: "Is deleted", Value: views.Cell{Text: "Your personal account and what is in it, your password, passkeys and second step."}},
			{Label: "Stays", Value: views.Cell{Text: "What you made in accounts of others, and your name in their audit."}},
			{Label: "For good", Value: views.Cell{Text: "It can not be opened again. Your address may sign up anew, as somebody new."}},
		},
	}
	refused := ask
	refused.Notice = &views.Alert{Tone: views.Warn, Title: "Not yet", Text: "You own Analytical: hand it over or delete it first.", Links: []views.Link{{Text: "Your accounts", URL: "/accounts"}}}
	ask.Acts = []views.ActForm{{Title: "Close it", Form: views.Form{Token: token, Action: here + "/close", Submit: "Close my login", Danger: true, Cancel: here, Plain: true, Fields: []views.Field{
		{Kind: views.Email, Name: "email", Label: "Your e-mail address", Value: "ada", Required: true, Autocomplete: "off", Help: "Write ada@analytical.example to say that it is this login.", Problem: "Write ada@analytical.example to say that it is this login."},
		{Kind: views.Password, Name: "proof", Label: "Your password", Required: true, Help: "To be sure that it is you. It is not asked again for five minutes."},
	}}}}
	return []Story{
		{Name: "Asked", Render: views.Record(ask)},
		{Name: "Not yet", Render: views.Record(refused)},
	}
}
