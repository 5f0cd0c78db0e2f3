package storybook

import (
	"bailiwick/views/login"
	"bailiwick/views/part"

	"github.com/a-h/templ"
)

// linkMark is what the form of a one-time link carries.
const linkMark = "qA3vZ0sYc1nRfWg7"

func mailedLinks() []Story {
	link := func(p login.MailedLinkPage) templ.Component {
		if p.Form != nil {
			p.Form.Token = token
		}
		return login.MailedLink(p)
	}
	newPassword := func(problem string) *part.Form {
		f := login.NewPasswordForm("ada@analytical.example", problem, 12)
		f.Action, f.Hidden = "/reset-password", login.Mark(linkMark)
		return &f
	}
	signIn := part.Link{Text: "Sign in", URL: "/sign-in"}
	noMail := &part.Alert{Tone: part.Warn, Text: "This panel doesn't send mail. Ask for the link here, then ask whoever looks after the panel to pass it on to you."}
	keep := newPassword("")
	keep.Fields = append(keep.Fields, part.Field{Kind: part.Multi, Name: "keep", Label: "Passkeys to keep", Values: []string{"phone"},
		Help: "Tick the ones you know. The others are removed and no longer sign in.", Options: []part.Option{
			{Value: "phone", Text: "Ada's phone", Help: "Added 3 November, 09:40, last used today, 07:55"},
			{Value: "key", Text: "Security key", Help: "Added yesterday, 23:12, never used"},
		}})
	return []Story{
		{Name: "Forgotten password", Render: link(login.MailedLinkPage{
			Title: "Forgotten password", Text: []string{"We'll mail you a link to choose a new one."}, Form: login.ResetForm("", ""), Foot: signIn,
		})},
		{Name: "Forgotten password, refused, no mail", Render: link(login.MailedLinkPage{
			Title: "Forgotten password", Notice: noMail, Form: login.ResetForm("ada", "Enter an e-mail address, such as ada@example.com."), Foot: signIn,
		})},
		{Name: "Forgotten password, asked", Render: link(login.MailedLinkPage{Title: "Check your e-mail", Foot: signIn, Text: []string{
			"If somebody signs in with ada@analytical.example, an e-mail with a link is on its way there. The link works once, for an hour.",
			"Subusers have no such link: whoever looks after their account sets a new password for them.",
		}})},
		{Name: "New password", Render: link(login.MailedLinkPage{
			Title: "Choose a new password", Text: []string{"All your sessions end when it changes. This link works once."}, Form: newPassword(""),
		})},
		{Name: "New password, refused", Render: link(login.MailedLinkPage{
			Title: "Choose a new password", Text: []string{"All your sessions end when it changes. This link works once."},
			Form: newPassword("This password is among the first that attackers try. Choose another."),
		})},
		{Name: "New password, passkeys to keep", Render: link(login.MailedLinkPage{
			Title: "Choose a new password", Text: []string{"All your sessions end when it changes. This link works once."}, Form: keep,
		})},
		{Name: "Confirm address", Render: link(login.MailedLinkPage{
			Title: "Confirm your e-mail address", Text: []string{"ada@lovelace.example becomes the address of Ada in place of a•••@analytical.example."},
			Form: &part.Form{Action: "/confirm-email", Hidden: login.Mark(linkMark), Submit: "Confirm address", Plain: true},
		})},
		{Name: "Take back a change of address", Render: link(login.MailedLinkPage{
			Title: "Undo the change of address", Text: []string{
				"Ada signs in with ada@analytical.example again, in place of m•••@malloryville.example.",
				"All sessions end. The current password and every way to sign in that was added since then stop working. An e-mail with a link for a new password goes to ada@analytical.example.",
			}, Form: &part.Form{Action: "/undo-email", Hidden: login.Mark(linkMark), Submit: "Undo the change", Danger: true, Plain: true},
		})},
	}
}
