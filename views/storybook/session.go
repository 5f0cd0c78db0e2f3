package storybook

import (
	"bailiwick/views/login"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

// signInTable are attempts at logins; whose, where they are not one's own.
func signInTable(who bool) (t part.Table) {
	for _, x := range []struct {
		when, who, details, how, address, browser string
		outcome                                   part.Badge
	}{
		{"2 minutes ago", "ada", "", "Two-step code", "192.0.2.7", "Firefox on Linux", part.Badge{Text: "Succeeded", Tone: part.Good}},
		{"3 minutes ago", "ada", "Password correct, code requested", "Password", "192.0.2.7", "Firefox on Linux", part.Badge{Text: "Succeeded", Tone: part.Good}},
		{"today, 08:12", "tabulator", "Wrong password, 12 tries within a minute", "Password", "2001:db8:85a3:8d3:1319:8a2e:370:7348", "curl", part.Badge{Text: "Refused", Tone: part.Bad}},
		{"today, 08:13", "tabulator", "Not checked", "Password", "2001:db8:85a3:8d3:1319:8a2e:370:7348", "curl", part.Badge{Text: "Too many tries", Tone: part.Warn}},
	} {
		row := part.Row{ID: x.when, Cells: []part.Cell{{Text: x.when, Title: "21 November 2026, 09:40:12 CET"}, {Text: x.who}, {Badges: []part.Badge{x.outcome}, Details: x.details}, {Text: x.how}, {Text: x.address, Mono: true}, {Text: x.browser}}}
		if !who {
			row.Cells = append(row.Cells[:1:1], row.Cells[2:]...)
		}
		t.Rows = append(t.Rows, row)
	}
	for _, text := range []string{"Time", "Who", "Outcome", "How", "Address", "Browser"} {
		if text != "Who" || who {
			t.Columns = append(t.Columns, part.Column{Text: text})
		}
	}
	return t
}

// signIns is the log of an account.
func signIns() record.ListPage {
	const here = "/a/analytical/settings/security"
	f := frame("Sign-ins", "Security")
	f.Tabs = securityTabs("Sign-ins")
	return record.ListPage{
		Frame: f, Header: part.Header{Title: "Sign-ins", Text: "Sign-in attempts of subusers, kept for 90 days. Members see theirs under Your sessions."},
		List: part.List{
			Label: "Sign-ins", CSVURL: here + "/sign-ins?format=csv", Clear: here + "/sign-ins",
			Search: &part.Search{Action: here + "/sign-ins", Placeholder: "Search names and addresses", Filters: []part.Field{
				{Kind: part.Select, Name: "outcome", Label: "Outcome", Options: []part.Option{{Text: "Outcome: any"}, {Value: "refused", Text: "Refused"}}},
				days("Time", ""),
			}},
			Table: signInTable(true), Pager: part.Pager{Next: here + "/sign-ins?before=x"},
		},
	}
}

func sessions() []Story {
	list := login.SessionsPage{
		Frame: frame("Your sessions", ""),
		Sessions: []login.Session{
			{ID: "1", Device: "Firefox on Linux", Address: "192.0.2.7", Started: "today, 09:40", StartedAt: "21 November 2026, 09:40:12 CET", Until: "17:40", UntilExact: "21 November 2026, 17:40:12 CET", This: true, EndURL: "/sessions/1/end"},
			{ID: "2", Device: "Safari on iPhone", Address: "2001:db8::17", Started: "today, 07:55", StartedAt: "21 November 2026, 07:55:02 CET", Until: "15:55", UntilExact: "21 November 2026, 15:55:02 CET", EndURL: "/sessions/2/end"},
		},
		EndOthersURL: "/sessions/end-others", SignIns: signInTable(false),
	}
	alone := list
	alone.Sessions, alone.EndOthersURL = list.Sessions[:1], ""
	return []Story{
		{Name: "Sign up", Render: login.SignUp(login.SignUpPage{Token: token, SignInURL: "/sign-in", MinimumPasswordSize: 12})},
		{Name: "Sign up, the first one", Render: login.SignUp(login.SignUpPage{Token: token, First: true, SignInURL: "/sign-in", MinimumPasswordSize: 12})},
		{Name: "Sign up, refused", Render: login.SignUp(login.SignUpPage{
			Token: token, SignInURL: "/sign-in", MinimumPasswordSize: 12, Name: "Ada", Email: "ada@analytical",
			EmailProblem: "This isn't an e-mail address: the part after the @ has no dot.", PasswordProblem: "Use at least 12 characters. A few words are easier to remember than symbols.",
		})},
		{Name: "Sign in", Render: login.SignIn(login.SignInPage{Token: token, SignUpURL: "/sign-up"})},
		{Name: "Sign in, with a passkey", Render: login.SignIn(login.SignInPage{Token: token, SignUpURL: "/sign-up", Passkey: &login.PasskeySignIn{Token: token, RP: "127.0.0.1"}})},
		{Name: "Sign in, refused", Render: login.SignIn(login.SignInPage{Token: token, SignUpURL: "/sign-up", Email: "ada@analytical.example", Problem: "The e-mail address or the password is wrong.", Return: "/a/analytical/permissions/general"})},
		{Name: "Sign in, unused for too long", Render: login.SignIn(login.SignInPage{Token: token, Return: "/a/analytical/calls", Notice: &part.Alert{Tone: part.Info, Text: "You were signed out because the panel went unused for longer than your account allows. Sign in to continue where you were."}})},
		{Name: "Subuser sign-in", Render: login.SubuserSignIn(login.SubuserSignInPage{Token: token, Action: "/login/f3q", Account: "Analytical"})},
		{Name: "Subuser sign-in, refused", Render: login.SubuserSignIn(login.SubuserSignInPage{Token: token, Action: "/login/f3q", Account: "Analytical", Name: "tabulator", Problem: "The name or the password is wrong."})},
		{Name: "Set password", Render: login.SetPassword(login.SetPasswordPage{Token: token, Action: "/set-password", Mark: linkMark, Account: "Analytical", Name: "tabulator", MinimumPasswordSize: 12})},
		{Name: "Set password, refused", Render: login.SetPassword(login.SetPasswordPage{Token: token, Action: "/set-password", Mark: linkMark, Account: "Analytical", Name: "tabulator", MinimumPasswordSize: 12, PasswordProblem: "This password is among the first that attackers try. Choose another."})},
		{Name: "Signed out", Render: login.SignedOut(login.SignedOutPage{Title: "You are signed out", Text: "You can close this page, or sign in again.", SignInURL: "/login/f3q"})},
		{Name: "Sign-in log", Render: record.List(signIns())},
		{Name: "Sessions", Render: login.Sessions(list)},
		{Name: "Sessions, only this one", Render: login.Sessions(alone)},
	}
}

func securityTabs(current string) []part.Tab {
	const here = "/a/analytical/settings/security"
	tabs := []part.Tab{{Text: "Networks", URL: here + "/allowed"}, {Text: "Two-step sign-in", URL: here + "/two-step"}, {Text: "Idle limit", URL: here + "/idle-limit"}, {Text: "Sign-ins", URL: here + "/sign-ins"}}
	for i := range tabs {
		tabs[i].Current = tabs[i].Text == current
	}
	return tabs
}
