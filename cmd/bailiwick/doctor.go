package main

import (
	"context"
	"fmt"

	"bailiwick/models/store"
)

type doctorCommand struct{}

// Run says what is not as it should be with the database, and changes nothing.
func (doctorCommand) Run(ctx context.Context, c *Config) error {
	c.shared = true
	if err := c.check(); err != nil {
		return err
	}
	log := logger()
	db := &database{}
	defer db.close(log)
	address := c.DatabaseURL
	if address == "" {
		var err error
		if _, address, err = db.startBuiltIn(ctx, c, log); err != nil {
			return err
		}
	}
	wrong, err := store.Examine(ctx, address)
	if err != nil {
		return err
	}
	for _, sentence := range wrong {
		fmt.Println(sentence)
	}
	if len(wrong) > 0 {
		return exit(1)
	}
	fmt.Println("The database is as it should be.")
	return nil
}
