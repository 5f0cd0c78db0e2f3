package main

import (
	"bailiwick/models/store"

	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
)

type accessCommand struct {
	Set    string `enum:"subuser,subuser-more,member,account" default:"subuser" help:"Which roles: subuser, subuser-more (the sections beyond the first table), member or account."`
	Format string `enum:"csv,json" default:"csv" help:"csv or json."`
}

// Run prints the compiled matrix of a set of roles.
func (a accessCommand) Run() error {
	cat, err := catalog.Load()
	if err != nil {
		return err
	}
	m := matrixOf(cat, a.Set)
	if a.Format == "json" {
		all := make([]map[string]string, len(m.Rows))
		for i, row := range m.Rows {
			all[i] = map[string]string{}
			for j, cell := range row {
				all[i][m.Header[j]] = cell
			}
		}
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(all)
	}
	w := csv.NewWriter(os.Stdout)
	if err := w.Write(m.Header); err != nil {
		return err
	}
	return w.WriteAll(m.Rows)
}

func matrixOf(cat *catalog.Catalog, set string) catalog.Matrix {
	switch set {
	case "subuser-more":
		return cat.Set("subuser").Matrices("-")[1]
	case "account":
		return cat.Set("account").Matrices("-")[0]
	}
	return cat.Set(set).Matrices("0")[0]
}

type canCommand struct {
	Principal  string `arg:"" help:"member:<id>, subuser:<id>, or a member's e-mail address."`
	Permission string `arg:"" help:"Such as calls or calls.tag."`
	Account    string `arg:"" help:"The account's id."`
}

// Run prints a decision with its reasons.
func (a canCommand) Run(ctx context.Context, c *Config) error {
	c.shared = true
	log := logger()
	id, err := uuid.Parse(a.Account)
	if err != nil {
		return fmt.Errorf("%q is not an account's id", a.Account)
	}
	db, err := openDatabase(ctx, c, log, false)
	if err != nil {
		return err
	}
	defer db.close(log)
	who, err := a.principal(ctx, db)
	if err != nil {
		return err
	}
	cat, snap := db.Catalog(), db.Access()
	p := cat.Permission(a.Permission)
	if p == 0 {
		return fmt.Errorf("%q is not a permission; `bailiwick access` lists some", a.Permission)
	}
	at, ok := snap.Find(id)
	if !ok {
		at = authz.NoAccount
	}
	d := snap.Decide(snap.Who(who), p, at)
	answer := "deny"
	if d.Allow {
		answer = "allow"
	}
	x := snap.Explain(d, p, at)
	fmt.Printf("%s: %s may %s\n%s\n", answer, who, x.Sentence, x.Reason)
	if x.Role != nil && d.HeldAt != authz.NoAccount {
		fmt.Printf("role: %s, held at %s\n", x.Role.Key, x.HeldAt)
	}
	for _, m := range x.Missing {
		fmt.Printf("missing: %s, cut by %s\n", m.Entitlement.Key, m.CutBy)
	}
	if !d.Allow {
		for _, set := range x.GivenBy {
			for _, r := range set.Roles {
				fmt.Printf("would be given by: %s (%s)\n", r.Key, r.Title)
			}
		}
	}
	if !d.Allow {
		return exit(1)
	}
	return nil
}

func (a canCommand) principal(ctx context.Context, db *database) (authz.PrincipalID, error) {
	if !strings.Contains(a.Principal, "@") {
		return authz.ParsePrincipal(a.Principal)
	}
	m, err := db.MemberByEmail(ctx, a.Principal)
	if errors.Is(err, store.ErrNotFound) {
		err = fmt.Errorf("nobody signs in as %s", a.Principal)
	}
	return m.Principal(), err
}
