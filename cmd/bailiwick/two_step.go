package main

import (
	"bailiwick/models/store"

	"context"
	"errors"
	"fmt"
)

type twoStepCommand struct {
	Reset twoStepReset `cmd:"" help:"Remove the second step and the passkeys of a member who lost them. First make sure that it's really them asking."`
}

type twoStepReset struct {
	Email string `arg:"" help:"The e-mail address that the person signs in with."`
}

// Run also signs the member out everywhere. The change is in their own audit.
func (r twoStepReset) Run(ctx context.Context, c *Config) error {
	return withDatabase(ctx, c, func(db *database) error {
		m, err := db.ResetMemberTwoStep(ctx, r.Email)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return fmt.Errorf("nobody signs in as %s", r.Email)
		case errors.Is(err, store.ErrConflict):
			return fmt.Errorf("%s has neither two-step sign-in nor a passkey", r.Email)
		case err != nil:
			return err
		}
		fmt.Printf("%s signs in with the password alone now, and is signed out everywhere.\n", m.Name)
		return nil
	})
}
