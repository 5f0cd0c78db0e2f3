package storybook

import (
	"bailiwick/views/account"
	"bailiwick/views/part"

	"fmt"
)

var permissionColumns = []account.PermissionColumn{
	{Key: "agents", Title: "Agents", State: account.All, Count: "204 of 204", Fixed: true, Help: "create agents"},
	{Key: "knowledge_base", Title: "Knowledge base", State: account.Some, Count: "118 of 204", Help: "knowledge bases"},
	{Key: "actions", Title: "Actions", State: account.None, Count: "0 of 204", Help: "the actions repository"},
	{Key: "workflows", Title: "Workflows", State: account.All, Count: "204 of 204", Help: "the workflows page"},
	{Key: "contacts", Title: "Contacts", State: account.Some, Count: "3 of 204"},
	{Key: "phone_numbers", Title: "Phone numbers", State: account.Some, Count: "200 of 204"},
	{Key: "analytics", Title: "Analytics", State: account.Some, Count: "12 of 204"},
	{Key: "simulations", Title: "Test center (simulations)", State: account.Some, Count: "50 of 204"},
	{Key: "logs", Title: "Logs", State: account.Some, Count: "51 of 204"},
	{Key: "invite_members", Title: "Invite members", State: account.Some, Count: "103 of 204"},
}

// PermissionRows is a full page of the matrix: 50 rows under 10 columns.
func permissionMatrix() account.PermissionMatrix {
	m := account.PermissionMatrix{Token: token, Action: "/a/analytical/permissions/general", Hidden: []part.Pair{{Name: "after", Value: "eyJu"}}}
	for i, c := range permissionColumns {
		if !c.Fixed {
			c.AllURL = "/s/permissions-select-all--give"
		}
		_ = i
		m.Columns = append(m.Columns, c)
	}
	for n := range 50 {
		r := account.PermissionRow{
			SubAccount: fmt.Sprintf("01935f5e-7c1a-7bd3-9a51-%012d", n),
			Name:       fmt.Sprintf("Branch %02d of East Prussia", n+1), URL: fmt.Sprintf("/a/01935f5e-7c1a-7bd3-9a51-%012d", n),
			Depth: n % 3, State: map[bool]string{true: "Suspended"}[n == 7],
		}
		for c := range m.Columns {
			cell := account.PermissionCell{On: (n+c)%3 != 0, Fixed: c == 0}
			if c == 3 && n%3 == 2 {
				cell.Cut = part.Link{Text: "East", URL: "/a/east"}
				if n%2 == 1 {
					cell.Cut = part.Link{Text: "an account above"}
				}
			}
			r.Cells = append(r.Cells, cell)
		}
		m.Rows = append(m.Rows, r)
	}
	return m
}

func permissionsPage() account.PermissionsPage {
	return account.PermissionsPage{
		Frame:  frame("Permissions", "Permissions"),
		Header: part.Header{Title: "Permissions", Text: "Features that the accounts below Analytical can use."},
		Tabs: []part.Tab{
			{Text: "General", URL: "/a/analytical/permissions/general", Current: true}, {Text: "Agent types", URL: "/a/analytical/permissions/agent_types"},
			{Text: "Agent capabilities", URL: "/a/analytical/permissions/agent_capabilities"}, {Text: "Integrations", URL: "/a/analytical/permissions/integrations"},
			{Text: "Actions", URL: "/a/analytical/permissions/actions"},
		},
		Search: &part.Search{Action: "/a/analytical/permissions/general", Placeholder: "Name"},
		Note:   "A new sub-account starts with what West has, the newest one here.",
		Matrix: permissionMatrix(),
		Pager:  part.Pager{Summary: "51–100 of 204 sub-accounts", Previous: "/a/analytical/permissions/general", Next: "/a/analytical/permissions/general?after=x"},
	}
}

func permissions() []Story {
	p := permissionsPage()
	found := p
	found.Search = &part.Search{Action: "/a/analytical/permissions/general", Value: "berlin", Placeholder: "Name"}
	found.Matrix.Rows = []account.PermissionRow{{SubAccount: "b", Name: "East Berlin", URL: "/a/east-berlin", Path: "East", Cells: p.Matrix.Rows[2].Cells}}
	found.Pager = part.Pager{Summary: "1 sub-account"}
	readOnly := found
	readOnly.Matrix.ReadOnly = true
	nothing := p
	nothing.Matrix.Rows, nothing.Clear = nil, "/a/analytical/permissions/general"
	empty := nothing
	empty.Clear, empty.Search = "", nil
	empty.Empty = part.Empty{Icon: "list-checks", Title: "No sub-accounts yet", Text: "Here you open and close features for your sub-accounts, one by one or for all at once. There is no sub-account yet.", Action: &part.Action{Text: "Add sub-accounts", URL: "/a/analytical/sub-accounts/new", Primary: true}}

	give := account.PermissionsAllPage{
		Frame: frame("Permissions", "Permissions"), Action: "/a/analytical/permissions/general", Cancel: "/a/analytical/permissions/general",
		Entitlement: "Knowledge base", Key: "knowledge_base", Allowed: true, Accounts: 86, Already: 118, People: 312,
		Cut: "For 4 of them it has no effect: East lacks Knowledge base.",
	}
	take := give
	take.Allowed, take.Accounts, take.Already, take.Search, take.Cut = false, 3, 1, "berlin", ""
	take.Hidden = []part.Pair{{Name: "q", Value: "berlin"}}

	copying := account.SubAccountsPage{
		Frame:  frame("Copy permissions", "Permissions"),
		Header: part.Header{Title: "Copy permissions of West", Text: "Choose the sub-accounts that get exactly what West has. You'll see what changes first.", Actions: []part.Action{{Text: "Copy from another", URL: "/a/analytical/permissions/copy"}}},
		List: part.List{
			Label: "Sub-accounts", Search: &part.Search{Action: "/a/analytical/permissions/copy", Placeholder: "Search sub-accounts"},
			Table: part.Table{Token: token, Columns: []part.Column{{Text: "Sub-account"}, {Text: "State"}, {Text: "Different from West", Number: true}}, Rows: []part.Row{
				{ID: "e", Cells: []part.Cell{{Text: "East"}, {Badges: []part.Badge{{Text: "Active", Tone: part.Good}}}, {Text: "3"}}},
				{ID: "b", Depth: 1, Cells: []part.Cell{{Text: "East Berlin"}, {Badges: []part.Badge{{Text: "Active", Tone: part.Good}}}, {Text: "0"}}},
			}},
			Bulk:  &part.Bulk{Action: "/a/analytical/permissions/copy/preview", Acts: []part.BulkAct{{Value: "copy", Text: "Copy permissions…"}}, All: "All 204 that match"},
			Pager: part.Pager{Summary: "1–40 of 204 sub-accounts", Next: "/a/analytical/permissions/copy?after=x"},
		},
	}
	ask := frame("Copy permissions", "Permissions")
	asked := part.Dialog{
		Frame: ask, Title: "Copy the permissions of West to 12 sub-accounts?", Text: []string{"34 people work there. Nothing is deleted: what a sub-account loses comes back when you give it again."},
		Facts: []string{"9 sub-accounts gain Workflows.", "3 sub-accounts lose Logs.", "1 sub-account stays without Contacts, limited by an account above."},
		Form:  part.Form{Token: token, Action: "/a/analytical/permissions/copy", Submit: "Copy to 12 sub-accounts", Cancel: "/a/analytical/permissions/copy"},
	}

	return []Story{
		{Name: "Copy to others", Render: account.SubAccounts(copying)},
		{Name: "Copy, asked", Render: part.DialogPage(asked)},
		{Name: "Page of fifty", Render: account.Permissions(p)},
		{Name: "Found", Render: account.Permissions(found)},
		{Name: "Read only", Render: account.Permissions(readOnly)},
		{Name: "Nothing found", Render: account.Permissions(nothing)},
		{Name: "No sub-accounts", Render: account.Permissions(empty)},
		{Name: "Select all, give", Render: account.PermissionsAll(give)},
		{Name: "Select all, take away", Render: account.PermissionsAll(take)},
		{Name: "Answer to a box", Render: on("Answer to a box", account.PermissionsChanged(found.Matrix, part.Toast{Tone: part.Good, Text: "East Berlin has Contacts now.", Undo: &part.Post{Action: "/a/analytical/permissions/general"}}))},
	}
}
