package main

import (
	"bailiwick/models/store"

	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

type networksCommand struct {
	Clear clearNetworks `cmd:"" help:"Remove all allowed and blocked networks of an account, so that it can be opened from anywhere."`
}

type clearNetworks struct {
	Account string `arg:"" help:"The account's id."`
}

// Run works beside a running panel, which lets people in at once. The change is
// in the account's audit.
func (n clearNetworks) Run(ctx context.Context, c *Config) error {
	id, err := uuid.Parse(n.Account)
	if err != nil {
		return fmt.Errorf("%q is not an account's id", n.Account)
	}
	return withDatabase(ctx, c, func(db *database) error {
		a, removed, err := db.ClearNetworks(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return fmt.Errorf("there is no account %s", id)
		case errors.Is(err, store.ErrConflict):
			return fmt.Errorf("%s has no networks", a.Name)
		case err != nil:
			return err
		}
		fmt.Printf("Removed %d of %s. It may be entered from anywhere.\n", removed, a.Name)
		return nil
	})
}
