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
			{Label: "Stays", Value: part.Cell{Text: "What you created in other people's accounts, and your name in their audit."}},
			{Label: "For good", Value: part.Cell{Text: "This can't be undone. You can sign up again with the same address, as a new person."}},
		},
	}
	refused := ask
	refused.Notice = &part.Alert{Tone: part.Warn, Title: "Not yet", Text: "You own Analytical: hand it over or delete it first.", Links: []part.Link{{Text: "Your accounts", URL: "/accounts"}}}
	ask.Acts = []record.ActForm{{Title: "Close my login", Form: part.Form{Token: token, Action: here + "/close", Submit: "Close my login", Danger: true, Cancel: here, Plain: true, Fields: []part.Field{
		{Kind: part.Email, Name: "email", Label: "Your e-mail address", Value: "ada", Required: true, Autocomplete: "off", Help: "Write ada@analytical.example to confirm.", Problem: "Write ada@analytical.example to confirm."},
		{Kind: part.Password, Name: "proof", Label: "Your password", Required: true, Help: "To make sure that it's you. You won't be asked again for five minutes."},
	}}}}
	return []Story{
		{Name: "Asked", Render: record.Record(ask)},
		{Name: "Not yet", Render: record.Record(refused)},
	}
}
