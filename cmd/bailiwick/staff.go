package main

import (
	"bailiwick/models/login"
	"bailiwick/models/store"

	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"bailiwick/models"
)

type staffCommand struct {
	Add    staffAdd    `cmd:"" help:"Give somebody with a login a duty."`
	Remove staffRemove `cmd:"" help:"Remove a duty from somebody."`
	List   staffList   `cmd:"" help:"List who has which duty."`
}

type staffChange struct {
	As    string `enum:"operator,support" required:"" help:"operator (looks after the installation: reads its mail) or support (may be let into accounts)."`
	Email string `arg:"" help:"The e-mail address that the person signs in with."`
}

type (
	staffAdd    struct{ staffChange }
	staffRemove struct{ staffChange }
	staffList   struct{}
)

// Run gives a duty.
func (a staffAdd) Run(ctx context.Context, c *Config) error {
	return a.change(ctx, c, (*models.Store).AddStaff, "%s (%s) is %s now.\n", "nobody signs in as %s: sign up with it first")
}

// Run takes a duty.
func (a staffRemove) Run(ctx context.Context, c *Config) error {
	return a.change(ctx, c, (*models.Store).RemoveStaff, "%s (%s) is no longer %s.\n", "%s has no such duty")
}

func (a staffChange) change(ctx context.Context, c *Config, do func(*models.Store, context.Context, string, string) (login.Member, error), done, absent string) error {
	return withDatabase(ctx, c, func(db *database) error {
		m, err := do(db.Store, ctx, a.Email, a.As)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf(absent, a.Email)
		}
		if err == nil {
			fmt.Printf(done, m.Name, m.Email, a.As)
		}
		return err
	})
}

// Run lists all duties.
func (staffList) Run(ctx context.Context, c *Config) error {
	return withDatabase(ctx, c, func(db *database) error {
		w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
		for _, duty := range store.Duties {
			all, err := db.Staff(ctx, duty)
			if err != nil {
				return err
			}
			for _, x := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\tsince %s\n", duty, x.Email, x.Name, x.Since.Format("2006-01-02"))
			}
		}
		return w.Flush()
	})
}

// withDatabase is for commands that may run beside a running panel.
func withDatabase(ctx context.Context, c *Config, do func(*database) error) error {
	c.shared = true
	log := logger()
	db, err := openDatabase(ctx, c, log, false)
	if err != nil {
		return err
	}
	defer db.close(log)
	return do(db)
}
