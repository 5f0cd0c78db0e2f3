package storybook

import (
	letterpage "bailiwick/views/letter"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

func letters() []Story {
	letter := letterpage.Page{
		Subject: "You are invited to work in an account", Greeting: "Hello,",
		Paragraphs: []string{"Ada invites you to work in Analytical, as Account role: Admin."},
		Action:     part.Link{Text: "See the invite", URL: "https://panel.example.com/invites/x7Gp2"},
		After:      []string{"The link works once, until 28 November 2026, 17:40 UTC, for this address alone.", "If you don't know what this is about, ignore this e-mail: nothing happens unless you open the link."},
		Panel:      part.Link{Text: "Bailiwick", URL: "https://panel.example.com"},
	}
	kept := &part.Alert{Tone: part.Warn, Text: "This panel doesn't send mail. Letters are kept here for you to pass on, until BAILIWICK_SMTP_URL names a mail server."}
	list := record.ListPage{
		Frame:  frame("Mail", ""),
		Header: part.Header{Title: "Mail of this installation", Text: "All mail of the last 30 days, newest first."},
		List: part.List{
			Label: "Letters", Search: &part.Search{Action: "/operator/mail", Placeholder: "Search addresses"},
			Table: part.Table{
				Token:   token,
				Columns: []part.Column{{Text: "To"}, {Text: "Subject"}, {Text: "State"}, {Text: "Attempts", Number: true}, {Text: "Last error"}, {Text: "Written"}},
				Rows: []part.Row{
					{ID: "1", Cells: []part.Cell{{Text: "katherine@example.com", URL: "/operator/mail/1"}, {Text: letter.Subject}, {Badges: []part.Badge{{Text: "Waiting", Tone: part.Warn}}}, {Text: "3"}, {Text: "451 4.3.0 busy, come back later"}, {Text: "17:31"}}},
					{ID: "2", Cells: []part.Cell{{Text: "nobody@example.com", URL: "/operator/mail/2"}, {Text: letter.Subject}, {Badges: []part.Badge{{Text: "Failed", Tone: part.Bad}}}, {Text: "1"}, {Text: "550 5.1.1 nobody of that name here"}, {Text: "17:30"}},
						Menu: []part.Action{{Text: "Try again", Post: &part.Post{Action: "/operator/mail/2/retry"}}}},
					{ID: "3", Cells: []part.Cell{{Text: "grace@example.com", URL: "/operator/mail/3"}, {Text: "Choose a new password"}, {Badges: []part.Badge{{Text: "Sent", Tone: part.Good}}}, {Text: "1"}, {}, {Text: "12 Nov, 09:02"}}},
				},
			},
		},
	}
	one := record.Page{
		Frame: frame("Letter", ""), Notice: kept,
		Header: part.Header{Title: letter.Subject, Badge: part.Badge{Text: "Kept", Tone: part.Info}, Actions: []part.Action{{Text: "All mail", URL: "/operator/mail"}}},
		Details: []part.Detail{
			{Label: "To", Value: part.Cell{Text: "katherine@example.com"}}, {Label: "Written", Value: part.Cell{Text: "17:31", Title: "21 November 2026, 17:31:04 CET"}},
			{Label: "Attempts", Value: part.Cell{Text: "0"}}, {Label: "Link", Value: part.Cell{Text: letter.Action.URL, URL: letter.Action.URL, Mono: true}},
			{Label: "Text", Value: part.Cell{Text: "Hello,\n\nAda invites you to work in Analytical, as Account role: Admin.\n\nSee the invite:\n" + letter.Action.URL + "\n", Block: true}},
		},
	}
	none := record.ListPage{
		Frame: frame("Mail", ""), Notice: kept, Header: list.Header,
		List: part.List{Label: "Letters", Empty: part.Empty{Icon: "mail", Title: "No letters", Text: "Invites, links for new passwords and other letters are listed here."}},
	}
	return []Story{
		{Name: "Mailbox", Render: record.List(list)},
		{Name: "Mailbox, none, no mail server", Render: record.List(none)},
		{Name: "Limits reached", Render: record.List(record.ListPage{
			Frame: frame("Limits reached", ""), Header: part.Header{Title: "Limits reached", Text: "Who tried to invite or write to more people than they may in a day, in the last 30 days.", Actions: []part.Action{{Text: "All mail", URL: "/operator/mail"}}},
			List: part.List{Label: "Limits reached", Table: part.Table{Token: token, Columns: []part.Column{{Text: "Who"}, {Text: "Account"}, {Text: "Limit of"}, {Text: "Not sent", Number: true}, {Text: "Last time"}},
				Rows: []part.Row{{ID: "1", Cells: []part.Cell{{Text: "Mallory Kent"}, {Text: "Malloryville"}, {Text: "The sender"}, {Text: "1,580"}, {Text: "10 minutes ago"}}}}}},
		})},
		{Name: "Letter, no mail server", Render: record.Record(one)},
		{Name: "As it arrives", Render: letterpage.HTML(letter)},
	}
}
