package storybook

import "bailiwick/views"

func letters() []Story {
	letter := views.LetterPage{
		Subject: "You are invited to work in an account", Greeting: "Hello,",
		Paragraphs: []string{"Ada invites you to work in Analytical, as Account role: Admin."},
		Action:     views.Link{Text: "See the invite", URL: "https://panel.example.com/invites/x7Gp2"},
		After:      []string{"The link works once, until 28 November 2026, 17:40 UTC, for this address alone.", "If you do not know what this is about, leave it: nothing happens without you."},
		Panel:      views.Link{Text: "Bailiwick", URL: "https://panel.example.com"},
	}
	kept := &views.Alert{Tone: views.Warn, Text: "This panel does not send mail. Letters are kept here, to be passed on by hand, until BAILIWICK_SMTP_URL names a mail server."}
	list := views.RecordListPage{
		Frame:  frame("Mail", ""),
		Header: views.Header{Title: "Mail of this installation", Text: "Letters of the last 30 days to anybody, the newest first."},
		List: views.List{
			Label: "Letters", Search: &views.Search{Action: "/operator/mail", Placeholder: "Search addresses"},
			Table: views.Table{
				Token:   token,
				Columns: []views.Column{{Text: "To"}, {Text: "Subject"}, {Text: "State"}, {Text: "Attempts", Number: true}, {Text: "Last error"}, {Text: "Written"}},
				Rows: []views.Row{
					{ID: "1", Cells: []views.Cell{{Text: "katherine@example.com", URL: "/operator/mail/1"}, {Text: letter.Subject}, {Badges: []views.Badge{{Text: "Waiting", Tone: views.Warn}}}, {Text: "3"}, {Text: "451 4.3.0 busy, come back later"}, {Text: "17:31"}}},
					{ID: "2", Cells: []views.Cell{{Text: "nobody@example.com", URL: "/operator/mail/2"}, {Text: letter.Subject}, {Badges: []views.Badge{{Text: "Failed", Tone: views.Bad}}}, {Text: "1"}, {Text: "550 5.1.1 nobody of that name here"}, {Text: "17:30"}},
						Menu: []views.Action{{Text: "Try again", Post: &views.Post{Action: "/operator/mail/2/retry"}}}},
					{ID: "3", Cells: []views.Cell{{Text: "grace@example.com", URL: "/operator/mail/3"}, {Text: "Choose a new password"}, {Badges: []views.Badge{{Text: "Sent", Tone: views.Good}}}, {Text: "1"}, {}, {Text: "12 Nov, 09:02"}}},
				},
			},
		},
	}
	one := views.RecordPage{
		Frame: frame("Letter", ""), Notice: kept,
		Header: views.Header{Title: letter.Subject, Badge: views.Badge{Text: "Kept", Tone: views.Info}, Actions: []views.Action{{Text: "All mail", URL: "/operator/mail"}}},
		Details: []views.Detail{
			{Label: "To", Value: views.Cell{Text: "katherine@example.com"}}, {Label: "Written", Value: views.Cell{Text: "17:31", Title: "21 November 2026, 17:31:04 CET"}},
			{Label: "Attempts", Value: views.Cell{Text: "0"}}, {Label: "Link", Value: views.Cell{Text: letter.Action.URL, URL: letter.Action.URL, Mono: true}},
			{Label: "Text", Value: views.Cell{Text: "Hello,\n\nAda invites you to work in Analytical, as Account role: Admin.\n\nSee the invite:\n" + letter.Action.URL + "\n", Block: true}},
		},
	}
	none := views.RecordListPage{
		Frame: frame("Mail", ""), Notice: kept, Header: list.Header,
		List: views.List{Label: "Letters", Empty: views.Empty{Icon: "mail", Title: "No letters", Text: "Invites, links for new passwords and the like stand here."}},
	}
	return []Story{
		{Name: "Mailbox", Render: views.RecordList(list)},
		{Name: "Mailbox, none, no mail server", Render: views.RecordList(none)},
		{Name: "Limits reached", Render: views.RecordList(views.RecordListPage{
			Frame: frame("Limits reached", ""), Header: views.Header{Title: "Limits reached", Text: "Who tried to invite or write to more people than they may in a day, in the last 30 days.", Actions: []views.Action{{Text: "All mail", URL: "/operator/mail"}}},
			List: views.List{Label: "Limits reached", Table: views.Table{Token: token, Columns: []views.Column{{Text: "Who"}, {Text: "Account"}, {Text: "Limit of"}, {Text: "Not sent", Number: true}, {Text: "Last time"}},
				Rows: []views.Row{{ID: "1", Cells: []views.Cell{{Text: "Mallory Kent"}, {Text: "Malloryville"}, {Text: "The sender"}, {Text: "1,580"}, {Text: "10 minutes ago"}}}}}},
		})},
		{Name: "Letter, no mail server", Render: views.Record(one)},
		{Name: "As it arrives", Render: views.LetterHTML(letter)},
	}
}
