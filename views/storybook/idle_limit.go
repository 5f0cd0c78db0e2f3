package storybook

import (
	"bailiwick/views/part"
	"bailiwick/views/record"
)

func idleLimits() []Story {
	const here = "/a/analytical/settings/security"
	page := func(limit, typed, problem string) record.Page {
		f := frame("Idle limit", "Security")
		f.Tabs = securityTabs("Idle limit")
		f.Profile.Until = "17:40, or 30 minutes without use"
		return record.Page{
			Frame: f, Header: part.Header{Title: "Idle limit", Text: "Whoever leaves the panel unused for longer signs in again before they open Analytical. Sub-accounts set their own limit."},
			Details: []part.Detail{
				{Label: "Idle limit", Value: part.Cell{Text: limit}},
				{Label: "Longest session", Value: part.Cell{Text: "8 hours"}},
			},
			Acts: []record.ActForm{{Title: "Change limit", Form: part.Form{Token: token, Action: here + "/idle-limit", Submit: "Save limit", Fields: []part.Field{
				{Kind: part.Number, Name: "minutes", Label: "Idle limit", Unit: "minutes", Value: typed, Problem: problem, Min: "5", Max: "480", Step: "1",
					Help: "From 5 to 480. Leave it empty for no limit: sessions then end eight hours after sign-in."},
				{Kind: part.Password, Name: "proof", Label: "Your password", Required: true, Autocomplete: "current-password", Help: "To make sure that it's you. You won't be asked again for five minutes."},
			}}}},
		}
	}
	return []Story{
		{Name: "Set", Render: record.Record(page("30 minutes", "30", ""))},
		{Name: "Wrong", Render: record.Record(page("30 minutes", "4", "Enter whole minutes from 5 to 480, or nothing for no limit."))},
	}
}
