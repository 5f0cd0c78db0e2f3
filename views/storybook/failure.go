package storybook

import (
	"bailiwick/views/part"
)

func failures() []Story {
	inside, broken, busy := frame("There is nothing here", ""), frame("Something went wrong", ""), frame("Temporarily unavailable", "")
	denied := frame("Billing", "")
	suspended := frame("East", "")
	return []Story{
		{Name: "Not found, signed out", Render: part.Failure(part.FailurePage{Status: 404, Title: "There is nothing here", Text: "The address may be wrong, or what was here is gone.", RequestID: "01JCY3T0Q2", Links: []part.Link{{Text: "Sign in", URL: "/sign-in"}}})},
		{Name: "Not found, signed in", Render: part.Failure(part.FailurePage{Frame: &inside, Status: 404, Title: "There is nothing here", Text: "The address may be wrong, or what was here is gone.", RequestID: "01JCY3T0Q2", Links: []part.Link{{Text: "Control panel", URL: "/"}}})},
		{Name: "Too many attempts", Render: part.Failure(part.FailurePage{Status: 429, Title: "Too many attempts", Text: "Wait a minute and try again. Nobody was locked out.", RequestID: "01JCY3T0Q3"})},
		{Name: "Broken", Render: part.Failure(part.FailurePage{Frame: &broken, Status: 500, Title: "Something went wrong", Text: "This isn't your fault. It's in the log under the number below.", RequestID: "01JCY3T0Q4", Links: []part.Link{{Text: "Try again", URL: ""}}})},
		{Name: "Busy", Render: part.Failure(part.FailurePage{Status: 503, Title: "Temporarily unavailable", Text: "The panel can't reach its database right now. It may be starting again. Try again in a moment.", RequestID: "GRNKOdnswBBpfzXSMkilqNsGMctEEStU", Links: []part.Link{{Text: "Go to the panel", URL: "/"}}})},
		{Name: "Stored or not", Render: part.Failure(part.FailurePage{Frame: &busy, Status: 503, Title: "Temporarily unavailable", Text: "The panel can't reach its database right now. It may be starting again. What you sent may have been saved anyway: check before you send it again.", RequestID: "GRNKOdnswBBpfzXSMkilqNsGMctEEStU", Links: []part.Link{{Text: "See what is there", URL: "/a/analytical/accounts"}}})},
		{Name: "Network not allowed", Render: part.Failure(part.FailurePage{Status: 403, Title: "Network not allowed", Text: "Your network address, 192.0.2.7, isn't among the networks this account lets in.", Links: []part.Link{{Text: "Your sessions", URL: "/sessions"}}})},
		{Name: "Network not allowed, owner", Render: part.Failure(part.FailurePage{Status: 403, Title: "Network not allowed",
			Text:  "Your network address, 192.0.2.7, is blocked by this account. You own it, so you can still open these pages once you confirm that it's you:",
			Links: []part.Link{{Text: "Networks", URL: "/a/analytical/settings/networks"}, {Text: "Members", URL: "/a/analytical/members"}, {Text: "Ownership", URL: "/a/analytical/settings/ownership"}, {Text: "Your sessions", URL: "/sessions"}}})},
		{Name: "Denied, no role", Render: part.Denied(part.DeniedPage{
			Frame: denied, Permission: "Billing: view", Sentence: "See the balance, transactions and invoices of an account.", Account: "Analytical",
			Reason: "None of your roles gives it.", Roles: []string{"Subuser role: Owner", "Subuser role: Accountant", "Member access: Full editor"},
			Helpers: []string{"Ada", "Grace"}, RequestID: "01JCY3T0Q5", BackURL: "/a/analytical",
		})},
		{Name: "Denied, account lacks it", Render: part.Denied(part.DeniedPage{
			Frame: denied, Permission: "Workflows: view", Sentence: "Lets you see workflows.", Account: "East Berlin",
			Reason: "Your role gives it, but the account itself can't use it.", Entitlement: "Workflows", BackURL: "/a/east-berlin",
		})},
		{Name: "Why not", Render: part.WhyNot(part.DeniedPage{
			Frame: denied, Permission: "Numbers: deactivate", Sentence: "Lets you deactivate numbers.", Account: "Analytical", Reason: "None of your roles gives it.",
			Roles: []string{"Subuser role: PhoneNumberManager"}, Helpers: []string{"Ada"}, BackURL: "/a/analytical/numbers/my_numbers",
		})},
		{Name: "Suspended, member", Render: part.Suspended(part.SuspendedPage{Frame: &suspended, Token: token, Account: "East", Helpers: []string{"Ada", "Grace"}})},
		{Name: "Archived", Render: part.Suspended(part.SuspendedPage{Token: token, Account: "East", Archived: true, SignOut: "/sign-out"})},
		{Name: "Suspended, subuser", Render: part.Suspended(part.SuspendedPage{Token: token, Account: "East Berlin", Cause: "East", SignOut: "/sign-out"})},
		{Name: "Roles ended, member", Render: part.Ended(part.EndedPage{Token: token, Account: "East", When: "Fri 27 Nov, 18:00", WhenExact: "27 November 2026, 18:00:00 CET", Helpers: []string{"Ada", "Grace"}, HomeURL: "/accounts", SignOut: "/sign-out"})},
		{Name: "Roles ended, subuser", Render: part.Ended(part.EndedPage{Token: token, Account: "East", When: "Fri 27 Nov, 18:00", WhenExact: "27 November 2026, 18:00:00 CET", SignOut: "/sign-out"})},
	}
}
