// Package modelstest has the cast that the tests of all wings play with, on a
// database of their own, and what several of them ask.
package modelstest

import (
	"context"
	"sync"

	"bailiwick/models"
	"bailiwick/models/store"
)

// below is what a store stands on.
type below struct {
	ground *store.Store
	inside *store.Inside
}

var stores sync.Map // *models.Store to below

// Open is models.Open for a store whose Ground and Inside a test can reach, and
// whose statements Main reads.
func Open(ctx context.Context, c store.Config) (*models.Store, error) {
	c.Inside, c.HashMemory = new(store.Inside), 64
	Watch(&c)
	g, err := store.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := watched.learn(ctx, c.Inside.Pool); err != nil {
		return nil, err
	}
	s := models.Over(g)
	stores.Store(s, below{g, c.Inside})
	return s, nil
}

func of(s *models.Store) below {
	b, _ := stores.Load(s)
	return b.(below)
}

// Ground is what the wings stand on.
func Ground(s *models.Store) *store.Store { return of(s).ground }

// Inside is what only tests do to a store.
func Inside(s *models.Store) *store.Inside { return of(s).inside }
