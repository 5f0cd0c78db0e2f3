package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"bailiwick/client"
	"bailiwick/models/program"
	"bailiwick/models/store"
)

type keyCommand struct {
	Remote

	Show    showKey    `cmd:"" help:"Print who the key in use acts as, and what it is for."`
	List    listKeys   `cmd:"" help:"List all keys of the account."`
	Create  createKey  `cmd:"" help:"Create a key for an account, or for one of its service accounts, and print it alone: through a running panel where --url or BAILIWICK_URL names one, otherwise through the database."`
	Edit    editKey    `cmd:"" help:"Change the name, the networks or the end of one; what is left out stays."`
	Replace replaceKey `cmd:"" help:"Replace one, and print the new key alone."`
	Revoke  revokeKey  `cmd:"" help:"Revoke one at once. This can't be undone."`
}

type showKey struct{}

// Run tells whose the key is.
func (showKey) Run(ctx context.Context, r *Remote) error {
	c, err := r.client()
	if err != nil {
		return err
	}
	me, err := c.Me(ctx)
	if err != nil {
		return err
	}
	return printOne(r, me, columns[client.Identity]{[]string{"begins with", "name", "acts as", "account", "roles", "expires"}, func(x client.Identity) []string {
		var roles []string
		for _, role := range x.Roles {
			roles = append(roles, role.Title)
		}
		return []string{x.Key.BeginsWith, x.Key.Name, x.Name, x.Account.Name, strings.Join(roles, ", "), when(x.Key.ExpiresAt)}
	}})
}

type createKey struct {
	Account        string   `arg:"" optional:"" help:"The account's id; with a running panel it can be left out for the account of the key."`
	ServiceAccount string   `name:"service-account" help:"The id of a service account of it; without one the key acts as the account's owner." placeholder:"ID"`
	Name           string   `help:"What the key is called." placeholder:"NAME"`
	Days           int      `default:"90" help:"How many days it works; 0 for no end."`
	ReadOnly       bool     `name:"read-only" help:"For reading only."`
	SubAccounts    bool     `name:"sub-accounts" help:"For sub-accounts too."`
	Permission     []string `help:"A permission that it is for, such as calls; all where none is named." placeholder:"KEY"`
	Network        []string `help:"A network it can be used from; repeat for each, any where none is named." placeholder:"CIDR"`
}

// Run works beside a running panel. The key is in the account's audit, by how it begins.
func (k createKey) Run(ctx context.Context, c *Config, r *Remote) error {
	if k.Account == "" {
		k.Account = r.Account
	}
	if r.URL != "" {
		r.Account, k.Name = k.Account, cmp.Or(k.Name, "Made on the command line")
		return k.remotely(ctx, r)
	}
	account, err := uuid.Parse(k.Account)
	if err != nil {
		return fmt.Errorf("%q is not an account's id", k.Account)
	}
	of := uuid.Nil
	if k.ServiceAccount != "" {
		if of, err = uuid.Parse(k.ServiceAccount); err != nil {
			return fmt.Errorf("%q is not a service account's id", k.ServiceAccount)
		}
	}
	return withDatabase(ctx, c, func(db *database) error {
		in := program.KeyInput{Name: cmp.Or(k.Name, "Made on the machine"), Permissions: k.Permission, ReadOnly: k.ReadOnly, SubAccounts: k.SubAccounts, Networks: k.Network, Never: k.Days == 0}
		if !in.Never {
			in.Expires = db.Now().AddDate(0, 0, k.Days)
		}
		made, err := db.CreateKeyOf(ctx, account, of, in)
		var wrong store.Problems
		switch {
		case errors.Is(err, store.ErrNotFound) && of != uuid.Nil:
			return fmt.Errorf("there is no account %s with a service account %s", account, of)
		case errors.Is(err, store.ErrNotFound):
			return fmt.Errorf("there is no account %s", account)
		case errors.As(err, &wrong):
			return errors.New(strings.Join(slices.Sorted(maps.Values(wrong)), " "))
		case err != nil:
			return err
		}
		fmt.Println(made.Secret)
		return nil
	})
}
