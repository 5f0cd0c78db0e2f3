package storybook

import (
	"bailiwick/views/part"
	"bailiwick/views/people"
	"bailiwick/views/program"
	"bailiwick/views/record"
)

func programs() []Story {
	const list = "/a/analytical/settings/service_accounts"
	columns := []part.Column{{Text: "Name"}, {Text: "Acts as"}, {Text: "Starts with"}, {Text: "Expires"}, {Text: "Last used"}, {Text: "Created by"}, {Text: "State"}}
	keys := part.Table{Token: token, Columns: columns, Rows: []part.Row{
		{ID: "1", Page: true, Cells: []part.Cell{{Text: "Website key", URL: "/a/analytical/settings/api_keys/1"}, {Text: "Website", URL: list + "/1"}, {Text: "bw_live_x7Qp"}, {Text: "in 3 months", Details: "The previous key works until tomorrow at 11:05"}, {Text: "2 minutes ago", Details: "from 192.0.2.7"}, {Text: "Ada Lovelace"}, {Badges: []part.Badge{{Text: "Active", Tone: part.Good}}}},
			Menu: []part.Action{{Text: "Replace…", URL: "/a/analytical/settings/api_keys/1/rotate"}, {Text: "Revoke…", URL: "/a/analytical/settings/api_keys/1/revoke", Dialog: true, Danger: true}}},
		{ID: "2", Page: true, Dim: true, Cells: []part.Cell{{Text: "Nightly", URL: "/a/analytical/settings/api_keys/2"}, {Text: "The account owner"}, {Text: "bw_live_03aZ"}, {Text: "Never"}, {Text: "Never"}, {Text: "Ada Lovelace"}, {Badges: []part.Badge{{Text: "Revoked"}}}}},
	}}
	page := program.ServiceAccountPage{
		Frame:   frame("Website", "Service accounts"),
		Header:  part.Header{Kind: "Service account", Title: "Website", Text: "Shows free appointments on the website.", Badge: part.Badge{Text: "Active", Tone: part.Good}, Actions: []part.Action{{Text: "Create key", URL: list + "/1/keys/new", Icon: "plus", Primary: true}}},
		Details: []part.Detail{{Label: "Roles", Value: part.Cell{Text: "Developer"}}, {Label: "Created", Value: part.Cell{Text: "3 days ago"}}},
		Keys:    part.List{Label: "Keys", Table: keys},
	}
	page.Keys.Table.Rows = keys.Rows[:1]
	none := page
	none.Keys = part.List{Label: "Keys", Table: part.Table{Token: token, Columns: columns}, Empty: part.Empty{Icon: "key-round", Title: "No keys yet", Text: "Programs use a key to act as this service account."}}
	form := program.ServiceAccountFormPage{
		Frame: frame("Create service account", "Service accounts"), Header: part.Header{Title: "Create service account"}, New: true, RolesURL: "/a/analytical/roles",
		Form: part.Form{Token: token, Action: list, Cancel: list, Submit: "Create service account", Fields: []part.Field{
			{Name: "name", Label: "Name", Required: true, Help: "Such as the program that will use it."}, {Name: "description", Label: "Description"},
			{Kind: part.Multi, Name: "role", Label: "Roles", Options: subuserRoles, Required: true},
		}},
		Key: []part.Field{
			{Kind: part.Checkbox, Name: "key", Section: "Key", Label: "Create a key too", Checked: true, Help: "It's shown once, on the next page."},
			{Kind: part.Select, Name: "lasts", Label: "Expires after", Value: "90", Required: true, Options: []part.Option{{Value: "90", Text: "90 days"}, {Value: "never", Text: "Never expires"}}},
		},
	}
	const api = "/a/analytical/api-reference"
	problem := program.ReferenceObject{ID: "object-problem", Title: "Error response", Fields: []program.ReferenceField{
		{Name: "status", Kind: "whole number", Text: "the HTTP status", Required: true}, {Name: "errors", Kind: "list of", Of: part.Link{Text: "Fault", URL: "#object-problem"}, Text: "what is wrong where"}}}
	referenceIndex := program.ReferencePage{
		Frame: frame("API reference", ""), Header: part.Header{Title: "API reference", Text: "What programs can do in this account: what people with the same roles can do on its pages."}, Action: api, Document: "/api/openapi.json",
		Groups: []program.ReferenceGroup{{Title: "Start here", Sections: []program.ReferenceLink{{Title: "Your key", URL: api + "/key", Count: "1"}}},
			{Title: "Contacts", Sections: []program.ReferenceLink{{Title: "Contacts", URL: api + "/contacts", Count: "5 of 9"}, {Title: "Call tracking", URL: api + "/call_tracking", Count: "0 of 8"}}}},
		Problem: problem,
	}
	referenceFound := program.ReferencePage{Frame: referenceIndex.Frame, Header: referenceIndex.Header, Action: api, Query: "contacts", Mine: true, More: "And 12 more. Add another word to narrow it down.", Found: []program.ReferenceFound{
		{Title: "List contacts", URL: api + "/contacts#op-1", Method: "GET", Path: "/api/v1/a/{account}/contacts", Section: "Contacts", Mine: true},
		{Title: "Delete a contact", URL: api + "/contacts#op-2", Method: "DELETE", Path: "/api/v1/a/{account}/contacts/{contact}", Section: "Contacts"}}}
	referenceSection := program.ReferenceSectionPage{
		Frame: frame("Contacts", ""), Header: part.Header{Kind: "API reference", Title: "Contacts"}, Filter: part.Link{Text: "Show all", URL: api + "/contacts"}, Hidden: "1 operation that your role can't call is hidden.",
		Operations: []program.ReferenceOperation{
			{ID: "op-1", Title: "List contacts", Method: "GET", Path: "/api/v1/a/{account}/contacts", Needs: "Contacts", Mine: true, Status: "200 OK",
				Parameters: []program.ReferenceField{{Name: "q", Kind: "text", Text: "What to search for."}}, Answer: []program.ReferenceField{{Name: "items", Kind: "list of", Of: part.Link{Text: "Contact", URL: "#object-contact"}, Required: true}, {Name: "next", Kind: "text, or null", Required: true}},
				Curl: "curl -H \"Authorization: Bearer $KEY\" \\\n  \"https://panel.example.com/api/v1/a/me/contacts\""},
			{ID: "op-2", Title: "Change a contact", Detail: "What is not sent stays; null removes.", Method: "PATCH", Path: "/api/v1/a/{account}/contacts/{contact}", Needs: "Edit contacts", Status: "200 OK", AnswerOf: part.Link{Text: "Contact", URL: "#object-contact"},
				Headers: "If-Match holds it to the version that was read.", Body: []program.ReferenceField{{Name: "name", Kind: "text, 1 to 100 characters, or null"}},
				Curl: "curl -X PATCH -H \"Authorization: Bearer $KEY\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{\"name\":\"Example\"}' \\\n  \"https://panel.example.com/api/v1/a/me/contacts/$CONTACT\""},
			{ID: "op-3", Title: "Read whose key this is", Method: "GET", Path: "/api/v1/me", Mine: true, Status: "204 No Content", Curl: "curl -H \"Authorization: Bearer $KEY\" \"https://panel.example.com/api/v1/me\""},
		},
		Objects: []program.ReferenceObject{{ID: "object-contact", Title: "Contact", Fields: []program.ReferenceField{{Name: "id", Kind: "id", Required: true}, {Name: "phone", Kind: "phone number, as +442079460000"}}}},
	}
	keyForm := program.KeyFormPage{
		Frame: frame("Create API key", "API keys"), Header: part.Header{Title: "Create API key", Text: "It acts as the owner of this account, and is shown once."},
		Form: part.Form{Token: token, Action: "/a/analytical/settings/api_keys", Cancel: "/a/analytical/settings/api_keys", Submit: "Create API key", Fields: []part.Field{
			{Name: "name", Label: "Name", Required: true, Help: "Such as where the program runs."},
			{Kind: part.Radio, Name: "scope", Label: "Permissions", Section: "What it's for", Options: []part.Option{{Value: "all", Text: "All", Help: "Everything the owner can do, now and later."}, {Value: "some", Text: "Only some", Help: "Choose them below.", Selected: true}}}}},
		Levels: people.Levels{Label: "What it can do", Help: "View lets it read a section, Edit lets it do everything in it.", Groups: []people.LevelGroup{{Title: "Contacts", Sections: []people.LevelSection{
			{Key: "contacts", Title: "Contacts", Level: people.LevelView, Base: people.LevelEdit, Levels: []people.Level{{Value: people.LevelNone}, {Value: people.LevelView}, {Value: people.LevelEdit}, {Value: people.LevelSome}},
				Acts: []people.Act{{Value: "contacts", Title: "Contacts", Sentence: "see contacts", View: true, Ticked: true, Base: true}, {Value: "contacts.edit", Title: "Edit contacts", Sentence: "edit contacts", Base: true}, {Value: "contacts.delete", Title: "Delete contacts", Sentence: "delete contacts", Locked: true}}}}}}},
	}
	return []Story{
		{Name: "API reference", Render: program.Reference(referenceIndex)},
		{Name: "API reference, searched", Render: program.Reference(referenceFound)},
		{Name: "API reference, nothing found", Render: program.Reference(program.ReferencePage{Frame: frame("API reference", ""), Header: referenceIndex.Header, Action: referenceIndex.Action, Query: "qwertzuiop"})},
		{Name: "API reference of a section", Render: program.ReferenceSection(referenceSection)},
		{Name: "Create API key", Render: program.KeyForm(keyForm)},
		{Name: "Service account", Render: program.ServiceAccount(page)},
		{Name: "Service account, no keys yet", Render: program.ServiceAccount(none)},
		{Name: "Create service account", Render: program.ServiceAccountForm(form)},
		{Name: "Key, shown once", Render: people.OneTimeLink(people.OneTimeLinkPage{Frame: frame("Website key", "Service accounts"), Header: part.Header{Kind: "API key", Title: "Website key"}, Text: "Copy it now: it won't be shown again. It works until 26 February 2027, 11:05.",
			Link: part.CopyBox{ID: "key", Label: "Key", Value: "bw_live_x7QpExample", Secret: true, Large: true}, Done: part.Link{Text: "Done", URL: list + "/1"}})},
		{Name: "API keys", Render: record.List(record.ListPage{Frame: frame("API keys", "API keys"), Header: part.Header{Title: "API keys", Text: "All the keys that programs use in this account."}, List: part.List{Label: "API keys", Table: keys}})},
	}
}
