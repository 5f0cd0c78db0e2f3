package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"bailiwick/client"
)

// roleNames are roles as they are named: a name, and after @ when it ends.
type roleNames []string

// held reads them.
func (all roleNames) held() ([]client.HeldRole, error) {
	var roles []client.HeldRole
	for _, typed := range all {
		name, end, ends := strings.Cut(typed, "@")
		x := client.HeldRole{Name: name}
		if ends {
			until, err := time.Parse(time.RFC3339, end)
			if err != nil {
				return nil, fmt.Errorf("%q is not a time such as 2026-12-31T18:00:00Z", end)
			}
			x.Until = until
		}
		roles = append(roles, x)
	}
	return roles, nil
}

func rolesText(roles []client.HeldRole) string {
	var all []string
	for _, x := range roles {
		text := x.Name
		if !x.Until.IsZero() {
			text += " until " + when(&x.Until)
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

type memberCommand struct {
	Remote

	List    listMembers   `cmd:"" help:"List the members of the account."`
	Show    showMember    `cmd:"" help:"Print one."`
	Edit    editMember    `cmd:"" help:"Change the roles of one."`
	Remove  removeMember  `cmd:"" help:"Remove one from the account."`
	Invite  inviteMembers `cmd:"" help:"Invite people by e-mail, and print the link of each."`
	Invites listInvites   `cmd:"" help:"List pending invites."`
	Resend  resendInvite  `cmd:"" help:"Send a pending invite again, with a new link."`
	Cancel  cancelInvite  `cmd:"" help:"Cancel a pending invite."`
	SignOut signOutMember `cmd:"" name:"sign-out" help:"End the sessions of one that have been in the account."`
}

type (
	// peopleList narrows a list of people down.
	peopleList struct {
		Search string `help:"What to search for." placeholder:"TEXT"`
		Role   string `help:"Only those with this role." placeholder:"ROLE"`
		Limit  int    `help:"Print only the first N; 0 for all."`
	}
	listMembers struct{ peopleList }
	showMember  struct{ oneThing }
	editMember  struct {
		oneThing
		Role roleNames `required:"" sep:"none" help:"A role of theirs; repeat for each, all of them. ROLE@2026-12-31T18:00:00Z ends then." placeholder:"ROLE"`
	}
	removeMember  struct{ oneThing }
	inviteMembers struct {
		Email []string  `arg:"" help:"E-mail addresses, up to 100."`
		Role  roleNames `required:"" sep:"none" help:"A role to invite them to, repeat for each, such as account:admin. ROLE@2026-12-31T18:00:00Z ends then." placeholder:"ROLE"`
	}
	listInvites struct {
		Search string `help:"What to search for." placeholder:"TEXT"`
		Limit  int    `help:"Print only the first N; 0 for all."`
	}
	resendInvite  struct{ oneThing }
	cancelInvite  struct{ oneThing }
	signOutMember struct{ oneThing }
)

var memberColumns = columns[client.Member]{[]string{"id", "name", "e-mail", "roles", "state", "last sign-in"}, func(m client.Member) []string {
	roles := rolesText(m.Roles)
	if m.Owner {
		roles = "owner"
	}
	return []string{m.ID, m.Name, m.Email, roles, m.State, when(m.LastSignIn)}
}}

// Run lists members.
func (x listMembers) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	return printAll(r, a.Members().All(ctx, given("q", x.Search, "role", x.Role)), x.Limit, memberColumns)
}

// onMember does something to one and prints how it is then.
func onMember(r *Remote, do func(client.Members) (client.Member, error)) error {
	return on(r, client.Account.Members, memberColumns, do)
}

// Run prints one.
func (x showMember) Run(ctx context.Context, r *Remote) error {
	return onMember(r, func(all client.Members) (client.Member, error) { return all.Get(ctx, x.ID) })
}

// Run changes roles.
func (x editMember) Run(ctx context.Context, r *Remote) error {
	roles, err := x.Role.held()
	if err != nil {
		return err
	}
	return onMember(r, func(all client.Members) (client.Member, error) {
		return all.Patch(ctx, x.ID, client.MemberChange{Roles: roles})
	})
}

// Run removes one.
func (x removeMember) Run(ctx context.Context, r *Remote) error {
	return r.act("Removed "+x.ID+".", func(a client.Account) error { return a.Members().Delete(ctx, x.ID) })
}

var invitedColumns = columns[client.Invited]{[]string{"e-mail", "expires", "link"}, func(i client.Invited) []string {
	return []string{i.Email, when(i.ExpiresAt), i.Link + i.Problem}
}}

// Run invites, and prints what became of each address.
func (x inviteMembers) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	roles, err := x.Role.held()
	if err != nil {
		return err
	}
	all, err := a.Invites().Send(ctx, client.NewInvites{Emails: x.Email, Roles: roles})
	if err != nil {
		return err
	}
	err = printAll(r, things(all), 0, invitedColumns)
	for _, i := range all {
		if err == nil && i.Problem != "" {
			err = exitSome
		}
	}
	return err
}

// Run lists invites.
func (x listInvites) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	return printAll(r, a.Invites().All(ctx, given("q", x.Search)), x.Limit, columns[client.Invite]{[]string{"id", "e-mail", "roles", "invited by", "expires"}, func(i client.Invite) []string {
		return []string{i.ID, i.Email, rolesText(i.Roles), i.InvitedBy, when(&i.ExpiresAt)}
	}})
}

// Run sends an invite again.
func (x resendInvite) Run(ctx context.Context, r *Remote) error {
	return on(r, client.Account.Invites, invitedColumns, func(all client.Invites) (client.Invited, error) { return all.Resend(ctx, x.ID) })
}

// Run cancels an invite.
func (x cancelInvite) Run(ctx context.Context, r *Remote) error {
	return r.act("Cancelled the invite. Its link leads nowhere now.", func(a client.Account) error { return a.Invites().Cancel(ctx, x.ID) })
}

// Run ends sessions.
func (x signOutMember) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	n, err := a.Members().EndSessions(ctx, x.ID, "")
	if err != nil {
		return err
	}
	return r.print("ended", fmt.Sprint(n))
}

type subuserCommand struct {
	Remote

	List      listSubusers   `cmd:"" help:"List the subusers of the account."`
	Show      showSubuser    `cmd:"" help:"Print one."`
	Create    createSubuser  `cmd:"" help:"Create one, and print the link by which they choose a password."`
	Edit      editSubuser    `cmd:"" help:"Change one; what is left out stays."`
	Suspend   suspendSubuser `cmd:"" help:"Suspend one until it is resumed."`
	Resume    resumeSubuser  `cmd:"" help:"Resume a suspended one."`
	SignOut   signOutSubuser `cmd:"" name:"sign-out" help:"Sign one out everywhere."`
	Password  resetPassword  `cmd:"" help:"Reset the password of one, and print the link by which they choose another."`
	LoginLink loginLink      `cmd:"" name:"login-link" help:"Print the link by which all subusers sign in."`
	Delete    deleteSubuser  `cmd:"" help:"Delete one. This can't be undone."`
}

type (
	listSubusers  struct{ peopleList }
	showSubuser   struct{ oneThing }
	createSubuser struct {
		Name        string    `arg:"" help:"1 to 64 lower-case letters, digits and . _ @ + -"`
		Description string    `help:"Who it is." placeholder:"TEXT"`
		Role        roleNames `required:"" sep:"none" help:"A role, such as Supervisor; repeat for each. ROLE@2026-12-31T18:00:00Z ends then." placeholder:"ROLE"`
	}
	editSubuser struct {
		oneThing
		Name        *string   `help:"The name." placeholder:"NAME"`
		Description *string   `help:"Who it is." placeholder:"TEXT"`
		Role        roleNames `sep:"none" help:"A role; repeat for each, all of them. ROLE@2026-12-31T18:00:00Z ends then." placeholder:"ROLE"`
	}
	suspendSubuser struct{ oneThing }
	resumeSubuser  struct{ oneThing }
	signOutSubuser struct{ oneThing }
	resetPassword  struct{ oneThing }
	loginLink      struct {
		Replace bool `help:"Create a new link first; the old one stops working."`
	}
	deleteSubuser struct{ oneThing }
)

var subuserColumns = columns[client.Subuser]{[]string{"id", "name", "roles", "state", "last sign-in"}, func(u client.Subuser) []string {
	return []string{u.ID, u.Name, rolesText(u.Roles), u.State, when(u.LastSignIn)}
}}

// Run lists subusers.
func (x listSubusers) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	return printAll(r, a.Subusers().All(ctx, given("q", x.Search, "role", x.Role)), x.Limit, subuserColumns)
}

// onSubuser does something to one and prints how it is then.
func onSubuser(r *Remote, do func(client.Subusers) (client.Subuser, error)) error {
	return on(r, client.Account.Subusers, subuserColumns, do)
}

// Run prints one.
func (x showSubuser) Run(ctx context.Context, r *Remote) error {
	return onSubuser(r, func(s client.Subusers) (client.Subuser, error) { return s.Get(ctx, x.ID) })
}

// Run creates one.
func (x createSubuser) Run(ctx context.Context, r *Remote) error {
	roles, err := x.Role.held()
	if err != nil {
		return err
	}
	a, err := r.open()
	if err != nil {
		return err
	}
	u, err := a.Subusers().Create(ctx, client.NewSubuser{Name: x.Name, Description: x.Description, Roles: roles})
	if err == nil {
		err = printOne(r, u, subuserColumns)
	}
	if err == nil {
		r.say("\nChoose a password at: %s\nSign in at: %s", u.PasswordLink, u.LoginLink)
	}
	return err
}

// Run changes one.
func (x editSubuser) Run(ctx context.Context, r *Remote) error {
	roles, err := x.Role.held()
	if err != nil {
		return err
	}
	return onSubuser(r, func(s client.Subusers) (client.Subuser, error) {
		return s.Patch(ctx, x.ID, client.SubuserChange{Name: x.Name, Description: x.Description, Roles: roles})
	})
}

// Run suspends one.
func (x suspendSubuser) Run(ctx context.Context, r *Remote) error {
	return onSubuser(r, func(s client.Subusers) (client.Subuser, error) { return s.Suspend(ctx, x.ID) })
}

// Run resumes one.
func (x resumeSubuser) Run(ctx context.Context, r *Remote) error {
	return onSubuser(r, func(s client.Subusers) (client.Subuser, error) { return s.Resume(ctx, x.ID) })
}

// Run signs one out.
func (x signOutSubuser) Run(ctx context.Context, r *Remote) error {
	return onSubuser(r, func(s client.Subusers) (client.Subuser, error) { return s.EndSessions(ctx, x.ID) })
}

// Run resets a password.
func (x resetPassword) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	link, err := a.Subusers().ResetPassword(ctx, x.ID, "")
	if err != nil {
		return err
	}
	return r.print("password_link", link)
}

// Run prints the login link.
func (x loginLink) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	read := a.Subusers().LoginLink
	if x.Replace {
		read = a.Subusers().ReplaceLoginLink
	}
	link, err := read(ctx)
	if err != nil {
		return err
	}
	return r.print("login_link", link)
}

// Run deletes one.
func (x deleteSubuser) Run(ctx context.Context, r *Remote) error {
	return r.act("Deleted "+x.ID+".", func(a client.Account) error { return a.Subusers().Delete(ctx, x.ID) })
}

type roleCommand struct {
	Remote

	List   listRoles  `cmd:"" help:"List the roles that somebody can have in the account."`
	Show   showRole   `cmd:"" help:"Print one of the account's own."`
	Create createRole `cmd:"" help:"Create one of the account's own."`
	Edit   editRole   `cmd:"" help:"Change one of the account's own; what is left out stays."`
	Delete deleteRole `cmd:"" help:"Delete one of the account's own."`
}

type (
	listRoles  struct{}
	showRole   struct{ oneThing }
	createRole struct {
		Name       string   `arg:"" help:"1 to 64 characters."`
		Base       string   `required:"" help:"The role to start from, such as subuser:Supervisor." placeholder:"ROLE"`
		Permission []string `required:"" help:"The permissions that it gives, by their keys, such as calls." placeholder:"KEY"`
	}
	editRole struct {
		oneThing
		Name       *string  `help:"The name." placeholder:"NAME"`
		Permission []string `help:"The permissions that it gives: all of them." placeholder:"KEY"`
	}
	deleteRole struct {
		oneThing
		Instead string `help:"The role for those who have no other." placeholder:"ROLE"`
	}
)

var roleColumns = columns[client.Role]{[]string{"name", "title", "for", "gives", "id"}, func(x client.Role) []string {
	return []string{x.Name, x.Title, x.For, fmt.Sprint(len(x.Permissions)), x.ID}
}}

// Run lists roles.
func (listRoles) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	return printAll(r, a.Roles().All(ctx, nil), 0, roleColumns)
}

// onRole does something to one and prints how it is then.
func onRole(r *Remote, do func(client.AccountRoles) (client.Role, error)) error {
	return on(r, client.Account.Roles, roleColumns, do)
}

// Run prints one.
func (x showRole) Run(ctx context.Context, r *Remote) error {
	return onRole(r, func(all client.AccountRoles) (client.Role, error) { return all.Get(ctx, x.ID) })
}

// Run creates one.
func (x createRole) Run(ctx context.Context, r *Remote) error {
	return onRole(r, func(all client.AccountRoles) (client.Role, error) {
		return all.Create(ctx, client.NewRole{Name: x.Name, Base: x.Base, Permissions: x.Permission})
	})
}

// Run changes one.
func (x editRole) Run(ctx context.Context, r *Remote) error {
	return onRole(r, func(all client.AccountRoles) (client.Role, error) {
		return all.Patch(ctx, x.ID, client.RoleChange{Name: x.Name, Permissions: x.Permission})
	})
}

// Run deletes one.
func (x deleteRole) Run(ctx context.Context, r *Remote) error {
	return r.act("Deleted "+x.ID+".", func(a client.Account) error { return a.Roles().DeleteFor(ctx, x.ID, x.Instead) })
}
