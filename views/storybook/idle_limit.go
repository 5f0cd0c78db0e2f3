package storybook

import "bailiwick/views"

func idleLimits() []Story {
	const here = "/a/analytical/settings/security"
	page := func(limit, typed, problem string) views.RecordPage {
		f := frame("Idle limit", "Security")
		f.Profile.Until = "17:40, or 30 minutes without use"
		return views.RecordPage{
			Frame: f, Header: views.Header{Title: "Idle limit", Text: "Whoever leaves the panel unused for longer signs in again before they open Analytical. Sub-accounts set their own limit."},
			Tabs: []views.Tab{{Text: "Networks", URL: here + "/allowed"}, {Text: "Two-step sign-in", URL: here + "/two-step"}, {Text: "Idle limit", URL: here + "/idle-limit", Current: true}, {Text: "Sign-ins", URL: here + "/sign-ins"}},
			Details: []views.Detail{
				{Label: "Longest without use", Value: views.Cell{Text: limit}},
				{Label: "Longest session", Value: views.Cell{Text: "8 hours"}},
			},
			Acts: []views.ActForm{{Title: "Change limit", Form: views.Form{Token: token, Action: here + "/idle-limit", Submit: "Save limit", Fields: []views.Field{
				{Kind: views.Number, Name: "minutes", Label: "Longest without use", Unit: "minutes", Value: typed, Problem: problem, Min: "5", Max: "480", Step: "1",
					Help: "From 5 to 480. Leave it empty for no limit: sessions then end eight hours after sign-in."},
				{Kind: views.Password, Name: "proof", Label: "Your password", Required: true, Autocomplete: "current-password", Help: "To be sure that it is you. It is not asked again for five minutes."},
			}}}},
		}
	}
	return []Story{
		{Name: "Set", Render: views.Record(page("30 minutes", "30", ""))},
		{Name: "Wrong", Render: views.Record(page("30 minutes", "4", "Enter whole minutes from 5 to 480, or nothing for no limit."))},
	}
}
