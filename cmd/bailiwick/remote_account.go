package main

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"bailiwick/client"
)

type accountCommand struct {
	Remote

	Show   showAccount   `cmd:"" help:"Print the account."`
	Rename renameAccount `cmd:"" help:"Give the account another name."`
}

type (
	showAccount   struct{}
	renameAccount struct {
		Name string `arg:"" help:"1 to 100 characters."`
	}
)

var accountColumns = columns[client.OwnAccount]{[]string{"id", "kind", "name"}, func(a client.OwnAccount) []string { return []string{a.ID, a.Kind, a.Name} }}

func itself(a client.Account) client.Account { return a }

// Run prints the account.
func (showAccount) Run(ctx context.Context, r *Remote) error {
	return on(r, itself, accountColumns, func(a client.Account) (client.OwnAccount, error) { return a.Read(ctx) })
}

// Run renames the account.
func (x renameAccount) Run(ctx context.Context, r *Remote) error {
	return on(r, itself, accountColumns, func(a client.Account) (client.OwnAccount, error) { return a.Rename(ctx, x.Name) })
}

type subAccountCommand struct {
	Remote

	List    listSubAccounts   `cmd:"" help:"List all sub-accounts below the account."`
	Show    showSubAccount    `cmd:"" help:"Print one."`
	Create  createSubAccounts `cmd:"" help:"Create some; all of them or none."`
	Edit    editSubAccount    `cmd:"" help:"Change one; what is left out stays."`
	Suspend suspendSubAccount `cmd:"" help:"Suspend one, with those below it, until it is resumed."`
	Resume  resumeSubAccount  `cmd:"" help:"Resume a suspended one."`
	Archive archiveSubAccount `cmd:"" help:"Close one, with those below it, and take it out of lists."`
	Restore restoreSubAccount `cmd:"" help:"Restore an archived one."`
	Move    moveSubAccount    `cmd:"" help:"Move one, with those below it, to another account."`
	Delete  deleteSubAccount  `cmd:"" help:"Delete one for good. This can't be undone."`
}

type (
	// oneThing is a verb about one thing.
	oneThing struct {
		ID string `arg:"" help:"Its id."`
	}
	listSubAccounts struct {
		Search string `help:"What to search for." placeholder:"TEXT"`
		Label  string `help:"Only those with this label." placeholder:"LABEL"`
		State  string `enum:"active,suspended,archived," default:"" help:"active, suspended or archived; all but the archived where it is left out."`
		Limit  int    `help:"Print only the first N; 0 for all."`
	}
	showSubAccount    struct{ oneThing }
	createSubAccounts struct {
		Name []string `arg:"" sep:"none" help:"A name for each, of 1 to 100 characters."`
	}
	editSubAccount struct {
		oneThing
		Name       *string  `help:"Its name." placeholder:"NAME"`
		OpenToMain *bool    `negatable:"" name:"open-to-main" help:"Whether members of accounts above may open it."`
		Label      []string `sep:"none" help:"A label; repeat for each, all of them." placeholder:"LABEL" xor:"labels"`
		NoLabels   bool     `name:"no-labels" xor:"labels" help:"Remove all its labels."`
	}
	suspendSubAccount struct{ oneThing }
	resumeSubAccount  struct{ oneThing }
	archiveSubAccount struct{ oneThing }
	restoreSubAccount struct{ oneThing }
	moveSubAccount    struct {
		oneThing
		To string `arg:"" help:"The id of its new parent account."`
	}
	deleteSubAccount struct {
		oneThing
		Name  string `required:"" help:"Its name, to confirm." placeholder:"NAME"`
		Along bool   `help:"Delete the accounts below it too."`
	}
)

var subAccountColumns = columns[client.SubAccount]{[]string{"id", "name", "state", "labels", "parent"}, func(a client.SubAccount) []string {
	return []string{a.ID, a.Name, a.State, strings.Join(a.Labels, ", "), a.Parent}
}}

// Run lists sub-accounts.
func (x listSubAccounts) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	return printAll(r, a.SubAccounts().All(ctx, given("q", x.Search, "label", x.Label, "state", x.State)), x.Limit, subAccountColumns)
}

// given are the parameters that have a value.
func given(pairs ...string) map[string][]string {
	all := client.Where(pairs...)
	for name := range all {
		if all.Get(name) == "" {
			all.Del(name)
		}
	}
	return all
}

// onSubAccount does something to one and prints how it is then.
func onSubAccount(r *Remote, do func(client.SubAccounts) (client.SubAccount, error)) error {
	return on(r, client.Account.SubAccounts, subAccountColumns, do)
}

// Run prints one.
func (x showSubAccount) Run(ctx context.Context, r *Remote) error {
	return onSubAccount(r, func(s client.SubAccounts) (client.SubAccount, error) { return s.Get(ctx, x.ID) })
}

// Run creates some.
func (x createSubAccounts) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	made, err := a.SubAccounts().CreateMany(ctx, x.Name)
	if err != nil {
		return err
	}
	return printAll(r, things(made), 0, subAccountColumns)
}

// things are some as a list has them.
func things[T any](all []T) func(func(T, error) bool) {
	return func(yield func(T, error) bool) {
		for _, x := range all {
			if !yield(x, nil) {
				return
			}
		}
	}
}

// Run changes one.
func (x editSubAccount) Run(ctx context.Context, r *Remote) error {
	change := client.SubAccountChange{Name: x.Name, OpenToMain: x.OpenToMain, Labels: x.Label}
	if x.NoLabels {
		change.Labels = []string{}
	}
	return onSubAccount(r, func(s client.SubAccounts) (client.SubAccount, error) { return s.Patch(ctx, x.ID, change) })
}

// Run suspends one.
func (x suspendSubAccount) Run(ctx context.Context, r *Remote) error {
	return onSubAccount(r, func(s client.SubAccounts) (client.SubAccount, error) { return s.Suspend(ctx, x.ID) })
}

// Run resumes one.
func (x resumeSubAccount) Run(ctx context.Context, r *Remote) error {
	return onSubAccount(r, func(s client.SubAccounts) (client.SubAccount, error) { return s.Resume(ctx, x.ID) })
}

// Run archives one.
func (x archiveSubAccount) Run(ctx context.Context, r *Remote) error {
	return onSubAccount(r, func(s client.SubAccounts) (client.SubAccount, error) { return s.Archive(ctx, x.ID) })
}

// Run restores one.
func (x restoreSubAccount) Run(ctx context.Context, r *Remote) error {
	return onSubAccount(r, func(s client.SubAccounts) (client.SubAccount, error) { return s.Restore(ctx, x.ID) })
}

// Run moves one.
func (x moveSubAccount) Run(ctx context.Context, r *Remote) error {
	return onSubAccount(r, func(s client.SubAccounts) (client.SubAccount, error) { return s.Move(ctx, x.ID, x.To) })
}

// Run deletes one.
func (x deleteSubAccount) Run(ctx context.Context, r *Remote) error {
	return r.act("Deleted "+x.Name+".", func(a client.Account) error { return a.SubAccounts().DeleteForGood(ctx, x.ID, x.Name, x.Along) })
}

type permissionCommand struct {
	Remote

	List   listPermissions   `cmd:"" help:"List the permissions of a sub-account."`
	Grant  grantPermissions  `cmd:"" help:"Grant permissions to sub-accounts."`
	Revoke revokePermissions `cmd:"" help:"Revoke permissions of sub-accounts."`
}

type (
	listPermissions struct {
		SubAccount string `arg:"" help:"The id of the sub-account."`
	}
	permissionChange struct {
		Permission []string `arg:"" help:"Permissions by their names in the API, such as contacts." predictor:"permission"`
		SubAccount []string `name:"sub-account" required:"" help:"The ids of the sub-accounts, up to 500." placeholder:"ID"`
	}
	grantPermissions  struct{ permissionChange }
	revokePermissions struct{ permissionChange }
)

// granted is one permission of a sub-account.
type granted struct {
	Permission string `json:"permission"`
	Granted    bool   `json:"granted"`
	Limited    bool   `json:"limited"`
}

// Run lists permissions.
func (x listPermissions) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	p, err := a.SubAccounts().Permissions(ctx, x.SubAccount)
	if err != nil {
		return err
	}
	var all []granted
	for _, name := range slices.Sorted(maps.Keys(p.Permissions)) {
		all = append(all, granted{name, p.Permissions[name], slices.Contains(p.Limited, name)})
	}
	return printAll(r, things(all), 0, columns[granted]{[]string{"permission", "granted", "limited by an account above"}, func(g granted) []string {
		return []string{g.Permission, yes(g.Granted), yes(g.Limited)}
	}})
}

// Run grants permissions.
func (x grantPermissions) Run(ctx context.Context, r *Remote) error {
	return x.change(ctx, r, client.PermissionChange{Grant: x.Permission})
}

// Run revokes permissions.
func (x revokePermissions) Run(ctx context.Context, r *Remote) error {
	return x.change(ctx, r, client.PermissionChange{Revoke: x.Permission})
}

// change changes each of the sub-accounts by itself. One alone is a plain call, whose
// problem is the command's.
func (x permissionChange) change(ctx context.Context, r *Remote, change client.PermissionChange) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	var results []client.PermissionResult
	if len(x.SubAccount) == 1 {
		p, err := a.SubAccounts().ChangePermissions(ctx, x.SubAccount[0], change)
		if err != nil {
			return err
		}
		results = []client.PermissionResult{{ID: x.SubAccount[0], Status: http.StatusOK, Permissions: p.Permissions}}
	} else {
		changes := make([]client.PermissionChangeOf, len(x.SubAccount))
		for i, id := range x.SubAccount {
			changes[i] = client.PermissionChangeOf{ID: id, PermissionChange: change}
		}
		if results, err = a.SubAccounts().ChangeManyPermissions(ctx, changes); err != nil {
			return err
		}
	}
	left := false
	err = printAll(r, things(results), 0, columns[client.PermissionResult]{[]string{"sub-account", "result"}, func(x client.PermissionResult) []string {
		return []string{x.ID, became(x.Problem)}
	}})
	for _, x := range results {
		left = left || x.Problem != nil
	}
	if err == nil && left {
		err = exitSome
	}
	return err
}

// became says what became of one of many.
func became(p *client.Problem) string {
	if p != nil {
		return p.Error()
	}
	return "done"
}
