// Package account holds the tree of accounts: how they come, move, change hands
// and go, what each may use at all, and from where it is entered. Who the people
// in them are is never decided here.
package account

import (
	"bailiwick/models/store"
)

// Store is the accounts of the installation.
type Store struct{ store *store.Store }

// New is the wing on its ground.
func New(s *store.Store) *Store { return &Store{s} }
