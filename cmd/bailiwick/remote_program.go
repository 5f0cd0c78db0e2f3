package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"bailiwick/client"
)

type serviceAccountCommand struct {
	Remote

	List    listServiceAccounts   `cmd:"" help:"List the service accounts of the account."`
	Show    showServiceAccount    `cmd:"" help:"Print one."`
	Create  createServiceAccount  `cmd:"" help:"Create one; with --with-key, print its first key alone."`
	Edit    editServiceAccount    `cmd:"" help:"Change one; what is left out stays."`
	Suspend suspendServiceAccount `cmd:"" help:"Stop all its keys until it is resumed."`
	Resume  resumeServiceAccount  `cmd:"" help:"Let its keys work again."`
	Delete  deleteServiceAccount  `cmd:"" help:"Delete one with its keys. This can't be undone."`
}

type (
	listServiceAccounts struct {
		Search string `help:"What to search for." placeholder:"TEXT"`
		Limit  int    `help:"Print only the first N; 0 for all."`
	}
	showServiceAccount   struct{ oneThing }
	createServiceAccount struct {
		Name        string    `arg:"" help:"1 to 100 characters, such as the program that will use it."`
		Description string    `help:"What it is." placeholder:"TEXT"`
		Role        roleNames `required:"" sep:"none" help:"A role, such as Supervisor; repeat for each. ROLE@2026-12-31T18:00:00Z ends then." placeholder:"ROLE"`
		WithKey     bool      `name:"with-key" help:"Create a key too."`
	}
	editServiceAccount struct {
		oneThing
		Name        *string   `help:"The name." placeholder:"NAME"`
		Description *string   `help:"What it is." placeholder:"TEXT"`
		Role        roleNames `sep:"none" help:"A role; repeat for each, all of them. ROLE@2026-12-31T18:00:00Z ends then." placeholder:"ROLE"`
	}
	suspendServiceAccount struct{ oneThing }
	resumeServiceAccount  struct{ oneThing }
	deleteServiceAccount  struct{ oneThing }
)

var serviceAccountColumns = columns[client.ServiceAccount]{[]string{"id", "name", "roles", "keys", "last used", "state"}, func(a client.ServiceAccount) []string {
	return []string{a.ID, a.Name, rolesText(a.Roles), fmt.Sprint(a.Keys), when(a.UsedAt), a.State}
}}

// onServiceAccounts does something with them and prints how one is then.
func onServiceAccounts(r *Remote, do func(client.ServiceAccounts) (client.ServiceAccount, error)) error {
	return on(r, client.Account.ServiceAccounts, serviceAccountColumns, do)
}

// Run lists service accounts.
func (x listServiceAccounts) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	return printAll(r, a.ServiceAccounts().All(ctx, given("q", x.Search)), x.Limit, serviceAccountColumns)
}

// Run prints one.
func (x showServiceAccount) Run(ctx context.Context, r *Remote) error {
	return onServiceAccounts(r, func(all client.ServiceAccounts) (client.ServiceAccount, error) { return all.Get(ctx, x.ID) })
}

// Run creates one.
func (x createServiceAccount) Run(ctx context.Context, r *Remote) error {
	roles, err := x.Role.held()
	if err != nil {
		return err
	}
	a, err := r.open()
	if err != nil {
		return err
	}
	made, err := a.ServiceAccounts().Create(ctx, client.NewServiceAccount{Name: x.Name, Description: x.Description, Roles: roles, Key: x.WithKey})
	if err != nil {
		return err
	}
	if made.Key != nil && !r.JSON {
		fmt.Println(made.Key.Secret)
		return nil
	}
	return printOne(r, made, serviceAccountColumns)
}

// Run changes one.
func (x editServiceAccount) Run(ctx context.Context, r *Remote) error {
	roles, err := x.Role.held()
	if err != nil {
		return err
	}
	return onServiceAccounts(r, func(all client.ServiceAccounts) (client.ServiceAccount, error) {
		return all.Patch(ctx, x.ID, client.ServiceAccountChange{Name: x.Name, Description: x.Description, Roles: roles})
	})
}

// Run suspends one.
func (x suspendServiceAccount) Run(ctx context.Context, r *Remote) error {
	return onServiceAccounts(r, func(all client.ServiceAccounts) (client.ServiceAccount, error) { return all.Suspend(ctx, x.ID) })
}

// Run resumes one.
func (x resumeServiceAccount) Run(ctx context.Context, r *Remote) error {
	return onServiceAccounts(r, func(all client.ServiceAccounts) (client.ServiceAccount, error) { return all.Resume(ctx, x.ID) })
}

// Run deletes one.
func (x deleteServiceAccount) Run(ctx context.Context, r *Remote) error {
	return r.act("Deleted "+x.ID+".", func(a client.Account) error { return a.ServiceAccounts().Delete(ctx, x.ID) })
}

type (
	listKeys struct {
		Search string `help:"What to search for." placeholder:"TEXT"`
		State  string `enum:"active,expired,revoked," default:"" help:"active, expired or revoked."`
		Limit  int    `help:"Print only the first N; 0 for all."`
	}
	editKey struct {
		oneThing
		Name     string   `help:"The name." placeholder:"NAME"`
		Network  []string `help:"A network it can be used from; repeat for each, all of them." placeholder:"CIDR" xor:"from"`
		Anywhere bool     `help:"Let it come from anywhere." xor:"from"`
		Days     int      `help:"How many days from now it works." placeholder:"N" xor:"end"`
		Never    bool     `help:"Let it never expire." xor:"end"`
	}
	revokeKey  struct{ oneThing }
	replaceKey struct {
		oneThing
		Overlap string `enum:"none,1h,24h,7d" default:"24h" help:"How long the present key goes on working: none, 1h, 24h or 7d."`
		Days    int    `help:"How many days the new key works; 90 where it is left out, or without end where the present one never expires." placeholder:"N"`
	}
)

var keyColumns = columns[client.Key]{[]string{"id", "name", "acts as", "begins with", "expires", "last used", "state"}, func(k client.Key) []string {
	as := k.ServiceAccountName
	if k.ServiceAccount == "" {
		as = "the account owner"
	}
	return []string{k.ID, k.Name, as, k.BeginsWith, when(k.ExpiresAt), when(k.UsedAt), k.State}
}}

// inDays is a time so many days from now; zero for none.
func inDays(n int) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Now().AddDate(0, 0, n)
}

// Run lists keys.
func (x listKeys) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	return printAll(r, a.Keys().All(ctx, given("q", x.Search, "state", x.State)), x.Limit, keyColumns)
}

// Run changes a key.
func (x editKey) Run(ctx context.Context, r *Remote) error {
	return onKey(r, func(keys client.Keys) (client.Key, error) {
		change := client.KeyChange{Name: x.Name, Networks: x.Network, ExpiresAt: inDays(x.Days), NeverExpires: x.Never}
		if x.Anywhere {
			change.Networks = []string{}
		}
		return keys.Edit(ctx, x.ID, change)
	})
}

// onKey does something to a key and prints how it is then.
func onKey(r *Remote, do func(client.Keys) (client.Key, error)) error {
	return on(r, client.Account.Keys, keyColumns, do)
}

// Run revokes a key.
func (x revokeKey) Run(ctx context.Context, r *Remote) error {
	return onKey(r, func(keys client.Keys) (client.Key, error) { return keys.Revoke(ctx, x.ID) })
}

// Run replaces a key and prints the new one alone.
func (x replaceKey) Run(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	k, err := a.Keys().Rotate(ctx, x.ID, client.Rotation{Overlap: x.Overlap, ExpiresAt: inDays(x.Days)})
	if err != nil {
		return err
	}
	return printSecret(r, k)
}

// printSecret prints a new key: alone, or as all that is known of it.
func printSecret(r *Remote, k client.Key) error {
	if r.JSON {
		return printOne(r, k, keyColumns)
	}
	_, err := fmt.Println(k.Secret)
	return err
}

// remotely creates a key by a running panel.
func (k createKey) remotely(ctx context.Context, r *Remote) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	keys := a.Keys()
	if k.ServiceAccount != "" {
		keys = a.ServiceAccounts().Keys(k.ServiceAccount)
	}
	made, err := keys.Create(ctx, client.NewKey{
		Name: strings.TrimSpace(k.Name), Permissions: k.Permission, ReadOnly: k.ReadOnly, SubAccounts: k.SubAccounts, Networks: k.Network, ExpiresAt: inDays(k.Days), NeverExpires: k.Days == 0,
	})
	if err != nil {
		return err
	}
	return printSecret(r, made)
}
