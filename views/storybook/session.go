package storybook

import "bailiwick/views"

func sessions() []Story {
	list := views.SessionsPage{
		Frame: frame("Your sessions", ""),
		Sessions: []views.Session{
			{ID: "1", Device: "Firefox on Linux", Address: "192.0.2.7", Started: "today, 09:40", StartedAt: "21 November 2026, 09:40:12 CET", Until: "17:40", UntilExact: "21 November 2026, 17:40:12 CET", This: true, EndURL: "/sessions/1/end"},
			{ID: "2", Device: "Safari on iPhone", Address: "2001:db8::17", Started: "today, 07:55", StartedAt: "21 November 2026, 07:55:02 CET", Until: "15:55", UntilExact: "21 November 2026, 15:55:02 CET", EndURL: "/sessions/2/end"},
		},
		EndOthersURL: "/sessions/end-others",
	}
	alone := list
	alone.Sessions, alone.EndOthersURL = list.Sessions[:1], ""
	return []Story{
		{Name: "Sign up", Render: views.SignUp(views.SignUpPage{Token: token, SignInURL: "/sign-in", MinimumPasswordSize: 12})},
		{Name: "Sign up, refused", Render: views.SignUp(views.SignUpPage{
			Token: token, SignInURL: "/sign-in", MinimumPasswordSize: 12, Name: "Ada", Email: "ada@analytical",
			EmailProblem: "This is not an e-mail address: the part behind the @ has no dot.", PasswordProblem: "This password has 6 characters, at least 12 are needed.",
		})},
		{Name: "Sign in", Render: views.SignIn(views.SignInPage{Token: token, SignUpURL: "/sign-up"})},
		{Name: "Sign in, with a passkey", Render: views.SignIn(views.SignInPage{Token: token, SignUpURL: "/sign-up", Passkey: &views.PasskeySignIn{Token: token, RP: "127.0.0.1"}})},
		{Name: "Sign in, refused", Render: views.SignIn(views.SignInPage{Token: token, SignUpURL: "/sign-up", Email: "ada@analytical.example", Problem: "E-mail address and password do not fit together.", Return: "/a/analytical/permissions/general"})},
		{Name: "Sign in, unused for too long", Render: views.SignIn(views.SignInPage{Token: token, Return: "/a/analytical/calls", Notice: &views.Alert{Tone: views.Info, Text: "You were signed out because the panel went unused for longer than your account allows. Sign in to continue where you were."}})},
		{Name: "Subuser sign-in", Render: views.SubuserSignIn(views.SubuserSignInPage{Token: token, Action: "/login/f3q", Account: "Analytical"})},
		{Name: "Subuser sign-in, refused", Render: views.SubuserSignIn(views.SubuserSignInPage{Token: token, Action: "/login/f3q", Account: "Analytical", Name: "tabulator", Problem: "Name and password do not fit together."})},
		{Name: "Set password", Render: views.SetPassword(views.SetPasswordPage{Token: token, Action: "/set-password", Mark: linkMark, Account: "Analytical", Name: "tabulator", MinimumPasswordSize: 12})},
		{Name: "Set password, refused", Render: views.SetPassword(views.SetPasswordPage{Token: token, Action: "/set-password", Mark: linkMark, Account: "Analytical", Name: "tabulator", MinimumPasswordSize: 12, PasswordProblem: "Too many people use this password. Take another one."})},
		{Name: "Signed out", Render: views.SignedOut(views.SignedOutPage{Title: "You are signed out", Text: "This session is over, on this device and for good.", SignInURL: "/login/f3q"})},
		{Name: "Sessions", Render: views.Sessions(list)},
		{Name: "Sessions, only this one", Render: views.Sessions(alone)},
	}
}
