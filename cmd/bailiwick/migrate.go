package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"bailiwick/models/store"
)

type migrateCommand struct {
	Distribute bool `help:"Spread the database over the machines of Citus, too: each tenant's rows on one of its workers, the rest on the coordinator."`
}

// Run migrates and stops.
func (m migrateCommand) Run(ctx context.Context, c *Config) error {
	if m.Distribute {
		if err := distribute(ctx, c); err != nil {
			return err
		}
	}
	log := logger()
	db, err := openDatabase(ctx, c, log, true)
	if err != nil {
		return err
	}
	db.close(log)
	fmt.Println("The database has this program's schema.")
	return nil
}

func distribute(ctx context.Context, c *Config) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.DatabaseURL == "" {
		return errors.New("the built-in Postgres is for one machine: set DATABASE_URL and DATABASE_DIRECT_URL to the coordinator of a Citus cluster (docs/operate.md)")
	}
	owner := cmp.Or(c.DatabaseDirectURL, c.DatabaseURL)
	if err := store.Migrate(ctx, owner, c.DatabaseURL); err != nil {
		return err
	}
	return store.Distribute(ctx, owner, func(sentence string) { fmt.Println(sentence) })
}
