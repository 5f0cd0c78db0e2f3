package storybook

import (
	"bailiwick/views/account"
	"bailiwick/views/home"
	"bailiwick/views/part"
)

func welcomes() []Story {
	company := func(typed, problem string) account.WelcomePage {
		return account.WelcomePage{AloneURL: "/", Company: part.Form{Token: token, Action: "/welcome", Submit: "Create company account", Fields: []part.Field{
			{Name: "name", Label: "Name", Value: typed, Problem: problem, Required: true, MaxLength: 100, Autocomplete: "organization"},
		}}}
	}
	begun := home.Page{
		Frame:  frame("Control panel", "Control panel", part.Link{Text: "Orbit"}),
		Header: part.Header{Title: "Orbit", Text: "Company account"},
		Checklist: &home.Checklist{Title: "Set up Orbit", Done: 1, DismissURL: "/a/orbit/checklist/dismiss", Token: token, Steps: []home.Step{
			{Text: "Invite people", Help: "Colleagues, each with a login of their own.", URL: "/a/orbit/members/invites/new", Done: true},
			{Text: "Add sub-accounts", Help: "For customers, branches or teams.", URL: "/a/orbit/accounts/new"},
			{Text: "Add a subuser", Help: "Someone who signs in to this account only, with a role.", URL: "/a/orbit/settings/subusers/new"},
			{Text: "Choose features for sub-accounts", Help: "Turn on only what each of them needs.", URL: "/a/orbit/permissions/general"},
		}},
	}
	return []Story{
		{Name: "What to set up", Render: account.Welcome(company("", ""))},
		{Name: "What to set up, refused", Render: account.Welcome(company(" ", "Enter a name."))},
		{Name: "Checklist", Render: home.Home(begun)},
	}
}
