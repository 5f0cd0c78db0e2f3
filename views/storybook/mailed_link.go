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
	keep := newPassword("")
	keep.Fields = append(keep.Fields, views.Field{Kind: views.Multi, Name: "keep", Label: "Passkeys to keep", Values: []string{"phone"},
		Help: "Tick the ones you know. The others are removed and no longer sign in.", Options: []views.Option{
			{Value: "phone", Text: "Ada’s phone", Help: "Added 3 November, 09:40, last used today, 07:55"},
			{Value: "key", Text: "Security key", Help: "Added yesterday, 23:12, never used"},
		}})
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
			Form: newPassword("This password is among the first that attackers try. Choose another."),
		})},
		{Name: "New password, passkeys to keep", Render: link(views.MailedLinkPage{
			Title: "Choose a new password", Text: []string{"All your sessions end when it changes. This link works once."}, Form: keep,
		})},
		{Name: "Confirm address", Render: link(views.MailedLinkPage{
			Title: "Confirm your e-mail address", Text: []string{"ada@lovelace.example becomes the address of Ada in place of a•••@analytical.example."},
			Form: &views.Form{Action: "/confirm-email", Hidden: views.Mark(linkMark), Submit: "Confirm address", Plain: true},
		})},
		{Name: "Take back a change of address", Render: link(views.MailedLinkPage{
			Title: "Take back the change of address", Text: []string{
				"Ada signs in with ada@analytical.example again, in place of m•••@malloryville.example.",
				"All sessions end, the current password stops working, and so does what was set up since to sign in by. A mail with a link for a new password goes to ada@analytical.example.",
			}, Form: &views.Form{Action: "/undo-email", Hidden: views.Mark(linkMark), Submit: "Take it back", Danger: true, Plain: true},
		})},
	}
}
