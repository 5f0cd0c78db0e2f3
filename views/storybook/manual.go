package storybook

import (
	"bailiwick/views/home"
	"bailiwick/views/part"
)

func manuals() []Story {
	help := part.Link{Text: "Help", URL: "/help"}
	index := home.Manual{
		Frame: frame("Help", ""), Header: part.Header{Title: "Help", Text: "How the panel works, page by page."},
		Pages: []home.ManualLink{
			{Title: "Getting started", URL: "/help/start", About: "How the panel is laid out, and the first things to do in a new account."},
			{Title: "People and roles", URL: "/help/people", About: "Who works in an account, how they come in, and what they may do."},
		},
	}
	one := home.ManualPage{
		Frame: frame("Billing", "", help), Header: part.Header{Title: "Billing", Text: "The balance, what you subscribe to, and how you pay."},
		Intro: "<p>Money has a page of its own for each thing.</p>",
		Parts: []home.ManualPart{
			{Anchor: "about-billing", Title: "Billing", HTML: "<p>Every charge and payment. Together they are the <strong>balance</strong>.</p><ul><li>Filter the list.</li><li>Export it.</li></ul>", URL: "/billing/dashboard",
				May: []part.Detail{{Label: "View", Value: part.Cell{Text: "Account owner. Subuser roles: Owner, Admin, Payer."}}}},
			{Anchor: "about-payment_methods", Title: "Payment methods", HTML: "<p>What your payment provider charges.</p>", URL: "/billing/payment-methods"},
		},
		Previous: part.Link{Text: "Logs", URL: "/help/logs"}, Next: part.Link{Text: "Security and keys", URL: "/help/security"},
	}
	return []Story{{Name: "Pages", Render: home.ManualIndex(index)}, {Name: "One page", Render: home.ManualOn(one)}}
}
