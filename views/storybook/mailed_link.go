package storybook

import (
	"github.com/a-h/templ"

	"bailiwick/views"
)

// linkMark is what the form of a one-time link carries.
const linkMark = "qA3vZ0sYc1nRfWg7"

func mailedLinks() []Story {
	link := func(p views.MailedLinkPage) templ.Component {
		if p.Form != nil {
			p.Form.Token = token
		}
		return views.MailedLink(p)
	}
	newPassword := func(problem string) *views.Form {
		f := views.NewPasswordForm("ada@analytical.example", problem, 12)
		f.Action, f.Hidden = "/reset-password", views.Mark(linkMark)
		return &f
	}
	signIn := views.Link{Text: "Sign in", URL: "/sign-in"}
	noMail := &views.Alert{Tone: views.Warn, Text: "This panel does not send mail. Ask for the link here, then ask whoever looks after the panel to pass it on to you."}
	return []Story{
		{Name: "Forgotten password", Render: link(views.MailedLinkPage{
			Title: "Forgotten password", Text: []string{"You get a mail with a link to choose a new one."}, Form: views.ResetForm("", ""), Foot: signIn,
		})},
		{Name: "Forgotten password, refused, no mail", Render: link(views.MailedLinkPage{
			Title: "Forgotten password", Notice: noMail, Form: views.ResetForm("ada", "Write an e-mail address, such as ada@example.com."), Foot: signIn,
		})},
		{Name: "Forgotten password, asked", Render: link(views.MailedLinkPage{Title: "Look into your mail", Foot: signIn, Text: []string{
			"If somebody signs in with ada@analytical.example, a mail with a link is on its way there. The link works once, for an hour.",
			"Subusers have no such link: whoever looks after their account sets a new password for them.",
		}})},
		{Name: "New password", Render: link(views.MailedLinkPage{
			Title: "Choose a new password", Text: []string{"All your sessions end when it changes. This link works once."}, Form: newPassword(""),
		})},
		{Name: "New password, refused", Render: link(views.MailedLinkPage{
			Title: "Choose a new password", Text: []string{"All your sessions end when it changes. This link works once."},
			Form: newPassword("This password is one of those tried first. Choose another."),
		})},
		{Name: "Confirm address", Render: link(views.MailedLinkPage{
			Title: "Confirm your e-mail address", Text: []string{"ada@lovelace.example becomes the address of Ada in place of a•••@analytical.example."},
			Form: &views.Form{Action: "/confirm-email", Hidden: views.Mark(linkMark), Submit: "Confirm ada@lovelace.example", Plain: true},
		})},
		{Name: "Take back a change of address", Render: link(views.MailedLinkPage{
			Title: "Take back the change of address", Text: []string{
				"Ada signs in with ada@analytical.example again, in place of m•••@malloryville.example.",
				"All sessions end, the present password stops working, and so does what was set up since to sign in by. A mail with a link for a new password goes to ada@analytical.example.",
			}, Form: &views.Form{Action: "/undo-email", Hidden: views.Mark(linkMark), Submit: "Take it back", Danger: true, Plain: true},
		})},
	}
}
