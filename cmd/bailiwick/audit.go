package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/google/uuid"

	"bailiwick/models"
)

type auditCommand struct {
	Verify verifyCommand `cmd:"" help:"Check that no event was changed, removed, inserted or re-ordered."`
}

type verifyCommand struct {
	Account string `arg:"" optional:"" help:"An account's id: its chain and those of all accounts of its tenant. Without it, all tenants."`
}

// Run reads chains from their beginnings, and prints each that is broken.
func (v verifyCommand) Run(ctx context.Context, c *Config) error {
	c.shared = true
	log := logger()
	db, err := openDatabase(ctx, c, log, false)
	if err != nil {
		return err
	}
	defer db.close(log)
	tenants, err := v.tenants(ctx, db.Store)
	if err != nil {
		return err
	}
	ok, err := verifyAudit(ctx, db.Store, os.Stdout, tenants)
	if err == nil && !ok {
		err = exit(1)
	}
	return err
}

func (v verifyCommand) tenants(ctx context.Context, db *models.Store) ([]uuid.UUID, error) {
	if v.Account == "" {
		return db.Tenants(ctx)
	}
	id, err := uuid.Parse(v.Account)
	if err != nil {
		return nil, fmt.Errorf("%q is not an account's id", v.Account)
	}
	at, ok := db.Access().Find(id)
	if !ok {
		return nil, fmt.Errorf("there is no account %s", id)
	}
	return []uuid.UUID{db.Access().Tenant(at)}, nil
}

// verifyAudit prints what is wrong with the chains of tenants, or that nothing is.
func verifyAudit(ctx context.Context, db *models.Store, out io.Writer, tenants []uuid.UUID) (ok bool, err error) {
	var events int64
	chains, broken := 0, 0
	for _, tenant := range tenants {
		n, of, faults, err := db.VerifyTenant(ctx, tenant)
		if err != nil {
			return false, err
		}
		events, chains, broken = events+n, chains+of, broken+len(faults)
		ids := make([]uuid.UUID, len(faults))
		for i, f := range faults {
			ids[i] = f.Account
		}
		names, err := db.AccountsByID(ctx, tenant, ids)
		if err != nil {
			return false, err
		}
		for _, f := range faults {
			name := names[f.Account].Name
			if name == "" {
				name = "an account that is no more"
			}
			fmt.Fprintf(out, "%s (%s): after %d events: %v\n", name, f.Account, f.After, f)
		}
	}
	if broken > 0 {
		fmt.Fprintf(out, "%d of %d accounts are broken\n", broken, chains)
		return false, nil
	}
	fmt.Fprintf(out, "%d events of %d accounts, unbroken\n", events, chains)
	return true, nil
}
