package storybook

import (
	"bailiwick/views/part"
	"bailiwick/views/record"
)

func closings() []Story {
	const here = "/a/analytical/settings/profile"
	ask := record.Page{
		Frame: frame("Close my login", "Profile settings"), Header: part.Header{Title: "Close my login", Text: "ada@analytical.example"},
		Details: []part.Detail{
			{Label: "Ends", Value: part.Cell{Text: "Every session of yours, this one too, and your membership in 3 accounts."}},
			{Label: "Is deleted", Value: part.Cell{Text: "Your personal account and what is in it, your password, passkeys and second step."}},
			{Label: "Stays", Value: part.Cell{Text: "What you made in accounts of others, and your name in their audit."}},
			{Label: "For good", Value: part.Cell{Text: "It can not be opened again. Your address may sign up anew, as somebody new."}},
		},
	}
	refused := ask
	refused.Notice = &part.Alert{Tone: part.Warn, Title: "Not yet", Text: "You own Analytical: hand it over or delete it first.", Links: []part.Link{{Text: "Your accounts", URL: "/accounts"}}}
	ask.Acts = []record.ActForm{{Title: "Close it", Form: part.Form{Token: token, Action: here + "/close", Submit: "Close my login", Danger: true, Cancel: here, Plain: true, Fields: []part.Field{
		{Kind: part.Email, Name: "email", Label: "Your e-mail address", Value: "ada", Required: true, Autocomplete: "off", Help: "Write ada@analytical.example to say that it is this login.", Problem: "Write ada@analytical.example to say that it is this login."},
		{Kind: part.Password, Name: "proof", Label: "Your password", Required: true, Help: "To be sure that it is you. It is not asked again for five minutes."},
	}}}}
	return []Story{
		{Name: "Asked", Render: record.Record(ask)},
		{Name: "Not yet", Render: record.Record(refused)},
	}
}
